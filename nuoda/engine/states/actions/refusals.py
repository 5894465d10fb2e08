"""Keeping that a rule held somebody back. What was refused is rolled back, so this follows it in a transaction of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.pure.book import NotInForce
from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.engine.rulebook.pure.rules import BoundRule, GateRule
from nuoda.foundation.base.access import afterwards, scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.models import Dossier, Entry

from ..models import Refusal
from ..pure.unmet import unmet

KINDS = {"paper": "form", "needs_approval": "approval"}
"""Kinds of refusal by the code of a hold; every other one is a condition."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One rule that held a deed back."""

    clause_id: str
    kind: str
    bound: BoundRule | None = None
    unmet: tuple[str, ...] = ()

    @property
    def rule(self) -> str:
        """The rule's key within its clause."""
        return self.bound.rule.key if self.bound else ""

    @classmethod
    def of(cls, bound: BoundRule, facts: Mapping[str, object]) -> Stop:
        """A gate that did not open."""
        rule = bound.rule
        missing = unmet(rule.require, rule.subject, facts) if isinstance(rule, GateRule) else []
        return cls(bound.clause_id, "gate", bound, tuple(missing))


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody tried: the deed, the event it would have recorded, and the dossier (None: a matter was to begin)."""

    subject: str
    verb: str
    event: str
    begins: bool
    dossier: Dossier | None


def note(stops: Sequence[Stop], attempt: Attempt, *, actor: Actor, at: datetime) -> None:
    """Keep the refusal once the running transaction has ended."""
    gather = _length("refusals_gathered_within", actor, at)
    afterwards(lambda: keep(stops, attempt, actor=actor, at=at, gather=gather))


def keep(
    stops: Sequence[Stop], attempt: Attempt, *, actor: Actor, at: datetime, gather: timedelta | None = None
) -> list[Refusal]:
    """Write one row for each clause, or count the try where the same person was held back from the same deed before: within
    `gather` (None: at any time), and not done since."""
    until = at + gather if gather is not None else None
    by_clause: dict[str, list[Stop]] = {}
    for stop in stops:
        by_clause.setdefault(stop.clause_id, []).append(stop)
    with scoped(system(actor.company_id, book_revision=actor.book_revision)):
        about = _about(attempt.dossier)
        return [_one(by_clause[key], attempt, about, actor, at, until) for key in sorted(by_clause)]


def _about(dossier: Dossier | None) -> Dossier | None:
    """The dossier as it was left: one that began in the refused transaction is gone, and its case may stand."""
    if dossier is None:
        return None
    known = Dossier.objects.in_bulk({dossier.pk, dossier.case_id})
    return known.get(dossier.pk) or known.get(dossier.case_id)


def _one(
    stops: Sequence[Stop], attempt: Attempt, about: Dossier | None, actor: Actor, at: datetime, until: datetime | None
) -> Refusal:
    same = {
        "company_id": actor.company_id, "clause_id": stops[0].clause_id, "subject": attempt.subject, "verb": attempt.verb,
        "actor_id": actor.person_id, "dossier_id": about.pk if about else None,
    }  # fmt: skip
    missing = {stop.rule: list(stop.unmet) for stop in stops}
    version = next((stop.bound.version_id for stop in stops if stop.bound), None)
    # Two tries at once: the second waits for the first one's row instead of writing another.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", ["|".join(str(one) for one in same.values())]
        )
    row = Refusal.objects.filter(**same).order_by("-last_at").first()
    if row is not None and (row.open_until is None or row.open_until >= at) and not _done_since(row, attempt, at):
        row.times += 1
        row.first_at, row.last_at = min(row.first_at, at), max(row.last_at, at)
        row.open_until = max(row.open_until, until) if row.open_until and until else until
        row.version_id, row.missing = version, _together(row.missing, missing)
        row.save(update_fields=["times", "first_at", "last_at", "open_until", "version_id", "missing"])
        return row
    return Refusal.objects.create(
        **same,
        version_id=version,
        kind=stops[0].kind,
        missing=missing,
        event=attempt.event,
        begins=attempt.begins,
        case_id=about.case_id if about else None,
        dealer_id=about.dealer_id if about else actor.dealer_id,
        origin=actor.origin,
        first_at=at,
        last_at=at,
        open_until=until,
    )


def _together(one: Mapping[str, list[str]], other: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What was missing in either, each once."""
    return {
        rule: list(dict.fromkeys([*one.get(rule, ()), *other.get(rule, ())])) for rule in dict.fromkeys([*one, *other])
    }


def _done_since(row: Refusal, attempt: Attempt, at: datetime) -> bool:
    """Whether it was done between the row's last try and this one: then this is a refusal of its own."""
    found = Entry.objects.filter(
        company_id=row.company_id, type=attempt.event, recorded_at__gt=row.last_at, recorded_at__lte=at
    )
    if row.dossier_id is None:
        return found.filter(actor_id=row.actor_id).exists()
    of_case = found.filter(case_id=row.case_id)
    return (of_case if row.begins else of_case.filter(dossier_id=row.dossier_id)).exists()


def forget(company_id: UUID, *, at: datetime) -> int:
    """Delete refusals that were kept as long as the book says (LC-6.2a); how many. A book that says nothing keeps them."""
    kept = _length("refusals_kept", system(company_id), at)
    if kept is None:
        return 0
    with scoped(system(company_id)):
        gone, _by_model = Refusal.objects.filter(company_id=company_id, last_at__lt=at - kept).delete()
    return gone


def _length(name: str, actor: Actor, at: datetime) -> timedelta | None:
    """A plain duration of the book; None where it names none."""
    try:
        seconds = rulebook.book(actor).value(name, at, Duration).seconds
    except NotInForce:
        return None
    return timedelta(seconds=seconds) if seconds is not None else None
