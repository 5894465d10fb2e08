"""What people do to their own login."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, NotYours

from ..events import LoginEnded
from ..models import Session, User
from . import links, logins
from .recording import keeper


def _own(actor: Actor) -> User:
    user = User.objects.filter(Q(person_id=actor.person_id), is_active=True).first() if actor.person_id else None
    if user is None:
        raise NotYours
    return user


def set_language(actor: Actor, code: str) -> None:
    """Keep the language that a person chose. Refuses a language that the program does not speak."""
    if code not in dict(settings.LANGUAGES):
        raise Invalid(_("The program does not speak this language."))
    User.objects.filter(Q(person_id=actor.person_id)).update(language=code)


def change_password(*, old: str, new: str, but: str = "", actor: Actor, at: datetime) -> User:
    """Give one's own account another password; every other session ends (`but` is the key of the one that stays).

    Emits password.changed. Refuses a wrong old password (counted as a login is), and a weak new one.
    """
    user = _own(actor)
    logins.claim("login", user=user)
    if not user.check_password(old):
        reason = _("This is not your password.")
        raise Invalid(reason, fields={"old": reason})
    links.check_password(new, user)
    logins.clear("login", user=user)
    own = keeper(actor)
    with scoped(own):
        links.set_password(user=user, password=new, actor=own, at=at, but=but)
    return user


def end_other_sessions(*, but: str, actor: Actor, at: datetime) -> int:
    """End one's own sessions on all other devices; returns how many. Emits login.ended."""
    user = _own(actor)
    others = Session.objects.filter(user=user).exclude(session_key=but)
    count, _rows = others.delete()
    if count and actor.person_id is not None:
        logins.note(user, LoginEnded(person=actor.person_id, reason="own"), at=at)
    return count
