"""Reads of the spine."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import BooleanField, F, Func, QuerySet, Value

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours

from .models import Dossier, Entry, Remark
from .pure.tokens import tokens


def dossier(actor: Actor, *, number: str | None = None, id: UUID | None = None) -> Dossier:  # noqa: A002
    """One dossier by number or id; raises NotYours when the actor may not know of it."""
    rows = Dossier.visible_to(actor)
    found = (rows.filter(**({"number": number} if number is not None else {"pk": id}))).first()
    if found is None:
        raise NotYours()
    return found


def timeline(
    actor: Actor,
    *,
    case_id: UUID | None = None,
    customer_id: UUID | None = None,
    since: datetime | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[Entry]:
    """Entries of a case or a customer, newest first, with their dossiers.

    `since` (a dossier's `recorded_at`) lets the database skip older partitions; `before` is the (recorded_at, id) of the last one seen.
    """
    rows = Entry.visible_to(actor).select_related("dossier")
    if case_id is not None:
        rows = rows.filter(case_id=case_id)
    if customer_id is not None:
        rows = rows.filter(customer_id=customer_id)
    if since is not None:
        rows = rows.filter(recorded_at__gte=since)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-recorded_at", "-id")[:limit])


def remarks(actor: Actor, entries: Iterable[Entry]) -> dict[UUID, str]:
    """Free texts of entries, by entry id, as far as they have not been erased."""
    wanted = [entry.id for entry in entries if entry.remark_hash is not None]
    if not wanted:
        return {}
    return dict(Remark.objects.filter(company_id=actor.company_id, entry_id__in=wanted).values_list("entry_id", "text"))


def matching(actor: Actor, text: str, *, kinds: Iterable[str] = ()) -> QuerySet[Dossier]:
    """Dossiers that carry all words of the text, in no order; nothing for a text without words.

    Latin letters and digits may be the beginning of a word: somebody reads out the first half of a serial number.
    """
    words = tokens(text)[:20]
    rows = Dossier.visible_to(actor)
    if not words:
        return rows.none()
    if kinds:
        rows = rows.filter(kind__in=list(kinds))
    query = " & ".join(map(_wanted, words))
    return rows.filter(
        Func(
            F("search"),
            Value(query),
            template="(%(expressions)s::tsquery)",
            arg_joiner=" @@ ",
            output_field=BooleanField(),
        )
    )


def _wanted(word: str) -> str:
    quoted = "'" + word.replace("'", "''") + "'"
    return f"{quoted}:*" if word.isascii() and len(word) > 2 else quoted


def search(actor: Actor, text: str, *, kinds: Iterable[str] = (), limit: int = 20) -> QuerySet[Dossier]:
    """What the search box finds: number, name, phone tail, serial, Chinese substring; newest first."""
    return matching(actor, text, kinds=kinds).order_by("-opened_at")[:limit]
