"""Channels to the outside: made, changed, switched off and tried by the system administrator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, NotYours
from nuoda.foundation.journal.actions.entries import record
from nuoda.foundation.orgs.models import Dealer
from nuoda.foundation.orgs.pure.roles import ROLES

from ..access import MAY
from ..events import ChannelChanged
from ..models import Channel, Delivery
from ..pure.addresses import Forbidden, judge, read
from ..pure.robots import KINDS
from ..pure.templates import LANGUAGES, TOPICS
from . import egress, sending

_WHY = {
    "address": _("This is no address."),
    "scheme": _("Only https addresses are allowed."),
    "port": _("This port is not allowed."),
    "credentials": _("An address may not carry a user name."),
    "host": _("This is no address."),
    "private": _("This address lies inside a private network."),
    "unresolved": _("This name cannot be found."),
}


def save(
    *,
    name: str,
    kind: str,
    actor: Actor,
    at: datetime,
    channel: Channel | None = None,
    url: str = "",
    secret: str = "",
    dealer_id: UUID | None = None,
    topics: Sequence[str] = (),
    roles: Sequence[str] = (),
    language: str = "zh-hans",
    active: bool = True,
) -> Channel:
    """Make a channel, or change one; an empty address or secret leaves the one that is there.

    Asks: channels. Emits: channel.changed. Refuses: Invalid for names taken and addresses that may not be reached.
    """
    _allow(actor)
    fields: dict[str, object] = {}
    if not name.strip():
        fields["name"] = _("This must be filled in.")
    if kind not in KINDS:
        fields["kind"] = _("Choose one of the given values.")
    if url or channel is None:
        problem = _judged(url.strip())
        if problem:
            fields["url"] = problem
    if kind == "webhook" and channel is None and len(secret) < 16:
        fields["secret"] = _("A webhook needs a secret of at least 16 characters.")
    if any(topic not in TOPICS for topic in topics) or any(role not in ROLES for role in roles):
        fields["topics"] = _("Choose one of the given values.")
    if dealer_id is not None and not Dealer.visible_to(actor).filter(pk=dealer_id).exists():
        fields["dealer"] = _("Choose one of the given values.")
    if fields:
        raise Invalid(_("The channel cannot be saved like this."), fields=fields)
    row = channel or Channel(company_id=actor.company_id, created_at=at)
    row.name, row.kind, row.dealer_id, row.active = name.strip()[:60], kind, dealer_id, active
    row.topics, row.roles = list(topics), list(roles)
    row.language = language if language in LANGUAGES else "zh-hans"
    row.lock(url=url.strip() or None, secret=secret or None)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Invalid(_("This name is taken."), fields={"name": _("This name is taken.")}) from None
    if not active:
        Delivery.objects.filter(channel=row, state="waiting").update(state="dropped")
    record(ChannelChanged(channel=row.pk, kind=row.kind, active=row.active), dossier=None, actor=actor, at=at)
    return row


def try_out(channel: Channel, *, actor: Actor, at: datetime) -> str:
    """Send a test message now; '' when it was taken, else the short code of why not. Asks: channels."""
    _allow(actor)
    return sending.try_out(channel, actor=actor, at=at)


def _judged(url: str) -> object:
    try:
        target = read(url)
        judge(target, egress.resolve(target.host, target.port), egress.rules())
    except Forbidden as refusal:
        return _WHY[refusal.code]
    return None


def _allow(actor: Actor) -> None:
    if not MAY["channels"](actor):
        raise NotYours()
