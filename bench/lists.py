"""Pages at scale: the newest 50 open tickets by severity, and a record page, among 10,000 and among 1,000,000 tickets. Prints JSON.

Server time of whole requests through Django's handler (session, actor, scope under row-level security, queries, template), as a service
manager. Limits: list p95 under 60 ms among a million and at most 25 % slower than among 10,000; record page p95 under 100 ms. The two sizes are
measured in one run, on the same machine, each warmed up first.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from datetime import UTC, datetime
from typing import Any

AT = datetime(2026, 3, 6, 2, tzinfo=UTC)
LIST_LIMIT, RECORD_LIMIT, GROWTH_LIMIT = 60.0, 100.0, 1.25
LIST = "/tickets/?state=reported&state=answered&state=dispatched&state=working"

_FILL = """
WITH one AS (SELECT gen_random_uuid() AS id, n FROM generate_series(%(first)s, %(last)s) AS n),
folder AS (
    INSERT INTO journal_dossier (id, company_id, dealer_id, customer_id, kind, number, title, case_id, origin, opened_at, recorded_at,
        closed_at, chain_seq, chain_head, chain_at, search)
    SELECT id, %(company)s, NULL, NULL, 'ticket', 'TK-2025-' || lpad(n::text, 7, '0'), 'ticket ' || n, id, 'demo',
        %(at)s - n * interval '20 seconds', %(at)s - n * interval '20 seconds', NULL, 0, '', %(at)s,
        array_to_tsvector(ARRAY['tk', n::text]) FROM one
)
INSERT INTO service_ticket (dossier_id, company_id, state, kind, severity, severity_rank, proposed_severity, severity_clause,
    severity_reason, channel, caller_name, caller_phone, model_text, serial_text, purchase_date_unknown, subject, problem,
    production_stopped, safety_risk, machines_down, apologised, reported_at, pause_reason, solution, cause_code, customer_confirmed,
    reopened, end_reason, settlement_state, version)
SELECT id, %(company)s, CASE WHEN n %% 20 = 0 THEN 'answered' ELSE 'closed' END, 'fault',
    CASE WHEN n %% 7 = 0 THEN 'urgent' ELSE 'general' END, CASE WHEN n %% 7 = 0 THEN 0 ELSE 1 END, 'general', '', '', 'phone',
    'caller', '19900000000', 'YL-315', 'S' || n, false, 'subject ' || n, 'problem', false, false, 0, false,
    %(at)s - n * interval '20 seconds', '', '', '', false, 0, '', '', 0 FROM one
"""


def measure(small: int = 10_000, large: int = 1_000_000, requests: int = 60) -> dict[str, Any]:
    """Milliseconds (p50, p95) of list and record page at both sizes; one twentieth of the tickets is open."""
    from django.db import connection
    from django.test import Client

    from bench.scratch import as_owner
    from nuoda.engine.clocks.actions import seeds
    from nuoda.engine.rulebook.actions import packs
    from nuoda.foundation.base.access import scoped, system
    from nuoda.foundation.orgs.tests import factories

    cast = factories.cast("诺达测速有限公司")
    company = cast.company.pk
    with scoped(system(company)):
        packs.load(actor=system(company), at=AT)
        packs.adopt_all(actor=system(company), at=AT)
        seeds.seed(company)
    client = factories.login(Client(HTTP_HOST="localhost"), cast.wang)
    found: dict[str, Any] = {"name": "lists", "sizes": {}}
    done = 0
    for size in (small, large):
        with as_owner(), connection.cursor() as cursor:
            while done < size:
                last = min(done + 100_000, size)
                cursor.execute(_FILL, {"first": done + 1, "last": last, "company": company, "at": AT})
                done = last
            cursor.execute("ANALYZE journal_dossier")
            cursor.execute("ANALYZE service_ticket")
        found["sizes"][str(size)] = {
            "list": _timed(client, LIST, requests),
            "record": _timed(client, "/tickets/TK-2025-0000020/", requests),
        }
    few, many = found["sizes"][str(small)], found["sizes"][str(large)]
    growth = many["list"]["p95"] / few["list"]["p95"]
    found |= {
        "list_growth": round(growth, 3),
        "limits": {"list_p95": LIST_LIMIT, "record_p95": RECORD_LIMIT, "growth": GROWTH_LIMIT},
        "ok": many["list"]["p95"] < LIST_LIMIT and many["record"]["p95"] < RECORD_LIMIT and growth <= GROWTH_LIMIT,
    }
    return found


def _timed(client: Any, address: str, requests: int) -> dict[str, float]:
    for _ in range(5):
        response = client.get(address)
        assert response.status_code == 200, (address, response.status_code)
    rows = []
    for _ in range(requests):
        begun = time.perf_counter()
        client.get(address)
        rows.append(1000 * (time.perf_counter() - begun))
    cuts = statistics.quantiles(rows, n=20)
    return {"p50": round(statistics.median(rows), 1), "p95": round(cuts[18], 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    chosen = parser.parse_args()
    from scratch import database

    with database():
        print(json.dumps(measure(chosen.small, chosen.large)))


if __name__ == "__main__":
    main()
