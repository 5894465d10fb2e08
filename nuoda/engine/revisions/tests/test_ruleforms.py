"""Rules and numbers as fields: what no field shows stays, what is written is read, and a mistake is told at its field."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict
from django.utils.translation import override

from nuoda.engine.rulebook.actions import packs
from nuoda.engine.rulebook.pure import documents, loading
from nuoda.engine.rulebook.pure.documents import Content

from ..pure import editing, figures, places, ruleforms, spelling
from ..pure.places import Place
from ..pure.spelling import Misspelled
from ..web import rulefields
from ..web.clauses import ClauseForm
from . import cast

FILES = {path.parent.name: path for path in packs.files()}
SPEECH = spelling.Speech(
    "zh-hans",
    {"service_manager": "售后服务经理", "technician": "技术维修人员"},
    {"waiting_customer": "等待客户"},
    {"pause_limit": "30 d"},
    {"sample": 5, "goal": 0.9},
)


def regulation(name: str) -> Content:
    return loading.read(FILES[name].read_text(encoding="utf-8")).content


def form_of(content: Content, clause: Content, data: Any = None, **kwargs: Any) -> ClauseForm:
    parts = ruleforms.parts(clause, ruleforms.shares(content))
    return ClauseForm(data, content=content, clause=clause, parts=parts, check="/check", **kwargs)


def posted(form: ClauseForm) -> QueryDict:
    """What a browser would send of a form that nobody touched: line breaks its own way, lists in the order of the boxes."""
    sent = QueryDict(mutable=True)
    for bound in form:
        value = bound.value()
        if isinstance(value, list):
            order = [str(code) for code, _label in getattr(bound.field, "choices", ())]
            sent.setlist(bound.html_name, sorted(value, key=order.index))
        elif value is True:
            sent[bound.html_name] = "on"
        elif value not in (None, False):
            sent[bound.html_name] = str(value).replace("\n", "\r\n")
    return sent


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
@pytest.mark.parametrize("name", sorted(FILES))
def test_every_clause_passes_through_its_form_unchanged(name: str, language: str) -> None:
    content = regulation(name)
    with override(language):
        for clause in content["clauses"]:
            first = {"edition": 1, **clause["text"], **{k: clause.get(k, "") for k in ("section", "source", "binds")}}
            form = form_of(content, clause, posted(form_of(content, clause, initial=first)))
            assert form.is_valid(), (clause["id"], form.errors)
            found, wrong = form.read(form.cleaned_data)
            assert not wrong and ruleforms.put_together(clause, found) == clause, clause["id"]
            assert all(read.rule == part.data for part, read in found), clause["id"]


def test_every_kind_of_rule_and_number_is_met_by_that() -> None:
    met: set[str] = set()
    for name in FILES:
        for clause in regulation(name)["clauses"]:
            met |= {part.kind if part.kind != "number" else part.data["kind"] for part in ruleforms.parts(clause)}
    assert met >= {*ruleforms.KINDS} | {
        "duration",
        "int",
        "decimal",
        "money",
        "text",
        "texts",
        "list",
        "weights",
        "decision",
    }


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_number_passes_through_the_page_of_numbers_unchanged(name: str) -> None:
    content = regulation(name)
    found = figures.of(content)
    speech = rulefields.speech(content, "")
    read, wrong = figures.read(found, figures.shown(found, speech), speech)
    assert not wrong and found
    for figure, part in read:
        content = figures.put(content, figure, part.rule)
    assert documents.digest(content) == documents.digest(regulation(name))


def test_one_field_changes_its_value_and_nothing_beside_it() -> None:
    content = regulation("manual")
    clause = content["clauses"][editing.place(content, cast.ON_SITE)]
    [part] = [part for part in ruleforms.parts(clause) if part.key == "on_site"]
    typed = part.shown(SPEECH) | {f"{part.prefix}within": "2 小时"}
    read = part.read(typed, SPEECH)
    assert read.rule == {**part.data, "within": "2 h"} and not read.wrong
    changed = ruleforms.put_together(clause, [(part, read)])
    assert {**changed, "rules": None} == {**clause, "rules": None}


STEPS = {
    "approval": "a",
    "label": {"zh-hans": "审批", "zh-hant": "簽核", "en": "Approval"},
    "subject": "quotation",
    "verb": "send",
    "steps": [{"role": "sales_manager"}, {"role": "director", "when": "discount > 5", "mode": "any"}],
}


def read(kind: str, rule: Content, **typed: Any) -> places.Read:
    fields = places.told(ruleforms.KINDS[kind], rule)
    return places.read(rule, ruleforms.KINDS[kind], places.shown(fields, rule, SPEECH) | typed, SPEECH)


def test_rows_are_added_changed_and_taken_out() -> None:
    assert read("approval", STEPS).rule == STEPS
    more = read("approval", STEPS, steps2_role="finance", steps2_within="2 个工作日").rule
    assert more["steps"] == [*STEPS["steps"], {"role": "finance", "within": "2 working days"}]
    less = read("approval", STEPS, steps0_role="")
    assert less.rule["steps"] == STEPS["steps"][1:]
    assert less.paths["steps1_when"] == ("steps", 0, "when") and "steps0_role" not in less.paths
    assert read("approval", STEPS, steps2_when="true").wrong == {"steps2_role": ""}


def test_what_says_nothing_is_not_written() -> None:
    assert "if_empty" not in read("approval", STEPS, if_empty="up").rule
    assert read("approval", STEPS, if_empty="skip").rule["if_empty"] == "skip"
    assert "of" not in read("approval", STEPS, steps0_of="company").rule["steps"][0]


def test_a_text_that_is_not_translated_says_what_the_authoritative_one_says() -> None:
    rule = read("approval", STEPS, **{"label_zh-hans": "价格审批", "label_zh-hant": "", "label_en": "Prices"}).rule
    assert rule["label"] == {"zh-hans": "价格审批", "zh-hant": "价格审批", "en": "Prices"}


CADENCE = {
    "cadence": "c",
    "every": "month",
    "duty": {"zh-hans": "报告", "zh-hant": "報告", "en": "Report"},
    "owner": "service_manager",
    "met_by": ["report.submitted"],
    "attest": {"evidence": True, "confirm": "director"},
    "warnings": [{"before": "2 d"}],
}


def test_a_statement_and_a_sample_come_and_go_as_a_whole() -> None:
    assert "attest" not in read("cadence", CADENCE, attest="none").rule
    assert read("cadence", CADENCE, attest="word").rule["attest"] == {"evidence": False, "confirm": "director"}
    audit = {"audit_of": "work_order.arrived", "audit_size": "sample（5）"}
    with_audit = read("cadence", CADENCE, **audit).rule
    assert with_audit["audit"] == {"of": "work_order.arrived", "size": "sample"}
    assert "audit" not in read("cadence", with_audit, audit_of="").rule
    assert read("cadence", CADENCE, met_by1="ticket.reported").rule["met_by"] == ["report.submitted", "ticket.reported"]
    assert "met_by" not in read("cadence", CADENCE, met_by0="").rule


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("whole", "30", 30),
        ("number", "0.5", 0.5),
        ("number", "-3", -3),
        ("share", "95 %", 0.95),
        ("share", "95％", 0.95),
        ("share", "0.9", 0.9),
        ("money", "¥1,234.5", 123450),
        ("count", "sample（5）", "sample"),
        ("goal", "90%", 0.9),
    ],
)
def test_a_number_is_read_as_people_write_it(kind: str, written: str, value: Any) -> None:
    place = Place("value", ("value",), kind)
    assert places.read({}, [place], {"value": written}, SPEECH).rule == {"value": value}


@pytest.mark.parametrize(
    ("kind", "written"),
    [("whole", "3.5"), ("whole", "three"), ("number", "1e9"), ("share", "90"), ("share", "101 %"), ("money", "-5"),
     ("money", "1.234"), ("count", "a few"), ("goal", "about 9")],
)  # fmt: skip
def test_a_number_that_cannot_be_read_is_told_at_its_field(kind: str, written: str) -> None:
    place = Place("value", ("value",), kind)
    found = places.read({"value": 7}, [place], {"value": written}, SPEECH)
    assert found.wrong == {"value": written} and found.rule == {"value": 7}


@pytest.mark.parametrize("wrong", ["→ agent", "→"])
def test_a_warning_or_pause_that_cannot_be_read_is_told(wrong: str) -> None:
    found = read("clock", CLOCK, warnings=wrong, pauses="Nobody knows")
    assert "pauses" in found.wrong


CLOCK = {
    "clock": "a",
    "label": {"zh-hans": "到场", "zh-hant": "到場", "en": "On site"},
    "start": "ticket.reported",
    "end": ["work_order.arrived", "ticket.solved"],
    "within": "4 h",
    "owner": "technician",
    "warnings": [{"share": 0.5}, {"before": "1 h", "tell": ["owner", "service_manager"]}],
    "pauses": [{"reason": "waiting_customer", "limit": "pause_limit"}],
}


def test_warnings_and_pauses_are_written_by_the_names_of_people_and_reasons() -> None:
    fields = places.shown(places.told(ruleforms.CLOCK, CLOCK), CLOCK, SPEECH)
    assert fields["warnings"] == "50%；1 小时 → 责任人、售后服务经理"
    assert fields["pauses"] == "等待客户 ≤ pause_limit（30 天）"
    found = read("clock", CLOCK, warnings="30 分钟 → 售后服务经理；80%", pauses="等待客户 ≤ 2 天").rule
    assert found["warnings"] == [{"before": "30 min", "tell": ["service_manager"]}, {"share": 0.8}]
    assert found["pauses"] == [{"reason": "waiting_customer", "limit": "2 d"}]


def test_one_event_stays_one_and_several_stay_several() -> None:
    assert read("clock", CLOCK, start0="ticket.answered").rule["start"] == "ticket.answered"
    assert read("clock", CLOCK, start1="ticket.answered").rule["start"] == ["ticket.reported", "ticket.answered"]
    assert read("clock", CLOCK, end1="").rule["end"] == ["work_order.arrived"]


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("4 小时", "4 h"),
        ("30分钟", "30 min"),
        ("2 个工作日", "2 working days"),
        ("4 工作小时", "4 working hours"),
        ("1 個月", "1 calendar months"),
        ("3天", "3 d"),
        ("pause_limit（30 天）", "pause_limit"),
        ("4 h", "4 h"),
        ("两小时", "两小时"),
    ],
)
def test_a_length_is_read_as_people_write_it(written: str, spelled: str) -> None:
    assert SPEECH.spelled(written) == spelled
    assert SPEECH.spelled(SPEECH.length(spelled)) == spelled


def test_the_spelling_that_stood_there_stays_when_it_says_the_same() -> None:
    assert SPEECH.spelled("1 个月", "1 calendar month") == "1 calendar month"
    assert SPEECH.spelled("4 小时", "2 h") == "4 h"


def test_boxes_keep_the_order_in_which_the_clause_named_the_roles() -> None:
    assert spelling.in_order(["a", "b", "c"], ["c", "a"]) == ["c", "a", "b"]
    assert spelling.in_order(["b"], ["c", "a"]) == ["b"]


def test_an_amount_that_is_no_amount_is_refused() -> None:
    with pytest.raises(Misspelled):
        spelling.fen("five")
    assert spelling.yuan(50000) == "500" and spelling.yuan(49950) == "499.50"


def test_what_hangs_on_a_rule_goes_with_it() -> None:
    content = regulation("manual")
    clause = content["clauses"][editing.place(content, cast.ON_SITE)]
    _rules, examples = editing.hanging(clause, "clock", "on_site")
    assert examples
    new = editing.without(content, cast.ON_SITE, "clock", "on_site", withdraw=True)
    left = new["clauses"][editing.place(new, cast.ON_SITE)]
    assert "on_site" not in str([rule.get("clock") for rule in left["rules"]])
    assert len(left.get("examples", ())) == len(clause["examples"]) - len(examples)
    assert new["withdraws"] == [f"{cast.ON_SITE}/on_site"]
