"""BoardPage: lanes of cards; cards move by drag or by a menu, through one action."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.utils.translation import gettext as _

from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.refusals import NotYours, Refused

from ...pure.tones import Chip, ClockBadge
from .base import Page
from .lists import Link

__all__ = ["BoardPage", "Card", "Lane"]

TOKENS = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')


@dataclass(frozen=True, kw_only=True)
class Card:
    """One card; `lanes` are the keys of the lanes it may move to (empty: it stays)."""

    id: Any
    title: Any
    number: str = ""
    url: str = ""
    text: Any = ""
    chips: Sequence[Chip] = ()
    clock: ClockBadge | None = None
    lanes: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Lane:
    """One lane; `url` opens the list of exactly its cards, `total` is their number when more than are shown."""

    key: str
    label: Any
    cards: Sequence[Card]
    tone: str = "neutral"
    url: str = ""
    total: int | None = None

    @property
    def count(self) -> int:
        return len(self.cards) if self.total is None else self.total


class BoardPage(Page):
    """`lanes` says what is shown; `move` calls the action. Live: polled with an ETag, so that an unchanged board
    costs no bytes."""

    kind = "board"
    template = "ui/board.html"
    refresh: ClassVar[int] = 5
    """Seconds between polls."""
    links: ClassVar[Sequence[Link]] = ()

    def lanes(self) -> Sequence[Lane]:
        raise NotImplementedError

    def move(self, card: str, lane: str) -> None:
        """Calls the one action with `self.actor` and `self.at`; raises Refused when it may not be."""
        raise NotYours

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.board()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        refusal = None
        try:
            with scoped(self.actor) as self.at:
                self.move(request.POST.get("card", ""), request.POST.get("lane", ""))
        except NotYours:
            refusal = Refused(_("This card is no longer here."))
        except Refused as error:
            refusal = error
        if not self.fragment and refusal is None:
            return HttpResponseRedirect(request.get_full_path())
        with scoped(self.actor) as self.at:
            return self.board(refusal)

    def board(self, refusal: Refused | None = None) -> HttpResponse:
        lanes = list(self.lanes())
        labels = {lane.key: lane.label for lane in lanes}
        drawn = [
            {
                "lane": lane,
                "cards": [
                    {"card": card, "targets": [(key, labels[key]) for key in card.lanes if key in labels]}
                    for card in lane.cards
                ],
            }
            for lane in lanes
        ]
        links = [
            {"link": link, "url": link.address(self.actor)}
            for link in self.links
            if self.actor.has(*link.roles) or "*" in link.roles
        ]
        context = {"lanes": drawn, "refusal": refusal, "links": links}
        if self.fragment != "board":
            return self.answer(context=context)
        response = self.answer("ui/_board.html", context)
        # The forms' tokens differ in each answer; compression makes a tag weak.
        tag = f'"{hashlib.sha256(TOKENS.sub(b"", response.content)).hexdigest()[:32]}"'
        known = self.request.headers.get("If-None-Match", "").removeprefix("W/")
        if refusal is None and self.request.method == "GET" and known == tag:
            unchanged = HttpResponseNotModified()
            unchanged["ETag"] = tag
            return unchanged
        response["ETag"] = tag
        response["Cache-Control"] = "private, no-cache"
        return response
