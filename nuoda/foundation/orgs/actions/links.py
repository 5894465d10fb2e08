"""One-time links: invitation, first administrator, forgotten password."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused
from nuoda.foundation.journal.actions import entries

from ..access import manages_person
from ..events import LinkIssued, LinkUsed, PasswordChanged
from ..models import Membership, OneTimeLink, Person, User
from ..pure.tokens import digest, draw
from . import logins

LIFE = {"invitation": timedelta(days=7), "setup": timedelta(days=3), "password": timedelta(hours=2)}


class Spent(Refused):
    """The link is unknown, was used, or ran out: one answer for all three."""

    status = 410

    def __init__(self) -> None:
        super().__init__(_("This link is no longer valid. Ask for a new one."), code="spent")


def issue(*, user: User, purpose: str, actor: Actor, at: datetime) -> str:
    """Make a link and return its token, which is kept nowhere; earlier open links of the account end.

    Emits link.issued. Whoever calls it has asked whether the actor may.
    """
    OneTimeLink.objects.filter(user=user, used_at=None, expires_at__gt=at).update(expires_at=at)
    token = draw()
    OneTimeLink.objects.create(
        company_id=actor.company_id,
        user=user,
        purpose=purpose,
        token_hash=digest(token),
        issued_at=at,
        issued_by=actor.person_id,
        expires_at=at + LIFE[purpose],
    )
    if user.person_id is not None:
        entries.record(LinkIssued(person=user.person_id, purpose=purpose), dossier=None, actor=actor, at=at)
    return token


def reissue(*, person_id: UUID, actor: Actor, at: datetime) -> str:
    """Give a person a fresh link to set a password. Refuses whoever may not manage people, and accounts that are closed."""
    person = Person.visible_to(actor).filter(pk=person_id, active=True).select_related("user").first()
    if person is None or not hasattr(person, "user"):
        raise NotYours
    held = frozenset(Membership.objects.filter(person=person, until=None).values_list("role", flat=True))
    if not manages_person(actor, dealer_id=person.dealer_id, roles=held):
        raise NotYours
    purpose = "password" if person.user.has_usable_password() else "invitation"
    return issue(user=person.user, purpose=purpose, actor=actor, at=at)


def find(token: str, *, at: datetime) -> OneTimeLink | None:
    """The open link of a token; None when it opens nothing."""
    found = OneTimeLink.objects.select_related("user__person").filter(token_hash=digest(token)).first()
    if found is None or not found.open_at(at) or not found.user.is_active:
        return None
    return found


def redeem(*, token: str, password: str, actor: Actor, at: datetime) -> User:
    """Use a link up: the account gets the password, its tries are forgotten and its other sessions end.

    Exactly one of any number of callers wins; `actor` is the system of the link's company. Emits link.used and password.changed.
    Raises Spent for a link that opens nothing, Invalid for a weak password (the link stays usable).
    """
    link = find(token, at=at)
    if link is None:
        raise Spent
    user = link.user
    check_password(password, user)
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE orgs_onetimelink SET used_at = %s
            WHERE id = %s AND used_at IS NULL AND expires_at > %s RETURNING id""",
            [at, link.pk, at],
        )
        if cursor.fetchone() is None:
            raise Spent
    set_password(user=user, password=password, actor=actor, at=at)
    logins.clear("login", user=user)
    logins.clear("code", user=user)
    entries.record(
        LinkUsed(person=_person_id(user), purpose=link.purpose),
        dossier=None,
        actor=actor,
        at=at,
    )
    return user


def check_password(password: str, user: User) -> None:
    """Raise Invalid with what is wrong with a new password."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        reason = " ".join(error.messages)
        raise Invalid(reason, fields={"password": reason}) from error


def set_password(*, user: User, password: str, actor: Actor, at: datetime, but: str = "") -> None:
    """Give an account a password that was checked; all its sessions but the one with key `but` end. Emits password.changed."""
    user.set_password(password)
    values: dict[str, Any] = {"password": user.password}
    User.objects.filter(pk=user.pk).update(**values)
    logins.cut(user, but=but)
    entries.record(PasswordChanged(person=_person_id(user)), dossier=None, actor=actor, at=at)


def _person_id(user: User) -> UUID:
    if user.person_id is None:
        raise NotYours
    return user.person_id
