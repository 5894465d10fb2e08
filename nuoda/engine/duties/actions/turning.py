"""A new version takes effect: open duties of the cadences it changes go on, pass under it, or end, as it says."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from nuoda.engine.clocks import queries as clocks
from nuoda.engine.rulebook.actions import errors
from nuoda.engine.rulebook.models import ClauseError
from nuoda.engine.rulebook.pure.book import Book, Tenure
from nuoda.engine.rulebook.pure.revisions import DutyWay, cadences, duty_turns
from nuoda.engine.rulebook.pure.rules import BoundRule, CadenceRule
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.events import Event
from nuoda.foundation.journal.actions import dossiers
from nuoda.foundation.journal.actions import entries as journal
from nuoda.foundation.orgs import queries as orgs

from .. import queries
from ..events import DutyMissWithdrawn, DutyRevised, DutyWithdrawn
from ..models import Attestation, Evidence, Obligation, Watch
from ..pure.turning import Terms, taken_over
from . import audits, opening, proving, standing

log = logging.getLogger(__name__)

AGAIN = timedelta(days=1)
"""So long before the last look a version that took effect is looked at again: it may have been adopted while that look was under way."""


@dataclass(frozen=True, slots=True)
class Turning:
    """A version has taken the place of others: what becomes of the open duties that they opened."""

    tenure: Tenure
    earlier: tuple[UUID, ...]
    turns: Mapping[str, DutyWay]


def turn(*, actor: Actor, at: datetime, failed: set[opening.Key]) -> int:
    """Carry out what versions that took effect say of open duties; how many changed. In the scope of the whole company.

    May be repeated: what passed under a version is opened by it from then on. What fails is added to `failed` and tried
    again by the next sweep. Emits duty.revised, duty.withdrawn.
    """
    looked = Watch.objects.filter(pk=actor.company_id).values_list("looked_until", flat=True).first()
    if looked is None:
        return 0
    ruling = clocks.ruling(actor)
    done = 0
    for found in turnings(ruling.book, looked - AGAIN, at):
        for row in _open(actor.company_id, found):
            key = (row.ref, row.period, row.unit_id)
            if key in failed:
                continue
            try:
                with transaction.atomic():
                    _carry_out(row, found, ruling, actor=actor, at=at)
                done += 1
            except Exception as error:
                # Whatever is wrong with one duty must not keep the others.
                log.exception("duty %s could not pass under version %s", row.pk, found.tenure.policy.version)
                errors.note(ClauseError.of(row.company_id, row.ref, f"{row.period}: {error}"[:400], at=at))
                failed.add(key)
    return done


def turnings(book: Book, after: datetime, until: datetime) -> Iterator[Turning]:
    """The versions that took another's place after the one moment and until the other, and change open duties."""
    for tenure in sorted(book.tenures, key=lambda t: t.since):
        if not after < tenure.since <= until:
            continue
        others = [t for t in book.tenures if t.policy.code == tenure.policy.code and t.since < tenure.since]
        if not others:
            continue
        before = max(others, key=lambda t: t.since)
        turns = {ref: way for ref, way in duty_turns(before.policy, tenure.policy).items() if way != "keep"}
        if turns:
            yield Turning(tenure, tuple(t.version_id for t in others), turns)


def _open(company_id: UUID, found: Turning) -> list[Obligation]:
    """The duties that were open at the takeover, held; also those that were called missed by the old rule since then."""
    since = found.tenure.since
    still = Q(state__in=("open", "claimed")) | Q(state="missed", judged_at__gte=since)
    rows = Obligation.objects.filter(
        still, company_id=company_id, ref__in=list(found.turns), version__in=found.earlier, opens_at__lt=since
    )
    held = rows.select_for_update(of=("self",), no_key=True).select_related("dossier")
    return list(held.order_by("pk"))


def _carry_out(row: Obligation, found: Turning, ruling: clocks.Ruling, *, actor: Actor, at: datetime) -> None:
    tenure, way = found.tenure, found.turns[row.ref]
    rule = cadences(tenure.policy).get(row.ref)
    if way == "end" or rule is None:
        _end(row, tenure, actor=actor, at=at)
        return
    if row.state == "claimed":
        return  # what somebody has said he did is decided by the rule under which he said so
    unit = next(
        (u for u in queries.units(row.company_id, row.per, rule.owner, at) if u.id == row.unit_id), None
    )  # fmt: skip
    dealer_id = opening.owing(rule.owner, unit) if unit is not None else row.dealer_id
    terms = taken_over(
        rule, row.period_start, row.period_end, row.opens_at, tenure.since,
        zone=orgs.zone(actor), calendar=opening.calendar_of(ruling, dealer_id, row.opens_at), afresh=way == "restart",
    )  # fmt: skip
    if way == "restart" and terms.due_at <= tenure.since:
        _end(row, tenure, actor=actor, at=at)
        return
    _pass(row, tenure, rule, way, terms, dealer_id, actor=actor, at=at)


def _pass(
    row: Obligation,
    tenure: Tenure,
    rule: CadenceRule,
    way: DutyWay,
    terms: Terms,
    dealer_id: UUID | None,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """The duty is one of the new version from now on."""
    bound = BoundRule(tenure.version_id, tenure.policy.name, tenure.policy.version, row.clause_id, rule)
    due_before = row.due_at
    if dealer_id != row.dealer_id:
        dossiers.move(row.dossier, dealer_id=dealer_id, customer_id=row.dossier.customer_id)
        Evidence.objects.filter(obligation=row).update(dealer_id=dealer_id)
        Attestation.objects.filter(obligation=row).update(dealer_id=dealer_id)
    row.dealer_id, row.version_id, row.label = dealer_id, tenure.version_id, dict(rule.duty)
    row.owner_role, row.times = rule.owner, rule.times
    row.due_at, row.judged_at = terms.due_at, terms.judged_at
    row.counts_from, row.counts_until = terms.counts_from, terms.counts_until
    row.warn_at = list(terms.warn_at)
    # A warning whose moment had passed before is not given again.
    row.warned = [index for index, moment in enumerate(terms.warn_at) if moment <= tenure.since]
    row.next_action_at = min(at, terms.judged_at)
    row.save()
    said = DutyRevised(
        obligation=row.pk, ref=row.ref, clause=row.clause_id, period=row.period, way=way, version=tenure.version_id,
        due_before=due_before, due_at=row.due_at,
    )  # fmt: skip
    _say(row, said, actor=actor, at=at, happened_at=tenure.since)
    if rule.audit is None:
        Evidence.objects.filter(obligation=row).delete()
        proving.gather(row, bound, at=at)
    standing.judge([row], actor=actor, at=at)


def _end(row: Obligation, tenure: Tenure, *, actor: Actor, at: datetime) -> None:
    names = {"obligation": row.pk, "ref": row.ref, "clause": row.clause_id}
    if row.missed_entry_id is not None:
        gone = DutyMissWithdrawn(missed=row.missed_entry_id, state="withdrawn", **names)
        _say(row, gone, actor=actor, at=at, happened_at=at)
    row.state, row.cause, row.next_action_at, row.missed_entry_id = "withdrawn", "revised", None, None
    row.save(update_fields=["state", "cause", "next_action_at", "missed_entry_id"])
    ended = DutyWithdrawn(period=row.period, cause="revised", version=tenure.version_id, **names)
    _say(row, ended, actor=actor, at=at, happened_at=tenure.since)
    if row.done_at is None:
        dossiers.close(row.dossier, at=at)
    audits.withdraw(row, cause="revised", version=tenure.version_id, actor=actor, at=at)


def _say(row: Obligation, event: Event, *, actor: Actor, at: datetime, happened_at: datetime) -> None:
    speaker = actor.as_origin(row.origin)  # type: ignore[arg-type]
    journal.record(event, dossier=row.dossier, actor=speaker, at=at, happened_at=happened_at, clauses=[row.clause_id])
