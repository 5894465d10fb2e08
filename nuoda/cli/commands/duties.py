"""`nuoda duties`: periodic duties and how they stand, and the sweep that opens and misses them."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any

from nuoda.cli import console
from nuoda.cli.texts import N_, _

help = N_("list periodic duties, open and judge what is due")
examples = [
    "nuoda duties list",
    "nuoda duties list --state missed --clause LC-6.2b --json",
    "nuoda duties sweep",
]


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar=_("list | sweep"))
    listing = verbs.add_parser("list", help=_("periodic duties, the latest due first"))
    listing.add_argument("--clause", default="", help=_("only of this clause"))
    listing.add_argument(
        "--state", choices=["open", "claimed", "met", "missed", "waived", "withdrawn"], help=_("only in this state")
    )
    listing.add_argument("--limit", type=int, default=50, help=_("so many at most (default: 50)"))
    verbs.add_parser(
        "sweep", help=_("open, warn about, miss and escalate what is due, as the worker does every minute")
    )


def handle(args: argparse.Namespace) -> int:
    return {"list": _list, "sweep": _sweep}[args.verb](args)


def _companies() -> list[tuple[Any, str]]:
    from nuoda.foundation.orgs.models import Company

    return list(Company.objects.order_by("created_at").values_list("pk", "short_name"))


def _list(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from nuoda.engine.duties import queries
    from nuoda.engine.duties.web import words
    from nuoda.foundation.base.access import scoped, system

    data: list[dict[str, Any]] = []
    rows: list[tuple[str, ...]] = []
    for company_id, _name in _companies():
        actor = system(company_id)
        with scoped(actor):
            states = [args.state] if args.state else []
            for row in queries.obligations(actor, clause_id=args.clause, states=states)[: max(args.limit, 0)]:
                due: datetime = timezone.localtime(row.due_at)
                data.append(
                    {
                        "number": row.number, "clause": row.clause_id, "ref": row.ref, "period": row.period,
                        "unit": row.unit_name, "owner": row.owner_role, "state": row.state,
                        "due_at": row.due_at.isoformat(),
                        "done_at": row.done_at.isoformat() if row.done_at is not None else None,
                    }
                )  # fmt: skip
                rows.append(
                    (
                        row.number, row.clause_id, words.text(row.label, row.ref), words.period(row.period),
                        row.unit_name, str(words.state_chip(row).label), f"{due:%Y-%m-%d %H:%M}",
                    )
                )  # fmt: skip
    console.emit(data, console.table(rows) if rows else [_("No clause has asked for a periodic duty yet.")])
    return console.DONE


def _sweep(args: argparse.Namespace) -> int:
    from nuoda.engine.duties.actions import sweeps

    done = {}
    for company_id, name in _companies():
        swept = sweeps.sweep(company_id)
        done[name] = {"duties": swept.judged, "ladders": swept.climbed, "failed": swept.failed}
    lines = [
        _("{name}: {duties} duties and {ladders} escalations brought up to date").format(name=name, **values)
        for name, values in done.items()
    ]
    console.emit(done, lines)
    return console.REFUSED if any(item["failed"] for item in done.values()) else console.DONE
