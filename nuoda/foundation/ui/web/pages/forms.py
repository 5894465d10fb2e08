"""FormPage: one form, one action."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.base.pure.refusals import NotYours, Refused

from ...actions import sent_forms
from .base import Page

__all__ = ["FormPage"]

FORM_TOKEN = "_token"  # noqa: S105


class _Replayed(Exception):
    def __init__(self, location: str) -> None:
        self.location = location


class FormPage(Page):
    """A Django form whose cleaned data goes to one action.

    `act` calls the action and returns what `done` needs to say where to go. A `Refused` is shown as a sentence with
    its clauses and the input kept; `Refused.fields` land at their fields. Sending the same form twice (double click,
    lost answer) does the work once: the one-time token is committed with the action. Opened by htmx into the dialog
    (`HX-Target: dialog`) the same page is a dialog.
    """

    kind = "form"
    template = "ui/form.html"
    form_class: ClassVar[type[forms.Form]] = forms.Form
    submit: Any = _("Save")
    done_text: Any = ""
    """A sentence for the next page."""
    danger: ClassVar[bool] = False
    wide: ClassVar[bool] = False
    clauses: ClassVar[tuple[str, ...]] = ()
    """Clauses that ask for this form; shown as a hint above it."""
    intro: Any = ""
    icon: ClassVar[str] = ""

    row: Any = None

    def load(self, **kwargs: Any) -> Any:
        """The thing the form is about (None when it makes a new one); raise NotYours for 404."""
        return None

    def initial(self) -> dict[str, Any]:
        return {}

    def form_kwargs(self) -> dict[str, Any]:
        """More arguments of the form's constructor (choices that depend on the actor)."""
        return {}

    def act(self, cleaned: dict[str, Any]) -> Any:
        """Calls the one action, with `self.actor`, `self.at`, `self.row`."""
        raise NotImplementedError

    def done(self, result: Any) -> str:
        """Where to go after the action."""
        raise NotImplementedError

    def back(self) -> str:
        """Where 'cancel' leads."""
        return ""

    def get_submit(self) -> Any:
        return self.submit

    def more(self) -> dict[str, Any]:
        """More context for a template of one's own."""
        return {}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.row = self.load(**kwargs)
        first = self.initial()
        names = self.form_class.base_fields
        first |= {name: value for name, value in request.GET.items() if name in names and name not in first}
        form = self.form_class(initial=first, **self.form_kwargs())
        return self.show(form)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        refusal: Refused | None = None
        try:
            with scoped(self.actor) as self.at:
                self.row = self.load(**kwargs)
                form = self.form_class(request.POST, request.FILES, **self.form_kwargs())
                if form.is_valid():
                    token = self.token()
                    earlier = sent_forms.claim(id=token, page=self.page_key(), actor=self.actor, at=self.at)
                    if earlier is not None:
                        raise _Replayed(earlier)
                    location = self.done(self.act(form.cleaned_data))
                    sent_forms.settle(id=token, location=location, actor=self.actor, at=self.at)
                    if self.done_text:
                        messages.success(request, self.done_text)
                    return self.leave(location)
        except _Replayed as replayed:
            return self.leave(replayed.location or self.request.path)
        except NotYours as error:
            raise Http404 from error
        except Refused as error:
            refusal = error
        # The first scope is rolled back by now; what is shown is read anew.
        with scoped(self.actor) as self.at:
            try:
                self.row = self.load(**kwargs)
            except NotYours as error:
                raise Http404 from error
            form = self.form_class(request.POST, request.FILES, **self.form_kwargs())
            form.is_valid()
            if refusal is None:
                return self.show(form, status=422)
            for name, reason in refusal.fields.items():
                if name in form.fields:  # what has no field is said by the refusal itself
                    form.add_error(name, str(reason))
            return self.show(form, refusal=refusal, status=refusal.status)

    def token(self) -> UUID:
        """The form's one-time token; a form without one (an old tab) gets a fresh one and is not protected."""
        try:
            return UUID(self.request.POST.get(FORM_TOKEN, ""))
        except ValueError:
            return new_id()

    @classmethod
    def page_key(cls) -> str:
        return f"{cls.__module__}.{cls.__qualname__}".removeprefix("nuoda.")[-80:]

    def show(self, form: forms.Form, *, refusal: Refused | None = None, status: int = 200) -> HttpResponse:
        token = self.request.POST.get(FORM_TOKEN) or str(new_id())
        if refusal is not None and refusal.code == "stale":
            token = str(new_id())
        context = {
            "form": form,
            "refusal": refusal,
            "token": token,
            "row": self.row,
            "submit": self.get_submit(),
            "back": self.back(),
            "in_dialog": self.fragment == "dialog-body",
        } | self.more()
        template = "ui/_form_dialog.html" if self.fragment == "dialog-body" else ""
        # htmx swaps only successful answers; in a dialog the refusal must be seen.
        return self.answer(template, context, status=200 if self.fragment else status)

    def leave(self, location: str) -> HttpResponse:
        """Goes on to the next page; from a dialog htmx is told to."""
        if self.fragment:
            response = HttpResponse(status=204)
            response["HX-Redirect"] = location
            return response
        return HttpResponseRedirect(location)
