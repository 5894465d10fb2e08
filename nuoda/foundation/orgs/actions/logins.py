"""Logging in and out: counted tries, journal entries, ended sessions.

These are the doors' own bookkeeping; nobody is logged in yet when they run, so they act as the system of the account's company and
name the person.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.conf import settings
from django.db import connection, models, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base import access
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.events import Event
from nuoda.foundation.base.pure.refusals import NotYours, Refused
from nuoda.foundation.journal.actions import entries

from ..events import LoginEnded, LoginFailed, LoginLocked, LoginSucceeded, LoginUnlocked, SecondFactorChanged
from ..models import LoginTry, Person, Session, User

Kind = Literal["login", "code", "reset"]

_CLAIM = """INSERT INTO orgs_logintry AS t (key, user_id, last_at, count, locked_at)
VALUES (%(key)s, %(user)s, clock_timestamp(), 1, NULL)
ON CONFLICT (key) DO UPDATE SET last_at = clock_timestamp(),
  count = CASE WHEN t.last_at <= clock_timestamp() - %(window)s * interval '1 second' THEN 1 ELSE t.count + 1 END,
  locked_at = CASE WHEN t.last_at > clock_timestamp() - %(window)s * interval '1 second' AND t.count + 1 >= %(limit)s
    THEN clock_timestamp() END
WHERE t.count < %(limit)s OR t.last_at <= clock_timestamp() - %(window)s * interval '1 second'
RETURNING count"""


class Locked(Refused):
    """Too many wrong tries; the same sentence for accounts that exist and those that do not."""

    status = 429

    def __init__(self) -> None:
        super().__init__(
            _("Too many tries. Wait %(n)d minutes, or ask for a new password.") % {"n": settings.LOGIN_WINDOW // 60},
            code="locked",
        )


def claim(kind: Kind, *, user: User | None, text: str = "") -> int:
    """Count one try before it is evaluated; returns how many the window has now. Raises Locked when it is used up.

    One conditional statement, so that of any number of parallel guesses at most LOGIN_TRIES are evaluated. The window of LOGIN_WINDOW
    seconds runs from the last evaluated try: no such span of time ever holds more. `text` stands in for an account that does not exist.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {
                "key": _key(kind, user, text),
                "user": user.pk if user else None,
                "window": settings.LOGIN_WINDOW,
                "limit": settings.LOGIN_TRIES,
            },
        )
        row = cursor.fetchone()
    if row is None:
        raise Locked
    return int(row[0])


def clear(kind: Kind, *, user: User) -> None:
    """The right password (or code) was given: the count begins anew."""
    LoginTry.objects.filter(key=_key(kind, user, "")).delete()


def _key(kind: Kind, user: User | None, text: str) -> str:
    return f"{kind}:{user.pk}" if user else f"{kind}:{salted_hmac('nuoda.tries', text.lower()).hexdigest()}"


def note(user: User, event: Event, *, at: datetime | None = None) -> None:
    """Record something about an account as the system of its company; an account without person belongs to none."""
    person = Person.objects.filter(models.Q(pk=user.person_id)).first()
    if person is None:
        return
    actor = replace(access.system(person.company_id), person_id=person.pk, dealer_id=person.dealer_id)
    with access.scoped(actor) as now:
        entries.record(event, dossier=None, actor=actor, at=at or now)


def failed(*, user: User, method: str, count: int) -> None:
    """A wrong password or code. Emits login.failed, and login.locked with the last try of a window."""
    if user.person_id is None:
        return
    note(user, LoginFailed(person=user.person_id, method=method))
    if count >= settings.LOGIN_TRIES:
        note(user, LoginLocked(person=user.person_id, method=method))


def succeeded(*, user: User, method: str) -> None:
    """Emits login.succeeded."""
    if user.person_id is not None:
        note(user, LoginSucceeded(person=user.person_id, method=method))


def ended(*, user: User, reason: str = "logout") -> None:
    """Emits login.ended."""
    if user.person_id is not None:
        note(user, LoginEnded(person=user.person_id, reason=reason))


def second_factor(*, user: User, change: str) -> None:
    """Emits second_factor.changed: on, off, or codes."""
    if user.person_id is not None:
        note(user, SecondFactorChanged(person=user.person_id, change=change))


def cut(user: User, *, but: str = "") -> None:
    """End every session of an account, but the one whose key is `but`; they fail at their next request."""
    Session.objects.filter(user=user).exclude(session_key=but).delete()


def end_sessions(*, user_id: UUID, actor: Actor, at: datetime) -> None:
    """The security administrator ends every session of an account. Emits login.ended. Refuses whoever is not one."""
    user = _theirs(user_id, actor)
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(epoch=user.epoch + 1)
        cut(user)
        entries.record(
            LoginEnded(person=_person_id(user), reason="security"),
            dossier=None,
            actor=actor,
            at=at,
        )


def unlock(*, user_id: UUID, actor: Actor, at: datetime) -> None:
    """The security administrator opens a locked account before its time. Emits login.unlocked. Refuses whoever is not one."""
    user = _theirs(user_id, actor)
    LoginTry.objects.filter(user=user).delete()
    entries.record(LoginUnlocked(person=_person_id(user)), dossier=None, actor=actor, at=at)


def _theirs(user_id: UUID, actor: Actor) -> User:
    found = User.objects.filter(pk=user_id, person__company_id=actor.company_id).first()
    if found is None or not actor.has("security_admin"):
        raise NotYours
    return found


def _person_id(user: User) -> UUID:
    if user.person_id is None:
        raise NotYours
    return user.person_id
