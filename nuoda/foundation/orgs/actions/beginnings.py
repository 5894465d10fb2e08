"""How an installation begins: the company and the first administrator."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base import access
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.base.pure.refusals import Refused

from ..models import Company
from . import companies, people

_LOCK = 0x4E756F6461
"""Key of the advisory lock under which a first company is made ('Nuoda')."""


def begin(
    *,
    company: str,
    name: str,
    username: str = "admin",
    email: str = "",
    time_zone: str = "Asia/Shanghai",
    another: bool = False,
) -> str:
    """Make a company and its system administrator; returns the token of the one-time link that lets him in. No password exists.

    Opens its own scope: nobody is there yet. Emits company.created, person.invited, role.granted, link.issued. Refuses when there is a
    company already, unless `another` is asked for.
    """
    actor = access.system(new_id())
    with access.scoped(actor) as at:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if not another and Company.objects.exists():
            raise Refused(_("There is a company already."), code="begun")
        companies.create(name=company, time_zone=time_zone, actor=actor, at=at)
        _person, token = people.invite(
            values={"name": name, "email": email},
            roles=["system_admin"],
            username=username,
            purpose="setup",
            actor=actor,
            at=at,
        )
    return token
