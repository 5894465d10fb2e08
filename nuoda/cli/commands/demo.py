"""`nuoda demo`: a company to look around in, in a database of its own."""

from __future__ import annotations

import argparse
import os
from datetime import datetime
from typing import Any

from nuoda.cli import console
from nuoda.cli.texts import N_, _
from nuoda.config import cluster, env

help = N_("make the demo company: half a year of tickets, in a database of its own")
examples = ["nuoda demo", "nuoda demo --size m --seed 7", "nuoda demo --remove"]


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--size", choices=["s", "m", "l"], default="s", help=_("s: 1,500 tickets, m: 10,000, l: 50,000")
    )
    parser.add_argument("--seed", type=int, default=1, help=_("another number tells another story"))
    parser.add_argument("--until", type=datetime.fromisoformat, help=_("end of the story (default: now)"))
    parser.add_argument("--tickets", type=int, help=_("another number of tickets"))
    parser.add_argument("--remove", action="store_true", help=_("drop the demo's database and go back to one's own"))


def handle(args: argparse.Namespace) -> int:
    if args.remove:
        return _remove()
    from dataclasses import replace

    from django.utils import timezone

    from nuoda.foundation.base.access import now
    from nuoda.interface.desk.actions import demo

    if _stands():
        console.note(
            _("The demo company stands already, as far as it came. To begin anew: nuoda demo --remove, then nuoda run.")
        )
        return console.DONE
    until = args.until or now()
    if timezone.is_naive(until):
        until = timezone.make_aware(until)
    size = demo.SIZES[args.size]
    if args.tickets:
        size = replace(size, tickets=args.tickets)
    words = {"people": _("people"), "products": _("products"), "customers": _("customers"), "tickets": _("tickets")}
    shown = [-1]
    with console.Progress(_("Demo company"), size.tickets) as progress:

        def tell(what: str, done: int, total: int) -> None:
            progress.step(done - progress.done, words[what])
            part = done * 10 // max(total, 1)
            if not progress.live and part != shown[0]:
                shown[0] = part
                console.note(_("Demo company: {done} of {total} tickets").format(done=done, total=total))

        cast = demo.make(size=size, seed=args.seed, until=until, tell=tell, founded=_let_in)
    accounts = [{"title": title, "name": name, "account": account} for title, name, account in cast.accounts]
    console.emit(
        {"tickets": size.tickets, "password": cast.password, "accounts": accounts}, [_("The demo company is complete.")]
    )
    return console.DONE


def _stands() -> bool:
    from nuoda.foundation.orgs.models import Company

    return Company.objects.filter(is_demo=True).exists()


def _let_in(cast: Any) -> None:
    """Print and keep the accounts as soon as they work; the story goes on filling behind them."""
    lines = [_("Accounts of the demo company (password {password}):").format(password=cast.password)]
    lines += console.table((title, name, account) for title, name, account in cast.accounts)
    _keep("\n".join(lines))
    for line in lines:
        console.say(line)


def _keep(text: str) -> None:
    path = env.data() / "accounts.txt"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text + "\n")


def _remove() -> int:
    if env.get("DATABASE_URL"):
        raise console.CommandError(_("The demo of a database of your own is removed by dropping that database."))
    private = cluster.at(env.data())
    if cluster.DEMO not in private.databases():
        console.say(_("There is no demo company."))
        return console.DONE
    private.serve(cluster.DATABASE)
    private.drop(cluster.DEMO)
    (env.data() / "accounts.txt").unlink(missing_ok=True)
    for name in ("demo.wanted", "demo.offer"):
        (env.data() / name).unlink(missing_ok=True)
    console.say(_("The demo company is gone. The next start serves your own company."))
    return console.DONE
