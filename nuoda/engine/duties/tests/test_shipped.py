"""The cadences of the shipped regulations: their situations come true, and each stands in one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nuoda.engine.clocks.tests.worlds import OFFICE
from nuoda.engine.duties.pure import situations
from nuoda.engine.duties.pure.units import OWN
from nuoda.engine.rulebook.pure import loading
from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.engine.rulebook.pure.policies import CadenceExample, Clause, Policy, can_open
from nuoda.engine.rulebook.pure.rules import CadenceRule
from nuoda.foundation.orgs.pure.roles import ROLES

FILES = sorted((Path(__file__).resolve().parents[4] / "policies").glob("*/*.yaml"))
POLICIES = [loading.load(path.read_text(encoding="utf-8")) for path in FILES]


def cadences() -> list[tuple[Policy, Clause, CadenceRule]]:
    return [
        (policy, clause, rule)
        for policy in POLICIES
        for clause in policy.clauses
        for rule in clause.rules
        if isinstance(rule, CadenceRule)
    ]


@pytest.mark.parametrize("policy", POLICIES, ids=[policy.name for policy in POLICIES])
def test_situations_of_the_shipped_cadences_come_true(policy: Policy) -> None:
    assert [outcome for outcome in situations.run(policy, OFFICE) if not outcome.right] == []


def test_every_cadence_stands_in_a_situation() -> None:
    bare = [
        f"{clause.id}/{rule.key}"
        for _policy, clause, rule in cadences()
        if not any(isinstance(e, CadenceExample) and e.cadence == rule.key for e in clause.examples)
    ]
    assert bare == []


def test_a_changed_time_turns_its_situation_red() -> None:
    policy, clause, rule = next(found for found in cadences() if found[2].key == "management_report")
    other = replace(clause, rules=(replace(rule, within=Duration.parse("6 working days")),))
    changed = replace(policy, clauses=(other,))
    assert any(not outcome.right for outcome in situations.run(changed, OFFICE))


def test_whoever_has_to_do_confirm_or_hear_of_a_duty_that_opens_exists() -> None:
    wrong = []
    for _policy, clause, rule in cadences():
        if not can_open(rule):
            continue
        confirm = [rule.attest.confirm] if rule.attest and rule.attest.confirm else []
        told = [role for warning in rule.warnings for role in warning.tell]
        for role in (rule.owner, *confirm, *rule.missed, *told):
            if role not in ROLES:
                wrong.append(f"{clause.id}/{rule.key}: {role}")
        if rule.per not in OWN:
            wrong.append(f"{clause.id}/{rule.key}: nothing offers {rule.per}")
    assert wrong == []


def test_checklists_are_gone_through_regularly() -> None:
    """A checklist that nobody draws is no evidence."""
    bare = [clause.id for policy in POLICIES for clause in policy.clauses if clause.checklist and not clause.attested]
    assert bare == []
