"""Many people at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, Refused

from ..models import Dealer, Department, Person
from ..pure.roles import ROLES
from ..pure.roster import Line, role_codes
from . import people


def role_names() -> dict[str, tuple[str, ...]]:
    """What people write for each role: its code and its word in every language of the program."""
    found: dict[str, tuple[str, ...]] = {}
    for code, role in ROLES.items():
        words = [code]
        for language, _name in settings.LANGUAGES:
            with override(language):
                words.append(str(role.label).lower())
        found[code] = tuple(dict.fromkeys(words))
    return found


def invite_all(*, lines: Iterable[Line], by_mail: bool = False, actor: Actor, at: datetime) -> list[tuple[Person, str]]:
    """Invite everybody of a table, or nobody: Invalid lists every line that cannot be read, with number, column and cause.

    Emits what `people.invite` emits. The results are those of `people.invite`, in the table's order.
    """
    names = role_names()
    dealers = {key: row.pk for row in Dealer.visible_to(actor) for key in (row.code, row.name, row.short_name) if key}
    departments = dict(Department.objects.filter(company_id=actor.company_id).values_list("name", "pk"))
    done: list[tuple[Person, str]] = []
    wrong: list[str] = []
    for line in lines:
        values: dict[str, Any] = {
            key: line.values.get(key, "") for key in ("name", "email", "phone", "employee_no", "title")
        }
        roles = role_codes(line.values.get("roles", ""), names)
        if roles is None:
            wrong.append(
                _("line %(n)d, role: “%(word)s” is no role") % {"n": line.number, "word": line.values["roles"]}
            )
        for key, known in (("dealer", dealers), ("department", departments)):
            word = line.values.get(key)
            if word and word not in known:
                said = {"n": line.number, "column": _("dealer") if key == "dealer" else _("department"), "word": word}
                wrong.append(_("line %(n)d, %(column)s: there is no “%(word)s”") % said)
            values[f"{key}_id"] = known.get(word) if word else None
        if actor.dealer_id is not None:
            values["dealer_id"] = actor.dealer_id
        if wrong:
            continue
        try:
            done.append(people.invite(values=values, roles=roles or (), by_mail=by_mail, actor=actor, at=at))
        except Refused as refusal:
            wrong.append(_("line %(n)d: %(reason)s") % {"n": line.number, "reason": refusal.reason})
    if wrong:
        raise Invalid("\n".join([_("Nobody was invited. Correct these lines:"), *wrong[:20]]))
    return done
