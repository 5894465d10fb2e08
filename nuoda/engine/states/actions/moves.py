"""The one door for a change of state: legal pair, gates, approvals, compare-and-set, journal entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.actions import errors
from nuoda.engine.rulebook.models import ClauseError
from nuoda.engine.rulebook.pure.conditions import ConditionFailed, holds
from nuoda.engine.rulebook.pure.rules import BoundRule, GateRule, Text
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.events import Event, type_of
from nuoda.foundation.base.pure.refusals import Refused, Stale
from nuoda.foundation.journal.actions import entries
from nuoda.foundation.journal.models import Dossier, Entry

from ..pure.machines import Machine
from . import refusals
from .refusals import Attempt, Stop

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Hold:
    """Something above this floor that holds a move back: an approval not given yet, a paper not signed."""

    reason: str
    clause_id: str
    code: str = "held"
    fields: Mapping[str, str] = field(default_factory=dict)
    bound: BoundRule | None = None
    """The rule that asks for it."""


@dataclass(frozen=True, slots=True)
class Passed:
    """Something above this floor that was asked for, and is there: its clause let the move through."""

    clause_id: str


HoldProvider = Callable[[str, str, "Dossier | None", Mapping[str, Any], Actor, datetime], Sequence[Hold | Passed]]
_providers: list[HoldProvider] = []


def register_hold(provider: HoldProvider) -> HoldProvider:
    """Let an app above hold moves back: provider(subject, verb, dossier, facts, actor, at) → what holds, what passed."""
    if provider not in _providers:
        _providers.append(provider)
    return provider


def check(
    machine: Machine,
    source: str | None,
    verb: str,
    *,
    event: type[Event],
    facts: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    happened_at: datetime | None = None,
    dossier: Dossier | None = None,
) -> tuple[str, ...]:
    """Whether `verb` may be done from `source` with the facts as they would be after it; ids of the clauses behind it.

    `event` is what it would record, `dossier` what it is about. Raises Refused with every clause that forbids it, and the fields
    they are about; a rule that held it back is kept as a Refusal. A condition that cannot be answered refuses too, and is kept
    as an error of its clause.
    """
    verdict = _ask(machine, source, verb, facts, actor, happened_at or at, dossier)
    if verdict.refusal is None:
        return verdict.clauses
    stops = [Stop.of(bound, facts) for bound in verdict.refused]
    stops += [Stop(hold.clause_id, refusals.KINDS.get(hold.code, "gate"), hold.bound) for hold in verdict.held]
    if stops:
        name: str = type_of(event)  # type: ignore[arg-type]
        attempt = Attempt(machine.subject, verb, name, begins=source is None, dossier=dossier)
        refusals.note(stops, attempt, actor=actor, at=at)
    raise verdict.refusal


@dataclass(frozen=True, slots=True)
class _Verdict:
    """The clauses that let a move through, or the refusal with the gates and holds behind it (none where the pair is illegal
    or a rule could not be answered)."""

    clauses: tuple[str, ...] = ()
    refusal: Refused | None = None
    refused: tuple[BoundRule, ...] = ()
    held: tuple[Hold, ...] = ()


def _ask(
    machine: Machine,
    source: str | None,
    verb: str,
    facts: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    dossier: Dossier | None,
) -> _Verdict:
    """What table and book say to a move, whether it is done or only thought of."""
    if source not in machine.moves[verb].sources:
        return _Verdict(refusal=Refused(_illegal(machine, source), code="illegal_move"))
    gates = rulebook.book(actor).gates_for(machine.subject, verb, at)
    try:
        allowed, refused = _judge(gates, machine.subject, facts, actor, at, dossier)
        told = [one for provider in _providers for one in provider(machine.subject, verb, dossier, facts, actor, at)]
    except Refused as unanswered:
        return _Verdict(refusal=unanswered)
    held = [one for one in told if isinstance(one, Hold)]
    if not refused and not held:
        passed = [one.clause_id for one in told if isinstance(one, Passed)]
        return _Verdict(tuple(dict.fromkeys([*(bound.clause_id for bound in allowed), *passed])))
    sentences = [_said(bound.rule.otherwise) for bound in refused] + [hold.reason for hold in held]  # type: ignore[union-attr]
    fields = {name: _said(b.rule.otherwise) for b in refused for name in b.rule.fields}  # type: ignore[union-attr]
    for hold in held:
        fields.update(hold.fields)
    refusal = Refused(
        " ".join(sentences),
        clauses=[bound.clause_id for bound in refused] + [hold.clause_id for hold in held],
        code="gate" if refused else held[0].code,
        fields=fields,
    )
    return _Verdict((), refusal, tuple(refused), tuple(held))


def move(
    machine: Machine,
    row: models.Model,
    verb: str,
    *,
    actor: Actor,
    at: datetime,
    event: Event,
    facts: Mapping[str, Any],
    changes: Mapping[str, Any] | None = None,
    dossier: Dossier | None = None,
    happened_at: datetime | None = None,
    remark: str = "",
    source: str = "",
) -> Entry:
    """Do `verb` on a row: check it, write the new state with `changes` only if nobody was faster, record the event.

    Raises Refused (see `check`) and Stale when the row's state is not what it was when it was loaded.
    """
    state: str = row.state  # type: ignore[attr-defined]
    clauses = check(
        machine, state, verb, event=type(event), facts=facts, actor=actor, at=at, happened_at=happened_at, dossier=dossier
    )  # fmt: skip
    target = machine.target(verb, state)
    values = {**(changes or {}), "state": target}
    guard: dict[str, Any] = {"pk": row.pk, "state": state}
    if "version" in values:
        guard["version"] = values["version"] - 1
    if not type(row)._default_manager.filter(**guard).update(**values):
        raise Stale(_("Somebody else changed this a moment ago. Load the page again and decide anew."))
    for name, value in values.items():
        setattr(row, name, value)
    return entries.record(
        event,
        dossier=dossier,
        actor=actor,
        at=at,
        happened_at=happened_at,
        facts=facts,
        clauses=clauses,
        remark=remark,
        source=source,
    )


def as_if(
    machine: Machine, row: Row, verb: str, changes: Mapping[str, Any], facts: Callable[[Row], dict[str, Any]]
) -> dict[str, Any]:
    """The row's facts as they would be after the move; the row itself stays. An illegal move keeps the state."""
    state = row.state  # type: ignore[attr-defined]
    legal = state in machine.moves[verb].sources
    trial = {**changes, "state": machine.target(verb, state) if legal else state}
    before = {name: getattr(row, name) for name in trial}
    try:
        for name, value in trial.items():
            setattr(row, name, value)
        return facts(row)
    finally:
        for name, value in before.items():
            setattr(row, name, value)


@dataclass(frozen=True, slots=True)
class Possible:
    """A verb on a record page: allowed, or why not (the sentence and its clauses)."""

    verb: str
    allowed: bool
    reason: str = ""
    clauses: tuple[str, ...] = ()


def _judge(
    gates: tuple[BoundRule, ...],
    subject: str,
    facts: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    dossier: Dossier | None,
) -> tuple[list[BoundRule], list[BoundRule]]:
    allowed: list[BoundRule] = []
    refused: list[BoundRule] = []
    for bound in gates:
        rule = bound.rule
        if not isinstance(rule, GateRule):
            continue
        try:
            if not holds(rule.when, subject, facts):
                continue
            (allowed if holds(rule.require, subject, facts) else refused).append(bound)
        except ConditionFailed as error:
            case_id = dossier.case_id if dossier is not None else None
            errors.keep_apart(ClauseError.of(actor.company_id, bound.ref, str(error), at=at, case_id=case_id))
            raise Refused(
                _("The rule of clause %(clause)s could not be answered: %(error)s. Tell the keeper of the rulebook.")
                % {"clause": bound.clause_id, "error": error},
                clauses=[bound.clause_id],
                code="clause_error",
            ) from error
    return allowed, refused


def possible(
    machine: Machine,
    state: str,
    verbs: list[str],
    *,
    facts: Callable[[str], Mapping[str, Any]],
    actor: Actor,
    at: datetime,
    dossier: Dossier | None = None,
) -> list[Possible]:
    """For a record page: which verbs can be done now, and why not the others. `facts(verb)` are those it would have."""
    found = []
    for verb in verbs:
        verdict = _ask(machine, state, verb, facts(verb), actor, at, dossier)
        if verdict.refusal is None:
            found.append(Possible(verb, True, clauses=verdict.clauses))
        else:
            found.append(Possible(verb, False, str(verdict.refusal), verdict.refusal.clauses))
    return found


def _illegal(machine: Machine, source: str | None) -> str:
    if source is None:
        return _("A new one cannot begin like this.")
    return _("This cannot be done while it is “%(state)s”.") % {"state": machine.label(source)}


def _said(text: Text) -> str:
    language = get_language() or "zh-hans"
    return text.get(language) or text.get("zh-hans") or next(iter(text.values()), "")
