"""My account: what everybody may see and change of his own login."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.refusals import NotYours, Refused
from nuoda.foundation.ui.web.pages import EVERYONE, FormPage, Page

from .. import queries
from ..actions import accounts, staffing, tokens
from ..models import Person, User
from ..pure.roles import ROLES
from ..pure.tokens import scopes_of
from .entrance import PasswordForm
from .forms import MomentInput


class Account(Page):
    """What belongs to one's own login, with the way to change it."""

    kind = "record"
    access = EVERYONE
    template = "orgs/account.html"
    title = gettext_lazy("My account")
    menu = "account"

    def get(self, request: HttpRequest) -> HttpResponse:
        user = User.objects.select_related("person__dealer", "person__department", "person__team").get(
            Q(person_id=self.actor.person_id)
        )
        return self.answer(
            context={
                "user": user,
                "roles": [ROLES[code].label for code in sorted(self.actor.roles) if code in ROLES],
                "factor": is_mfa_enabled(user),
                "sessions": queries.sessions_of(self.actor),
                "this": request.session.session_key,
                "tokens": queries.tokens_of(self.actor),
                "delegations": queries.delegations_of(self.actor, at=self.at),
            }
        )


class ChangePasswordForm(PasswordForm):
    old = forms.CharField(
        label=gettext_lazy("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["old", "password", "again"]


class ChangePassword(FormPage):
    """A new password; other devices are logged out."""

    access = EVERYONE
    title = gettext_lazy("Change password")
    menu = "account"
    form_class = ChangePasswordForm
    intro = gettext_lazy("You stay logged in here; all other devices are logged out.")
    done_text = gettext_lazy("The password is changed.")

    def act(self, cleaned: dict[str, Any]) -> User:
        # Loaded before the change: looked up afterwards, the session would not fit the new password and be emptied.
        self.request.user.is_authenticated  # noqa: B018
        return accounts.change_password(
            old=cleaned["old"],
            new=cleaned["password"],
            but=self.request.session.session_key or "",
            actor=self.actor,
            at=self.at,
        )

    def done(self, result: User) -> str:
        update_session_auth_hash(self.request, result)
        return reverse("orgs:account")

    def back(self) -> str:
        return reverse("orgs:account")


class EndOthers(Page):
    """Logs out all other devices."""

    kind = "switch"
    access = EVERYONE
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        with scoped(self.actor) as at:
            count = accounts.end_other_sessions(but=request.session.session_key or "", actor=self.actor, at=at)
        said = ngettext("%(n)d other device is logged out.", "%(n)d other devices are logged out.", count)
        messages.success(request, said % {"n": count} if count else _("No other device was logged in."))
        return HttpResponseRedirect(reverse("orgs:account"))


class DelegateForm(forms.Form):
    taker = forms.ModelChoiceField(label=gettext_lazy("Who acts for me"), queryset=Person.objects.none())
    role = forms.ChoiceField(label=gettext_lazy("With which role"), required=False)
    starts_at = forms.DateTimeField(label=gettext_lazy("From"), widget=MomentInput())
    ends_at = forms.DateTimeField(label=gettext_lazy("Until"), widget=MomentInput())

    def __init__(self, *args: Any, colleagues: Any, roles: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["taker"].queryset = colleagues  # type: ignore[attr-defined]
        self.fields["role"].choices = [("", _("all my roles")), *roles]  # type: ignore[attr-defined]


class Delegate(FormPage):
    """Lets a colleague act for me for a time."""

    access = EVERYONE
    title = gettext_lazy("Let somebody act for me")
    menu = "account"
    form_class = DelegateForm
    done_text = gettext_lazy("The delegation is given.")

    def form_kwargs(self) -> dict[str, Any]:
        return {
            "colleagues": queries.colleagues(self.actor),
            "roles": staffing.lendable(queries.held_by(self.actor)),
        }

    def act(self, cleaned: dict[str, Any]) -> Any:
        if self.actor.person_id is None:
            raise NotYours
        return staffing.delegate(
            giver_id=self.actor.person_id,
            taker_id=cleaned["taker"].pk,
            role=cleaned["role"],
            starts_at=cleaned["starts_at"],
            ends_at=cleaned["ends_at"],
            actor=self.actor,
            at=self.at,
        )

    def done(self, result: Any) -> str:
        return reverse("orgs:account")

    def back(self) -> str:
        return reverse("orgs:account")


class Press(Page):
    """A button: one action on one row, then back to where it stands."""

    kind = "switch"
    access = EVERYONE
    http_method_names = ["post"]
    said: Any = ""

    def act(self, row_id: UUID, at: datetime) -> None:
        raise NotImplementedError

    def target(self) -> str:
        return reverse("orgs:account")

    def post(self, request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
        try:
            with scoped(self.actor) as at:
                self.act(id, at)
        except NotYours as error:
            raise Http404 from error
        except Refused as refusal:
            messages.error(request, str(refusal.reason))
        else:
            messages.success(request, self.said)
        return HttpResponseRedirect(self.target())


class RevokeDelegation(Press):
    said = gettext_lazy("The delegation is taken back.")

    def act(self, row_id: UUID, at: datetime) -> None:
        staffing.revoke_delegation(id=row_id, actor=self.actor, at=at)


class RevokeToken(Press):
    said = gettext_lazy("The token is ended.")

    def act(self, row_id: UUID, at: datetime) -> None:
        tokens.revoke(id=row_id, actor=self.actor, at=at)


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=60, help_text=gettext_lazy("Which program uses it, and where.")
    )
    scopes = forms.MultipleChoiceField(label=gettext_lazy("Scopes"), widget=forms.CheckboxSelectMultiple)
    expires_at = forms.DateTimeField(label=gettext_lazy("Valid until"), required=False, widget=MomentInput())

    def __init__(self, *args: Any, roles: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = list(scopes_of(roles).items())  # type: ignore[attr-defined]


class NewToken(FormPage):
    """Makes a token for a program; it is shown once."""

    access = EVERYONE
    title = gettext_lazy("Make a token")
    menu = "account"
    form_class = TokenForm
    intro = gettext_lazy("A program that holds the token acts as you, within the scopes.")
    submit = gettext_lazy("Make the token")

    def form_kwargs(self) -> dict[str, Any]:
        return {"roles": self.actor.roles}

    def act(self, cleaned: dict[str, Any]) -> str:
        _row, token = tokens.issue(
            name=cleaned["name"],
            scopes=cleaned["scopes"],
            expires_at=cleaned["expires_at"],
            actor=self.actor,
            at=self.at,
        )
        return token

    def done(self, result: str) -> str:
        show_once(self.request, "token", result)
        return reverse("orgs:once")

    def back(self) -> str:
        return reverse("orgs:account")


def show_once(request: HttpRequest, kind: str, secret: str, name: str = "") -> None:
    """Put a secret where the next page shows it and forgets it."""
    request.session["once"] = {"kind": kind, "secret": secret, "name": name}


class Once(Page):
    """A token or a one-time link, shown this once."""

    kind = "record"
    access = EVERYONE
    template = "orgs/once.html"
    title = gettext_lazy("Shown only now")

    def get(self, request: HttpRequest) -> HttpResponse:
        held = request.session.pop("once", None)
        if held is None:
            return HttpResponseRedirect(reverse("orgs:account"))
        if held["kind"] == "link":
            held["secret"] = request.build_absolute_uri(reverse("orgs:link", args=[held["secret"]]))
        return self.answer(context={"held": held})
