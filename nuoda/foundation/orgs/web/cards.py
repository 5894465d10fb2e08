"""Forms about people: invite, change, deactivate, roles."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.ui.web.pages import FormPage

from .. import queries
from ..access import grants, manages_person
from ..actions import links, people, roles
from ..models import Dealer, Department, Person, Team
from ..pure.roles import ROLES
from .mine import show_once
from .people import GRANTERS, KEEPERS


class CardForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=60)
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
            by_mail=cleaned["mail"],
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

    def more(self) -> dict[str, Any]:
        return {"form_template": "orgs/_leaving.html", "leaving": self.contributed("person.leaving", self.row)}

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

    def more(self) -> dict[str, Any]:
        return {"form_template": "orgs/_leaving.html", "leaving": self.contributed("person.leaving", self.row)}

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
