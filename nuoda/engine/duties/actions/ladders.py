"""Ladders: while something missed stays undone, one role after another is told, each once."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from nuoda.engine.clocks import queries as clocks
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.pure.rules import ConsequenceRule
from nuoda.foundation.base.access import system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.events import as_json
from nuoda.foundation.journal.actions import entries as journal
from nuoda.foundation.journal.models import Dossier, Entry

from ..events import DeadlineEscalated, DutyEscalated
from ..models import Escalation, Obligation
from ..pure.ladders import steps

BATCH = 100


def begin(entry: Entry, *, actor: Actor) -> None:
    """Set up the ladders that the book in force puts on a miss; a second announcement of the same miss changes nothing."""
    payload = entry.payload
    ref, about = str(payload.get("ref", "")), entry.type.partition(".")[0]
    bounds = rulebook.book(actor).consequences_for(f"missed:{ref}", entry.happened_at)
    rungs = [(b, b.rule) for b in bounds if isinstance(b.rule, ConsequenceRule) and b.rule.ladder]
    if not rungs or entry.origin == "import" or entry.dossier_id is None or entry.case_id is None:
        return
    due_at = datetime.fromisoformat(str(payload.get("due_at") or entry.happened_at.isoformat()))
    calendar = clocks.calendar_of(actor, dealer_id=entry.dealer_id, at=due_at)
    rows = []
    for bound, rule in rungs:
        plan = steps(rule.ladder, due_at, calendar)
        rows.append(
            Escalation(
                company_id=entry.company_id,
                dealer_id=entry.dealer_id,
                case_id=entry.case_id,
                dossier_id=UUID(str(payload["dossier"])) if about == "deadline" else entry.dossier_id,
                about=about,
                about_id=UUID(str(payload["deadline" if about == "deadline" else "obligation"])),
                ref=ref,
                rule=bound.ref,
                clause_id=bound.clause_id,
                template=rule.template,
                due_at=due_at,
                steps=[as_json({"at": step.at, "after": step.after, "tell": step.tell}) for step in plan],
                next_at=plan[0].at,
                origin=entry.origin,
            )
        )
    # A miss that was withdrawn and then stands again goes on with the ladder it had.
    Escalation.objects.bulk_create(rows, ignore_conflicts=True)


def candidates(company_id: UUID, *, at: datetime, limit: int, besides: list[UUID]) -> list[UUID]:
    """Cases of ladders with a step that is due, the longest due first."""
    rows = Escalation.objects.filter(company_id=company_id, next_at__lte=at).exclude(case_id__in=besides)
    return list(dict.fromkeys(rows.order_by("next_at").values_list("case_id", flat=True)[:limit]))


def climb(case_ids: list[UUID], *, actor: Actor, at: datetime) -> int:
    """Tell every step of these cases' ladders that is due, or end the ladder; how many ladders were looked at.

    The case's root dossier is locked first, as the clocks do, then the ladder: a case in other hands is left to the next sweep.
    """
    roots = Dossier.objects.select_for_update(no_key=True, skip_locked=True).filter(pk__in=case_ids)
    held = [root.pk for root in roots.order_by("pk").only("pk")]
    rows = Escalation.objects.select_for_update(of=("self",)).filter(case_id__in=held, next_at__lte=at)
    found = list(rows.select_related("dossier").order_by("case_id", "due_at", "pk"))
    for row in found:
        _climb(row, actor=actor, at=at)
    return len(found)


def _climb(row: Escalation, *, actor: Actor, at: datetime) -> None:
    done_at, stands = _outcome(row)
    ladder: list[dict[str, Any]] = [dict(step) for step in row.steps]
    while row.taken < len(ladder):
        step = ladder[row.taken]
        moment = datetime.fromisoformat(step["at"])
        if not stands or (done_at is not None and done_at <= moment) or moment > at:
            break
        _say(row, step, moment, actor=actor, at=at)
        step["told_at"] = as_json(at)
        row.taken += 1
    row.steps = ladder
    if not stands:
        _end(row, "withdrawn", at)
    elif done_at is not None:
        _end(row, "done", done_at)
    elif row.taken == len(ladder):
        _end(row, "top", at)
    else:
        row.next_at = datetime.fromisoformat(ladder[row.taken]["at"])
    row.save(update_fields=["steps", "taken", "next_at", "ended", "ended_at"])


def _end(row: Escalation, how: str, at: datetime) -> None:
    row.ended, row.ended_at, row.next_at = how, at, None


def _outcome(row: Escalation) -> tuple[datetime | None, bool]:
    """When what was owed was done (None: not yet), and whether the miss still stands."""
    if row.about == "deadline":
        found = Deadline.objects.filter(pk=row.about_id).values_list("done_at", "state").first()
    else:
        found = Obligation.objects.filter(pk=row.about_id).values_list("done_at", "state").first()
    if found is None:
        return None, False
    return found[0], found[1] == "missed"


def _say(row: Escalation, step: dict[str, Any], moment: datetime, *, actor: Actor, at: datetime) -> None:
    values: dict[str, Any] = {
        "ref": row.ref, "clause": row.clause_id, "step": row.taken + 1, "tell": list(step["tell"]),
        "template": row.template, "due_at": row.due_at,
    }  # fmt: skip
    event = (
        DeadlineEscalated(deadline=row.about_id, **values)
        if row.about == "deadline"
        else DutyEscalated(obligation=row.about_id, **values)
    )
    speaker = system(row.company_id, book_revision=actor.book_revision).as_origin(row.origin)  # type: ignore[arg-type]
    journal.record(
        event, dossier=row.dossier, actor=speaker, at=at, happened_at=min(moment, at), clauses=[row.clause_id],
        source=f"escalation:{row.pk}:{row.taken + 1}",
    )  # fmt: skip
