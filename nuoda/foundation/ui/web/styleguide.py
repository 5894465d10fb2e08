"""Every piece of the look on pages of its own, with made-up things; tests look at them in both themes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from nuoda.foundation.base.pure.refusals import Refused

from ..pure.tones import TONES, Chip
from . import samples
from .pages import EVERYONE, Crumb, Page

WHO = frozenset({"system_admin"}) | (EVERYONE if settings.DEBUG else frozenset())


class Styleguide(Page):
    """All components on one page."""

    kind = "styleguide"
    access = WHO
    title = "Styleguide"
    template = "ui/styleguide.html"

    def crumbs(self) -> list[Crumb]:
        return [Crumb("Nuoda", "/")]

    def get(self, request: HttpRequest) -> HttpResponse:
        badges = samples.clocks(self.at)
        form = samples.TicketForm({"kind": "fault", "title": "", "phone": "138", "score": "4"})
        form.is_valid()
        return self.answer(
            context={
                "tones": [Chip(label, tone) for label, tone in zip(samples.TONE_WORDS, TONES, strict=True)],
                "badges": badges,
                "steps": samples.steps(self.at),
                "clocks": badges[:4],
                "timeline": samples.timeline(self.at),
                "facts": samples.facts_of_matter(self.at),
                "form": form,
                "refusal": Refused(samples.REFUSAL, clauses=["MN-3.2.4", "DL-3.5a"]),
                "token": "",
                "submit": "保存",
                "pieces": PIECES,
                "amount": 1234567890,
                "due": self.at + timedelta(hours=1, minutes=20, seconds=30),
            }
        )


PIECES: dict[str, Any] = {
    "list": samples.SampleList,
    "empty": samples.EmptyList,
    "record": samples.SampleRecord,
    "form": samples.SampleForm,
    "board": samples.SampleBoard,
    "home": samples.SampleHome,
    "phone": samples.SamplePhone,
    "phone-record": samples.SamplePhoneRecord,
    "phone-form": samples.SamplePhoneForm,
    "bare": samples.SampleBare,
}


class Piece(Page):
    """One page kind with made-up things."""

    kind = "styleguide"
    access = WHO

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        found = PIECES.get(kwargs.get("piece", ""))
        if found is None:
            raise Http404
        kind: type[Page] = type(found.__name__, (found,), {"access": WHO})
        return kind.as_view()(request)
