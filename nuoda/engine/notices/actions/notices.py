"""Telling and reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from nuoda.engine.rulebook import queries as rulebook
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.journal.models import Entry

from ..access import MAY
from ..models import Notice
from .deferring import defer_fan
from .fanning import Telling, concerns, fan_out, write


def tell(
    entry: Entry, *, template: str, words: Iterable[str] = (), persons: Iterable[UUID] = (), clause: str = ""
) -> None:
    """Have people told of an entry beside what the clauses declare: `words` are roles, `persons` ids (an approver).

    Runs after the commit, in the one job of the action; nothing happens for imports and the demo's past.
    """
    if entry.origin == "live":
        told = {
            "words": list(words),
            "persons": [str(person) for person in persons],
            "template": template,
            "clause": clause,
        }
        defer_fan(entry, told=[told])


def fan_action(
    *,
    case_id: UUID | None,
    entry_id: UUID,
    recorded_at: datetime,
    told: Iterable[dict[str, object]],
    fan: bool = True,
    actor: Actor,
    at: datetime,
) -> int:
    """What the job does: fan out every entry of one action (`fan`) and what callers added; returns how many notices are new."""
    added: dict[str, list[Telling]] = defaultdict(list)
    for item in told:
        added[str(item.get("entry") or entry_id)].append(_telling(item))
    rows = Entry.objects.filter(company_id=actor.company_id, recorded_at=recorded_at).select_related("dossier")
    whole = fan and case_id is not None
    rows = rows.filter(case_id=case_id) if whole else rows.filter(id__in={*map(UUID, added), entry_id})
    count = 0
    for entry in rows.order_by("chain_seq", "id"):
        if fan:
            count += len(fan_out(entry, actor=actor, at=at))
        if str(entry.id) in added:
            count += len(write(entry, added[str(entry.id)], actor=actor, at=at))
    return count


def _telling(item: dict[str, object]) -> Telling:
    words: list[str] = list(item.get("words") or ())  # type: ignore[call-overload]
    persons: list[str] = list(item.get("persons") or ())  # type: ignore[call-overload]
    telling = Telling(tuple(words), str(item.get("template", "general")), str(item.get("clause", "")))
    telling.direct = tuple(UUID(person) for person in persons)
    return telling


def catch_up(*, actor: Actor, since: datetime, until: datetime) -> int:
    """Write the in-app notices that entries of a span would have made (the demo, whose past tells nobody by itself)."""
    book = rulebook.book(actor)
    rows = Entry.objects.filter(company_id=actor.company_id, recorded_at__gte=since, recorded_at__lt=until)
    count = 0
    for entry in rows.select_related("dossier").order_by("recorded_at", "chain_seq").iterator(chunk_size=500):
        if entry.origin != "import" and concerns(book, entry.type, entry.payload, entry.happened_at):
            count += len(fan_out(entry, actor=actor, at=entry.recorded_at))
    return count


def read(*, actor: Actor, at: datetime, ids: Iterable[UUID] | None = None) -> int:
    """Mark one's own notices as read: those named, or all. Asks: read. Refuses: nobody logged in."""
    _allow(actor, "read")
    rows = Notice.visible_to(actor).filter(read_at=None)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    return rows.update(read_at=at)


def unread(*, actor: Actor, ids: Iterable[UUID]) -> int:
    """Mark one's own notices as not read."""
    _allow(actor, "read")
    return Notice.visible_to(actor).filter(pk__in=list(ids)).update(read_at=None)


def _allow(actor: Actor, verb: str) -> None:
    if not MAY[verb](actor):
        raise Refused(_("Your roles do not allow this."), code="forbidden")
