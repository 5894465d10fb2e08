"""Reads of the ui's own rows."""

from __future__ import annotations

from nuoda.foundation.base.pure.actors import Actor

from .models import SavedView


def saved_views(actor: Actor, page: str) -> list[SavedView]:
    """A page's saved views that the actor may use: his own first, then shared ones, by name."""
    if actor.person_id is None:
        return []
    found = list(SavedView.objects.all().visible_to(actor).filter(page=page).order_by("name")[:30])
    return sorted(found, key=lambda view: view.person_id != actor.person_id)
