"""Judging: where a duty stands by what proves it, written down and announced once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.pure.rules import CadenceRule
from nuoda.foundation.base.access import system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.events import Event
from nuoda.foundation.base.pure.ids import id_at, new_id
from nuoda.foundation.journal.actions import dossiers
from nuoda.foundation.journal.actions import entries as journal

from .. import queries
from ..events import DutyMet, DutyMissed, DutyMissWithdrawn, DutyUndone, DutyWarned
from ..models import Attestation, Evidence, Obligation
from ..pure.standing import Proof, Standing, Terms, stand

SETTLED = ("waived", "withdrawn")
"""States that somebody decided; nothing is computed any more."""
_KINDS: dict[str, str] = {"stands": "attested", "confirmed": "attested", "waits": "claimed"}


def judge(rows: Sequence[Obligation], *, actor: Actor, at: datetime, skip_locked: bool = False) -> int:
    """Bring duties up to `at`; how many were looked at. In the scope of the whole company.

    The row is the lock: whoever holds it reads all evidence committed before, so that no two of them announce the same miss.
    Emits duty.warned, duty.missed, duty.miss_withdrawn, duty.met, duty.undone.
    """
    wanted = [row.pk for row in rows]
    held = Obligation.objects.select_for_update(of=("self",), no_key=True, skip_locked=skip_locked)
    found = list(held.filter(pk__in=wanted).exclude(state__in=SETTLED).select_related("dossier").order_by("pk"))
    proofs = known([row.pk for row in found])
    for row in found:
        _settle(row, stand(terms(row), proofs[row.pk], at), actor=actor, at=at)
    return len(found)


def terms(row: Obligation) -> Terms:
    return Terms(row.due_at, row.judged_at, row.times, tuple(row.warn_at))


def known(ids: Sequence[UUID]) -> dict[UUID, list[Proof]]:
    """What proves the duties; two statements."""
    found: dict[UUID, list[Proof]] = defaultdict(list)
    for pk, entry_id, moment in Evidence.objects.filter(obligation__in=ids).values_list(
        "obligation_id", "entry_id", "happened_at"
    ):
        found[pk].append(Proof(moment, str(entry_id), "event"))
    rows = Attestation.objects.filter(obligation__in=ids).exclude(state="rejected")
    for pk, attestation, moment, state in rows.values_list("obligation_id", "pk", "happened_at", "state"):
        found[pk].append(Proof(moment, str(attestation), _KINDS[state]))  # type: ignore[arg-type]
    return found


def _settle(row: Obligation, now: Standing, *, actor: Actor, at: datetime) -> None:
    before = {name: getattr(row, name) for name in _FIELDS}
    speaker = system(row.company_id, book_revision=actor.book_revision).as_origin(row.origin)  # type: ignore[arg-type]

    def say(event: Event, happened_at: datetime, id: UUID | None = None) -> None:  # noqa: A002
        journal.record(
            event, dossier=row.dossier, actor=speaker, at=at, happened_at=min(happened_at, at),
            clauses=[row.clause_id], id=id,
        )  # fmt: skip

    names: dict[str, Any] = {"obligation": row.pk, "ref": row.ref, "clause": row.clause_id}
    about = names | {
        "period": row.period, "owner_role": row.owner_role, "owner_person": row.owner_person_id, "due_at": row.due_at,
    }  # fmt: skip
    rule = _rule(row) if now.warned or now.state == "missed" else None
    for index in now.warned:
        if index not in row.warned:
            row.warned = [*row.warned, index]
            if now.done_at is None and row.missed_entry_id is None:
                tell = list(rule.warnings[index].tell) if rule else []
                say(DutyWarned(warning=index, tell=tell or [row.owner_role], **about), row.warn_at[index])
    if now.state == "missed" and row.missed_entry_id is None:
        row.missed_entry_id = _entry_id(row, at)
        say(DutyMissed(tell=list(rule.missed) if rule else [], **about), row.due_at, row.missed_entry_id)
    elif now.state != "missed" and row.missed_entry_id is not None:
        say(DutyMissWithdrawn(missed=row.missed_entry_id, state=now.state, **names), at)
        row.missed_entry_id = None
    if now.done_at is not None and row.done_at is None:
        by = "attestation" if now.by and Attestation.objects.filter(pk=now.by).exists() else "event"
        say(DutyMet(by=by, late=now.state == "missed", period=row.period, **names), now.done_at)
        dossiers.close(row.dossier, at=at)
    elif now.done_at is None and row.done_at is not None:
        say(DutyUndone(**names), at)
        dossiers.reopen(row.dossier)
    row.state, row.counted, row.done_at, row.done_by = now.state, now.counted, now.done_at, now.by
    row.next_action_at = now.next_at
    if any(getattr(row, name) != value for name, value in before.items()):
        row.save(update_fields=_FIELDS)


_FIELDS = ["state", "counted", "done_at", "done_by", "next_action_at", "warned", "missed_entry_id"]


def _rule(row: Obligation) -> CadenceRule | None:
    bound = queries.bound_of(rulebook.book(row.company_id), row.version_id, row.ref)
    return bound.rule if bound is not None and isinstance(bound.rule, CadenceRule) else None


def _entry_id(row: Obligation, at: datetime) -> UUID:
    return new_id() if row.origin == "live" else id_at(at)
