"""How the examples of a draft come out, in the reader's words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from nuoda.engine.clocks.web.words import STATES
from nuoda.engine.rulebook.pure import objections, situations
from nuoda.engine.rulebook.pure.facts import SUBJECTS
from nuoda.engine.rulebook.pure.policies import Clause, Policy
from nuoda.engine.rulebook.pure.rules import GateRule
from nuoda.engine.rulebook.pure.telling import labels, text
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.orgs.pure.roles import ROLES

from .. import queries

_DEADLINE = re.compile(r"(?P<clock>\w+) #(?P<round>\d+) (?P<state>\w+)(?: (?P<due>.+))?")


@dataclass(frozen=True, slots=True)
class Shown:
    """One example: its name, whether it comes out as it says, and both sides in words."""

    right: bool
    name: str
    expected: str
    found: str


def tried(policy: Policy, actor: Actor, at: datetime) -> dict[str, list[situations.Outcome]]:
    """The examples of every clause, run; by clause."""
    found: dict[str, list[situations.Outcome]] = {}
    for outcome in queries.outcomes(policy, actor, at):
        found.setdefault(outcome.clause_id, []).append(outcome)
    return found


def of_policy(policy: Policy, actor: Actor, at: datetime) -> dict[str, list[Shown]]:
    """The examples of every clause as pages show them; by clause."""
    outcomes = tried(policy, actor, at)
    return {
        clause.id: [_shown(policy, clause, outcome) for outcome in outcomes[clause.id]]
        for clause in policy.clauses
        if clause.id in outcomes
    }


def of_clause(policy: Policy, clause_id: str, actor: Actor, at: datetime) -> list[Shown]:
    """The examples of one clause as pages show them."""
    return of_policy(policy, actor, at).get(clause_id, [])


def _shown(policy: Policy, clause: Clause, outcome: situations.Outcome) -> Shown:
    named = {text(example.name, "zh-hans"): text(example.name, language()) for example in clause.examples}
    name = named.get(outcome.name, outcome.name)
    return Shown(outcome.right, name, _said(policy, clause, outcome.expected), _said(policy, clause, outcome.found))


def _said(policy: Policy, clause: Clause, outcome: str) -> str:
    """What an example promises or finds: deadlines, refusals, approvers or an answer, in words."""
    if outcome.startswith("error: "):
        return objections.said(outcome.removeprefix("error: "), language())
    called = labels(clause.rules, language())
    deadlines = [_DEADLINE.fullmatch(part) for part in outcome.split("; ")]
    if all(deadlines):
        return "; ".join(_deadline(found.groupdict(), called) for found in deadlines if found)
    names = {code: str(role.label) for code, role in ROLES.items()}
    names |= {role.code: text(role.name, language()) for role in policy.roles}
    names |= {rule.key: text(rule.otherwise, language()) for rule in clause.rules if isinstance(rule, GateRule)}
    for subject in SUBJECTS.values():
        for fact in subject.fields.values():
            for code, word in fact.names.items():
                names.setdefault(code, text(word, language()))
    return "; ".join(names.get(word, word) for word in outcome.split(" ")) if " (n = " not in outcome else outcome


def _deadline(found: dict[str, str | None], called: dict[str, str]) -> str:
    clock, state = found["clock"] or "", found["state"] or ""
    said = called.get(clock) or clock
    if found["round"] != "1":
        said += " · " + _("round %(n)s") % {"n": found["round"]}
    said += " · " + (str(STATES[state]) if state in STATES else _("does not run"))
    return said + (" · " + _("due %(moment)s") % {"moment": found["due"]} if found["due"] else "")
