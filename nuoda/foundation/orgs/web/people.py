"""People: list, card, forms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.ui.pure.tones import Chip
from nuoda.foundation.ui.web.pages import (
    Choice,
    Column,
    Do,
    Empty,
    Fact,
    Flag,
    FormPage,
    Header,
    Link,
    ListPage,
    RecordPage,
    Section,
    facts,
)

from .. import queries
from ..access import grants, manages_person
from ..actions import links, people, roles
from ..models import Dealer, Department, Person, Team
from ..pure.roles import ROLES
from .mine import show_once

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
            label=gettext_lazy("Name"),
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
        return {"rows": rows, "day": self.at.date(), "may": queries.runs(self.actor, self.row)} if rows else None

    def away(self) -> dict[str, Any] | None:
        rows = list(self.row.leaves.filter(ends_at__gt=self.at).order_by("starts_at"))
        may = queries.runs(self.actor, self.row) or self.row.pk == self.actor.person_id
        return {"rows": rows, "may": may} if rows else None


class CardForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40, required=False)
    employee_no = forms.CharField(label=gettext_lazy("Employee number"), max_length=20, required=False)
    title = forms.CharField(label=gettext_lazy("Position"), max_length=60, required=False)
    dealer = forms.ModelChoiceField(label=gettext_lazy("Dealer"), queryset=Dealer.objects.none(), required=False)
    department = forms.ModelChoiceField(
        label=gettext_lazy("Department"), queryset=Department.objects.none(), required=False
    )
    team = forms.ModelChoiceField(label=gettext_lazy("Team"), queryset=Team.objects.none(), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = actor.dealer_id is not None
        fields: dict[str, Any] = self.fields
        fields["dealer"].queryset = Dealer.visible_to(actor).order_by("code")
        if own:
            fields["dealer"].required, fields["dealer"].initial = True, actor.dealer_id
            del fields["department"]
        else:
            fields["department"].queryset = Department.objects.filter(company_id=actor.company_id).order_by("name")
        teams = Team.objects.filter(company_id=actor.company_id).order_by("name")
        fields["team"].queryset = teams.filter(Q(dealer_id=actor.dealer_id)) if own else teams

    def values(self) -> dict[str, Any]:
        """The cleaned data as fields of a person."""
        plain = ("name", "email", "phone", "employee_no", "title")
        found: dict[str, Any] = {key: self.cleaned_data[key] for key in plain}
        for key in ("dealer", "department", "team"):
            if key in self.fields:
                chosen = self.cleaned_data.get(key)
                found[f"{key}_id"] = chosen.pk if chosen else None
        return found


class InviteForm(CardForm):
    roles = forms.MultipleChoiceField(label=gettext_lazy("Roles"), widget=forms.CheckboxSelectMultiple, required=False)
    username = forms.CharField(
        label=gettext_lazy("Account"),
        max_length=150,
        required=False,
        help_text=gettext_lazy("Empty: the name in pinyin."),
    )
    mail = forms.BooleanField(
        label=gettext_lazy("Send the link by e-mail"),
        required=False,
        help_text=gettext_lazy("Otherwise it is shown to you once, to be handed over."),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        choices = [
            (code, role.label)
            for code, role in ROLES.items()
            if code != "customer_contact" and grants(actor, code, dealer_id=actor.dealer_id)
        ]
        self.fields["roles"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("mail") and not data.get("email"):
            self.add_error("email", _("An address is needed to send the link to."))
        return data


class PeopleForm(FormPage):
    """What forms about people share."""

    menu = "people"

    def back(self) -> str:
        return reverse("orgs:person", args=[self.row.pk]) if self.row else reverse("orgs:people")

    def load(self, **kwargs: Any) -> Any:
        if "id" not in kwargs:
            return None
        row = queries.people(self.actor).filter(pk=kwargs["id"]).first()
        if row is None:
            raise NotYours
        self.check(row)
        return row

    def check(self, row: Person) -> None:
        """Raise NotYours when the form is not for this actor."""
        if not manages_person(self.actor, dealer_id=row.dealer_id, roles=queries.roles_of(row)):
            raise NotYours

    def done(self, result: Any) -> str:
        return reverse("orgs:person", args=[self.row.pk])


class Invite(PeopleForm):
    access = KEEPERS
    title = gettext_lazy("Invite somebody")
    form_class = InviteForm
    submit = gettext_lazy("Invite")

    def form_kwargs(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def act(self, cleaned: dict[str, Any]) -> tuple[Person, str]:
        form = InviteForm(self.request.POST, actor=self.actor)
        form.is_valid()
        return people.invite(
            values=form.values(),
            roles=cleaned["roles"],
            username=cleaned["username"],
            mail_origin=self.request.build_absolute_uri("/") if cleaned["mail"] else "",
            actor=self.actor,
            at=self.at,
        )

    def done(self, result: tuple[Person, str]) -> str:
        row, token = result
        if token:
            show_once(self.request, "link", token, row.name)
            return reverse("orgs:once")
        return reverse("orgs:person", args=[row.pk])


class Change(PeopleForm):
    access = KEEPERS | {"security_admin"}
    title = gettext_lazy("Change a person's card")
    form_class = CardForm
    done_text = gettext_lazy("The card is changed.")

    def form_kwargs(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def initial(self) -> dict[str, Any]:
        row = self.row
        plain = ("name", "email", "phone", "employee_no", "title")
        return {key: getattr(row, key) for key in plain} | {
            "dealer": row.dealer_id, "department": row.department_id, "team": row.team_id,
        }  # fmt: skip

    def act(self, cleaned: dict[str, Any]) -> Person:
        form = CardForm(self.request.POST, actor=self.actor)
        form.is_valid()
        return people.change(id=self.row.pk, values=form.values(), actor=self.actor, at=self.at)


class Deactivate(PeopleForm):
    access = KEEPERS | {"security_admin"}
    title = gettext_lazy("Deactivate")
    intro = gettext_lazy("Login, sessions, tokens and delegations end at once. What the person did stays.")
    submit = gettext_lazy("Deactivate")
    danger = True
    done_text = gettext_lazy("The person is deactivated.")

    def act(self, cleaned: dict[str, Any]) -> Person:
        return people.deactivate(id=self.row.pk, actor=self.actor, at=self.at)


class Reactivate(PeopleForm):
    access = KEEPERS | {"security_admin"}
    title = gettext_lazy("Reactivate")
    intro = gettext_lazy("The old password is worthless; you get a one-time link to hand over.")
    submit = gettext_lazy("Reactivate")

    def act(self, cleaned: dict[str, Any]) -> tuple[Person, str]:
        return people.reactivate(id=self.row.pk, actor=self.actor, at=self.at)

    def done(self, result: tuple[Person, str]) -> str:
        if not result[1]:
            return reverse("orgs:person", args=[self.row.pk])
        show_once(self.request, "link", result[1], self.row.name)
        return reverse("orgs:once")


class NewLink(PeopleForm):
    access = KEEPERS | {"security_admin"}
    title = gettext_lazy("Link for a new password")
    intro = gettext_lazy("The link works once. It is recorded that you made it.")
    submit = gettext_lazy("Make the link")

    def act(self, cleaned: dict[str, Any]) -> str:
        return links.reissue(person_id=self.row.pk, actor=self.actor, at=self.at)

    def done(self, result: str) -> str:
        show_once(self.request, "link", result, self.row.name)
        return reverse("orgs:once")


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=gettext_lazy("Role"))

    def __init__(self, *args: Any, choices: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = choices  # type: ignore[attr-defined]


class Grant(PeopleForm):
    access = GRANTERS
    title = gettext_lazy("Give a role")
    form_class = RoleForm
    submit = gettext_lazy("Give the role")
    done_text = gettext_lazy("The role is given.")

    def check(self, row: Person) -> None:
        if not any(grants(self.actor, code, dealer_id=row.dealer_id) for code in ROLES):
            raise NotYours

    def form_kwargs(self) -> dict[str, Any]:
        held = queries.roles_of(self.row)
        first = not queries.has_security_admin(self.actor)
        choices = [
            (code, role.label)
            for code, role in ROLES.items()
            if code not in held and grants(self.actor, code, dealer_id=self.row.dealer_id, first_security=first)
        ]
        return {"choices": choices}

    def act(self, cleaned: dict[str, Any]) -> Any:
        return roles.grant(person_id=self.row.pk, role=cleaned["role"], actor=self.actor, at=self.at)


class Revoke(PeopleForm):
    access = GRANTERS
    title = gettext_lazy("Take a role away")
    submit = gettext_lazy("Take it away")
    intro = gettext_lazy("It no longer counts from the person's next click on.")
    danger = True
    done_text = gettext_lazy("The role is taken away.")

    def check(self, row: Person) -> None:
        role = self.kwargs["role"]
        if role not in ROLES or not grants(self.actor, role, dealer_id=row.dealer_id):
            raise NotYours

    def get_title(self) -> Any:
        role = ROLES.get(self.kwargs["role"])
        return f"{self.title}: {role.label}" if role else self.title

    def act(self, cleaned: dict[str, Any]) -> None:
        roles.revoke(person_id=self.row.pk, role=self.kwargs["role"], actor=self.actor, at=self.at)
