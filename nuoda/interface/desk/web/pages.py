"""工作台: what one owes, by due time; the one search box; the short address of every number."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.journal import queries as journal
from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.journal.pure import kinds
from nuoda.foundation.ui.web.pages import EVERYONE, HomePage, Page


class Home(HomePage):
    """The desk; a technician's is his list of jobs, a customer's is the portal."""

    access = EVERYONE
    title = _("My desk")
    menu = "home"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.actor.reach == "customer":
            return HttpResponseRedirect(reverse("portal:home"))
        if self.actor.roles == {"technician"}:
            return HttpResponseRedirect(reverse("service:jobs"))
        return super().get(request, *args, **kwargs)

    def greeting(self) -> str:
        return _t("Good day, %(name)s.") % {"name": self.actor.name}


class Search(Page):
    """One box: number, name, phone tail, serial number, any part of a Chinese word; only what the actor may know."""

    kind = "search"
    access = EVERYONE
    title = _("Search")
    template = "desk/search.html"
    SHOWN: ClassVar[int] = 40

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        text = request.GET.get("q", "").strip()[:100]
        found = list(journal.search(self.actor, text, limit=self.SHOWN)) if text else []
        exact = [row for row in found if row.number.lower() == text.lower()]
        if len(exact) == 1 and not self.fragment:
            address = page_of(exact[0], self.actor)
            if address:
                return HttpResponseRedirect(address)
        groups: dict[str, list[tuple[Dossier, str]]] = {}
        for row in found:
            groups.setdefault(row.kind_label, []).append((row, page_of(row, self.actor)))
        context = {"q": text, "groups": list(groups.items()), "full": len(found) == self.SHOWN}
        return self.answer("desk/_found.html" if self.fragment else "", context)


class Go(Page):
    """The short address of a number: leads to its page."""

    kind = "link"
    access = EVERYONE

    def get(self, request: HttpRequest, number: str, **kwargs: Any) -> HttpResponse:
        address = page_of(journal.dossier(self.actor, number=number), self.actor)
        if not address:
            raise NotYours()
        return HttpResponseRedirect(address)


def page_of(row: Dossier, actor: Actor) -> str:
    """The page of a dossier as the actor sees it, '' when there is none for him."""
    name = kinds.url_name(row.kind)
    if actor.reach == "customer":
        name = "portal:matter" if row.kind == "ticket" else ""
    return reverse(name, args=[row.number]) if name else ""
