"""`nuoda init`: a company of one's own."""

from __future__ import annotations

import argparse

from nuoda.cli import console
from nuoda.cli.texts import N_, _
from nuoda.config import env

help = N_("make a company and its first administrator; prints a one-time link that lets him in")
examples = [
    "nuoda init --company 恒力机械有限公司 --name 李强",
    "nuoda init --company 恒力机械有限公司 --name 李强 --username liqiang --json",
]


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--company", help=_("name of the company (asked for on a terminal)"))
    parser.add_argument("--name", help=_("name of the first system administrator (asked for on a terminal)"))
    parser.add_argument("--username", default="admin", help=_("what he logs in with (default: admin)"))
    parser.add_argument("--email", default="", help=_("his e-mail address"))
    parser.add_argument(
        "--time-zone", default="Asia/Shanghai", help=_("the company's time zone (default: Asia/Shanghai)")
    )
    parser.add_argument("--another", action="store_true", help=_("make one more company although there is one"))


def handle(args: argparse.Namespace) -> int:
    from django.urls import reverse

    from nuoda.foundation.base.pure.refusals import Refused
    from nuoda.foundation.orgs.actions import beginnings

    company = args.company or _ask(_("Name of the company"), "--company")
    name = args.name or _ask(_("Your name"), "--name")
    try:
        token = beginnings.begin(
            company=company,
            name=name,
            username=args.username,
            email=args.email,
            time_zone=args.time_zone,
            another=args.another,
        )
    except Refused as refusal:
        raise console.CommandError(str(refusal.reason)) from refusal
    address = env.origin() + reverse("orgs:link", args=[token])
    console.emit(
        {"company": company, "username": args.username, "link": address},
        [
            _(
                "{company} is ready. This link lets {name} set the password of “{account}”; it works once, within three days:"
            ).format(company=company, name=name, account=args.username),
            address,
            _("Next: nuoda run, then open the link."),
        ],
    )
    return console.DONE


def _ask(question: str, option: str) -> str:
    """An answer from the terminal; without one the option must be given."""
    import sys

    if not sys.stdin.isatty():
        raise console.CommandError(_("{option} is needed.").format(option=option), console.USAGE)
    answer = input(f"{question}: ").strip()
    if not answer:
        raise console.CommandError(_("{option} is needed.").format(option=option), console.USAGE)
    return answer
