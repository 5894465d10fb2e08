"""HomePage: panels that apps register for 'home'."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse

from ...pure import panels
from .base import Page
from .records import Block, draw_panel

__all__ = ["HomePage"]


class HomePage(Page):
    """What one owes, by due time, and one's figures: the panels registered at `place`, drawn in order."""

    kind = "home"
    template = "ui/home.html"
    place: ClassVar[str] = "home"

    def greeting(self) -> Any:
        """One line above the panels."""
        return ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        blocks = []
        for panel in panels.at_place(self.place, self.actor):
            body = draw_panel(panel, self.actor, self.at, None, request)
            if body is not None:
                blocks.append(Block(panel.key, panel.label, body, panel.icon, extra={"wide": panel.wide}))
        return self.answer(context={"blocks": blocks, "greeting": self.greeting()})
