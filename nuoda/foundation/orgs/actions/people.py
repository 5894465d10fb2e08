"""People: in, changed, out, back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app
from pypinyin import lazy_pinyin

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused

from ..access import manages_person
from ..events import PersonChanged, PersonDeactivated, PersonInvited, PersonReactivated
from ..models import ApiToken, Dealer, Delegation, Department, Membership, OneTimeLink, Person, Team, User
from ..pure.roles import EXCLUSIVE
from . import links, logins
from . import roles as granting
from .companies import assign
from .recording import note

FIELDS = frozenset(
    {"name", "employee_no", "phone", "email", "title", "dealer_id", "department_id", "team_id", "latitude", "longitude"}
)


def invite(
    *,
    values: Mapping[str, Any],
    roles: Sequence[str] = (),
    username: str = "",
    customer_id: UUID | None = None,
    language: str = "zh-hans",
    login: bool = True,
    by_mail: bool = False,
    purpose: str = "invitation",
    id: UUID | None = None,  # noqa: A002
    actor: Actor,
    at: datetime,
) -> tuple[Person, str]:
    """Enter a person, give roles, and open an account that a one-time link completes.

    `values` are fields of the person (FIELDS). With `by_mail` and an e-mail the link goes by mail
    and the second result is empty; else it is the token, to be shown once. `login` False: a person without account.
    Emits person.invited, role.granted. Refuses whoever may not, a name of an account or an e-mail that is taken.
    """
    fields = _checked(values, actor)
    if not fields.get("name"):
        reason = _("A name is needed.")
        raise Invalid(reason, fields={"name": reason})
    if not manages_person(actor, dealer_id=fields.get("dealer_id"), roles=frozenset()):
        raise NotYours
    row = Person(company_id=actor.company_id, customer_id=customer_id, created_at=at, **({"id": id} if id else {}))
    assign(row, fields)
    row.pinyin = pinyin(row.name)
    row.save()
    note(PersonInvited(person=row.pk, dealer=row.dealer_id), actor=actor, at=at)
    for code in roles:
        granting.grant(person_id=row.pk, role=code, actor=actor, at=at)
    if not login:
        return row, ""
    user = _open_account(row, username, language)
    if by_mail and user.email:
        app.configure_task("orgs.mail_link", queue="mail").defer(user_id=str(user.pk), purpose=purpose)
        return row, ""
    return row, links.issue(user=user, purpose=purpose, actor=actor, at=at)


def _open_account(row: Person, username: str, language: str) -> User:
    """The account of a person; without a given name it is the pinyin of the person's, with a number when that is taken."""
    wanted = username.strip() or slugify(row.pinyin.replace(" ", "")) or "user"
    if not username.strip():
        taken = set(User.objects.filter(username__istartswith=wanted).values_list("username", flat=True))
        taken = {name.lower() for name in taken}
        number = 1
        while (f"{wanted}{number}" if number > 1 else wanted) in taken:
            number += 1
        wanted = f"{wanted}{number}" if number > 1 else wanted
    try:
        with transaction.atomic():
            return User.objects.create_user(wanted, email=row.email, person=row, language=language)
    except IntegrityError as error:
        if "email" in str(error):
            reason = _("Another account has this e-mail address.")
            raise Invalid(reason, fields={"email": reason}) from error
        reason = _("This name of an account is taken.")
        raise Invalid(reason, fields={"username": reason}) from error


def change(*, id: UUID, values: Mapping[str, Any], actor: Actor, at: datetime) -> Person:  # noqa: A002
    """Change a person's card. Emits person.changed. Refuses whoever may not; an administrator's card is the security administrator's."""
    row = _hold(id, actor)
    fields = _checked(values, actor)
    if "dealer_id" in fields and not manages_person(actor, dealer_id=fields["dealer_id"], roles=frozenset()):
        raise NotYours
    if fields.get("dealer_id", row.dealer_id) != row.dealer_id and _roles(row):
        raise Refused(_("Take the person's roles away first: roles at a dealer and in the company are not the same."))
    changed = assign(row, fields)
    if not changed:
        return row
    row.pinyin = pinyin(row.name)
    row.save()
    if "email" in changed:
        try:
            with transaction.atomic():
                User.objects.filter(person=row).update(email=row.email)
        except IntegrityError as error:
            reason = _("Another account has this e-mail address.")
            raise Invalid(reason, fields={"email": reason}) from error
    note(PersonChanged(person=row.pk, fields=changed), actor=actor, at=at)
    return row


def deactivate(*, id: UUID, actor: Actor, at: datetime) -> Person:  # noqa: A002
    """A person leaves: account, sessions, tokens, links and delegations end in this transaction.

    Emits person.deactivated. Refuses oneself, the last of an administrator's role, and somebody who is out already.
    """
    row = _hold(id, actor)
    if row.pk == actor.person_id:
        raise Refused(_("Nobody deactivates himself: ask a colleague."))
    if not row.active:
        raise Refused(_("This person is deactivated already."))
    for code in _roles(row) & set(EXCLUSIVE):
        granting.keep_one(role=code, but=row.pk, actor=actor)
    row.active = False
    row.save(update_fields=["active"])
    user = User.objects.filter(person=row).first()
    if user is not None:
        User.objects.filter(pk=user.pk).update(is_active=False, deactivated_at=at, epoch=F("epoch") + 1)
        logins.cut(user)
        OneTimeLink.objects.filter(user=user, used_at=None, expires_at__gt=at).update(expires_at=at)
    ApiToken.objects.filter(person=row, revoked_at=None).update(revoked_at=at)
    given = Delegation.objects.filter(giver=row) | Delegation.objects.filter(taker=row)
    given.filter(revoked_at=None, ends_at__gt=at).update(revoked_at=at)
    note(PersonDeactivated(person=row.pk), actor=actor, at=at)
    return row


def reactivate(*, id: UUID, actor: Actor, at: datetime) -> tuple[Person, str]:  # noqa: A002
    """A person comes back; the old password is gone and the returned token of a one-time link sets a new one ('' without account).

    Emits person.reactivated and link.issued. Refuses somebody who is not out.
    """
    row = _hold(id, actor)
    if row.active:
        raise Refused(_("This person is not deactivated."))
    row.active = True
    row.save(update_fields=["active"])
    note(PersonReactivated(person=row.pk), actor=actor, at=at)
    user = User.objects.filter(person=row).first()
    if user is None:
        return row, ""
    user.set_unusable_password()
    user.is_active, user.deactivated_at, user.epoch = True, None, user.epoch + 1
    user.save(update_fields=["password", "is_active", "deactivated_at", "epoch"])
    return row, links.issue(user=user, purpose="invitation", actor=actor, at=at)


def pinyin(name: str) -> str:
    """The sort key of a name: 林晓 → 'lin xiao'."""
    return " ".join(lazy_pinyin(name)).lower()[:120]


def _roles(row: Person) -> frozenset[str]:
    return frozenset(Membership.objects.filter(person=row, until=None).values_list("role", flat=True))


def _hold(row_id: UUID, actor: Actor) -> Person:
    row = Person.visible_to(actor).select_for_update().filter(pk=row_id).first()
    if row is None or not manages_person(actor, dealer_id=row.dealer_id, roles=_roles(row)):
        raise NotYours
    return row


def _checked(values: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    if not set(values) <= FIELDS:
        raise KeyError(sorted(set(values) - FIELDS))
    found = {key: value.strip() if isinstance(value, str) else value for key, value in values.items()}
    homes: list[tuple[str, Any]] = [("dealer_id", Dealer), ("department_id", Department), ("team_id", Team)]
    for key, model in homes:
        if found.get(key) and not model.objects.filter(pk=found[key], company_id=actor.company_id).exists():
            raise NotYours
    return found
