"""Reads of what the gates held back."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, CharField, DateTimeField, OuterRef, Q, QuerySet, Subquery, Value, When

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.models import Entry

from .models import Refusal

OUTCOMES = ("done", "waiting", "dropped")
"""What became of a refusal: it was done later, so the gate worked; it is still to be done; the matter ended without it."""


def refusals(actor: Actor) -> QuerySet[Any]:
    """Refusals with `done_at` (when the journal says that it was done, after the last refused try) and `outcome`.

    Where a matter was to begin, the same person's next one within the time of the refusal is taken for it.
    """
    later = Entry.objects.filter(
        company_id=OuterRef("company_id"), type=OuterRef("event"), recorded_at__gt=OuterRef("last_at")
    ).order_by("recorded_at")
    of_case = later.filter(case_id=OuterRef("case_id"))
    begun = later.filter(actor_id=OuterRef("actor_id"), recorded_at__lte=OuterRef("open_until"))
    rows = Refusal.visible_to(actor).annotate(
        done_at=Case(
            When(dossier=None, then=_first(begun)),
            When(begins=True, then=_first(of_case)),
            default=_first(of_case.filter(dossier_id=OuterRef("dossier_id"))),
            output_field=DateTimeField(),
        )
    )
    return rows.annotate(
        outcome=Case(
            When(done_at__isnull=False, then=Value("done")),
            When(Q(dossier__isnull=False, dossier__closed_at=None), then=Value("waiting")),
            default=Value("dropped"),
            output_field=CharField(),
        )
    )


def _first(rows: QuerySet[Entry]) -> Subquery:
    return Subquery(rows.values("recorded_at")[:1])
