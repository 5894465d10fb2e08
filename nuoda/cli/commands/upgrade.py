"""`nuoda upgrade`: after a new version of the program: a newer PostgreSQL where there is one, then migrations."""

from __future__ import annotations

import argparse

from nuoda.cli import console, dispatch, restoring
from nuoda.cli.commands import migrate
from nuoda.cli.texts import N_, _
from nuoda.config import cluster, env

help = N_("bring the data folder to this version: newer PostgreSQL by dump and restore, then migrations")
examples = ["nuoda upgrade", "nuoda upgrade --json"]
needs = "nothing"


def arguments(parser: argparse.ArgumentParser) -> None:
    """None of its own."""


def handle(args: argparse.Namespace) -> int:
    if not env.get("DATABASE_URL"):
        private = cluster.at(env.data())
        if not private.exists:
            raise console.CommandError(_("There is nothing to upgrade in {folder}.").format(folder=env.data()))
        if private.running():
            raise console.CommandError(_("Stop nuoda first: an upgrade needs the data folder for itself."))
        before, after = restoring.upgrade(env.data())
        if before != after:
            console.note(
                _("PostgreSQL {before} became {after}; the old data is kept.").format(before=before, after=after)
            )
    with dispatch.reachable():
        dispatch.django("owner")
        return migrate.handle(argparse.Namespace(check=False))
