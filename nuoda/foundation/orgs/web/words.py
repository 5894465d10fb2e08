"""Events of this room in words, for the audit list and timelines."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

EVENTS: dict[str, Any] = {
    "login.succeeded": _("logged in"),
    "login.failed": _("wrong password or code"),
    "login.locked": _("account locked"),
    "login.unlocked": _("account unlocked"),
    "login.ended": _("logged out"),
    "password.changed": _("password changed"),
    "second_factor.changed": _("second factor changed"),
    "link.issued": _("one-time link made"),
    "link.used": _("one-time link used"),
    "token.issued": _("token made"),
    "token.revoked": _("token ended"),
    "role.granted": _("role given"),
    "role.revoked": _("role taken away"),
    "delegation.given": _("delegation given"),
    "delegation.revoked": _("delegation taken back"),
    "person.invited": _("person entered"),
    "person.changed": _("card changed"),
    "person.deactivated": _("person deactivated"),
    "person.reactivated": _("person reactivated"),
    "qualification.recorded": _("qualification entered"),
    "qualification.withdrawn": _("qualification withdrawn"),
    "leave.planned": _("leave entered"),
    "leave.cancelled": _("leave taken back"),
    "dealer.created": _("dealer taken in"),
    "dealer.changed": _("dealer's card changed"),
    "dealer.suspended": _("dealer suspended"),
    "dealer.resumed": _("dealer resumed"),
    "outlet.kept": _("outlet entered"),
    "department.kept": _("department entered"),
    "team.kept": _("team entered"),
    "company.created": _("company began"),
    "company.changed": _("company's card changed"),
    "list.exported": _("list exported"),
}


def event_words(name: str) -> str:
    return str(EVENTS.get(name, name))
