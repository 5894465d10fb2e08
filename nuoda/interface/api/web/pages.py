"""The page for those who write programs: how to call, and every operation."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.operations import OPERATIONS, Operation
from nuoda.foundation.ui.web.pages import EVERYONE, Page

from ..pure.scopes import SCOPES


@dataclass(frozen=True, slots=True)
class Line:
    """An operation as the page shows it."""

    operation: Operation
    filters: list[str]
    fields: list[tuple[str, bool]]


class Guide(Page):
    """How programs talk to the product. Its texts come with the product; nothing is loaded from elsewhere."""

    kind = "record"
    access = EVERYONE
    title = _("For programs")
    template = "api/guide.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rooms = [
            (room, [_line(item) for item in found])
            for room, found in groupby(OPERATIONS.values(), lambda item: item.room)
        ]
        return self.answer(
            context={"rooms": rooms, "scopes": list(SCOPES.items()), "origin": request.build_absolute_uri("/api/v1")}
        )


def _line(operation: Operation) -> Line:
    filters = list(operation.query.model_fields) if operation.query is not None else []
    body = operation.body.model_fields.items() if operation.body is not None else ()
    return Line(operation, filters, [(name, item.is_required()) for name, item in body])
