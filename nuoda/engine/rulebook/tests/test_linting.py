"""What lint sees, and what it leaves in peace."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nuoda.engine.rulebook.pure import loading
from nuoda.engine.rulebook.pure.book import Tenure
from nuoda.engine.rulebook.pure.linting import Finding, World, lint, overlap, validity
from nuoda.engine.rulebook.pure.unsaid import unsaid
from nuoda.foundation.base.pure.ids import new_id

from .subjects import SUBJECTS, TICKET
from .test_policies import CLOCK, FILES, TEXT, gate, small

EVENTS = frozenset({"ticket.reported", "ticket.answered", "ticket.solved"})
SITUATION = f"""\
    examples: [{{name: {TEXT}, subject: ticket, verb: report, facts: {{has_name: true}}, refused: []}}]
"""


def world(**more: frozenset[str]) -> World:
    return World(SUBJECTS, events=more.pop("events", EVENTS), **more)


def codes(*texts: str, **more: frozenset[str]) -> list[str]:
    return [finding.code for finding in lint({f"p{n}": text for n, text in enumerate(texts)}, world(**more))]


CLEAN = small(gate() + SITUATION)


def test_a_clean_policy_has_no_finding() -> None:
    assert lint({"small": CLEAN}, world(roles=frozenset({"agent"}))) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (small(gate() + SITUATION, text="{zh-hans: 尽快办, zh-hant: 一, en: one}"), "undefined-word"),
        (CLEAN.replace("binds: [agent]", "binds: []"), "no-role"),
        (small(gate()), "no-situation"),
        (small(gate("has_nme") + SITUATION), "check"),
        (CLEAN.replace("refused: []", "refused: [named]"), "situation"),
        (CLEAN.replace("section: '1'", "section: 1"), "load"),
        (small(CLOCK.replace("end: ticket.answered", "end: ticket.greeted")), "unheard-event"),
        (small(CLOCK.replace("start: ticket.reported", "start: ticket.rung")), "unheard-event"),
    ],
)
def test_each_weakness_is_named(text: str, code: str) -> None:
    assert code in codes(text)


def apart(said: str, clock: str = CLOCK) -> list[str]:
    found = lint({"p": small(clock, text=f"{{zh-hans: {said}, zh-hant: 一, en: one}}")}, world())
    return [finding.message.split("“")[1].split("”")[0] for finding in found if finding.code == "text-apart"]


def test_a_number_that_people_read_and_no_rule_carries_is_named() -> None:
    hour = CLOCK.replace("within: 10 min", "within: 1 h")
    assert (
        apart("一小时内答复", hour)
        == apart("60 分钟内答复", hour)
        == apart("10 分钟内答复")
        == apart("尽快答复，率＝答复数÷总数×100%")
        == []
    )
    assert apart("4 小时内答复") == ["4 小时"]
    assert apart("1 个工作日内答复", hour) == ["1 个工作日"], "an hour of the calendar is not one of work"
    assert apart("半年内答复") == ["半年"] and apart("半年内答复", hour.replace("1 h", "6 calendar months")) == []
    every = {"text": {"zh-hans": "每半年汇总一次"}, "rules": [{"cadence": "sum", "every": "half_year"}]}
    assert unsaid(every) == []
    assert unsaid(every | {"rules": [{"cadence": "sum", "every": "month"}]}) == ["半年"]
    # A warning or an escalation of that length is not the limit.
    warned = CLOCK + "        warnings: [{before: 4 h, tell: [owner]}]\n"
    assert apart("4 小时内答复", warned) == ["4 小时"]
    assert apart("客户满意度不低于 95%") == ["95%"]


PROMISED = CLOCK.replace("start: ticket.reported", "start: ticket.promised").replace("within: 10 min", "due: due_at")


def before(ahead: str, more: str = "") -> str:
    return PROMISED.replace("due: due_at", f"due: due_at\n        ahead: {ahead}{more}")


def test_a_time_before_an_event_is_carried_by_a_limit_before_it_and_by_no_other() -> None:
    hour, before_it = CLOCK.replace("within: 10 min", "within: 24 h"), before("24 h")
    for text in ("约定时间前 24 小时确认", "提前一天确认", "约定时间 24 小时前确认", "至迟提前24h确认"):
        assert apart(text, before_it) == [] and apart(text, hour), text
    assert apart("约定时间前 24 小时确认", before("3 d")) == ["24 小时"]
    assert apart("24 小时内确认", hour) == [] and apart("24 小时内确认", before_it) == ["24 小时"]
    number = f"    parameters:\n      - {{name: early, kind: duration, value: 24 h, why: {TEXT}}}\n"
    assert apart("约定时间前 24 小时确认", number + before("early")) == []


def test_a_limit_before_an_event_that_a_pause_moves_or_that_is_too_long_is_named() -> None:
    more = "\n        pauses: [{reason: waiting_customer}]"
    found = [f for f in lint({"p": small(before("24 h", more))}, world()) if f.code == "pause-before"]
    assert [(f.severity, f.line > 0) for f in found] == [("warning", True)]
    assert "pause-before" not in codes(small(before("24 h"))) + codes(small(PROMISED + more[1:] + "\n"))
    assert "long-ahead" in codes(small(before("14 calendar months"))) and "long-ahead" in codes(small(before("400 d")))
    for spelled in ("12 calendar months", "3 working days", "40 working hours"):
        assert "long-ahead" not in codes(small(before(spelled)))


def test_two_limits_before_one_event_are_found_across_policies() -> None:
    assert "two-limits" in codes(small(before("24 h")), other(small(before("2 d"))))
    assert "two-limits" in codes(small(before("24 h")), other(small(PROMISED)))
    assert "two-limits" not in codes(small(before("24 h")), other(small(before("24 h"))))
    assert "two-limits" not in codes(
        small(CLOCK.replace("ticket.reported", "ticket.promised")), other(small(before("2 d")))
    )


def test_a_moment_that_no_event_announces_is_an_error_at_its_place() -> None:
    text = small(PROMISED.replace("ticket.promised", "ticket.reported"))
    [found] = [f for f in lint({"p": text}, world()) if f.code == "check"]
    assert found.message == "the event ticket.reported announces no moment 'due_at'"
    assert text.splitlines()[found.line - 1].strip() == "due: due_at"


def test_a_clock_that_nothing_can_end_is_an_error_and_one_of_several_ends_a_warning() -> None:
    def severities(end: str) -> list[str]:
        found = lint({"p": small(CLOCK.replace("end: ticket.answered", f"end: {end}"))}, world())
        return [finding.severity for finding in found if finding.code == "unheard-event"]

    assert severities("ticket.greeted") == ["error"]
    assert severities("[ticket.answered, ticket.greeted]") == ["warning"]


def test_forms_templates_roles_and_fact_sets_that_nobody_offers() -> None:
    form = f"""\
    rules:
      - {{form: sheet, title: {TEXT}, subject: ticket, verb: report, fields: [number]}}
      - {{consequence: tell, on: ticket.reported, tell: [agent], template: hello}}
      - {{indicator: rate, label: {TEXT}, facts: repairs, denominator: 'true'}}
"""
    nothing: frozenset[str] = frozenset()
    found = codes(small(form), forms=nothing, templates=nothing, roles=nothing, fact_sets=nothing)
    assert {"unknown-form", "unknown-template", "unknown-role", "unknown-facts"} <= set(found)
    known = codes(
        small(form),
        forms=frozenset({"sheet"}),
        templates=frozenset({"hello"}),
        roles=frozenset({"agent"}),
        fact_sets=frozenset({"repairs"}),
    )
    assert not {"unknown-form", "unknown-template", "unknown-role", "unknown-facts"} & set(known)


def test_a_fact_set_that_was_counted_and_is_gone_is_an_error() -> None:
    rule = f"    rules:\n      - {{indicator: rate, label: {TEXT}, facts: repairs, denominator: 'true', numerator: 'true'}}\n"
    nothing: frozenset[str] = frozenset()
    [finding] = [
        f
        for f in lint({"p": small(rule)}, world(fact_sets=nothing, counted=frozenset({"repairs"})))
        if f.code == "lost-facts"
    ]
    assert (finding.severity, finding.clause) == ("error", "SM-1") and finding.line
    assert "unknown-facts" in codes(small(rule), fact_sets=nothing, counted=frozenset({"complaints"}))
    assert "lost-facts" not in codes(small(rule), fact_sets=frozenset({"repairs"}), counted=frozenset({"repairs"}))


def other(text: str) -> str:
    return text.replace("policy: small", "policy: other").replace("code: SM", "code: OT").replace("SM-1", "OT-1")


def test_two_limits_for_one_thing_are_found_across_policies() -> None:
    ten = small(CLOCK)
    twenty = other(small(CLOCK.replace("10 min", "20 min")))
    assert "two-limits" in codes(ten, twenty)
    assert "two-limits" not in codes(ten, other(ten))
    urgent = other(small(CLOCK.replace("within: 10 min", 'within: 20 min\n        when: severity == "urgent"')))
    general = small(CLOCK.replace("within: 10 min", 'within: 10 min\n        when: severity == "general"'))
    assert "two-limits" not in codes(general, urgent)
    fault = small(CLOCK.replace("within: 10 min", 'within: 10 min\n        when: kind == "fault"'))
    assert "two-limits" in codes(fault, urgent)


def test_a_number_defined_in_two_policies_is_an_error() -> None:
    more = f"    parameters:\n      - {{name: limit, kind: int, value: 5, why: {TEXT}}}\n"
    assert codes(small(gate() + SITUATION, more=more), other(small(gate() + SITUATION, more=more))) == ["defined-twice"]


def test_overlap_of_conditions() -> None:
    assert overlap('kind == "fault"', 'severity == "urgent" && !solved', TICKET)
    assert not overlap('kind == "fault"', 'kind in ["complaint", "suggestion"]', TICKET)
    assert overlap("visits > 2", "visits > 2", TICKET)
    assert not overlap("visits > 2", "visits > 3", TICKET)  # open numbers: only equal texts are known to meet


def test_the_shipped_policies_have_no_error_and_no_two_limits() -> None:
    found: list[Finding] = lint({path.parent.name: path.read_text(encoding="utf-8") for path in FILES}, World(SUBJECTS))
    assert [finding for finding in found if finding.severity == "error"] == []
    assert {finding.code for finding in found} == {"waits"}
    assert not [finding for finding in found if finding.clause.startswith("MN-3.2")]


def test_findings_have_their_place() -> None:
    [finding] = [f for f in lint({"small": small(gate("has_nme") + SITUATION)}, world()) if f.code == "check"]
    assert (finding.line, finding.column, finding.clause) == (22, 18, "SM-1")
    assert str(finding).startswith("small:22:18: error: ")


def test_gaps_and_overlaps_of_validity() -> None:
    def day(number: int) -> datetime:
        return datetime(2024, 1, number, tzinfo=UTC)

    def held(*times: tuple[int, int | None]) -> list[str]:
        policy = loading.load(CLEAN)
        tenures = [Tenure(new_id(), policy, day(since), day(until) if until else None) for since, until in times]
        return [finding.code for finding in validity(tenures)]

    assert held((1, 5), (5, None)) == []
    assert held((1, 5), (7, None)) == ["gap"]
    assert held((1, None), (7, None)) == ["overlap"]
    assert held((1, 5)) == ["gap"]
