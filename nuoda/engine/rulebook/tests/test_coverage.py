"""The four regulations as policies: every duty of the register, none left undefined, every vague word of the texts defined."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from nuoda.config import env
from nuoda.engine.rulebook.actions import packs
from nuoda.engine.rulebook.pure import loading
from nuoda.engine.rulebook.pure.coverage import coverage
from nuoda.engine.rulebook.pure.facts import SUBJECTS
from nuoda.engine.rulebook.pure.linting import World, lint
from nuoda.engine.rulebook.pure.policies import Clause, Policy, Waiting
from nuoda.foundation.base.pure.events import REGISTRY

from .test_linting import SITUATION
from .test_policies import CLOCK, TEXT, gate, small

HERE = Path(__file__).parent
REGISTER = env.shared() / "design" / "clauses.md"
UNDEFINED: dict[str, str] = {}
"""Clauses that may keep an undefined word, each with the reason; none does."""
WAITS = f"    waiting: {{events: [contract.signed], for: {TEXT}}}\n"
UNHEARD = CLOCK.replace("start: ticket.reported", "start: contract.signed").replace(
    "end: ticket.answered", "end: contract.filed\n        subject: contract"
)


@pytest.fixture(scope="module")
def policies() -> list[Policy]:
    return [loading.load(path.read_text(encoding="utf-8")) for path in packs.files()]


def clauses(policies: list[Policy]) -> dict[str, Clause]:
    return {clause.id: clause for policy in policies for clause in policy.clauses}


def register() -> dict[str, str]:
    """Clause ids of the register with their mechanisms."""
    if not REGISTER.is_file():
        pytest.skip(f"the register of clauses is not there: {REGISTER} (set NUODA_SHARED to the folder that has it)")
    rows = re.findall(r"^\| ([A-Z]{2}-[\w.]+) \|.*\| ([^|]+) \|$", REGISTER.read_text(encoding="utf-8"), re.MULTILINE)
    return dict(rows)


def test_every_clause_of_the_register_is_there_and_no_other(policies: list[Policy]) -> None:
    lines = {line.clause for line in coverage(policies, REGISTRY)}
    assert len(lines) == 202
    assert lines == set(register())


def test_no_clause_is_undefined_without_a_reason(policies: list[Policy]) -> None:
    undefined = {line.clause: line.undefined for line in coverage(policies, REGISTRY) if line.status == "undefined"}
    assert set(undefined) == set(UNDEFINED), undefined


def test_what_waits_names_its_events_and_what_for(policies: list[Policy]) -> None:
    for line in coverage(policies, REGISTRY):
        if line.status == "waiting":
            assert line.waits_for, line.clause
            assert any(not need.heard for need in line.events), f"{line.clause} waits for nothing that is missing"


WANTED = (("CLOCK", "clock"), ("GATE", "gate"), ("APPROVAL", "approval"), ("FORM", "form"))
ELSEWHERE = {
    # The register's mechanism is kept in another way, or by the clause named.
    "LC-4.2.4b": "escalation is a consequence of a missed clock",
    "MN-4": "the templates are the forms of MN-2.1.1c, MN-2.2.1b, MN-3.1.1c and MN-3.2.1d",
    "DL-5.3a": "computed",
}


def test_what_the_register_asks_for_is_written_as_a_rule(policies: list[Policy]) -> None:
    lines = {line.clause: line.kinds for line in coverage(policies, REGISTRY)}
    missing = [
        (clause, kind)
        for clause, mechanism in register().items()
        for word, kind in WANTED
        if re.search(rf"\b{word}S?\b", mechanism) and kind not in lines[clause] and clause not in ELSEWHERE
    ]
    assert missing == []


def test_vague_words_of_the_texts_are_defined(policies: list[Policy]) -> None:
    """Every 'in time' and 'regularly' of the sources has a definition, with a reason, or a rule that says a number."""
    known = clauses(policies)
    defined = {clause for policy in policies for item in policy.definitions for clause in item.clauses}
    bare = []
    for text in json.loads((HERE / "gold_reader.json").read_text(encoding="utf-8"))["texts"]:
        for line in text["items"]:
            vague = line["kind"] == "open_clock" or line.get("key") == "regular"
            if vague and line["clause"] not in defined and not known[line["clause"]].rules:
                bare.append(line["clause"])
    assert bare == []


def test_a_definition_says_why_where_it_was_chosen(policies: list[Policy]) -> None:
    chosen = [item for policy in policies for item in policy.definitions if item.why is not None]
    assert len(chosen) > 40
    assert all(set(item.why or {}) == {"zh-hans", "zh-hant", "en"} for item in chosen)


# -- the mark


def world(*events: str) -> World:
    return World(SUBJECTS, events=frozenset({"ticket.reported", "ticket.answered", *events}))


def found(text: str, *events: str) -> list[str]:
    return [finding.code for finding in lint({"p": text}, world(*events))]


def test_a_clause_that_waits_keeps_its_rule_and_is_listed() -> None:
    text = small(UNHEARD, more=WAITS.replace("[contract.signed]", "[contract.signed, contract.filed]"))
    clause = loading.load(text).clauses[0]
    assert clause.status == "waiting"
    assert [clock.start for clock in clause.clocks()] == [("contract.signed",)]
    assert found(text) == ["waits"]
    [note] = lint({"p": text}, world())
    assert (note.severity, note.clause) == ("note", "SM-1")
    assert "contract.signed, contract.filed" in note.message


def test_an_event_that_a_waiting_clause_does_not_name_is_found() -> None:
    assert "unheard-event" in found(small(UNHEARD, more=WAITS))


def test_the_mark_is_to_go_once_the_events_are_there() -> None:
    text = small(UNHEARD, more=WAITS.replace("[contract.signed]", "[contract.signed, contract.filed]"))
    assert found(text, "contract.signed", "contract.filed") == ["waits-no-more"]


def test_a_waiting_rule_over_a_known_subject_is_type_checked() -> None:
    assert "check" in found(small(gate("has_nme") + SITUATION, more=WAITS))
    unknown = gate("has_nme").replace("subject: ticket", "subject: contract")
    assert found(small(unknown, more=WAITS)) == ["waits"]
    assert "check" in found(small(unknown))


def test_a_waiting_clause_runs_as_far_as_its_subject_is_there() -> None:
    assert loading.load(small(gate() + SITUATION, more=WAITS)).clauses[0].status == "executed"


def test_a_single_word_is_a_mark_too() -> None:
    clause: Any = loading.load(small(more="    waiting: trade\n")).clauses[0]
    assert clause.waiting == Waiting({"zh-hans": "trade", "zh-hant": "trade", "en": "trade"})
