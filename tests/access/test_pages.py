"""Who may open which page: the reviewed table `pages.csv` against the declarations and against real answers.

A row: the page's url name, what it is about (a key of `world.THINGS`, empty for nothing), and who may open it: role codes, `everyone`
with an account, `public`, or `vendor` for the pages of the login library, which do their own checks. A new page needs a row.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.ui.web.pages import EVERYONE, PUBLIC
from nuoda.foundation.ui.web.pages.base import PageRow, every_page

from .world import EVERYBODY, FOREIGNER, NOBODY, THINGS, World, world

TABLE = Path(__file__).with_name("pages.csv")
OPEN = frozenset({200, 302, 304, 409, 422})
"""What a page answers to whom it is meant for; 409 and 422 say on the page why it cannot be done now."""
VENDOR_OPEN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "mfa_authenticate",
    "set_language",
    "texts",
    "favicon",
    "openapi",
}
"""Pages of libraries that strangers reach: the login itself, and words without content."""


@dataclass(frozen=True)
class Row:
    page: str
    about: str
    roles: frozenset[str]

    def may(self, roles: frozenset[str]) -> bool:
        if self.roles & {"public"}:
            return True
        return bool(roles) and (self.roles == {"everyone"} or not self.roles.isdisjoint(roles))


def table() -> dict[str, Row]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = [Row(line["page"], line["about"], frozenset(line["roles"].split())) for line in csv.DictReader(file)]
    assert len({row.page for row in rows}) == len(rows), "a page stands twice"
    return {row.page: row for row in rows}


def pages() -> dict[str, PageRow]:
    found: dict[str, PageRow] = {}
    for row in every_page():
        if row.name and not row.name.startswith("api:"):
            found[row.name] = row
    return found


def declared(row: PageRow) -> frozenset[str]:
    """A declaration in the words of the table."""
    if row.roles is None:
        return frozenset({"vendor"})
    if row.roles & PUBLIC:
        return frozenset({"public"})
    return frozenset({"everyone"}) if row.roles == EVERYONE else row.roles


def differences(expected: dict[str, Row], found: dict[str, PageRow]) -> list[str]:
    """How declarations differ from the table."""
    wrong = [f"{name} is not in the table" for name in sorted(set(found) - set(expected))]
    wrong += [f"{name} is in the table and is no page" for name in sorted(set(expected) - set(found))]
    for name in sorted(set(expected) & set(found)):
        if expected[name].roles != declared(found[name]):
            wrong.append(f"{name}: {sorted(declared(found[name]) ^ expected[name].roles)} in one of both")
        if found[name].parameters and not expected[name].about:
            wrong.append(f"{name} is about {found[name].parameters}, the table says about nothing")
    return wrong


def test_pages_are_declared_as_the_table_says() -> None:
    assert differences(table(), pages()) == []


def test_a_page_that_is_new_or_opened_wider_is_found() -> None:
    expected, found = table(), pages()
    some = found["service:dispatch"]
    wider = PageRow(some.name, some.route, some.kind, EVERYONE, some.parameters, some.view)
    assert differences(expected, found | {"service:dispatch": wider}) != []
    assert differences(expected, found | {"service:surprise": some}) == ["service:surprise is not in the table"]
    assert differences(expected | {"gone": expected["desk:home"]}, found) == ["gone is in the table and is no page"]


# -- real answers


@pytest.fixture
def everything(db: None) -> World:
    return world()


def ask(client: Client, page: PageRow, url: str) -> int:
    """The status; what a door changes is taken back."""
    with transaction.atomic():
        answer = client.post(url) if hasattr(page.view, "post") and not hasattr(page.view, "get") else client.get(url)
        for _part in getattr(answer, "streaming_content", ()):
            pass
        transaction.set_rollback(True)
    if answer.status_code == 302 and "/accounts/login/" in answer.headers["Location"]:
        return 401
    return int(answer.status_code)


def expected_of(row: Row, who: str, things: World) -> str:
    """'opens', 'hidden' or 'login'."""
    if "public" in row.roles and not row.about:
        return "opens"
    if who == NOBODY:
        return "opens" if "public" in row.roles and who in THINGS[row.about].known_to else "login"
    roles = frozenset(things.persons[who].memberships.values_list("role", flat=True))
    known = not row.about or who in THINGS[row.about].known_to
    return "opens" if row.may(roles) and known else "hidden"


def answers(things: World, who: str, rows: dict[str, Row], found: dict[str, PageRow]) -> Iterator[tuple[str, str, Any]]:
    """Each own page with what is expected and what came."""
    client = things.client(who)
    client.raise_request_exception = False
    with scoped(system(things.stage.cast.company.pk)):
        addresses = {
            row.page: reverse(row.page, args=THINGS[row.about].args(things) if row.about else ())
            for row in rows.values()
            if "vendor" not in row.roles
        }
        hopes = {name: expected_of(rows[name], who, things) for name in addresses}
    for name, url in addresses.items():
        yield name, hopes[name], ask(client, found[name], url)


def met(hope: str, status: int) -> bool:
    return status in OPEN if hope == "opens" else status == {"hidden": 404, "login": 401}[hope]


@pytest.mark.parametrize("group", range(4))
def test_pages_answer_as_the_table_says(everything: World, group: int) -> None:
    """Everybody in four groups: a world is dear."""
    rows, found = table(), pages()
    wrong = [
        f"{who}: {name} {hope}, answered {status}"
        for who in EVERYBODY[group::4]
        for name, hope, status in answers(everything, who, rows, found)
        if not met(hope, status)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_pages_of_libraries_are_closed_to_strangers() -> None:
    rows, found = table(), pages()
    wide = set()
    for name, row in rows.items():
        if "vendor" in row.roles:
            status = ask(Client(), found[name], reverse(name))
            assert status in (200, 302, 401, 405), f"{name} answered {status}"
            if status in (200, 302, 405):
                wide.add(name)
    assert wide <= VENDOR_OPEN


def test_a_door_without_a_lock_is_found(everything: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: with the check of the pages switched off, the matrix turns red for whoever may not."""
    from nuoda.foundation.ui.web.pages.base import Page

    monkeypatch.setattr(Page, "may_open", classmethod(lambda cls, roles: True))
    few = {name: row for name, row in table().items() if name in ("service:tickets", "orgs:security", "orgs:audit")}
    found = pages()
    wrong = [name for name, hope, status in answers(everything, "zhao", few, found) if not met(hope, status)]
    assert set(wrong) == set(few)
    assert FOREIGNER in EVERYBODY
