"""`nuoda migrate`: bring the database's tables to this version of the program."""

from __future__ import annotations

import argparse

from nuoda.cli import console
from nuoda.cli.texts import N_, _
from nuoda.config import env

help = N_("bring the database's tables to this version of the program")
examples = ["nuoda migrate", "nuoda migrate --check --json"]


def role() -> str:
    """The owner of the tables. A machine that only serves does not know him, but can tell whether anything waits for him."""
    return "app" if env.get("DATABASE_URL") and not env.get("DATABASE_OWNER_URL") else "owner"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help=_("only tell what would be done; exit code 1 if anything"))


def handle(args: argparse.Namespace) -> int:
    from nuoda.cli import schema

    done: dict[str, list[str]] = {}
    for database in schema.databases():
        with schema.connected(database):
            if args.check or role() == "app":
                done[database] = schema.pending()
            else:
                done[database] = schema.migrate()
    total = sum(map(len, done.values()))
    if not args.check:
        if total and role() == "app":
            raise console.CommandError(
                _(
                    "The database waits for {count} migrations, and only its owner may make them. Run nuoda migrate where "
                    "DATABASE_OWNER_URL is set, then start again here."
                ).format(count=total)
            )
        schema.collect()
        schema.stamp()
    if args.check:
        lines = [_("{database}: {name} is waiting").format(database=d, name=name) for d in done for name in done[d]]
    else:
        lines = [
            _("{database}: {count} migrations applied").format(database=d, count=len(done[d])) for d in done if done[d]
        ]
    console.emit({"applied" if not args.check else "pending": done}, lines or [_("The database is up to date.")])
    return console.REFUSED if args.check and total else console.DONE
