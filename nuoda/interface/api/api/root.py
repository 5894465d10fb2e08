"""The API itself: every operation that the rooms declare, under `/api/v1`, with its description."""

from __future__ import annotations

import importlib
import logging
import pkgutil
from collections.abc import Iterable
from functools import cache
from typing import Any, get_args

import orjson
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from pydantic import BaseModel

from nuoda.foundation.base.pure.operations import OPERATIONS, FileAnswer, Operation

from ..pure.scopes import SCOPES
from .doors import KEY, KEY_MOST, Closed, enter, view
from .problems import Problem, problem

log = logging.getLogger("nuoda.api")
VERSION = "1.0"


class _Renderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data)


class _Parser(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        return orjson.loads(request.body)


def declared() -> list[Operation]:
    """Every operation of the rooms in use, rooms from below first."""
    for room in settings.ROOMS:
        try:
            package = importlib.import_module(f"{room}.api")
        except ModuleNotFoundError:
            continue
        for item in pkgutil.iter_modules(package.__path__):
            if item.name != "urls" and room != "nuoda.interface.api":
                importlib.import_module(f"{room}.api.{item.name}")
    doubled = _doubled(OPERATIONS.values())
    if doubled:
        raise TypeError(f"shapes of the same name would hide each other in the description: {doubled}")
    unknown = {item.name: item.scope for item in OPERATIONS.values() if item.scope not in SCOPES}
    if unknown:
        raise TypeError(f"operations with scopes that nobody can give: {unknown}")
    return list(OPERATIONS.values())


def _doubled(operations: Iterable[Operation]) -> list[str]:
    """Names of shapes that two modules use for different things."""
    known: dict[str, type] = {}
    found = set()
    waiting: list[Any] = [part for item in operations for part in (item.query, item.body, item.answer)]
    seen: set[int] = set()
    while waiting:
        part = waiting.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        waiting += list(get_args(part))
        if isinstance(part, type) and issubclass(part, BaseModel):
            if known.setdefault(part.__name__, part) is not part:
                found.add(part.__name__)
            waiting += [field.annotation for field in part.model_fields.values()]
    return sorted(found)


def build() -> NinjaAPI:
    """The API with all operations."""
    api = NinjaAPI(
        title="Nuoda",
        version=VERSION,
        description="Tickets, work orders, customers and their time limits; the regulations with their drafts, trials, duties, "
        "audits, figures and evidence. Every mutation needs an Idempotency-Key; refusals name the clauses behind them.",
        urls_namespace="api",
        docs_url=None,
        openapi_url=None,
        renderer=_Renderer(),
        parser=_Parser(),
    )
    for operation in declared():
        _add(api, operation)
    _handle(api)
    return api


@cache
def described() -> bytes:
    """The OpenAPI description as it is sent; made once."""
    return orjson.dumps(description(), default=str, option=orjson.OPT_NON_STR_KEYS)


def description() -> dict[str, Any]:
    """The OpenAPI description (3.1) of every operation."""
    found = dict(build().get_openapi_schema(path_prefix="/api/v1/"))
    found["components"]["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "A token that its person made (My account)."}
    }
    return found


def _add(api: NinjaAPI, operation: Operation) -> None:
    binary = operation.answer is FileAnswer
    refusals = {400, 401, 403, 404, 409, 422} if operation.writes else {401, 403, 404, 422}
    answers: dict[Any, Any] = dict.fromkeys(sorted(refusals), Problem)
    if not binary:
        answers[operation.status] = operation.answer
    extra: dict[str, Any] = {"security": [{"bearer": [operation.scope]}], "x-scope": operation.scope}
    if operation.writes:
        extra["parameters"] = [
            {
                "in": "header",
                "name": KEY,
                "required": True,
                "schema": {"type": "string", "minLength": 1, "maxLength": KEY_MOST, "pattern": "^[!-~]+$"},
                "description": "Drawn once for each thing to be done; repeats are answered the same for seven days.",
            }
        ]
    if binary:
        schema = {"schema": {"type": "string", "format": "binary"}}
        extra["responses"] = {200: {"description": "The file.", "content": {"application/octet-stream": schema}}}
    api.api_operation(
        [operation.method],
        operation.path,
        auth=enter(operation),
        response=answers,
        operation_id=operation.name,
        summary=operation.summary,
        description=operation.description or None,
        tags=[operation.room],
        openapi_extra=extra,
    )(view(operation))


def _handle(api: NinjaAPI) -> None:
    @api.exception_handler(Closed)
    def closed(request: HttpRequest, error: Any) -> HttpResponse:
        return problem(request, error.status, error.code, error.message)

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: Any) -> HttpResponse:
        fields: dict[str, str] = {}
        for item in error.errors:
            place = [str(part) for part in item["loc"] if part not in ("body", "query", "path", "form", "file")]
            fields.setdefault(".".join(place) or "body", str(item["msg"]))
        return problem(request, 422, "invalid", _("The request cannot be taken as it is."), fields=fields)

    @api.exception_handler(HttpError)
    def http(request: HttpRequest, error: Any) -> HttpResponse:
        return problem(request, error.status_code, "bad_request", _("The request cannot be read as JSON."))

    @api.exception_handler(SuspiciousOperation)
    def suspicious(request: HttpRequest, error: Any) -> HttpResponse:
        return problem(request, 400, "bad_request", _("The request cannot be taken as it is."))

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, error: Any) -> HttpResponse:
        return problem(request, 404, "not_found", _("There is nothing here that you may know of."))

    @api.exception_handler(Exception)
    def broken(request: HttpRequest, error: Any) -> HttpResponse:
        log.error("%s %s failed", request.method, request.path, exc_info=error)
        message = _("Something went wrong on our side; nothing was changed. Try again, or tell the administrator.")
        return problem(request, 500, "error", message)
