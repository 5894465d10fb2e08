"""HomePage: panels that apps register for 'home'."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse

from .base import Page

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
        return self.answer(context={"blocks": self.contributed(self.place), "greeting": self.greeting()})
