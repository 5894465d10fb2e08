"""A regulation goes out as a file and comes in again without loss, through the clause's form too."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import override

from nuoda.engine.rulebook.actions import packs
from nuoda.engine.rulebook.models import Policy, PolicyVersion
from nuoda.engine.rulebook.pure import documents, loading
from nuoda.engine.rulebook.pure.facts import SUBJECTS
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.orgs.tests import factories

from ..actions import drafts
from ..pure import clockforms, editing
from ..web import clauses
from . import cast

FILES = list(packs.files())


@pytest.mark.django_db
def test_all_four_and_an_edited_draft_come_back_byte_for_byte() -> None:
    own = cast.company()
    row = cast.ready(own, transition="convert")
    with scoped(system(own.company.pk)):
        versions = list(PolicyVersion.objects.select_related("policy"))
    assert len(versions) == 5 and row.draft_of_id in {version.pk for version in versions}
    other = factories.cast("另一家公司")
    actor = system(other.company.pk)
    for version in versions:
        text = documents.export(version.content)
        content = documents.parse(text).content
        with scoped(actor) as at:
            Policy.objects.get_or_create(company_id=actor.company_id, name=content["policy"], code=content["code"])
            policy = drafts.policy_for(content, actor=actor)
            made = drafts.begin(policy=policy, content=content, actor=actor, at=at)
            assert made.draft_of is not None
            kept = PolicyVersion.objects.get(pk=made.draft_of.pk)
        assert (kept.hash, documents.export(kept.content)) == (version.hash, text)


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_every_clause_passes_through_its_form_unchanged(path: Any, language: str) -> None:
    content = loading.read(path.read_text(encoding="utf-8")).content
    with override(language):
        speech = clauses.speech(content, "ticket")
    for clause in content["clauses"]:
        clocks = [rule for rule in clause.get("rules", ()) if "clock" in rule]
        back = [clockforms.read(clock, clockforms.shown(clock, speech), speech) for clock in clocks]
        assert back == clocks, clause["id"]
        written, _marks = editing.with_clocks(editing.parsed(editing.ruled(clause)), clause, list(back))
        assert {name: clause[name] for name in editing.RULED if name in clause} == written, clause["id"]
        assert documents.parse(editing.written(clause)).content == clause


def test_a_mistake_in_what_was_written_is_told_at_its_own_line() -> None:
    content = loading.read(next(p for p in FILES if p.parent.name == "manual").read_text(encoding="utf-8")).content
    clause = content["clauses"][editing.place(content, cast.ON_SITE)]
    text = editing.ruled(clause)
    broken = text.replace("state: kept", "state: held", 1)
    part = editing.parsed(broken)
    written, marks = editing.with_clocks(part, clause, [rule for rule in clause["rules"] if "clock" in rule])
    whole, places = editing.put(content, cast.ON_SITE, {**clause, **written}, marks)
    [problem] = editing.checked(whole, SUBJECTS, places).problems
    assert broken.splitlines()[problem.line - 1].strip() == "state: held"
    assert problem.clause == cast.ON_SITE


def test_a_clock_may_be_taken_out_and_another_written_in() -> None:
    content = loading.read(next(p for p in FILES if p.parent.name == "manual").read_text(encoding="utf-8")).content
    clause = content["clauses"][editing.place(content, cast.ON_SITE)]
    clocks = [rule for rule in clause["rules"] if "clock" in rule]
    added = documents.parse(editing.ruled({"rules": [{"gate": "x"}]})).content["rules"]
    part = documents.Document({"rules": [{**clocks[0], "clock": "another"}, *added]})
    written, _marks = editing.with_clocks(part, clause, [None, *clocks[1:]])
    keys = [rule.get("clock") or rule.get("gate") for rule in written["rules"]]
    assert clocks[0]["clock"] not in keys and {"another", "x"} <= set(keys)


@pytest.mark.parametrize("wrong", ["→ agent", "; ;50 percent of → x → y"])
def test_a_warning_that_cannot_be_read_is_refused(wrong: str) -> None:
    clock = {"clock": "a", "label": {"zh-hans": "a"}, "owner": "agent", "start": "a.b", "end": "a.c"}
    fields = clockforms.shown(clock, SPEECH) | {"warnings": wrong, "pauses": "Nobody knows"}
    with pytest.raises(clockforms.Misspelled) as error:
        clockforms.read(clock, fields, SPEECH)
    assert "pauses" in error.value.args[0]


SPEECH = clockforms.Speech(
    "zh-hans",
    {"service_manager": "售后服务经理", "technician": "技术维修人员"},
    {"waiting_customer": "等待客户"},
    {"pause_limit": "30 d"},
)


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


def test_warnings_and_pauses_are_written_by_the_names_of_people_and_reasons() -> None:
    clock = {
        "clock": "a",
        "label": {"zh-hans": "到场"},
        "owner": "technician",
        "warnings": [{"share": 0.5}, {"before": "1 h", "tell": ["owner", "service_manager"]}],
        "pauses": [{"reason": "waiting_customer", "limit": "pause_limit"}],
    }
    fields = clockforms.shown(clock, SPEECH)
    assert fields["warnings"] == "50%；1 小时 → 责任人、售后服务经理"
    assert fields["pauses"] == "等待客户 ≤ pause_limit（30 天）"
    changed = fields | {"warnings": "30 分钟 → 售后服务经理；80%", "pauses": "等待客户 ≤ 2 天"}
    found = clockforms.read(clock, changed, SPEECH)
    assert found["warnings"] == [{"before": "30 min", "tell": ["service_manager"]}, {"share": 0.8}]
    assert found["pauses"] == [{"reason": "waiting_customer", "limit": "2 d"}]


def test_boxes_keep_the_order_in_which_the_clause_named_the_roles() -> None:
    assert clockforms.in_order(["a", "b", "c"], ["c", "a"]) == ["c", "a", "b"]
    assert clockforms.in_order(["b"], ["c", "a"]) == ["b"]
