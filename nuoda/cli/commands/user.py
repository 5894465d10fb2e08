"""`nuoda user`: accounts from the server's own console, for when nobody can log in."""

from __future__ import annotations

import argparse
from typing import Any
from uuid import UUID

from nuoda.cli import console
from nuoda.cli.texts import N_, _
from nuoda.config import env

help = N_("list, add, close and reopen accounts; make one-time links for passwords")
examples = [
    "nuoda user list",
    "nuoda user add --name 王芳 --username wangfang --role agent",
    "nuoda user link wangfang",
    "nuoda user deactivate wangfang --json",
]


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="list | add | link | deactivate | reactivate")
    actions.add_parser("list", help=_("people with their accounts and roles"))
    add = actions.add_parser("add", help=_("enter a person and print a one-time link that completes the account"))
    add.add_argument("--name", required=True, help=_("the person's name"))
    add.add_argument("--username", required=True, help=_("what the person logs in with"))
    add.add_argument("--role", action="append", required=True, help=_("a role; may be given several times"))
    add.add_argument("--email", default="", help=_("e-mail address"))
    for name, text in (
        ("link", _("print a one-time link to set a password")),
        ("deactivate", _("close an account; its sessions and tokens end")),
        ("reactivate", _("open a closed account and print a one-time link")),
    ):
        actions.add_parser(name, help=text).add_argument("username", help=_("what the person logs in with"))
    for action in actions.choices.values():
        action.add_argument("--company", help=_("name of the company, when there are several"))


def handle(args: argparse.Namespace) -> int:
    from nuoda.foundation.base.access import scoped, system

    actor = system(company(args.company))
    with scoped(actor) as at:
        return {"list": _list, "add": _add, "link": _link, "deactivate": _close, "reactivate": _reopen}[args.action](
            args, actor, at
        )


def company(name: str | None) -> UUID:
    """The id of the one company, or of the one with this name. Raises CommandError."""
    from nuoda.foundation.orgs.models import Company

    found = list(Company.objects.filter(**({"name": name} if name else {})).order_by("name"))
    if not found:
        raise console.CommandError(_("There is no company yet. Start with: nuoda init"))
    if len(found) > 1:
        names = ", ".join(company.name for company in found)
        raise console.CommandError(_("Which company? Use --company with one of: {names}").format(names=names))
    return found[0].pk


def _person(username: str, actor: Any) -> Any:
    from nuoda.foundation.orgs.models import Person

    found = Person.visible_to(actor).filter(user__username=username).select_related("user").first()
    if found is None:
        raise console.CommandError(_("There is no account {name}.").format(name=username))
    return found


def _list(args: argparse.Namespace, actor: Any, at: Any) -> int:
    from nuoda.foundation.orgs.models import Membership, Person

    roles: dict[UUID, list[str]] = {}
    held = Membership.objects.filter(company_id=actor.company_id, until=None)
    for person_id, role in held.values_list("person_id", "role"):
        roles.setdefault(person_id, []).append(role)
    rows: list[dict[str, Any]] = [
        {
            "username": person.user.username,
            "name": person.name,
            "roles": sorted(roles.get(person.pk, [])),
            "active": person.active,
        }
        for person in Person.visible_to(actor).filter(user__isnull=False).select_related("user").order_by("pinyin")
    ]
    lines = console.table(
        (row["username"], row["name"], " ".join(row["roles"]), "" if row["active"] else _("closed")) for row in rows
    )
    console.emit(rows, lines)
    return console.DONE


def _add(args: argparse.Namespace, actor: Any, at: Any) -> int:
    from nuoda.foundation.orgs.actions import people

    values = {"name": args.name, "email": args.email}
    _row, token = people.invite(values=values, roles=args.role, username=args.username, actor=actor, at=at)
    return _print_link(args.username, token)


def _link(args: argparse.Namespace, actor: Any, at: Any) -> int:
    from nuoda.foundation.orgs.actions import links

    person = _person(args.username, actor)
    return _print_link(args.username, links.reissue(person_id=person.pk, actor=actor, at=at))


def _close(args: argparse.Namespace, actor: Any, at: Any) -> int:
    from nuoda.foundation.orgs.actions import people

    people.deactivate(id=_person(args.username, actor).pk, actor=actor, at=at)
    console.emit({"username": args.username, "active": False}, [_("{name} is closed.").format(name=args.username)])
    return console.DONE


def _reopen(args: argparse.Namespace, actor: Any, at: Any) -> int:
    from nuoda.foundation.orgs.actions import people

    _row, token = people.reactivate(id=_person(args.username, actor).pk, actor=actor, at=at)
    return _print_link(args.username, token)


def _print_link(username: str, token: str) -> int:
    from django.urls import reverse

    address = env.origin() + reverse("orgs:link", args=[token])
    console.emit(
        {"username": username, "link": address},
        [_("One-time link for {name}, to be handed over personally:").format(name=username), address],
    )
    return console.DONE
