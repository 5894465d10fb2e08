"""`nuoda check`: the standing proof that the data keeps its promises. Reads only."""

from __future__ import annotations

import argparse
import time
from typing import Any

from nuoda.cli import console
from nuoda.cli.texts import N_, _

help = N_("verify the invariants of the data; changes nothing")
examples = ["nuoda check", "nuoda check database.walls journal.chain --json"]
role = "owner"
SHOWN = 20  # violations printed per check; --json has all


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "names", nargs="*", metavar=_("NAME"), help=_("only these checks; a prefix such as journal works")
    )
    parser.add_argument("--list", action="store_true", help=_("tell which checks there are"))


def handle(args: argparse.Namespace) -> int:
    from nuoda.cli import checks as _own  # noqa: F401  (registers the installation's own)
    from nuoda.foundation.base.pure.checks import CHECKS

    chosen = [name for name in sorted(CHECKS) if not args.names or any(_matches(name, part) for part in args.names)]
    unknown = [part for part in args.names if not any(_matches(name, part) for name in CHECKS)]
    if unknown:
        raise console.CommandError(
            _("There is no check {name}. nuoda check --list").format(name=unknown[0]), console.USAGE
        )
    if args.list:
        console.emit({n: CHECKS[n].meaning for n in chosen}, console.table((n, CHECKS[n].meaning) for n in chosen))
        return console.DONE
    results = []
    with console.Progress(_("Checking"), len(chosen)) as progress:
        for name in chosen:
            results.append(_verify(name))
            progress.step(remark=name)
    failed = [result for result in results if result["violations"]]
    console.emit({"ok": not failed, "checks": results}, _lines(results))
    return console.REFUSED if failed else console.DONE


def _matches(name: str, part: str) -> bool:
    return name == part or name.startswith(f"{part}.")


def _verify(name: str) -> dict[str, Any]:
    """Run one check in a read-only transaction; a check that breaks counts as a violation."""
    from django.db import connection, transaction

    from nuoda.foundation.base.pure.checks import CHECKS

    started = time.perf_counter()
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
            violations = [str(problem) for problem in CHECKS[name].run()]
    except Exception as problem:
        violations = [_("the check itself broke: {problem}").format(problem=f"{type(problem).__name__}: {problem}")]
    seconds = round(time.perf_counter() - started, 3)
    return {"name": name, "meaning": CHECKS[name].meaning, "violations": violations, "seconds": seconds}


def _lines(results: list[dict[str, Any]]) -> list[str]:
    lines = []
    for result in results:
        lines.append(f"{'✗' if result['violations'] else '✓'} {result['name']}  {result['meaning']}")
        lines += [f"    {problem}" for problem in result["violations"][:SHOWN]]
        if len(result["violations"]) > SHOWN:
            lines.append("    " + _("and {count} more").format(count=len(result["violations"]) - SHOWN))
    return lines
