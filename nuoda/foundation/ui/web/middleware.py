"""The language of a request."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation


class LanguageMiddleware:
    """Cookie, else the person's own choice, else simplified Chinese. What the browser asks for does not count: the product
    speaks Chinese until somebody chooses otherwise.

    Stands after ActorMiddleware; without an actor yet it still reads the cookie.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.known = {code for code, _name in settings.LANGUAGES}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        code = self.language(request)
        with translation.override(code):
            request.LANGUAGE_CODE = code  # type: ignore[attr-defined]
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", code)
        return response

    def language(self, request: HttpRequest) -> str:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if chosen in self.known:
            return chosen
        actor = getattr(request, "actor", None)
        if actor is not None and actor.language in self.known:
            return str(actor.language)
        return settings.LANGUAGE_CODE
