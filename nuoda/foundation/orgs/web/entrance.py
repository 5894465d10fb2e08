"""Pages before the login: one-time link, forgotten password."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base import access
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.ui.web.pages import PUBLIC, Page

from ..actions import links
from ..jobs import forgotten


class PasswordForm(forms.Form):
    """A new password, typed twice; managers of passwords may fill it."""

    password = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 8 characters, not one of the common passwords. A sentence is good."),
    )
    again = forms.CharField(
        label=_("The same once more"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", _("This is not the same password."))
        return data


class Link(Page):
    """A one-time link: sets the password and logs in."""

    kind = "link"
    access = PUBLIC
    template = "orgs/link.html"
    title = _("Set your password")

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        found = links.find(token, at=access.now())
        if found is None:
            return self.answer("orgs/link_spent.html", status=410)
        return self.answer(context={"form": PasswordForm(), "link": found})

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        form = PasswordForm(request.POST)
        found = links.find(token, at=access.now())
        if found is None or found.user.person is None:
            return self.answer("orgs/link_spent.html", status=410)
        if form.is_valid():
            keeper = access.system(found.company_id)
            try:
                with access.scoped(keeper) as at:
                    user = links.redeem(token=token, password=form.cleaned_data["password"], actor=keeper, at=at)
            except links.Spent:
                return self.answer("orgs/link_spent.html", status=410)
            except Refused as refusal:
                form.add_error("password", str(refusal.reason))
            else:
                return self.enter(request, user, "/setup/" if found.purpose == "setup" else "/")
        return self.answer(context={"form": form, "link": found}, status=422)

    @staticmethod
    def enter(request: HttpRequest, user: Any, target: str) -> HttpResponse:
        """Log in, unless the account has a second factor: then the login page asks for it."""
        if user.authenticator_set.exists():
            return HttpResponseRedirect("/accounts/login/")
        get_adapter().login(request, user)
        return HttpResponseRedirect(target)


class ForgottenForm(forms.Form):
    login = forms.CharField(
        label=_("Account or e-mail"), max_length=254, widget=forms.TextInput(attrs={"autocomplete": "username"})
    )


class Forgotten(Page):
    """Ask for a link by mail. The answer is the same whether the account exists or not."""

    kind = "form"
    access = PUBLIC
    template = "orgs/forgotten.html"
    title = _("Forgot your password?")

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.answer(context={"form": ForgottenForm(), "sent": False})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ForgottenForm(request.POST)
        if not form.is_valid():
            return self.answer(context={"form": form, "sent": False}, status=422)
        forgotten.defer(text=form.cleaned_data["login"])
        return self.answer(context={"form": form, "sent": True})
