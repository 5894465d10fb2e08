"""What all page kinds have in common: who may open them, the scope they run in, how they answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.template.loader import render_to_string
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.safestring import SafeString
from django.views import View

from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours, Refused

from ...pure import panels
from ...pure.menu import EVERYONE, allowed
from ...pure.shell import shell

__all__ = ["EVERYONE", "PUBLIC", "Crumb", "Page", "PageRow", "every_page"]

PUBLIC = frozenset({"public"})
"""Pages that need no login (they do their own checks)."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the breadcrumbs; without address it is the page itself."""

    label: Any
    url: str = ""


@dataclass(slots=True)
class Block:
    """A drawn section, rail block or contributed panel."""

    key: str
    label: Any
    body: SafeString
    icon: str = ""
    url: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


class Page(View):
    """A page. Subclasses of the kinds declare; a page of no kind may subclass this with `get`/`post` of its own.

    Reading runs in one `scoped(actor)` with `self.actor` and `self.at` (the door's time). Writing methods open their
    own scopes, so that a refusal rolls back. Whoever may not open a page gets 404, nobody logged in goes to the
    login.
    """

    kind: ClassVar[str] = "page"
    access: ClassVar[frozenset[str] | None] = None
    """Role codes that may open the page, or EVERYONE (any person), or PUBLIC. Must be declared."""
    title: Any = ""
    menu: ClassVar[str] = ""
    """Key of the menu entry that is lit."""
    help: ClassVar[str] = ""
    """Topic that the `?` opens."""
    template: str = ""

    actor: Actor
    at: datetime

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if isinstance(cls.access, set | tuple | list):
            cls.access = frozenset(cls.access)

    @classmethod
    def may_open(cls, roles: frozenset[str]) -> bool:
        """Whether a holder of these roles may open the page."""
        return cls.access is not None and allowed(cls.access, roles)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        actor: Actor | None = getattr(request, "actor", None)
        if self.access is None:
            raise TypeError(f"{type(self).__name__} declares no access")
        if not self.access & PUBLIC:
            if actor is None:
                return redirect_to_login(request.get_full_path(), resolve_url(shell.login))
            if not self.may_open(actor.roles):
                raise Http404
        if actor is None:
            return self._finish(super().dispatch(request, *args, **kwargs))
        self.actor = actor
        try:
            if request.method not in SAFE:
                return self._finish(super().dispatch(request, *args, **kwargs))
            with scoped(actor) as self.at:
                response: Any = super().dispatch(request, *args, **kwargs)
                if hasattr(response, "render") and not response.is_rendered:
                    response.render()
        except NotYours as refusal:
            raise Http404 from refusal
        except Refused as refusal:
            return self._finish(self.refused(refusal))
        return self._finish(response)

    def refused(self, refusal: Refused) -> HttpResponse:
        """A page of its own for a refusal that no form can show."""
        with scoped(self.actor) as self.at:
            return self.answer("ui/refused.html", {"refusal": refusal}, status=refusal.status)

    def get_title(self) -> Any:
        return self.title

    def crumbs(self) -> list[Crumb]:
        """The way here, outermost first, without the page itself."""
        return []

    def context(self, **more: Any) -> dict[str, Any]:
        """The context of the page's template."""
        known = {"page": self, "title": self.get_title(), "crumbs": self.crumbs()}
        if hasattr(self, "actor"):
            known["actor"] = self.actor
        if hasattr(self, "at"):
            known["at"] = self.at
        return known | more

    def answer(self, template: str = "", context: Mapping[str, Any] | None = None, status: int = 200) -> HttpResponse:
        """Renders now, inside the scope."""
        return render(self.request, template or self.template, self.context(**(context or {})), status=status)

    def contributed(self, place: str, subject: Any = None) -> list[Block]:
        """The panels that higher floors put at a place of this page, drawn, in order; those with nothing to show are left out."""
        found = []
        for panel in panels.at_place(place, self.actor):
            loaded = panel.load(self.actor, self.at, subject)
            if loaded is None:
                continue
            known = {"actor": self.actor, "at": self.at, "subject": subject, "panel": panel} | dict(loaded)
            body = render_to_string(panel.template, known, self.request)
            found.append(Block(panel.key, panel.label, body, panel.icon, extra={"wide": panel.wide}))
        return found

    @property
    def fragment(self) -> str:
        """The id of the part that htmx asks for; empty when the whole page is asked for."""
        headers = self.request.headers
        if headers.get("HX-Request") != "true" or headers.get("HX-History-Restore-Request") == "true":
            return ""
        return headers.get("HX-Target") or ""

    @staticmethod
    def _finish(response: HttpResponseBase) -> HttpResponseBase:
        patch_vary_headers(response, ["HX-Request", "HX-Target", "Cookie"])
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response


@dataclass(frozen=True, slots=True)
class PageRow:
    """One row of the access matrix: an address of the product and who may open it."""

    name: str
    """Namespaced url name, '' when it has none."""
    route: str
    kind: str
    roles: frozenset[str] | None
    """None: the view declares no access (a house test refuses that)."""
    parameters: tuple[str, ...]
    view: Any


def every_page(root: Any = None) -> Iterator[PageRow]:
    """Walks all addresses of the URL configuration: the matrix cannot forget one."""
    yield from _walk(root or get_resolver(), (), "")


def _walk(node: Any, spaces: tuple[str, ...], route: str) -> Iterator[PageRow]:
    for entry in node.url_patterns:
        path = route + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, (*spaces, entry.namespace) if entry.namespace else spaces, path)
        elif isinstance(entry, URLPattern):
            view = getattr(entry.callback, "view_class", entry.callback)
            roles = getattr(view, "access", None)
            name = ":".join((*spaces, entry.name)) if entry.name else ""
            parameters = tuple(entry.pattern.converters) if hasattr(entry.pattern, "converters") else ()
            yield PageRow(name, path, getattr(view, "kind", ""), roles, parameters, view)
