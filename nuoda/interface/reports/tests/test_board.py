"""The board: its numbers are the cases behind them, as far as each reader sees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from nuoda.domain.service.tests.stage import SHANGHAI, Stage
from nuoda.engine.clocks.models import Deadline
from nuoda.foundation.base.access import now, scoped, system
from nuoda.foundation.orgs.tests import factories as people
from nuoda.foundation.ui.tests import kit

from .. import queries
from ..queries import Scope

pytestmark = pytest.mark.django_db
LINK = re.compile(r'<a [^>]*?href="([^"]+)" data-n="(\d+)"')


@pytest.fixture
def stage() -> Stage:
    """Ten days of work: some kept, some missed, one under way, one withdrawn; two of them at the dealer's."""
    stage = Stage.set(now().astimezone(SHANGHAI) - timedelta(days=10))
    quick = stage.report()
    stage.repaired(quick, stage.cast.zhao)
    stage.after(days=2)
    stage.report(production_stopped=False, dealer_id=stage.cast.east.pk)
    stage.after(days=4)
    stage.tick()
    gone = stage.report(kind="consultation", production_stopped=False)
    stage.act(stage.cast.lin, "cancel", gone, reason="mistake", remark="重复")
    stage.after(days=3, hours=23, minutes=40)
    stage.report(dealer_id=stage.cast.east.pk)
    stage.tick()
    return stage


def numbers(html: str) -> Iterator[tuple[str, int]]:
    for url, n in LINK.findall(html):
        yield unescape(url), int(n)


def counted(client: Client, url: str) -> int:
    """Rows behind a link, over all pages of the list."""
    found, following = 0, url
    while following:
        answer = client.get(following)
        assert answer.status_code == 200, following
        found += len(answer.context["lines"])
        following = f"{url.partition('?')[0]}{answer.context['next_url']}" if answer.context["part"].after else ""
    return found


QUERIES = ("", "?status=all", "?chapter=MN-3", "?policy=LC&dealer=own", "?role=technician", "?imported=1")


@pytest.mark.parametrize("who", ["wang", "ma"])
def test_every_number_opens_exactly_its_cases(stage: Stage, who: str) -> None:
    client = people.login(Client(), getattr(stage.cast, who))
    seen: dict[str, int] = {}
    for query in QUERIES:
        answer = client.get(reverse("reports:board") + query)
        assert answer.status_code == 200
        seen |= dict(numbers(answer.content.decode()))
    assert len(seen) > 40
    wrong = [
        f"{url}: {n} on the board, {rows} behind it" for url, n in seen.items() if (rows := counted(client, url)) != n
    ]
    assert not wrong, "\n".join(wrong)


def test_a_number_that_counts_something_else_is_found(stage: Stage) -> None:
    """The control: a figure one too high is not what its link opens."""
    client = people.login(Client(), stage.cast.wang)
    url, n = next(numbers(client.get(reverse("reports:board")).content.decode()))
    assert counted(client, url) != n + 1


def test_every_number_of_a_clause_opens_exactly_its_cases(stage: Stage) -> None:
    client = people.login(Client(), stage.cast.wang)
    found = list(numbers(client.get(reverse("reports:clause", args=["MN-3.2.1a"])).content.decode()))
    assert len(found) > 5
    wrong = [f"{url}: {n}, but {rows} rows" for url, n in found if (rows := counted(client, url)) != n]
    assert not wrong, "\n".join(wrong)


def test_the_board_counts_what_stands_in_the_table(stage: Stage) -> None:
    client = people.login(Client(), stage.cast.wang)
    context = client.get(reverse("reports:board") + "?status=all").context
    shown = sum(
        figure.n for group in context["groups"] for line in group.lines for figure in [*line.figures, line.other]
    )
    with scoped(system(stage.cast.company.pk)):
        assert shown == Deadline.objects.filter(company_id=stage.cast.company.pk).count() > 5
    assert sum(tile.n for tile in context["tiles"]) == shown
    assert {tile.n > 0 for tile in context["tiles"][:3]} == {True}, "kept, missed and open are on the stage"


def test_a_status_of_the_meter_shows_exactly_its_clauses(stage: Stage) -> None:
    client = people.login(Client(), stage.cast.chen)
    context = client.get(reverse("reports:board")).context
    assert sum(one.n for one in context["coverage"]) > 100
    for one in context["coverage"]:
        if one.n:
            groups = client.get(one.url).context["groups"]
            assert sum(len(group.lines) for group in groups) == one.n


def test_a_dealer_sees_his_own_figures_only(stage: Stage) -> None:
    board = reverse("reports:board")
    own = people.login(Client(), stage.cast.ma).get(board).context["tiles"]
    everybody = people.login(Client(), stage.cast.wang).get(board).context["tiles"]
    with scoped(system(stage.cast.company.pk)):
        mine = Deadline.objects.filter(dealer_id=stage.cast.east.pk).count()
    assert 0 < sum(tile.n for tile in own) == mine < sum(tile.n for tile in everybody)
    other = people.login(Client(), stage.cast.he_ping).get(board).context["tiles"]
    assert sum(tile.n for tile in other) == 0


def test_what_was_imported_is_left_out_unless_asked(stage: Stage) -> None:
    with scoped(system(stage.cast.company.pk)):
        row = Deadline.objects.filter(state="missed").first()
        assert row is not None
        Deadline.objects.filter(pk=row.pk).update(as_if=True)
    client = people.login(Client(), stage.cast.wang)
    without = sum(tile.n for tile in client.get(reverse("reports:board")).context["tiles"])
    together = sum(tile.n for tile in client.get(reverse("reports:board") + "?imported=1").context["tiles"])
    assert together == without + 1
    said = client.get(reverse("reports:board") + "?imported=1")
    wrong = [url for url, n in numbers(said.content.decode()) if counted(client, url) != n]
    assert not wrong


def test_the_board_asks_as_often_for_many_cases(stage: Stage) -> None:
    client = people.login(Client(), stage.cast.wang)
    kit.same_queries(client, reverse("reports:board"), lambda: stage.report())
    kit.same_queries(client, reverse("reports:clause", args=["MN-3.2.1a"]), lambda: stage.report())


def test_pages_are_sound(stage: Stage) -> None:
    client = people.login(Client(), stage.cast.wang)
    for page in ("board", "cases", "entries"):
        kit.page_is_sound(client.get(reverse(f"reports:{page}")))
    kit.page_is_sound(client.get(reverse("reports:clause", args=["MN-3.2.1a"])))


def test_the_worst_case_is_the_one_missed_longest(stage: Stage) -> None:
    actor = stage.actor(stage.cast.wang)
    with scoped(actor) as at:
        rows = list(queries.worst_of(actor, Scope(), at, limit=50))
        assert len(rows) > 1
        assert [row.late for row in rows] == sorted((row.late for row in rows), reverse=True)
        by_clause = queries.worst(actor, Scope(), at)
        for row in rows:
            assert by_clause[row.row.clause_id].late >= row.late


def test_the_rate_of_a_clause_counts_only_what_was_judged(stage: Stage) -> None:
    actor = stage.actor(stage.cast.wang)
    edges = [datetime(2000, 1, 1, tzinfo=SHANGHAI), datetime(2100, 1, 1, tzinfo=SHANGHAI)]
    with scoped(actor):
        [tally] = queries.tallies(actor, Scope(), edges)["MN-3.2.1a"]
        rows: Any = Deadline.objects.filter(clause_id="MN-3.2.1a")
        kept, missed = rows.filter(state="kept").count(), rows.filter(state="missed").count()
    assert (tally["kept"], tally["missed"]) == (kept, missed)
    assert tally.rate == kept / (kept + missed)
