"""The shipped policies and the way any policy file is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuoda.engine.rulebook.pure import checking, documents, loading, situations
from nuoda.engine.rulebook.pure.documents import PolicyError
from nuoda.engine.rulebook.pure.facts import SUBJECTS as DECLARED
from nuoda.engine.rulebook.pure.policies import Policy
from nuoda.engine.rulebook.pure.rules import ApprovalRule, ClockRule, ConsequenceRule, FormRule, GateRule

from .subjects import SUBJECTS

FILES = sorted((Path(__file__).resolve().parents[4] / "policies").glob("*/*.yaml"))
NAMES = [path.parent.name for path in FILES]

RUNNING = [
    "MN-3.2.1a", "MN-3.2.1b", "MN-3.2.1c", "MN-3.2.1d", "MN-3.2.2a", "MN-3.2.2b", "MN-3.2.2c", "MN-3.3", "DL-2.2",
    "DL-2.2a", "DL-2.2b", "DL-2.2c", "DL-3.1a", "DL-3.1b", "DL-3.1c", "DL-3.1d", "DL-3.2a", "DL-3.2b", "DL-3.3a",
    "DL-3.3b", "DL-3.3d", "DL-3.3e", "DL-3.3f", "DL-3.5a", "LC-3.4", "LC-4.1.2a", "LC-4.2.4a", "LC-4.2.4b",
    "LC-4.3.4a", "LC-5.1.1", "LC-5.3.3b", "LC-6.2a",
]  # fmt: skip


def policies() -> dict[str, Policy]:
    return {path.parent.name: loading.load(path.read_text(encoding="utf-8")) for path in FILES}


TEXT = "{zh-hans: 一, zh-hant: 一, en: one}"


def small(rules: str = "", text: str = TEXT, more: str = "", definitions: str = "[]") -> str:
    return f"""\
policy: small
code: SM
version: '1.0'
effective: 2024-01-01
title: {TEXT}
department: {TEXT}
scope: {TEXT}
note: {TEXT}
roles:
  - {{code: agent, name: {TEXT}}}
definitions: {definitions}
clauses:
  - id: SM-1
    section: '1'
    text: {text}
    source: here
    binds: [agent]
{more}{rules}"""


def gate(require: str = "has_name", rest: str = "") -> str:
    return f"""\
    rules:
      - gate: named
        subject: ticket
        verb: report
        require: {require}
        otherwise: {TEXT}
{rest}"""


def problems(text: str) -> list[documents.Problem]:
    try:
        document = loading.read(text)
        loading.build(document)
    except PolicyError as error:
        return error.problems
    return checking.check(document, SUBJECTS)


# -- the shipped files


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_shipped_policies_load_and_type_check(path: Path) -> None:
    assert problems(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_shipped_policies_fit_what_the_apps_declare(path: Path) -> None:
    document = loading.read(path.read_text(encoding="utf-8"))
    assert checking.check(document, DECLARED) == []


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_a_policy_exports_to_the_same_file(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert documents.export(documents.parse(text).content) == text


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_examples_of_shipped_clauses_hold(path: Path) -> None:
    outcomes = list(situations.run(loading.load(path.read_text(encoding="utf-8")), SUBJECTS))
    assert [outcome for outcome in outcomes if not outcome.right] == []


def test_the_clauses_of_the_service_line_run_and_carry_examples() -> None:
    clauses = {clause.id: clause for policy in policies().values() for clause in policy.clauses}
    assert [name for name in RUNNING if clauses[name].status != "executed"] == []
    assert [name for name in RUNNING if not clauses[name].examples] == []
    assert clauses["DL-3.3c"].status == "attested"
    assert {len(p.clauses) for p in policies().values()} == {32, 66, 46, 58}


def test_no_running_clause_lacks_a_language_or_a_role() -> None:
    for policy in policies().values():
        for clause in policy.clauses:
            assert clause.binds, clause.id
            assert all(clause.text[language].strip() for language in ("zh-hans", "zh-hant", "en")), clause.id
            assert clause.text["zh-hans"] != clause.text["en"], clause.id


# -- reading a file


def test_a_clean_small_policy_has_no_problem_and_its_hash_ignores_the_order_of_names() -> None:
    text = small(gate())
    assert problems(text) == []
    moved = text.replace("policy: small\ncode: SM\n", "code: SM\npolicy: small\n")
    assert moved != text
    assert loading.load(moved).hash == loading.load(text).hash
    assert loading.load(text.replace("version: '1.0'", "version: '1.1'")).hash != loading.load(text).hash


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        (small(gate("has_nme")), 22, 18, "undeclared reference"),
        (small(gate("has_name && kind == 3")), 22, 35, "no matching overload"),
        (small(gate("'has_name && kind == \"falt\"'")), 22, 39, "never"),
        (small(gate().replace("verb: report", "verb: reprt")), 21, 15, "no verb"),
        (small(gate().replace("subject: ticket", "subject: tickt")), 20, 18, "no app declares"),
        (small(gate(rest="        fields: [has_nam]\n")), 24, 18, "no fact"),
        (small(gate(rest="        feilds: [has_name]\n")), 19, 9, "feilds"),
        (small(more="    binds: [agent]\n"), 18, 5, "stands twice"),
        (small().replace("binds: [agent]", "binds: [agnt]"), 17, 13, "no role"),
        (small(text="{zh-hans: 一, en: one}"), 15, 11, "zh-hant"),
        ("policy: [", 2, 1, "not YAML"),
        ("- a", 1, 1, "a policy is a mapping"),
        (small().replace("effective: 2024-01-01", "effective: 2024-02-31"), 4, 12, "day is out of range"),
        (small(definitions="[{word: x, means: " + TEXT + ", clauses: [SM-9]}]"), 11, 77, "there is no SM-9"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, line: int, column: int, reason: str) -> None:
    found = problems(text)
    assert found, "the mistake was not seen"
    assert reason in found[0].reason
    assert (found[0].line, found[0].column) == (line, column)


CLOCK = f"""\
    rules:
      - clock: answer
        label: {TEXT}
        start: ticket.reported
        end: ticket.answered
        within: 10 min
        owner: agent
"""


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("within: 10 min", "within: soon", "not a duration"),
        ("within: 10 min", "due: due_at\n        within: 10 min", "either 'within' or 'due'"),
        (
            "within: 10 min",
            "within: 10 min\n        ahead: 24 h",
            "'ahead' counts back from the moment that 'due' names",
        ),
        ("within: 10 min", "ahead: 24 h", "either 'within' or 'due'"),
        ("within: 10 min", "due: due_at\n        ahead: 0 h", "(zero)"),
        ("within: 10 min", "due: due_at\n        ahead: a while", "not a duration"),
        ("within: 10 min", "due: due_at\n        ahead: 9000000 h", "too long"),
        ("owner: agent", "owner: agnt", "no role"),
        ("start: ticket.reported", 'start: work_order.arrived\n        when: kind == "fault"', "never"),
        (
            "start: ticket.reported",
            'start: [ticket.reported, work_order.arrived]\n        when: kind == "fault"',
            "carries other facts",
        ),
        ("owner: agent", "owner: agent\n        warnings: [{share: 0.5, before: 1 h}]", "either 'share' or 'before'"),
        (
            "owner: agent",
            "owner: agent\n      - {consequence: x, on: missed, of: answr, tell: [agent], template: t}",
            "no clock",
        ),
        ("owner: agent", "owner: agent\n      - {consequence: x, on: missed, of: answer, tell: [agent]}", "template"),
        (
            "owner: agent",
            "owner: agent\n      - {consequence: x, on: ticket.solved}",
            "tells somebody or does something",
        ),
    ],
)
def test_mistakes_of_clocks_and_consequences_are_told(old: str, new: str, reason: str) -> None:
    assert problems(small(CLOCK)) == []
    found = problems(small(CLOCK.replace(old, new)))
    assert any(reason in problem.reason for problem in found), found


@pytest.mark.parametrize("wrong", ["within: 10 min\n        ahead: 24 h", "due: due_at\n        ahead: 0 h"])
def test_a_limit_before_nothing_and_one_of_no_time_are_told_at_their_place(wrong: str) -> None:
    text = small(CLOCK.replace("within: 10 min", wrong))
    line = next(n for n, written in enumerate(text.splitlines(), 1) if "ahead:" in written)
    [problem] = problems(text)
    assert (problem.line, problem.column, problem.clause) == (
        line,
        text.splitlines()[line - 1].index("ahead:") + 8,
        "SM-1",
    )


def test_words_that_yaml_would_turn_into_other_things_stay_words() -> None:
    read = documents.parse("on: yes\nat: 17:50\nday: 2024-01-01\nn: 010\ntrue_: true\nnothing: ~\n").content
    assert read == {"on": "yes", "at": "17:50", "day": "2024-01-01", "n": "010", "true_": True, "nothing": None}
    assert documents.parse(documents.export(read)).content == read


@given(
    st.text(st.sampled_from("甲 a:#-'\"|>\n\r\t\x85\u2028\u2029\ufeff\U00020bb7\x7f0.1"), max_size=12),
    st.floats(-1e9, 1e9),
)
@settings(deadline=None)
def test_whatever_is_pasted_into_a_text_is_exported_and_read_back_without_loss(text: str, number: float) -> None:
    content = {"policy": text, "note": {"zh-hans": text}, "scope": [text, number]}
    assert documents.parse(documents.export(content)).content == content


def test_a_yaml_tag_or_an_anchor_loop_is_no_policy() -> None:
    for text in ("policy: !!python/object/apply:os.system [ls]", "a: &x\n  b: 1\nc: !thing 3"):
        with pytest.raises(PolicyError):
            loading.load(text)


# -- what a policy says


def test_status_of_a_clause() -> None:
    def status(text: str) -> str:
        return loading.load(text).clauses[0].status

    assert status(small(gate())) == "executed"
    assert status(small(more="    informative: true\n")) == "informative"
    assert status(small(more="    waiting: trade\n")) == "waiting"
    assert status(small()) == "waiting"
    assert status(small(more=f"    checklist: [{{key: badge, text: {TEXT}}}]\n")) == "attested"
    assert status(small(gate(), text="{zh-hans: 及时答复, zh-hant: 一, en: one}")) == "undefined"
    defined = "[{word: 及时, means: " + TEXT + ", clauses: [SM-1]}]"
    assert status(small(gate(), text="{zh-hans: 及时答复, zh-hant: 一, en: one}", definitions=defined)) == "executed"


def test_defined_numbers_are_written_into_rules() -> None:
    more = f"""\
    parameters:
      - {{name: limit, kind: money, value: 5000, why: {TEXT}}}
      - {{name: quick, kind: duration, value: 10 min, why: {TEXT}}}
"""
    policy = loading.load(
        small(CLOCK.replace("within: 10 min", "within: quick\n        when: settlement_fen > limit"), more=more)
    )
    rule = policy.clauses[0].rules[0]
    assert isinstance(rule, ClockRule)
    assert rule.when == "settlement_fen > 5000"
    assert str(rule.within) == "10 min"


def test_a_wrong_example_is_found() -> None:
    text = small(
        gate()
        + f"    examples:\n      - {{name: {TEXT}, subject: ticket, verb: report, "
        + "facts: {has_name: true}, refused: [named]}\n"
    )
    assert [outcome.right for outcome in situations.run(loading.load(text), SUBJECTS)] == [False]
    missing = text.replace("has_name: true", "has_contact: true")
    [outcome] = situations.run(loading.load(missing), SUBJECTS)
    assert outcome.found.startswith("error")


def test_rules_of_the_manual_read_as_intended() -> None:
    manual = policies()["manual"]
    urgent = manual.clause("MN-3.2.1b")
    assert urgent is not None
    clocks = {rule.key: rule for rule in urgent.clocks()}
    assert str(clocks["on_site"].within) == "4 h"
    assert [pause.reason for pause in clocks["on_site"].pauses] == ["waiting_customer"]
    kinds = {type(rule) for clause in manual.clauses for rule in clause.rules}
    assert kinds == {ClockRule, GateRule, ApprovalRule, FormRule, ConsequenceRule}


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("ab: 1\ncd: \x03", 2, 5),
        ("a: &a [*a]", 1, 1),
        ("- " * 5000, 1, 1),
        ("a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)), 1, 5),
    ],
)
def test_what_no_regulation_can_be_is_refused_with_its_place(text: str, line: int, column: int) -> None:
    """Control characters, a text that refers to itself, one that is nested without end, one that stands for billions of values."""
    with pytest.raises(documents.PolicyError) as refused:
        documents.parse(text)
    assert (refused.value.problems[0].line, refused.value.problems[0].column) == (line, column)


@pytest.mark.parametrize("escaped", [r'"\0"', r'"\x00"'])
def test_a_text_that_cannot_be_kept_is_refused(escaped: str) -> None:
    document = documents.parse(f"policy: x\ntitle:\n  en: {escaped}\n")
    (problem,) = documents.validate(document)
    assert (problem.line, problem.column) == (3, 7) and "cannot be kept" in problem.reason
