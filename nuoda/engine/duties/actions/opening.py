"""Opening: every period of every cadence asks for a duty, exactly once for each unit."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from nuoda.engine.clocks import queries as clocks
from nuoda.engine.clocks.access import ONE_PER_COMPANY
from nuoda.engine.clocks.pure.calendars import Calendar
from nuoda.engine.rulebook.actions import errors
from nuoda.engine.rulebook.models import ClauseError
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.actions import dossiers
from nuoda.foundation.journal.actions import entries as journal
from nuoda.foundation.orgs.models import Company, Person
from nuoda.foundation.orgs.pure.roles import ROLES

from .. import queries
from ..events import DutyOpened
from ..models import Obligation, Watch
from ..pure.opening import Opening, openings
from ..pure.periods import due, warning_at
from ..pure.units import Unit
from . import audits, proving, standing

log = logging.getLogger(__name__)

Key = tuple[str, str, UUID | None]
"""What a duty is one of: rule, period, unit."""
BATCH = 100
"""Duties opened in one transaction (about 10 ms each)."""


def open_due(*, actor: Actor, at: datetime, batch: int = BATCH, failed: set[Key] | None = None) -> bool:
    """Open what is due to be opened, at most `batch` duties; whether more is left. What cannot be opened is added to `failed`
    and passed over, and the next sweep tries it again.

    In the caller's scope of the whole company. The row of `Watch` is the lock: a second worker finds it taken and leaves; the unique
    constraint on rule, period and unit stands behind it.
    """
    Watch.objects.bulk_create([Watch(company_id=actor.company_id)], ignore_conflicts=True)
    watch = Watch.objects.select_for_update(skip_locked=True).filter(pk=actor.company_id).first()
    if watch is None or (watch.looked_until is not None and watch.looked_until >= at):
        return False
    ruling = clocks.ruling(actor)
    if ruling.valid(None, at) is None:
        return False
    company = Company.objects.get(pk=actor.company_id)
    wanted = list(
        openings(
            ruling.book.tenures, began=company.created_at, looked_until=watch.looked_until, at=at,
            zone=ZoneInfo(company.time_zone), published=queries.published(actor.company_id),
        )
    )  # fmt: skip
    passed = failed if failed is not None else set()
    missing = [(o, unit) for o, unit in _missing(actor.company_id, wanted, at) if _key(o, unit) not in passed]
    for opening, unit in missing[:batch]:
        if not _open(opening, unit, ruling, actor=actor, at=at):
            passed.add(_key(opening, unit))
    if len(missing) > batch:
        return True
    if passed:
        return False
    Watch.objects.filter(pk=actor.company_id).update(looked_until=at)
    return False


def _missing(company_id: UUID, wanted: Iterable[Opening], at: datetime) -> list[tuple[Opening, Unit]]:
    wanted = list(wanted)
    if not wanted:
        return []
    rows = Obligation.objects.filter(
        company_id=company_id, ref__in={o.bound.ref for o in wanted}, period__in={o.span.code for o in wanted}
    )
    there = set(rows.values_list("ref", "period", "unit_id"))
    known: dict[tuple[str, str], list[Unit]] = {}
    found: list[tuple[Opening, Unit]] = []
    for opening in wanted:
        key = (opening.rule.per, opening.rule.owner if opening.rule.per == "person" else "")
        if key not in known:
            try:
                known[key] = queries.units(company_id, opening.rule.per, opening.rule.owner, at)
            except KeyError:
                reason = f"no app offers {opening.rule.per!r} as what a duty is about"
                errors.note(ClauseError.of(company_id, opening.bound.ref, reason, at=at))
                known[key] = []
        for unit in known[key]:
            # What did not exist in a period owed nothing for it. A later version finds the period opened by the earlier.
            if (unit.since is None or unit.since < opening.end) and (
                opening.bound.ref, opening.span.code, unit.id
            ) not in there:  # fmt: skip
                there.add((opening.bound.ref, opening.span.code, unit.id))
                found.append((opening, unit))
    return found


def _key(opening: Opening, unit: Unit) -> Key:
    return opening.bound.ref, opening.span.code, unit.id


def owing(role: str, unit: Unit) -> UUID | None:
    """The dealer that owes it: the unit's own, when the role is one that its people hold; else the company (None)."""
    if unit.dealer_id is not None and role in ROLES and ROLES[role].at_dealer and role not in ONE_PER_COMPANY:
        return unit.dealer_id
    return unit.dealer_id if unit.person_id is not None else None


def _open(opening: Opening, unit: Unit, ruling: clocks.Ruling, *, actor: Actor, at: datetime) -> bool:
    """Whether the duty is there now."""
    try:
        with transaction.atomic():
            _write(opening, unit, ruling, actor=actor, at=at)
        return True
    except IntegrityError:
        # Somebody who did not hold the lock was faster: the duty is there, which is all that matters.
        rows = Obligation.objects.filter(company_id=actor.company_id, ref=opening.bound.ref, period=opening.span.code)
        if not rows.filter(unit_id=unit.id).exists():
            raise
        log.warning("duty %s %s of %s was there already", opening.bound.ref, opening.span.code, unit.id)
        return True
    except Exception as error:
        # Whatever is wrong with one duty (a gate that refuses the draw, a rule that names what is gone) must not keep the others.
        log.exception("duty %s %s of %s could not be opened", opening.bound.ref, opening.span.code, unit.id)
        errors.note(ClauseError.of(actor.company_id, opening.bound.ref, f"{opening.span.code}: {error}"[:400], at=at))
        return False


def _write(opening: Opening, unit: Unit, ruling: clocks.Ruling, *, actor: Actor, at: datetime) -> Obligation:
    rule, bound, span = opening.rule, opening.bound, opening.span
    dealer_id = owing(rule.owner, unit)
    opens_at = max(opening.opens_at, unit.since) if unit.since and rule.within is None else opening.opens_at
    calendar = calendar_of(ruling, dealer_id, opens_at)
    due_at, judged_at = due(rule, opening.end, calendar)
    dossier = dossiers.open(
        kind="duty", title=f"{rule.duty['zh-hans']} · {span.code} · {unit.name}", actor=actor, at=at,
        dealer_id=dealer_id, opened_at=opens_at, search=[bound.clause_id, unit.name],
    )  # fmt: skip
    row = Obligation(
        dossier=dossier,
        company_id=actor.company_id,
        dealer_id=dealer_id,
        ref=bound.ref,
        clause_id=bound.clause_id,
        version_id=bound.version_id,
        label=dict(rule.duty),
        period=span.code,
        period_start=opening.start,
        period_end=opening.end,
        per=rule.per,
        unit_id=unit.id,
        unit_name=unit.name[:120],
        owner_role=rule.owner,
        owner_person_id=unit.person_id,
        opens_at=opens_at,
        due_at=due_at,
        judged_at=judged_at,
        counts_from=opening.counts_from,
        counts_until=opening.counts_until,
        times=rule.times,
        warn_at=[warning_at(calendar, warning, opens_at, due_at) for warning in rule.warnings],
        state="open",
        next_action_at=opens_at,
        origin=actor.origin,
        provisional=calendar.provisional(opens_at, judged_at),
    )
    row.save(force_insert=True)
    if unit.person_id is not None and _narrow(unit.person_id):
        dossiers.share(dossier, person_id=unit.person_id, at=at)
    event = DutyOpened(
        obligation=row.pk, ref=row.ref, clause=row.clause_id, period=row.period, unit=row.unit_id,
        owner_role=row.owner_role, owner_person=row.owner_person_id, due_at=due_at, tell=list(rule.opened),
    )  # fmt: skip
    journal.record(event, dossier=dossier, actor=actor, at=at, happened_at=min(opens_at, at), clauses=[row.clause_id])
    if rule.audit is not None:
        audits.draw_for(row, bound, actor=actor, at=at)
    else:
        proving.gather(row, bound, at=at)
    standing.judge([row], actor=actor, at=at)
    return row


def calendar_of(ruling: clocks.Ruling, dealer_id: UUID | None, moment: datetime) -> Calendar:
    found = (dealer_id and ruling.valid(dealer_id, moment)) or ruling.valid(None, moment)
    if found is None:
        raise LookupError("the company has no working calendar")
    return found


def _narrow(person_id: UUID) -> bool:
    """Whether the person sees only the cases that are shared with him: a technician without another role."""
    held = Person.objects.get(pk=person_id).memberships.filter(until=None).values_list("role", flat=True)
    return set(held) <= {"technician"}
