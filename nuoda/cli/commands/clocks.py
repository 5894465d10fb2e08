"""`nuoda clocks`: how time limits were counted, the sweep, the working calendars."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any

from nuoda.cli import console
from nuoda.cli.texts import N_, _

help = N_("explain time limits, look for missed ones, show working calendars")
examples = [
    "nuoda clocks explain TK-2026-000123",
    "nuoda clocks explain TK-2026-000123 --json",
    "nuoda clocks sweep",
    "nuoda clocks calendar --year 2026",
]


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar=_("explain | sweep | calendar"))
    explain = verbs.add_parser("explain", help=_("how each time limit of a matter was counted"))
    explain.add_argument("number", help=_("a number such as TK-2026-000123"))
    explain.add_argument("--at", type=datetime.fromisoformat, help=_("as of this moment (default: now)"))
    verbs.add_parser("sweep", help=_("warn about and miss what is due, as the worker does every ten seconds"))
    calendar = verbs.add_parser("calendar", help=_("working times, days off and make-up days"))
    calendar.add_argument("--year", type=int, help=_("list the special days of this year"))


def handle(args: argparse.Namespace) -> int:
    return {"explain": _explain, "sweep": _sweep, "calendar": _calendar}[args.verb](args)


def _companies() -> list[tuple[Any, str]]:
    from nuoda.foundation.orgs.models import Company

    return list(Company.objects.order_by("created_at").values_list("pk", "short_name"))


def _explain(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from nuoda.engine.clocks import queries
    from nuoda.engine.clocks.web import words
    from nuoda.foundation.base.access import scoped, system
    from nuoda.foundation.base.pure.refusals import NotYours
    from nuoda.foundation.orgs.models import Person

    moment = args.at
    if moment is not None and moment.tzinfo is None:
        moment = timezone.make_aware(moment)
    for company_id, _name in _companies():
        actor = system(company_id)
        with scoped(actor) as at:
            try:
                found = queries.explanations(actor, at=moment or at, number=args.number)
            except NotYours:
                continue
            names = dict(Person.visible_to(actor).values_list("pk", "name"))
            data = [words.as_data(item, names) for item in found]
            lines: list[str] = []
            for item in found:
                lines += ["", f"{words.label(item.row.label, item.row.ref)} ({item.row.ref})"]
                rows = [(line.label, line.text, line.amount) for line in words.lines(item, names)]
                lines += [f"  {line}" for line in console.table(rows)]
            console.emit(data, lines or [_("No time limit runs or has run on this matter.")])
            wrong = [item for item in found if not (item.stands and item.derivation.agrees)]
            return console.REFUSED if wrong else console.DONE
    raise console.CommandError(_("There is nothing with the number {number}.").format(number=args.number))


def _sweep(args: argparse.Namespace) -> int:
    from nuoda.engine.clocks.actions import sweeps

    done = {}
    for company_id, name in _companies():
        swept = sweeps.sweep(company_id)
        done[name] = {"cases": swept.cases, "failed": swept.failed}
    lines = [
        _("{name}: {cases} cases brought up to date").format(name=name, cases=v["cases"]) for name, v in done.items()
    ]
    console.emit(done, lines)
    return console.REFUSED if any(item["failed"] for item in done.values()) else console.DONE


def _calendar(args: argparse.Namespace) -> int:
    from nuoda.engine.clocks import queries
    from nuoda.engine.clocks.pure import spelling
    from nuoda.foundation.base.access import scoped, system

    data, lines = [], []
    for company_id, company in _companies():
        actor = system(company_id)
        with scoped(actor):
            for row in queries.calendars_of(actor):
                week: list[list[tuple[int, int]]] = [[] for _ in range(7)]
                for period in row.periods.order_by("weekday", "starts"):
                    week[period.weekday].append((period.starts, period.ends))
                days = row.days.order_by("date")
                days = days.filter(date__year=args.year) if args.year else days.none()
                times = [spelling.write(periods) for periods in week]
                special = [{"date": f"{day.date}", "kind": day.kind, "name": day.name} for day in days]
                data.append(
                    {
                        "company": company, "code": row.code, "name": row.name, "version": row.version,
                        "time_zone": row.time_zone, "week": times, "known_years": row.known_years, "days": special,
                    }
                )  # fmt: skip
                lines += [
                    f"{company} · {row.name} ({row.code}, {row.version}, {row.time_zone})",
                    f"  {' | '.join(t or '—' for t in times)}",
                ]
                lines += [f"  {day['date']} {day['kind']} {day['name']}" for day in special]
    console.emit(data, lines)
    return console.DONE
