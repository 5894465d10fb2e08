"""Saved views of lists."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, NotYours

from ..models import SavedView

LIMIT = 30
"""Views of one person on one page."""


def save(
    *, page: str, name: str, address: str, shared: bool, is_default: bool, actor: Actor, at: datetime
) -> SavedView:
    """Keeps a list's state under a name; the same name replaces.

    Asks: a person. Emits: nothing. Refuses: no name, too long an address, too many views.
    """
    name = " ".join(name.split())
    if actor.person_id is None:
        raise NotYours
    if not name or len(name) > 40:
        raise Invalid(_("Give the view a name of at most 40 characters."), fields={"name": _("1 to 40 characters")})
    if len(address) > 2000:
        raise Invalid(_("The view has too many filters to be saved; take some away."))
    mine = SavedView.objects.filter(company_id=actor.company_id, person_id=actor.person_id, page=page)
    if mine.exclude(name=name).count() >= LIMIT:
        raise Invalid(_("You have 30 views here already; remove one first."))
    if is_default:
        mine.filter(is_default=True).update(is_default=False)
    view, _made = SavedView.objects.update_or_create(
        company_id=actor.company_id,
        person_id=actor.person_id,
        page=page,
        name=name,
        defaults={"address": address, "shared": shared, "is_default": is_default},
    )
    return view


def remove(*, id: UUID, actor: Actor, at: datetime) -> None:
    """Takes away one's own view.

    Asks: the owner. Emits: nothing. Refuses: a view of somebody else looks like none.
    """
    if actor.person_id is None:
        raise NotYours
    gone, _rows = SavedView.objects.filter(pk=id, company_id=actor.company_id, person_id=actor.person_id).delete()
    if not gone:
        raise NotYours
