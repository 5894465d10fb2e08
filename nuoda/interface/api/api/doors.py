"""The way in of every operation: token, scope, language, idempotency, one transaction in the actor's scope."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from inspect import Parameter, Signature
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import IntegrityError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from ninja import Body, File, Form, Path, Query
from ninja.files import UploadedFile
from psycopg.errors import UniqueViolation

from nuoda.engine.papers.actions.papers import device_of
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.operations import Call, FileAnswer, Operation
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused
from nuoda.foundation.orgs import queries as orgs

from ..actions import requests
from .problems import answered, problem, refused, render

log = logging.getLogger("nuoda.api")
KEY = "Idempotency-Key"
KEY_MOST = 100
"""Characters of an idempotency key."""


class Closed(Exception):
    """The door does not open; `response` says why."""

    def __init__(self, status: int, code: str, message: Any, *, actor: Actor | None = None) -> None:
        super().__init__(code)
        self.status, self.code, self.message, self.actor = status, code, message, actor


def enter(operation: Operation) -> Callable[[HttpRequest], Actor]:
    """What ninja asks before it reads anything: the actor of the token, if the operation is in its scopes."""

    def authenticate(request: HttpRequest) -> Actor:
        kind, _space, token = request.headers.get("Authorization", "").partition(" ")
        found = orgs.actor_of_token(token.strip()) if kind.lower() == "bearer" and token.strip() else None
        if found is None:
            translation.activate(language_of(request, None))
            raise Closed(401, "unauthenticated", _("Send a valid token: Authorization: Bearer nuoda_…"))
        actor, scopes = found
        translation.activate(language_of(request, actor))
        timezone.activate(orgs.zone(actor))
        if operation.scope not in scopes:
            message = _("The token does not have the scope “%(scope)s”.") % {"scope": operation.scope}
            raise Closed(403, "scope_missing", message)
        if operation.writes:
            _key(request)
        return actor

    return authenticate


def language_of(request: HttpRequest, actor: Actor | None) -> str:
    """The first language of Accept-Language that the product speaks, else the person's own."""
    for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if code != "*":
            try:
                return translation.get_supported_language_variant(code)
            except LookupError:
                continue
    return actor.language if actor is not None else settings.LANGUAGE_CODE


def _key(request: HttpRequest) -> str:
    key = request.headers.get(KEY, "").strip()
    if not key:
        reason = _(
            "Send an Idempotency-Key with everything that changes something: a random text drawn once for each thing to "
            "be done. Sent again with the same key, it is done once and answered the same."
        )
        raise Closed(400, "idempotency_key_missing", reason)
    if len(key) > KEY_MOST or not key.isascii() or not key.isprintable():
        reason = _("An Idempotency-Key has at most %(most)d printable ASCII characters.") % {"most": KEY_MOST}
        raise Closed(400, "idempotency_key_invalid", reason)
    return key


def view(operation: Operation) -> Callable[..., HttpResponseBase]:
    """The ninja view of an operation."""

    def run(request: HttpRequest, **given: Any) -> HttpResponseBase:
        actor: Actor = request.auth
        try:
            if operation.roles and not actor.has(*operation.roles):
                raise NotYours
            _known(request, operation)
            return _done(request, operation, actor, given)
        except Refused as refusal:
            return refused(request, refusal)

    run.__name__ = operation.name
    run.__doc__ = operation.run.__doc__
    run.__signature__ = _signature(operation)
    return run


def _done(request: HttpRequest, operation: Operation, actor: Actor, given: dict[str, Any]) -> HttpResponseBase:
    body = given.get("body")
    try:
        with scoped(actor) as at:
            claimed = None
            if operation.writes:
                claimed = requests.claim(_key(request), _fingerprint(request), actor=actor, at=at)
                if claimed.answer is not None:
                    return answered(claimed.answer[1], claimed.answer[0])
            call = Call(
                actor,
                at,
                _believed(actor, at, getattr(body, "happened_at", None)),
                device_of(request.headers.get("User-Agent", ""), request.META.get("REMOTE_ADDR", "")),
            )
            result = operation.run(call, **given)
            if isinstance(result, FileAnswer):
                return _file(result)
            content = render(result)
            if claimed is not None:
                requests.keep(claimed, operation.status, content)
        return answered(content, operation.status)
    except IntegrityError as error:
        if not isinstance(error.__cause__, UniqueViolation):
            raise
        log.info("%s: taken: %s", operation.name, error)
        if getattr(body, "id", None) is not None and (error.__cause__.diag.constraint_name or "").endswith("_pkey"):
            reason = _("This id is taken. Draw another one.")
            return problem(request, 409, "id_taken", reason, fields={"id": reason})
        # Two did the same at once, and the database let one of them.
        reason = _("Somebody else changed this a moment ago. Load the page again and decide anew.")
        return problem(request, 409, "stale", reason)


def _known(request: HttpRequest, operation: Operation) -> None:
    """Filters are a closed set: a misspelt one must not widen a list."""
    known = operation.query.model_fields if operation.query is not None else {}
    strange = sorted(set(request.GET) - set(known))
    if strange:
        reason = _("There is no such filter.")
        raise Invalid(_("The request names filters that do not exist."), fields=dict.fromkeys(strange[:20], reason))


def _believed(actor: Actor, at: datetime, told: datetime | None) -> datetime | None:
    """When it happened by the program's clock, as far as the book lets it be believed; a little ahead counts as now."""
    if told is None:
        return None
    book = rulebook.book(actor)
    if told > at + _span(book.definition("claimed_ahead_tolerance", at)):
        reason = _("This moment lies in the future. Set the clock of the device.")
    elif told < at - _span(book.definition("claimed_back_limit", at)):
        reason = _("This lies further back than may be told afterwards.")
    else:
        return min(told, at)
    clauses = [book.parameter("claimed_back_limit", at).clause_id]
    raise Invalid(reason, fields={"happened_at": reason}, clauses=clauses)


def _span(value: object) -> timedelta:
    if not isinstance(value, Duration) or value.seconds is None:
        raise TypeError("the book gives a tolerance that is no plain duration")
    return timedelta(seconds=value.seconds)


def _fingerprint(request: HttpRequest) -> bytes:
    """What was sent, as a hash; of a form its fields and files, because its boundary differs each time."""
    told = hashlib.sha256(f"{request.method} {request.path}\0".encode())
    if request.content_type == "multipart/form-data":
        for name, values in sorted(request.POST.lists()):
            told.update(repr((name, values)).encode())
        for name, files in sorted(request.FILES.lists()):
            for file in files:
                told.update(repr((name, file.name, file.size)).encode())
                for chunk in file.chunks():
                    told.update(chunk)
                file.seek(0)
    else:
        told.update(request.body)
    return told.digest()


def _file(answer: FileAnswer) -> HttpResponseBase:
    if isinstance(answer.content, bytes):
        response: HttpResponseBase = HttpResponse(answer.content, content_type=answer.content_type)
    else:
        response = FileResponse(answer.content, content_type=answer.content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(answer.name, safe='')}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


def _signature(operation: Operation) -> Signature:
    def keyword(name: str, kind: Any, default: Any) -> Parameter:
        return Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind, default=default)

    found = [Parameter("request", Parameter.POSITIONAL_OR_KEYWORD)]
    found += [keyword(name, kind, Path(...)) for name, kind in operation.places.items()]
    if operation.query is not None:
        found.append(keyword("query", operation.query, Query(...)))
    if operation.body is not None:
        found.append(keyword("body", operation.body, Form(...) if operation.upload else Body(...)))
    if operation.upload:
        found.append(keyword("file", UploadedFile, File(...)))
    return Signature(found)
