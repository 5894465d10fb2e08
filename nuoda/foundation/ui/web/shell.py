"""The frame around every page: menu, language and theme of this request."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nuoda.foundation.base.pure.actors import Actor

from ..pure import menu
from ..pure.shell import shell

GROUPS: dict[str, Any] = {
    "work": pgettext_lazy("menu", "Work"),
    "records": pgettext_lazy("menu", "Records"),
    "rules": pgettext_lazy("menu", "Regulations"),
    "figures": pgettext_lazy("menu", "Figures"),
    "admin": pgettext_lazy("menu", "Administration"),
}
LANGUAGES = (("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English"))
THEMES = (("auto", _("As the system"), "device-desktop"), ("light", _("Light"), "sun"), ("dark", _("Dark"), "moon"))
THEME_COOKIE = "nuoda_theme"


def theme(request: HttpRequest) -> str:
    """light, dark, or auto (as the system)."""
    chosen = request.COOKIES.get(THEME_COOKIE, "auto")
    return chosen if chosen in ("light", "dark") else "auto"


def address(name: str) -> str:
    """The address of a url name, '' when no room provides it."""
    if not name:
        return ""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def entries(place: menu.Place, actor: Actor | None, lit: str) -> list[dict[str, Any]]:
    """The menu's entries for an actor as {item, url, lit}; those without an address are left out."""
    if actor is None:
        return []
    found = ((item, address(item.url_name)) for item in menu.items(place, actor.roles))
    return [{"item": item, "url": url, "lit": item.key == lit} for item, url in found if url]


def groups(actor: Actor | None, lit: str) -> list[dict[str, Any]]:
    """The side menu in groups."""
    items = entries("side", actor, lit)
    found = []
    for key, label in GROUPS.items():
        inside = [entry for entry in items if entry["item"].group == key]
        if inside:
            found.append({"key": key, "label": label, "entries": inside})
    return found


class Frame:
    """What the base template shows around a page; each part is worked out when it is asked for."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.actor: Actor | None = getattr(request, "actor", None)
        self.theme = theme(request)
        self.themes = THEMES
        self.languages = LANGUAGES

    def groups(self) -> list[dict[str, Any]]:
        return groups(self.actor, self._lit())

    def phone(self) -> list[dict[str, Any]]:
        return entries("phone", self.actor, self._lit())

    def user(self) -> list[dict[str, Any]]:
        return entries("user", self.actor, "")

    def _lit(self) -> str:
        match = self.request.resolver_match
        view = getattr(match.func, "view_class", None) if match else None
        return getattr(view, "menu", "")

    def help(self) -> str:
        match = self.request.resolver_match
        view = getattr(match.func, "view_class", None) if match else None
        base = address(shell.help)
        topic = getattr(view, "help", "") or (match.url_name if match else "") or ""
        return f"{base}?topic={topic}" if base else ""

    def search(self) -> str:
        return address(shell.search)

    def bell(self) -> str:
        return address(shell.bell) if self.actor else ""

    def unread(self) -> int:
        return shell.unread(self.actor) if self.actor and shell.unread else 0

    def home(self) -> str:
        return address(shell.home) or "/"

    def profile(self) -> str:
        return address(shell.profile)

    def login(self) -> str:
        return address(shell.login)

    def logout(self) -> str:
        return address(shell.logout)
