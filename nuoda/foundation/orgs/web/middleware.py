"""Who is asking: `request.actor`, and whether his session still holds. Denied by default."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import queries
from ..pure.roles import EXCLUSIVE

Answer = Callable[[HttpRequest], HttpResponse]

TOUCH = 300
"""Seconds after which a session's last use is written again."""
PUBLIC_NAMES = frozenset({"set_language", "texts", "favicon"})
"""Views of the frameworks that anybody may use; our own say so themselves (`access = PUBLIC`)."""
FACTOR_NAMES = frozenset(
    {"mfa_activate_totp", "mfa_index", "mfa_reauthenticate", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
     "mfa_download_recovery_codes", "account_logout", "account_reauthenticate", "set_language", "texts", "favicon"}
)  # fmt: skip
"""Where an administrator may go before the second factor that his company asks for is set up."""


class ActorMiddleware:
    """Sets `request.actor` (None for strangers) and `request.at` (the database's time when the actor was looked up), and makes the
    company's time zone the one in which the request's days are cut and its moments told.

    One statement, and only for a request that carries a session: it checks that login, person and session still hold, so
    whatever ends a session ends it with the next request. A view without `access = PUBLIC` (or `login_required = False`) is
    closed to strangers: pages lead to the login, API paths answer 401.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked: Any = request
        asked.actor, asked.at, asked.visit = None, None, None
        timezone.deactivate()  # the thread may have served another company before
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return self.get_response(request)
        visit = self.visit(request)
        if visit is None:
            return self.get_response(request)
        asked.actor, asked.at, asked.visit = visit.actor, visit.at, visit
        timezone.activate(queries.zone(visit.actor))
        return self.get_response(request)

    @staticmethod
    def visit(request: HttpRequest) -> queries.Visit | None:
        """The visit behind the session; a session that no longer holds is emptied."""
        session = request.session
        user_id = session.get(SESSION_KEY)
        if user_id is None:
            return None
        visit = queries.visit(user_id, proof=session.get(HASH_SESSION_KEY, ""))
        if visit is None:
            session.flush()
            return None
        now = visit.at.timestamp()
        seen, since = session.get("seen", now), session.get("since", now)
        if now - seen > visit.idle_minutes * 60 or now - since > settings.SESSION_COOKIE_AGE:
            session.flush()
            return None
        if "seen" not in session or now - seen > TOUCH:
            session["seen"] = now
            session.setdefault("since", now)
            session.set_expiry(visit.idle_minutes * 60)
        return visit

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        visit: queries.Visit | None = request.visit  # type: ignore[attr-defined]
        if visit is None:
            return None if self.is_public(request, view, name) else self.stranger(request)
        if visit.needs_factor and not visit.actor.roles.isdisjoint(EXCLUSIVE) and name not in FACTOR_NAMES:
            return redirect("mfa_activate_totp")
        return None

    @staticmethod
    def is_public(request: HttpRequest, view: Any, name: str) -> bool:
        declared = getattr(getattr(view, "view_class", view), "access", None) or frozenset()
        if "public" in declared or name in PUBLIC_NAMES or not getattr(view, "login_required", True):
            return True
        # A program shows its token to the API itself.
        return request.path.startswith("/api/") and "authorization" in {key.lower() for key in request.headers}

    @staticmethod
    def stranger(request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/"):
            answer = {"code": "unauthenticated", "reason": _("Log in, or send a token.")}
            return JsonResponse(answer, status=401, headers={"WWW-Authenticate": "Bearer"})
        if request.headers.get("HX-Request") == "true":
            # A fragment must not be replaced by the login page: the browser goes there as a whole.
            return HttpResponse(status=204, headers={"HX-Redirect": resolve_url(settings.LOGIN_URL)})
        return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))
