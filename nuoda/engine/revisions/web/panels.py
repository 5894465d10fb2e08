"""Blocks for other rooms' pages: what I have to read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.pure.policies import Clause
from nuoda.engine.rulebook.web.menu import STAFF
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.ui.pure import panels

from .. import queries
from ..access import WRITERS
from . import words

SHOWN = 5


def register() -> None:
    panels.register(
        panels.Panel(
            "clause.sections",
            "amend",
            _("Change it"),
            "revisions/_amend.html",
            amend,
            roles=WRITERS,
            icon="edit",
            order=90,
        )
    )
    for place in ("home", "phone.home"):
        panels.register(
            panels.Panel(
                place, "readings", _("To read"), "revisions/_panel.html", to_read, roles=STAFF, icon="book", order=35
            )
        )


def amend(actor: Actor, at: datetime, subject: Clause) -> Mapping[str, Any] | None:
    """The way from a clause in force to its form: in the draft that is being written, or in one that is begun for it."""
    rows = [row for row in rulebook.in_force(actor, at) if rulebook.policy_of(row).clause(subject.id)]
    if not rows:
        return None
    drafts = queries.drafts(actor).filter(policy=rows[0].policy, state="editing", draft_of__isnull=False)
    draft = drafts.order_by("-changed_at").first()
    if draft is None:
        return {"version": rows[0]}
    if draft.draft_of is None or rulebook.policy_of(draft.draft_of).clause(subject.id) is None:
        return None
    return {"draft": draft, "url": reverse("revisions:clause", args=[draft.dossier.number, subject.id])}


def to_read(actor: Actor, at: datetime, subject: Any) -> Mapping[str, Any] | None:
    """Changed clauses that bind the actor and that he has not yet confirmed."""
    rows = list(queries.to_read(actor, at)[:SHOWN])
    if not rows:
        return None
    return {
        "rows": [
            {"row": row, "title": words.title(row.version), "late": row.due_at and row.due_at < at} for row in rows
        ]
    }
