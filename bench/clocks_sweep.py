"""The sweep: 10,000 due among 1,000,000 open deadlines, one worker. Prints JSON; limit 60 s.

Run by itself it makes a private PostgreSQL in a folder of its own and removes it afterwards; `measure` works on the
database that Django is connected to.
"""

from __future__ import annotations

import argparse
import json
import time
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

LIMIT = 60.0
AT = datetime(2026, 3, 6, 2, tzinfo=UTC)


def measure(due: int = 10_000, open_: int = 1_000_000) -> dict[str, Any]:
    """Seconds of one sweep; every due deadline gets its miss and its journal entry (checked)."""
    from django.db import connection

    from nuoda.engine.clocks import queries
    from nuoda.engine.clocks.actions import sweeps
    from nuoda.foundation.base.access import scoped, system
    from nuoda.foundation.journal.models import Entry

    company_id = _company()
    book = queries.rulebook
    try:
        _book(company_id)
        _due(company_id, due)
        _others(company_id, open_ - due)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE clocks_deadline")
        begun = time.perf_counter()
        swept = sweeps.sweep(company_id, at=AT + timedelta(hours=1))
        seconds = time.perf_counter() - begun
    finally:
        queries.rulebook = book
    with scoped(system(company_id)):
        missed = Entry.objects.filter(company_id=company_id, type="deadline.missed").count()
    return {
        "name": "clocks.sweep",
        "due": due,
        "open": open_,
        "cases": swept.cases,
        "missed": missed,
        "seconds": round(seconds, 2),
        "limit": LIMIT,
        "ok": seconds < LIMIT and missed == due,
    }


def _company() -> Any:
    from nuoda.foundation.orgs.models import Company

    return Company.objects.create(name="bench", created_at=AT).pk


def _book(company_id: Any) -> None:
    """One clock, as the compiled rulebook would offer it: the sweep is measured, not the reading of policies."""
    from nuoda.engine.clocks import queries
    from nuoda.engine.rulebook.models import Policy, PolicyVersion
    from nuoda.engine.rulebook.pure.book import NotInForce
    from nuoda.engine.rulebook.pure.durations import Duration
    from nuoda.engine.rulebook.pure.rules import BoundRule, ClockRule
    from nuoda.foundation.base.access import scoped, system

    with scoped(system(company_id)):
        policy = Policy.objects.create(company_id=company_id, name="bench", code="BN")
        version = PolicyVersion.objects.create(
            company_id=company_id, policy=policy, version="1.0", content={}, hash="0" * 64, made_at=AT,
            effective_date=date(2020, 1, 1), status="published", published_at=AT,
        )  # fmt: skip
    rule = ClockRule("answer", "ticket", ("ticket.reported",), ("ticket.answered",), Duration(10, "min"), owner="agent")
    bound = BoundRule(version.pk, "bench", "1.0", "BN-1", rule)

    class Book:
        tenures = (SimpleNamespace(version_id=version.pk),)

        def clocks_for(self, event_type: str, moment: datetime) -> tuple[BoundRule, ...]:
            return (bound,) if event_type in rule.start else ()

        def revisions(self, after: datetime, until: datetime) -> tuple[()]:
            return ()

        def holds(self, bound: BoundRule, condition: str, facts: object) -> bool:
            return True

        def definition(self, name: str, moment: datetime) -> None:
            raise NotInForce(name)

        def consequences_for(self, on: str, moment: datetime) -> tuple[BoundRule, ...]:
            return ()

    queries.rulebook = SimpleNamespace(book=lambda who: Book())  # type: ignore[assignment]


def _due(company_id: Any, count: int) -> None:
    """Cases with one report each; the clocks engine opens their deadlines."""
    from nuoda.engine.clocks.actions import cases
    from nuoda.foundation.base.access import scoped, system
    from nuoda.foundation.base.pure.ids import new_id
    from nuoda.foundation.journal.models import Dossier, Entry

    for place in range(0, count, 1000):
        roots = []
        for number in range(place, min(place + 1000, count)):
            pk = new_id()
            roots.append(
                Dossier(
                    id=pk, company_id=company_id, kind="ticket", number=f"BN-2026-{number:06}", case_id=pk,
                    opened_at=AT, recorded_at=AT, chain_at=AT,
                )
            )  # fmt: skip
        with scoped(system(company_id)):
            Dossier.objects.bulk_create(roots)
            Entry.objects.bulk_create(
                Entry(
                    company_id=company_id, id=new_id(), recorded_at=AT, happened_at=AT, dossier_id=root.pk,
                    case_id=root.pk, type="ticket.reported", origin="live",
                )
                for root in roots
            )  # fmt: skip
            cases.reconcile([root.pk for root in roots], actor=system(company_id), at=AT)


def _others(company_id: Any, count: int) -> None:
    """Open deadlines that are due in the coming weeks."""
    from django.db import connection

    from nuoda.engine.clocks.models import Deadline
    from nuoda.foundation.base.access import scoped, system

    columns = [f.column for f in Deadline._meta.concrete_fields]
    own = {
        "id": "gen_random_uuid()",
        "case_id": "gen_random_uuid()",
        "due_at": "%(later)s + n * interval '1 second'",
        "next_action_at": "%(later)s + n * interval '1 second'",
    }
    values = ", ".join(own.get(column, f"t.{column}") for column in columns)
    with scoped(system(company_id)), connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO clocks_deadline ({", ".join(columns)})
            SELECT {values} FROM (SELECT * FROM clocks_deadline WHERE company_id = %(company)s LIMIT 1) AS t,
            generate_series(1, %(count)s) AS n""",
            {"later": AT + timedelta(hours=2), "company": company_id, "count": count},
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--due", type=int, default=10_000)
    parser.add_argument("--open", type=int, default=1_000_000)
    chosen = parser.parse_args()
    from scratch import database

    with database():
        print(json.dumps(measure(chosen.due, chosen.open)))


if __name__ == "__main__":
    main()
