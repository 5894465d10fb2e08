"""`GET /health`: whether this installation can serve, as JSON, without a session, a scope or a name of anything."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse

HEARTBEAT_LATE = 60  # seconds; procrastinate's worker writes its heartbeat every 10


class HealthMiddleware:
    """Answers `/health` before sessions, hosts' language and everything else that could be what is broken."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path != "/health":
            return self.get_response(request)
        report = state()
        response = JsonResponse(report, status=200 if report["status"] == "ok" else 503)
        response["Cache-Control"] = "no-store"
        response._has_been_logged = True  # type: ignore[attr-defined]  # a monitor asks often; it reads the answer itself
        return response


def state() -> dict[str, Any]:
    """`status` is ok only when the database answers, no migration is pending and a worker is alive."""
    report: dict[str, Any] = {"status": "ok", "version": settings.VERSION, "database": "ok"}
    started = time.perf_counter()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            applied = set(cursor.fetchall())
            cursor.execute("SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers")
            (silent,) = cursor.fetchone() or (None,)
    except DatabaseError as error:
        connection.close()
        # The text of the error could name hosts and users; its class is enough for a monitor.
        return report | {"status": "down", "database": type(error).__name__, "migrations": None, "worker": None}
    pending = len(_migrations() - applied)
    report["database_ms"] = round((time.perf_counter() - started) * 1000, 1)
    report["migrations"] = {"pending": pending}
    late = silent is None or silent > HEARTBEAT_LATE
    report["worker"] = {"status": "missing" if late else "ok", "seconds": None if silent is None else round(silent)}
    if pending or late:
        report["status"] = "degraded"
    return report


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    replaced = {key for migration in loader.disk_migrations.values() for key in migration.replaces}
    return frozenset(set(loader.disk_migrations) - replaced)
