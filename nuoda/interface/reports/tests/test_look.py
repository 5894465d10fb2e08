"""What a reader sees first: the most missed clauses, an honest axis, labels that can be read; and packs of clauses that are
counted by indicators, duties and audits."""

from __future__ import annotations

import io
import itertools
import zipfile
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from nuoda.domain.care.tests.test_stories import closed
from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.duties.actions import audits, sweeps
from nuoda.engine.duties.actions.audits import Mark
from nuoda.engine.duties.queries import cases as drawn_cases
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.orgs.tests import factories as people

from ..actions import bundles
from ..models import Bundle
from ..pure import charts, maps
from ..pure.tallies import Tally
from ..web import lines, process


@pytest.mark.parametrize(
    ("most", "top"), [(0, 1), (1, 1), (3, 4), (7, 8), (9, 10), (10, 10), (11, 20), (392, 400), (801, 1000)]
)
def test_an_axis_ends_at_a_round_number_that_is_not_below_the_tallest(most: int, top: int) -> None:
    assert charts.ceiling(most) == top


def test_bars_are_as_high_as_their_share_of_the_axis() -> None:
    low, high = charts.columns([(10, 10), (40, 0)], width=244, height=100, left=44)
    assert (low.kept, low.missed, high.kept) == (25.0, 25.0, 100.0), "the axis ends at 40"
    assert low.x > 44 and high.x + high.width < 244, "nothing lies over the numbers of the axis"


def test_the_most_missed_clause_comes_first_and_a_kept_one_never() -> None:
    tallies = {
        "A-1": [Tally({"missed": 9}), Tally({"missed": 1, "kept": 9})],
        "A-2": [Tally({}), Tally({"missed": 3})],
        "A-3": [Tally({"missed": 5}), Tally({"kept": 4})],
        "A-0": [Tally({}), Tally({"missed": 1})],
    }
    assert lines.most_missed(tallies, 6) == ["A-2", "A-0", "A-1"]
    assert lines.most_missed(tallies, 1) == ["A-2"]


def test_labels_of_the_map_cover_each_other_nowhere() -> None:
    follow = maps.Follow("a", "b", 3, timedelta(hours=5))
    placed: list[process.Label] = []
    for _n in range(4):
        placed.append(process.apart(process.label(maps.Line(follow, "", 50.0, 40.0, 1.0, False)), placed))
    tops = sorted(one.top for one in placed)
    assert all(after - before >= process.TALL for before, after in itertools.pairwise(tops))


@pytest.mark.django_db
def test_a_pack_of_indicators_and_audits_holds_their_figures_and_cases() -> None:
    """Clauses without any time limit are proved by what counts there."""
    stage = Stage.set(local(5, 10))
    for _n in range(3):
        closed(stage)
    stage.after(minutes=1)
    sweeps.sweep(stage.cast.company.pk, at=stage.now)
    with stage.acting(stage.cast.chen) as (actor, at):
        row = audits.draw_spot(
            clause_id="LC-6.1a",
            since=at - timedelta(days=9),
            until=at,
            dealer_id=None,
            everybody=True,
            actor=actor,
            at=at,
        )
        for case in drawn_cases(row):
            marks = {item["key"]: Mark("pass") for item in row.items}
            audits.mark(row.pk, case.pk, marks=marks, actor=actor, at=at)
        audits.sign(row.pk, conclusion="三件都做到", actor=actor, at=at)
        stage.after(minutes=1)
    found = {}
    for target in ("LC-3.2", "LC-6.1a"):
        with stage.acting(stage.cast.chen) as (actor, at):
            asked = {"target": target, "since": "2026-03-01", "until": "2026-03-31", "sample": 2, "seed": 7}
            made = bundles.ask(kind="evidence", parameters=asked, actor=actor, at=at)
        bundles.make(made.pk, company_id=made.company_id)
        with scoped(system(made.company_id)):
            ready = Bundle.objects.get(pk=made.pk)
        assert (ready.problem, ready.failed_at) == ("", None)
        with default_storage.open(ready.path) as file:
            archive = zipfile.ZipFile(io.BytesIO(file.read()))
        book = CalamineWorkbook.from_filelike(io.BytesIO(archive.read("evidence.xlsx")))
        found[target] = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    counted = found["LC-3.2"]["指标事项"][1:]
    solution = [line for line in counted if line[1] == "等待解决"]
    assert len(solution) == 3, "every case that makes the figure"
    assert [line[-1] for line in solution].count("抽中") == 2, "as many as were asked for are drawn"
    figures = {line[1]: line for line in found["LC-3.2"]["指标"][1:]}
    assert figures["等待解决"][6] == 3
    [audit] = found["LC-6.1a"]["抽查"][1:]
    assert (audit[0], audit[4:7]) == (row.number, [3, 3, 0])


@pytest.mark.django_db
def test_the_home_says_how_the_regulations_were_kept_to_whoever_watches() -> None:
    stage = Stage.set(local(5, 10))
    stage.report()
    stage.after(hours=5)
    stage.tick()
    for who, sees in (("shen", True), ("chen", True), ("ma", True), ("lin", False), ("zhao", False)):
        text = people.login(Client(), getattr(stage.cast, who)).get(reverse("desk:home"), follow=True).content.decode()
        assert ("制度执行情况" in text) is sees, who
