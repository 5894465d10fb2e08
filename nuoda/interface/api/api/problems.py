"""How the API says no: one shape for every refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from pydantic import BaseModel

from nuoda.engine.rulebook.pure import objections
from nuoda.foundation.base.pure.operations import Shape
from nuoda.foundation.base.pure.refusals import Refused


class Clause(Shape):
    """A clause behind a refusal, with the address of its text."""

    id: str
    url: str


class Mistake(Shape):
    """A mistake in a text of a regulation: where it stands, and what is wrong there. Line and column count from 1, in the
    text that was sent or, for data, in the value at `path`; 0 where no place is known."""

    clause: str
    path: str
    line: int
    column: int
    reason: str


class Problem(Shape):
    """Why something was not done. `code` is stable; `message` and `fields` are sentences in the language asked for.

    `places` is there where a text of a regulation has mistakes."""

    code: str
    message: str
    clauses: list[Clause] = []
    fields: dict[str, str] = {}
    places: list[Mistake] = []


def render(value: Any) -> bytes:
    """JSON as the API sends it: ids and moments as texts, moments with their offset."""
    return orjson.dumps(value, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump()
    raise TypeError(f"cannot send a {type(value).__name__}")


def answered(body: bytes, status: int = 200) -> HttpResponse:
    response = HttpResponse(body, content_type="application/json", status=status)
    response["Cache-Control"] = "no-store"
    return response


def problem(
    request: HttpRequest | None,
    status: int,
    code: str,
    message: Any,
    *,
    clauses: Sequence[str] = (),
    fields: Mapping[str, Any] | None = None,
    places: Sequence[Mapping[str, Any]] = (),
) -> HttpResponse:
    """A refusal as JSON."""
    body: dict[str, Any] = {
        "code": code,
        "message": str(message),
        "clauses": [{"id": item, "url": clause_url(request, item)} for item in clauses],
        "fields": {name: str(text) for name, text in (fields or {}).items()},
    }
    if places:
        language = translation.get_language() or "zh-hans"
        body["places"] = [{**place, "reason": objections.said(place["reason"], language)} for place in places]
    response = answered(render(body), status)
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """A refusal of an action, with the status that it carries."""
    reason = _("There is nothing here that you may know of.") if refusal.status == 404 else refusal.reason
    return problem(
        request,
        refusal.status,
        refusal.code,
        reason,
        clauses=refusal.clauses,
        fields=refusal.fields,
        places=refusal.places,
    )


def clause_url(request: HttpRequest | None, clause_id: str) -> str:
    path = f"/rulebook/clauses/{quote(clause_id, safe='')}"
    return request.build_absolute_uri(path) if request is not None else path
