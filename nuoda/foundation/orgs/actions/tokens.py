"""API tokens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused

from ..events import TokenIssued, TokenRevoked
from ..models import ApiToken
from ..pure.tokens import API_PREFIX, SCOPES, digest, draw
from .recording import note


def issue(
    *, name: str, scopes: Sequence[str], expires_at: datetime | None = None, actor: Actor, at: datetime
) -> tuple[ApiToken, str]:
    """Make a token with which a program acts as oneself, within scopes; the second result is shown once and kept nowhere.

    Emits token.issued. Refuses unknown scopes, none at all, an end in the past, and whoever acts for somebody else with lent roles only.
    """
    if actor.person_id is None:
        raise NotYours
    if not name.strip():
        reason = _("A name is needed.")
        raise Invalid(reason, fields={"name": reason})
    wanted = sorted(set(scopes))
    if not wanted or not set(wanted) <= set(SCOPES):
        reason = _("Choose at least one scope of the list.")
        raise Invalid(reason, fields={"scopes": reason})
    if expires_at is not None and expires_at <= at:
        reason = _("This time is over.")
        raise Invalid(reason, fields={"expires_at": reason})
    token = API_PREFIX + draw()
    row = ApiToken.objects.create(
        company_id=actor.company_id,
        person_id=actor.person_id,
        name=name.strip()[:60],
        token_hash=digest(token),
        hint=token[-4:],
        scopes=wanted,
        created_at=at,
        expires_at=expires_at,
    )
    note(TokenIssued(token=row.pk, person=actor.person_id, scopes=wanted), actor=actor, at=at)
    return row, token


def revoke(*, id: UUID, actor: Actor, at: datetime) -> None:  # noqa: A002
    """End a token: one's own, or as security administrator any. Emits token.revoked. Refuses one that is ended."""
    row = ApiToken.visible_to(actor).filter(pk=id).first()
    if row is None:
        raise NotYours
    if not ApiToken.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=at):
        raise Refused(_("This token is ended already."))
    note(TokenRevoked(token=row.pk, person=row.person_id), actor=actor, at=at)
