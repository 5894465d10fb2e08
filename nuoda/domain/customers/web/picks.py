"""What pickers offer while somebody types: fragments for htmx."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from nuoda.foundation.ui.web.pages import Page

from .. import queries
from ..access import STAFF


class Pick(Page):
    """Options of a data list: customers, contacts, machines or models that match what was typed.

    `what` says which; the text is `q`, or the first other parameter (htmx sends the field under its own name);
    `customer` narrows
    contacts and machines to one customer's.
    """

    access = STAFF
    template = "customers/_options.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        what = request.GET.get("what", "customer")
        others = (value for name, value in request.GET.items() if name not in ("what", "customer_id"))
        text = (request.GET.get("q") or next(others, "")).strip()[:100]
        return self.answer(context={"options": self.options(what, text)})

    def options(self, what: str, text: str) -> list[tuple[str, str]]:
        """(value, words) pairs, at most `queries.PICKER`."""
        if not text:
            return []
        limit = queries.PICKER
        if what == "contact":
            contacts = queries.contacts_matching(self.actor, text).order_by("pinyin")[:limit]
            return [(row.name, f"{row.customer.name} · {row.phone_shown}") for row in contacts]
        if what == "installed":
            machines = queries.installed_matching(self.actor, text).order_by("serial")[:limit]
            return [(row.serial, f"{row.model.code} · {row.customer.name}") for row in machines]
        if what == "model":
            return [(row.code, row.name) for row in queries.models_matching(self.actor, text)[:limit]]
        customers = queries.customers_matching(self.actor, text).filter(active=True).order_by("pinyin")[:limit]
        return [(row.number, row.name) for row in customers]
