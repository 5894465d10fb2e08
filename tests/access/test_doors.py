"""Reading changes nothing, and no door that changes something opens without its token."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.orgs.models import User
from nuoda.foundation.ui.web.pages.base import PageRow

from .test_pages import Row, pages, table
from .world import THINGS, World, world

pytestmark = pytest.mark.django_db

READING_WRITES = frozenset({"orgs_session", "orgs_user"})
"""Tables that reading a page may touch: the session's own last use."""


def addresses(things: World, rows: dict[str, Row]) -> dict[str, str]:
    with scoped(system(things.stage.cast.company.pk)):
        return {
            row.page: reverse(row.page, args=THINGS[row.about].args(things) if row.about else ())
            for row in rows.values()
            if "vendor" not in row.roles
        }


def writes() -> dict[str, int]:
    """Rows written to each table so far by this transaction (inserted, changed or deleted)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables
            WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"""
        )
        return {name: int(count) for name, count in cursor.fetchall()}


def written(before: dict[str, int]) -> set[str]:
    return {name for name, count in writes().items() if count != before.get(name, 0)} - READING_WRITES


def readable(found: dict[str, PageRow]) -> Iterator[str]:
    yield from (name for name, row in found.items() if hasattr(row.view, "get"))


def test_reading_every_page_writes_nothing() -> None:
    things, found = world(), pages()
    client, wrong = things.client("wang"), {}
    urls = addresses(things, table())
    client.get(urls["desk:home"])  # the first request of a session
    for name in set(readable(found)) & set(urls):
        before = writes()
        client.get(urls[name])
        if written(before):
            wrong[name] = sorted(written(before))
    assert wrong == {}


def test_a_page_that_writes_is_noticed() -> None:
    things = world()
    before = writes()
    with scoped(system(things.stage.cast.company.pk)):
        things.stage.cast.lin.__class__.objects.filter(pk=things.stage.cast.lin.pk).update(title="x")
    assert written(before) == {"orgs_person"}


def test_no_door_opens_without_its_token() -> None:
    """POST to every page as somebody who may, without a CSRF token: 403 before anything else is looked at."""
    things, rows, found = world(), table(), pages()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(person=things.persons["wang"]))
    doors = addresses(things, rows)
    before = writes()
    wrong = {}
    for name, url in doors.items():
        if hasattr(found[name].view, "post"):
            status = strict.post(url).status_code
            if status != 403:
                wrong[name] = status
    assert wrong == {}
    assert written(before) == set()


def test_with_checks_switched_off_the_doors_open() -> None:
    """Negative control: the same client without enforcement gets past the middleware."""
    things = world()
    url = addresses(things, table())["ui:theme"]
    assert things.client("wang").post(url, {"theme": "dark"}).status_code != 403
