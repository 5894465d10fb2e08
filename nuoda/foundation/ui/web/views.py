"""Small doors of the frame: language, theme, saved views, errors."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import override

from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.refusals import NotYours, Refused

from ..actions import saved_views
from ..pure.shell import shell
from .pages import EVERYONE, PUBLIC, Page
from .shell import LANGUAGES, THEME_COOKIE

YEAR = 365 * 24 * 3600


def safe_next(request: HttpRequest) -> str:
    """The page to return to, if it is one of ours."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return "/"


class Language(Page):
    """Switches the language and stays on the page; a logged-in person keeps the choice."""

    kind = "switch"
    access = PUBLIC
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        code = request.POST.get("language", "")
        response = HttpResponseRedirect(safe_next(request))
        if code in dict(LANGUAGES):
            _keep(response, settings.LANGUAGE_COOKIE_NAME, code, request)
            actor = getattr(request, "actor", None)
            if actor is not None and shell.set_language is not None:
                with scoped(actor):
                    shell.set_language(actor, code)
        return response


class Theme(Page):
    """Switches light, dark or as the system, and stays on the page."""

    kind = "switch"
    access = PUBLIC
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        chosen = request.POST.get("theme", "")
        response = HttpResponseRedirect(safe_next(request))
        if chosen in ("light", "dark", "auto"):
            _keep(response, THEME_COOKIE, chosen, request)
        return response


def _keep(response: HttpResponse, name: str, value: str, request: HttpRequest) -> None:
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=request.is_secure())


class SaveView(Page):
    """Keeps a list's state under a name."""

    kind = "form"
    access = EVERYONE
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        back = safe_next(request).partition("?")[0]
        address = request.POST.get("address", "")
        try:
            with scoped(self.actor) as at:
                view = saved_views.save(
                    page=request.POST.get("page", "")[:80],
                    name=request.POST.get("name", ""),
                    address=address,
                    shared=request.POST.get("shared") == "1",
                    is_default=request.POST.get("default") == "1",
                    actor=self.actor,
                    at=at,
                )
        except Refused as refusal:
            messages.error(request, str(refusal.reason))
            return HttpResponseRedirect(f"{back}?{address}" if address else back)
        messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
        return HttpResponseRedirect(f"{back}?{address}&view={view.pk}")


class RemoveView(Page):
    """Takes away one's own saved view."""

    kind = "form"
    access = EVERYONE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, id: UUID) -> HttpResponse:
        try:
            with scoped(self.actor) as at:
                saved_views.remove(id=id, actor=self.actor, at=at)
        except NotYours as error:
            raise Http404 from error
        messages.success(request, _("The view is removed."))
        return HttpResponseRedirect(safe_next(request).partition("?")[0])


# -- what went wrong: config/urls.py names these as handlers


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return error(request, 400)


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return error(request, 403)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """settings.CSRF_FAILURE_VIEW"""
    return error(request, 403, code="csrf")


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return error(request, 404)


def broken(request: HttpRequest) -> HttpResponse:
    return error(request, 500)


def error(request: HttpRequest, status: int, code: str = "") -> HttpResponse:
    """What went wrong, why, and what to do. It asks the database nothing, since that may be what is broken."""
    language = getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE)
    with override(language):
        return render(request, "ui/error.html", {"status": status, "code": code or str(status)}, status=status)
