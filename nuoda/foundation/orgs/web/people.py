"""People: list, card, forms."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.ui.pure.tones import Chip
from nuoda.foundation.ui.web.pages import (
    Choice,
    Column,
    Do,
    Empty,
    Fact,
    Flag,
    Header,
    Link,
    ListPage,
    RecordPage,
    Section,
    facts,
)

from .. import queries
from ..access import grants, manages_person
from ..models import Dealer, Person
from ..pure import skills
from ..pure.roles import ROLES

READERS = frozenset(
    {"agent", "service_manager", "quality_supervisor", "hq_support", "dealer_manager", "director", "system_admin",
     "security_admin", "audit_admin"}
)  # fmt: skip
KEEPERS = frozenset({"system_admin", "dealer_manager"})
GRANTERS = frozenset({"system_admin", "security_admin", "dealer_manager"})


def role_words(row: Person) -> str:
    """The roles of a person whose `open_roles` were fetched, in words."""
    return "、".join(str(ROLES[item.role].label) for item in row.open_roles if item.role in ROLES)  # type: ignore[attr-defined]


def organisation(row: Person) -> str:
    return str(row.dealer or row.department or "")


class People(ListPage):
    """Everybody whom one may see."""

    access = READERS
    title = gettext_lazy("People")
    menu = "people"
    order = ("pinyin",)
    search_hint = gettext_lazy("Name, pinyin, phone, employee number")
    columns = (
        Column(
            key="name",
            label=pgettext_lazy("person", "Name"),
            sort="pinyin",
        ),
        Column(key="roles", label=gettext_lazy("Roles"), value=role_words, wide=True),
        Column(key="organisation", label=gettext_lazy("Organisation"), value=organisation),
        Column(key="team", label=gettext_lazy("Team")),
        Column(key="phone", label=gettext_lazy("Phone")),
        Column(key="title", label=gettext_lazy("Position"), shown=False),
        Column(key="employee_no", label=gettext_lazy("Employee number"), shown=False),
        Column(key="email", label=gettext_lazy("E-mail"), shown=False, roles=GRANTERS),
        Column(
            key="active",
            label=gettext_lazy("State"),
            value=lambda row: Chip(_("active"), "kept") if row.active else Chip(_("deactivated"), "paused"),
            cell="chip",
        ),
    )
    filters = (
        Choice(
            name="role",
            label=gettext_lazy("Role"),
            options=[(code, role.label) for code, role in ROLES.items()],
            where={code: Q(pk__in=queries.holders(code)) for code in ROLES},
        ),
        Choice(
            name="dealer",
            label=gettext_lazy("Dealer"),
            options=lambda actor: list(Dealer.visible_to(actor).order_by("code").values_list("pk", "name")),
            field="dealer_id",
        ),
        Flag(name="closed", label=gettext_lazy("Deactivated ones too"), where=lambda actor, at: Q()),
    )
    links = (
        Link(
            label=gettext_lazy("Invite"),
            url=lambda actor: reverse("orgs:invite"),
            icon="user-plus",
            primary=True,
            roles=KEEPERS,
        ),
        Link(
            label=gettext_lazy("Invite many"),
            url=lambda actor: reverse("orgs:invite-many"),
            icon="upload",
            roles=KEEPERS,
        ),
    )
    empty = Empty(text=gettext_lazy("Nobody fits."), icon="users")

    def rows(self, actor: Actor) -> Any:
        rows = queries.people(actor)
        return rows if "closed" in self.request.GET else rows.filter(active=True)

    def search(self, rows: Any, text: str) -> Any:
        return rows.filter(
            Q(name__icontains=text)
            | Q(pinyin__istartswith=text.lower())
            | Q(phone__endswith=text)
            | Q(employee_no__iexact=text)
        )

    def row_url(self, row: Person) -> str:
        return reverse("orgs:person", args=[row.pk])


class PersonPage(RecordPage):
    """One person's card."""

    access = READERS
    menu = "people"
    place = "person"
    sections = (
        Section(key="card", label=gettext_lazy("Card"), facts="card", icon="id"),
        Section(
            key="roles", label=gettext_lazy("Roles"), template="orgs/_roles.html", load="held", icon="shield-check"
        ),
        Section(
            key="qualifications",
            label=gettext_lazy("Qualifications"),
            template="orgs/_qualifications.html",
            load="qualified",
            icon="certificate",
        ),
        Section(key="away", label=gettext_lazy("Away"), template="orgs/_leaves.html", load="away", icon="calendar"),
    )
    rail = (Section(key="login", label=gettext_lazy("Login"), facts="login", icon="login", roles=GRANTERS),)

    def load(self, **kwargs: Any) -> Any:
        return queries.people(self.actor).filter(pk=kwargs["id"]).first()

    def header(self) -> Header:
        chips = [] if self.row.active else [Chip(_("deactivated"), "paused")]
        return Header(number=self.row.employee_no, title=self.row.name, chips=chips, subtitle=role_words(self.row))

    def moves(self) -> list[Do]:
        row, held = self.row, queries.roles_of(self.row)
        found = []
        if manages_person(self.actor, dealer_id=row.dealer_id, roles=held):
            found.append(Do(label=_("Change"), url=reverse("orgs:person-change", args=[row.pk]), icon="edit"))
            if row.active:
                found.append(
                    Do(label=_("Link for a new password"), url=reverse("orgs:person-link", args=[row.pk]), icon="key")
                )
                found.append(
                    Do(label=_("Deactivate"), url=reverse("orgs:deactivate", args=[row.pk]), icon="lock", danger=True)
                )
            else:
                found.append(
                    Do(
                        label=_("Reactivate"),
                        url=reverse("orgs:reactivate", args=[row.pk]),
                        icon="user-check",
                        primary=True,
                    )
                )
        if row.active and any(self._grants(code) for code in ROLES):
            found.append(Do(label=_("Give a role"), url=reverse("orgs:grant", args=[row.pk]), icon="shield-check"))
        if queries.runs(self.actor, row):
            found.append(
                Do(label=_("Enter a qualification"), url=reverse("orgs:qualify", args=[row.pk]), icon="certificate")
            )
        if queries.runs(self.actor, row) or row.pk == self.actor.person_id:
            found.append(Do(label=_("Enter leave"), url=reverse("orgs:leave", args=[row.pk]), icon="calendar"))
        return found

    def _grants(self, role: str) -> bool:
        return grants(self.actor, role, dealer_id=self.row.dealer_id)

    def card(self) -> list[Fact]:
        row = self.row
        return facts(
            (_("Organisation"), organisation(row)),
            (_("Team"), row.team),
            (_("Position"), row.title),
            (_("Phone"), row.phone),
            (_("E-mail"), row.email),
        )

    def login(self) -> list[Fact]:
        user = queries.login_of(self.row)
        if user is None:
            return facts((_("Account"), _("none")))
        return [
            Fact(label=_("Account"), value=user.username),
            Fact(label=_("Last login"), value=user.last_login, cell="moment"),
        ]

    def held(self) -> dict[str, Any]:
        rows = [
            {
                "item": item,
                "label": ROLES[item.role].label,
                "can": self._grants(item.role) and self.row.pk != self.actor.person_id,
            }
            for item in self.row.open_roles
        ]
        return {"held": rows}

    def qualified(self) -> dict[str, Any] | None:
        rows = list(self.row.qualifications.order_by("skill", "-valid_from"))
        called = skills.names(self.actor.company_id)
        for row in rows:
            row.skill_name = called.get(row.skill, row.skill)
        return (
            {"rows": rows, "day": timezone.localdate(self.at), "may": queries.runs(self.actor, self.row)}
            if rows
            else None
        )

    def away(self) -> dict[str, Any] | None:
        rows = list(self.row.leaves.filter(ends_at__gt=self.at).order_by("starts_at"))
        may = queries.runs(self.actor, self.row) or self.row.pk == self.actor.person_id
        return {"rows": rows, "may": may} if rows else None
