"""Intake: reporting an urgent fault through the API with everything in the transaction, four clients, against psycopg.

Interleaved in one run on one scratch database: slices of `POST /api/v1/tickets` over HTTP to granian on loopback, and slices of plain psycopg that
writes the same rows (scope, dossier with its number, ticket, entry, deadlines, key and job) in six round trips. Then the same request in this
process: its statements counted, and a profile that says where the time goes. Prints JSON.

Limits: p95 under 100 ms, at least 10 % of psycopg's throughput, at most 12 statements.
"""

from __future__ import annotations

import argparse
import cProfile
import http.client
import json
import os
import pstats
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = 4
P95, SHARE, STATEMENTS = 100.0, 0.10, 12


def measure(seconds: float = 2.0, rounds: int = 4, most: int = 20_000) -> dict[str, Any]:
    """Milliseconds and requests a second over HTTP, and how that stands to psycopg; `rounds` slices of `seconds` each, `most` requests at most."""
    token, body = _company()
    with _server() as port:
        over_http = _Http(port, token, body)
        over_http.warm()
        template = _template(over_http.last)
        plain = _Psycopg(template)
        tallies: dict[str, list[float]] = {"http": [], "psycopg": []}
        spans: dict[str, float] = defaultdict(float)
        for _round in range(rounds):
            for name, one in (("http", over_http.client), ("psycopg", plain.client)):
                left = most - len(tallies[name])
                begun = time.perf_counter()
                tallies[name] += _together(one, seconds, left)
                spans[name] += time.perf_counter() - begun
    rates = {name: len(found) / spans[name] for name, found in tallies.items()}
    cuts = statistics.quantiles(tallies["http"], n=20)
    statements, shares, cpu = _inside(token, body)
    ratio = rates["http"] / rates["psycopg"]
    return {
        "name": "intake",
        "clients": CLIENTS,
        "cores": os.cpu_count(),
        "requests": {name: len(found) for name, found in tallies.items()},
        "p50": round(statistics.median(tallies["http"]), 1),
        "p95": round(cuts[18], 1),
        "per_second": round(rates["http"], 1),
        "psycopg_per_second": round(rates["psycopg"], 1),
        "ratio": round(ratio, 3),
        "statements": len(statements),
        "cpu_ms_per_request": cpu,
        "where": shares,
        "limits": {"p95": P95, "ratio": SHARE, "statements": STATEMENTS},
        "ok": cuts[18] < P95 and ratio >= SHARE and len(statements) <= STATEMENTS,
    }


# -- the company


def _company() -> tuple[str, dict[str, Any]]:
    """A company with its book in force, an agent's token, and what is reported."""
    from nuoda.domain.service.tests.stage import Stage
    from nuoda.foundation.base.access import now, scoped
    from nuoda.foundation.orgs.actions import tokens

    stage = Stage.set(now())
    actor = stage.actor(stage.cast.lin)
    with scoped(actor) as at:
        _row, token = tokens.issue(name="bench", scopes=["tickets:write"], actor=actor, at=at)
    kit = stage.kit
    told = {
        "kind": "fault", "subject": "压力机停机", "problem": "主油泵异响后停机，产线停了", "contact": str(kit.contact.pk),
        "product": str(kit.machine.pk), "production_stopped": True,
    }  # fmt: skip
    return token, told


# -- over HTTP


@contextmanager
def _server() -> Any:
    """granian as `nuoda run` starts it: one process, four threads, on a free port of the loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    told = {**os.environ, "HOST": "127.0.0.1", "PORT": str(port), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-m", "nuoda.cli.web"], cwd=ROOT, env=told, stdout=subprocess.DEVNULL)
    try:
        for _try in range(300):
            try:
                with socket.create_connection(("127.0.0.1", port), 0.2):
                    break
            except OSError:
                if process.poll() is not None:
                    raise RuntimeError("the web server did not start") from None
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()


class _Http:
    """Clients that keep their connection."""

    def __init__(self, port: int, token: str, body: dict[str, Any]) -> None:
        self.port, self.body = port, json.dumps(body).encode()
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Host": "localhost"}
        self.last: UUID | None = None

    def client(self) -> tuple[Callable[[], None], Callable[[], None]]:
        kept = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

        def one() -> None:
            kept.request("POST", "/api/v1/tickets", self.body, {**self.headers, "Idempotency-Key": uuid4().hex})
            answer = kept.getresponse()
            content = answer.read()
            if answer.status != 201:
                raise RuntimeError(f"{answer.status} {content[:300]!r}")
            self.last = UUID(json.loads(content)["id"])

        return one, kept.close

    def warm(self) -> None:
        """Every thread of the server compiles nothing any more."""
        _together(self.client, 1.0, 200)


def _together(
    make: Callable[[], tuple[Callable[[], None], Callable[[], None]]], seconds: float, most: int
) -> list[float]:
    """Milliseconds of each call of all clients; ends by itself after `seconds` or `most` calls."""
    found: list[list[float]] = [[] for _ in range(CLIENTS)]
    wrong: list[BaseException] = []
    barrier = threading.Barrier(CLIENTS)

    def work(mine: list[float]) -> None:
        one, close = make()
        try:
            barrier.wait(30)
            until = time.perf_counter() + seconds
            while len(mine) < most // CLIENTS:
                begun = time.perf_counter()
                if begun >= until:
                    break
                one()
                mine.append(1000 * (time.perf_counter() - begun))
        except BaseException as error:
            wrong.append(error)
        finally:
            close()

    threads = [threading.Thread(target=work, args=(mine,)) for mine in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]
    return [value for mine in found for value in mine]


# -- psycopg, the same rows


def _template(ticket_id: UUID | None) -> dict[str, list[dict[str, Any]]]:
    """The rows that one request wrote, by table."""
    from django.db import connection

    from nuoda.domain.service.models import Ticket
    from nuoda.foundation.base.access import scoped, system
    from nuoda.foundation.orgs.models import Company

    tables = {
        "journal_dossier": "id = %s", "service_ticket": "dossier_id = %s", "journal_entry": "case_id = %s",
        "clocks_deadline": "case_id = %s",
    }  # fmt: skip
    found: dict[str, list[dict[str, Any]]] = {}
    with scoped(system(Company.objects.get().pk)), connection.cursor() as cursor:
        assert Ticket.objects.filter(pk=ticket_id).exists()
        for table, where in tables.items():
            cursor.execute(f"SELECT * FROM {table} WHERE {where}", [ticket_id])
            names = [column.name for column in cursor.description]
            found[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        cursor.execute("SELECT * FROM api_sentrequest ORDER BY id DESC LIMIT 1")
        names = [column.name for column in cursor.description]
        found["api_sentrequest"] = [dict(zip(names, cursor.fetchone(), strict=True))]
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE args->>'case' = %s", [str(ticket_id)])
        found["job"] = [
            {"args": json.loads(row[0]) if isinstance(row[0], str) else row[0]} for row in cursor.fetchall()
        ]
    return found


class _Psycopg:
    """Six round trips in one transaction: scope, dossier, ticket, entry, deadlines, key and job."""

    def __init__(self, template: dict[str, list[dict[str, Any]]]) -> None:
        from django.db import connection

        self.template = template
        settings = connection.settings_dict
        self.where = {
            "dbname": settings["NAME"], "user": settings["USER"], "password": settings["PASSWORD"], "host": settings["HOST"],
            "port": settings["PORT"],
        }  # fmt: skip

    def client(self) -> tuple[Callable[[], None], Callable[[], None]]:
        import psycopg
        from psycopg.types.json import Jsonb

        kept = psycopg.connect(**self.where)
        folder = self.template["journal_dossier"][0]
        ticket, entry = self.template["service_ticket"][0], self.template["journal_entry"][0]
        deadlines, sent = self.template["clocks_deadline"], self.template["api_sentrequest"][0]
        job = self.template["job"][0]["args"]
        company = str(folder["company_id"])
        hidden = {"chain_seq", "prev_hash", "hash"}  # the database's own trigger writes them

        def plain(row: dict[str, Any]) -> list[Any]:
            return [Jsonb(value) if isinstance(value, dict) else value for value in row.values()]

        entry_row = {name: value for name, value in entry.items() if name not in hidden}
        folder_row = {
            name: value for name, value in folder.items() if name not in {"number", "chain_seq", "chain_head"}
        }
        insert_folder = (
            f"INSERT INTO journal_dossier ({', '.join(folder_row)}, number, chain_seq, chain_head) VALUES "
            f"({', '.join(['%s'] * len(folder_row))}, journal_next_number(%s, 'TK', 2026), 0, '') RETURNING number"
        )
        insert_ticket = _insert("service_ticket", ticket)
        insert_entry = _insert("journal_entry", entry_row)
        insert_deadlines = _insert("clocks_deadline", deadlines[0], len(deadlines))
        insert_rest = (
            f"WITH sent AS ({_insert('api_sentrequest', sent)}) "
            "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('default', 'notices.fan', 0, %s, NULL, %s, NULL)::procrastinate_job_to_defer_v1])"
        )

        def one() -> None:
            key = uuid4()
            with kept.transaction(), kept.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('nuoda.company', %s, true), set_config('nuoda.reach', 'company', true), "
                    "set_config('role', 'nuoda_wide', true), clock_timestamp()",
                    [company],
                )
                cursor.execute(insert_folder, [*plain({**folder_row, "id": key, "case_id": key}), company])
                cursor.execute(insert_ticket, plain({**ticket, "dossier_id": key}))
                cursor.execute(insert_entry, plain({**entry_row, "id": uuid4(), "dossier_id": key, "case_id": key}))
                rows = [{**row, "id": uuid4(), "dossier_id": key, "case_id": key} for row in deadlines]
                cursor.execute(insert_deadlines, [value for row in rows for value in plain(row)])
                asked = Jsonb({**job, "case": str(key)})
                cursor.execute(insert_rest, [*plain({**sent, "id": uuid4(), "key": key.hex}), f"notices:{key}", asked])

        return one, kept.close


def _insert(table: str, row: dict[str, Any], times: int = 1) -> str:
    values = ", ".join([f"({', '.join(['%s'] * len(row))})"] * times)
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES {values}"


# -- inside one request


def _inside(token: str, body: dict[str, Any], times: int = 150) -> tuple[list[str], dict[str, float], float]:
    """Statements of one request (without BEGIN and COMMIT), shares of its time by who spends it, CPU milliseconds."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.db import connection
    from django.test import RequestFactory

    application = WSGIHandler()
    factory = RequestFactory()
    text = json.dumps(body)

    def once() -> None:
        told = {"HTTP_AUTHORIZATION": f"Bearer {token}", "HTTP_IDEMPOTENCY_KEY": uuid4().hex, "HTTP_HOST": "localhost"}
        environ = factory.post("/api/v1/tickets", text, content_type="application/json", **told).environ
        states: list[str] = []
        answer = application(environ, lambda status, headers: states.append(status))
        answer.close()
        assert states[0].startswith("201"), states

    for _warm in range(10):
        once()
    statements: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        once()
    if connection.settings_dict["CONN_HEALTH_CHECKS"]:
        statements.append("SELECT 1")  # Django's health check of a kept connection goes past its cursors
    begun = time.process_time()
    for _again in range(times):
        once()
    cpu = 1000 * (time.process_time() - begun) / times
    profile = cProfile.Profile()
    profile.enable()
    for _again in range(times):
        once()
    profile.disable()
    return statements, _shares(profile), round(cpu, 2)


PLACES = {
    "/django/db/": "Django's ORM", "/django/": "Django beside the ORM", "/psycopg": "psycopg and waiting for PostgreSQL",
    "/ninja/": "ninja", "/pydantic": "pydantic", "/nuoda/": "Nuoda", "/procrastinate/": "procrastinate",
}  # fmt: skip


def _shares(profile: cProfile.Profile) -> dict[str, float]:
    """Own time by library, in parts of one; built-in functions count for whoever calls them."""
    found: dict[str, float] = defaultdict(float)
    stats: Any = pstats.Stats(profile).stats
    for (file, _line, name), (_calls, _own, own, _total, callers) in stats.items():
        if file != "~":
            found[_place(file)] += own
        elif "psycopg" in name or "wait" in name:
            found["psycopg and waiting for PostgreSQL"] += own
        else:
            for (caller, _at, _who), (_c, _o, spent, _t) in callers.items():
                found[_place(caller)] += spent
    whole = sum(found.values())
    return {name: round(value / whole, 3) for name, value in sorted(found.items(), key=lambda item: -item[1])}


def _place(file: str) -> str:
    return next((label for part, label in PLACES.items() if part in file), "other")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="length of a slice")
    parser.add_argument("--rounds", type=int, default=4, help="slices of each kind")
    chosen = parser.parse_args()
    from scratch import database

    with database():
        print(json.dumps(measure(min(chosen.seconds, 30), min(chosen.rounds, 20)), ensure_ascii=False))


if __name__ == "__main__":
    main()
