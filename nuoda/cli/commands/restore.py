"""`nuoda restore`: make a data folder from a backup."""

from __future__ import annotations

import argparse
from pathlib import Path

from nuoda.cli import console, restoring
from nuoda.cli.texts import N_, _
from nuoda.config import env

help = N_("make a data folder from a backup, or only verify one")
examples = ["NUODA_DATA=/srv/nuoda nuoda restore nuoda-20261121-030000.tar", "nuoda restore backup.tar --verify"]
needs = "nothing"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help=_("a backup made by nuoda backup"))
    parser.add_argument("--verify", action="store_true", help=_("only verify it, restoring into a scratch PostgreSQL"))


def handle(args: argparse.Namespace) -> int:
    source: Path = args.file.resolve()
    if args.verify:
        counts = restoring.trial(source)
        console.emit(
            {"ok": True, "rows": counts},
            [
                _("The backup is whole: {count} rows in {tables} tables.").format(
                    count=sum(counts.values()), tables=len(counts)
                )
            ],
        )
        return console.DONE
    if env.get("DATABASE_URL"):
        raise console.CommandError(_("With DATABASE_URL restore the dump with pg_restore: see docs/operations.md."))
    manifest = restoring.restore(source, env.data())
    console.emit(
        {"ok": True, "data": str(env.data()), **manifest},
        [_("Restored into {folder}. Start it with: nuoda run").format(folder=env.data())],
    )
    return console.DONE
