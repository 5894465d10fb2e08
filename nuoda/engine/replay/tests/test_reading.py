"""The journal read by columns says what the steps say of its entries: every deadline, state and instant."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nuoda.engine.clocks.pure.values import CaseState
from nuoda.engine.clocks.queries import Ruling
from nuoda.engine.replay import queries
from nuoda.engine.replay.actions import trials
from nuoda.engine.replay.pure import wire
from nuoda.engine.replay.pure.columnfold import column_fold
from nuoda.engine.replay.pure.columns import Vocabulary
from nuoda.engine.replay.pure.ids import Ids
from nuoda.engine.replay.pure.laying import lay
from nuoda.engine.replay.pure.tables import rows
from nuoda.engine.replay.pure.working import FAR, micros
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.journal.models import Dossier, Entry
from nuoda.foundation.orgs.models import Company

from .histories import BEGIN, ruling, shipped
from .test_columnfold import two_versions
from .written import AT, by_steps, write

pytestmark = pytest.mark.django_db
WITHIN = (BEGIN - timedelta(days=1), AT)


@pytest.fixture
def company() -> UUID:
    return new_company()


def new_company() -> UUID:
    return Company.objects.create(name=f"读账 {new_id()}", created_at=BEGIN).pk


def trial(company: UUID, book: Ruling, **more: bool) -> trials.Trial:
    manual = next(tenure.policy for tenure in shipped() if tenure.policy.code == "MN")
    draft = replace(manual, version="9.0")
    return trials.Trial(trials.Question(company, draft, UUID(int=9), WITHIN, imports=True), book, **more)


def by_columns(company: UUID, tried: trials.Trial, book: Ruling) -> tuple[dict[UUID, set[tuple[object, ...]]], int]:
    """Per case the rows of its deadlines as columns read from the journal make them; how many cases went by steps."""
    with scoped(system(company)):
        ids = tried.candidates(at=AT)
        owners = queries.owners(company, ids, imports=True)
        assert owners is not None
        raw = queries.entries(company, owners, tried.wire, at=AT)
        as_of = (owners.imported > 0) * FAR + (owners.imported == 0) * micros(AT)
        laid = lay(raw, owners.ids.places(raw.case), owners.ids, as_of, tried.codes, tried._loading(owners, AT))
        folded = column_fold(laid, tried.timetables["life"], book, tried.calendars)
    found: dict[UUID, set[tuple[object, ...]]] = {owners.ids.one(case): set() for case in range(laid.cases)}
    for table in folded.tables.values():
        for start, row in rows(table):
            found[laid.case_ids.one(int(laid.case[start]))].add((table.ref, laid.ids.one(start), *row))
    return found, int(folded.by_steps.sum())


def told(state: CaseState) -> set[tuple[object, ...]]:
    return {
        (d.ref, d.start_id, d.version_id, d.round, d.started_at, d.state, d.cause, d.due_at, d.ended_at, d.done_at)
        for d in state.deadlines.values()
    }


@given(st.integers(0, 10**9), st.sampled_from(("", "keep", "convert", "restart")))
@settings(deadline=None, max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_columns_of_the_journal_say_what_the_steps_say(seed: int, way: str) -> None:
    book = two_versions(way) if way else ruling()
    company = new_company()
    write(company, book, seed, 25)
    found, _ = by_columns(company, trial(company, book, whole=True), book)
    expected = {case: told(state) for case, state in by_steps(company, book).items()}
    assert {case: rows for case, rows in expected.items() if rows} == {
        case: rows for case, rows in found.items() if rows
    }


def test_the_histories_reach_every_state_and_most_stay_in_columns(company: UUID) -> None:
    book = two_versions("convert")
    write(company, book, 4, 150, wild=0.05)
    found, stepped = by_columns(company, trial(company, book, whole=True), book)
    seen = Counter(row[5] for rows_ in found.values() for row in rows_)
    assert set(seen) == {"open", "paused", "kept", "missed", "withdrawn", "waived"}
    assert 0 < stepped < len(found)


@pytest.mark.parametrize("what", ["dealer", "kind", "track"])
def test_without_a_column_they_differ(company: UUID, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: every code that the database works out is needed for the agreement."""
    book = ruling()
    write(company, book, 5, 120, wild=0.0)
    read = wire.Wire.read

    def blind(self: wire.Wire, values: list[bytes | None]) -> wire.Raw:
        raw = read(self, values)
        column = getattr(raw, what).copy()
        column[:] = column[0]
        return replace(raw, **{what: column})

    monkeypatch.setattr(wire.Wire, "read", blind)
    found, _ = by_columns(company, trial(company, book, whole=True), book)
    assert found != {case: told(state) for case, state in by_steps(company, book).items()}


def test_what_was_recorded_after_the_moment_is_not_known_yet(company: UUID) -> None:
    book = ruling()
    write(company, book, 6, 20)
    tried = trial(company, book)
    early = BEGIN + timedelta(days=40)
    with scoped(system(company)):
        assert tried.candidates(at=BEGIN - timedelta(days=1)).size == 0
        few, all_ = tried.candidates(at=early), tried.candidates(at=AT)
        assert 0 < few.size < all_.size
        owners = queries.owners(company, all_, imports=True)
        assert owners is not None
        raw = queries.entries(company, owners, tried.wire, at=early)
    assert raw.size > 0 and int(raw.at.max()) <= micros(early)


def test_scattered_cases_are_looked_up_and_neighbours_read_through(company: UUID) -> None:
    book = ruling()
    write(company, book, 7, 40)
    tried = trial(company, book)
    with scoped(system(company)):
        ids = tried.candidates(at=AT)
        ends = ids.take([0, ids.size - 1])
        for wanted, sparse in ((ids, False), (ends, True)):
            owners = queries.owners(company, wanted, imports=True)
            assert owners is not None and owners.sparse is sparse
            raw = queries.entries(company, owners, tried.wire, at=AT)
            assert set((wanted.places(raw.case)).tolist()) == set(range(wanted.size))


def test_the_draft_in_place_of_what_is_in_force_takes_its_clocks_over(company: UUID) -> None:
    """What both books say alike runs once, and nothing comes out otherwise."""
    book = ruling()
    write(company, book, 8, 40)
    tried = trial(company, book)
    with scoped(system(company)):
        assert set(tried.shared) == set(tried.timetables["life"].clocks)
        seen = tried.look(tried.candidates(at=AT), at=AT)
    assert seen.cases and not seen.changed
    assert all(sides["life"] == sides["draft"] for sides in seen.figures.values())


def test_what_conditions_tell_apart_are_different_kinds(company: UUID) -> None:
    """Also 1 and 1.0, which are equal as JSON."""
    asked = wire.Wire(Vocabulary({}, {}, {"ticket.reported": ("a", "b")}))
    values = (1, 1.0, "1", "1.0", True, "true", None, [], ["1"], {})
    found: list[dict[str, object]] = [{name: value} for name in ("a", "b") for value in values]
    case = new_id()
    with scoped(system(company)):
        Dossier.objects.create(
            id=case, company_id=company, kind="ticket", number="TK-1", case_id=case, opened_at=BEGIN, recorded_at=BEGIN, origin="live"
        )  # fmt: skip
        for facts in ({}, {"c": 1}, *found):
            Entry.objects.create(
                id=new_id(), company_id=company, dossier_id=case, case_id=case, type="ticket.reported", payload={}, facts=facts,
                happened_at=BEGIN, recorded_at=BEGIN, origin="live", prev_hash=b"", hash=b"",
            )  # fmt: skip
        owners = queries.owners(company, Ids.of([case]))
        assert owners is not None
        raw = queries.entries(company, owners, asked, at=AT)
    assert raw.size == len(found) + 2
    assert len(set(raw.kind.tolist())) == len(found) + 1, "what is not asked for is no difference, all else is"


def test_ids_find_each_other_in_both_halves() -> None:
    some = sorted(UUID(int=number) for number in (1, 2, 2**64, 2**64 + 1, 2**64 + 5, 2**127))
    ids = Ids.of(some)
    wanted = Ids.of([*reversed(some), UUID(int=3), UUID(int=2**64 + 4), UUID(int=2**128 - 1)])
    assert ids.places(wanted).tolist() == [5, 4, 3, 2, 1, 0, -1, -1, -1]
    assert [UUID(text) for text in ids.hexes()] == some
