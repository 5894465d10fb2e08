"""Replay: 1,000,000 cases of ten events folded under the full book, on two cores. Prints JSON; limit 60 s.

The histories are made up beforehand (seeded) as columns in a folder of their own: typed events of tickets, work orders,
follow-ups and approvals with the facts that conditions name, in the proportions of a service desk. What is measured: both processes read their
share, fold every clock of all shipped regulations by columns, and count the deadlines by clock, dealer and state. A random sample is
folded step by step and compared, deadline by deadline.
"""

from __future__ import annotations

import argparse
import itertools
import json
import multiprocessing
import os
import random
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

LIMIT = 60.0
CASES, EVENTS, PROCESSES, SAMPLE, BATCH = 1_000_000, 10, 2, 2_000, 50_000
MEMORY = 8 * 1024**3
BEGIN = datetime(2025, 1, 6, tzinfo=UTC)
YEAR = 365 * 86_400
DEALERS = ["", *(str(UUID(int=900 + number)) for number in range(50))]
OWN_CALENDARS = 12
"""Dealers who work by a calendar of their own."""
_SECOND = 1_000_000
PROMISES = {"due_at": ("ticket.promised", "approval.step_opened"), "starts_at": ("work_order.appointed",)}
"""Payload fields with a promised moment, and the events that have them."""

# A case is one of these ways, with the minutes that typically lie before each event; severity and kind are drawn.
WAYS: list[tuple[int, str, list[tuple[str, int]]]] = [
    (30, "fault", [
        ("ticket.reported", 0), ("ticket.answered", 5), ("ticket.handed_over", 10), ("work_order.dispatched a", 20),
        ("work_order.contacted a", 15), ("work_order.appointed a", 5), ("work_order.arrived a", 150),
        ("work_order.completed a", 90), ("ticket.solved", 5), ("ticket.closed", 60),
    ]),
    (18, "fault", [
        ("ticket.reported", 0), ("ticket.answered", 6), ("work_order.dispatched a", 40), ("work_order.declined a", 20),
        ("work_order.dispatched b", 30), ("work_order.contacted b", 30), ("work_order.arrived b", 200),
        ("work_order.completed b", 100), ("ticket.solved", 10), ("ticket.closed", 700),
    ]),
    (14, "fault", [
        ("ticket.reported", 0), ("ticket.answered", 4), ("ticket.handed_over", 15), ("ticket.severity_changed", 30),
        ("work_order.dispatched a", 25), ("work_order.contacted a", 20), ("work_order.arrived a", 170),
        ("work_order.completed a", 80), ("ticket.solved", 8), ("ticket.closed", 300),
    ]),
    (10, "fault", [
        ("ticket.reported", 0), ("ticket.answered", 5), ("ticket.responded", 50), ("ticket.paused", 30), ("ticket.resumed", 900),
        ("work_order.dispatched a", 60), ("work_order.arrived a", 180), ("work_order.completed a", 90), ("ticket.solved", 5),
        ("ticket.closed", 400),
    ]),
    (8, "fault", [
        ("ticket.reported", 0), ("ticket.answered", 5), ("ticket.responded", 60), ("ticket.solved", 200), ("ticket.closed", 60),
        ("follow_up.planned", 10), ("ticket.reopened", 900), ("ticket.responded", 90), ("ticket.solved", 300), ("ticket.closed", 90),
    ]),
    (12, "consultation", [
        ("ticket.reported", 0), ("ticket.answered", 3), ("ticket.promised", 5), ("ticket.handed_over", 30),
        ("ticket.promised", 200), ("ticket.responded", 100), ("ticket.solved", 30), ("ticket.closed", 60),
        ("follow_up.planned", 5), ("follow_up.recorded", 2000),
    ]),
    (6, "complaint", [
        ("ticket.reported", 0), ("ticket.answered", 5), ("approval.step_opened x", 60), ("approval.step_decided x", 300),
        ("ticket.responded", 60), ("ticket.solved", 1500), ("ticket.closed", 200), ("follow_up.planned", 10),
        ("follow_up.dissatisfied", 1800), ("customer.contacted_after_dissatisfaction", 900),
    ]),
    (2, "suggestion", [
        ("ticket.reported", 0), ("ticket.answered", 10), ("ticket.paused", 60), ("ticket.resumed", 3000), ("ticket.paused", 600),
        ("ticket.resumed", 2000), ("ticket.responded", 800), ("ticket.solved", 600), ("ticket.closed", 500), ("ticket.reassigned", 60),
    ]),
]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--sample", type=int, default=SAMPLE)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nuoda-replay-") as folder:
        print(json.dumps(measure(chosen.cases, chosen.sample, Path(folder))))


def measure(cases: int, sample: int, folder: Path, seed: int = 7) -> dict[str, Any]:
    """Seconds from columns on disk to counts by clock, dealer and state; then the comparison."""
    _ready()
    kinds = write(cases, folder, seed)
    edges = np.linspace(0, cases, PROCESSES + 1).astype(int).tolist()
    context = multiprocessing.get_context("fork")
    with context.Pool(PROCESSES) as pool:
        pool.map(_warm, range(PROCESSES))
        begun = time.perf_counter()
        parts = pool.starmap(count, [(folder, kinds, low, high) for low, high in itertools.pairwise(edges)], 1)
        seconds = time.perf_counter() - begun
    draw = random.Random(seed)
    chosen = sorted(draw.sample(range(cases), min(sample, cases)))
    unlike = compare(folder, kinds, chosen)
    peak = sum(part["peak"] for part in parts) + resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    states: dict[str, int] = {}
    for part in parts:
        for state, number in part["states"].items():
            states[state] = states.get(state, 0) + number
    return {
        "name": "replay.columns",
        "cases": cases,
        "events": cases * EVENTS,
        "clocks": parts[0]["clocks"],
        "deadlines": sum(states.values()),
        "states": states,
        "processes": PROCESSES,
        "seconds": round(seconds, 2),
        "busy_seconds": round(max(part["busy"] for part in parts), 2),
        "cases_per_second": round(cases / seconds),
        "folded_step_by_step": round(sum(part["by_steps"] for part in parts) / cases, 5),
        "peak_gib": round(peak / 1024**3, 2),
        "compared": len(chosen),
        "unlike": unlike,
        "load": round(os.getloadavg()[0], 2),
        "limit": LIMIT,
        "ok": seconds < LIMIT and unlike == 0 and peak < MEMORY,
    }


def _ready() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nuoda.config.settings")
    import django

    django.setup()


def _warm(number: int) -> None:
    """Import and compile what a worker that has run before has in memory."""
    _book()


# -- the histories -----------------------------------------------------------------------------------------


def write(cases: int, folder: Path, seed: int) -> list[tuple[str, dict[str, object], str]]:
    """Make up the histories, and keep them as columns; what their kinds of happenings are."""
    draw = np.random.default_rng(seed)
    weights = np.array([weight for weight, _, _ in WAYS], float)
    way = draw.choice(len(WAYS), cases, p=weights / weights.sum())
    severity = draw.integers(0, 2, cases)
    channel = draw.integers(0, 2, cases)
    begin = draw.integers(0, YEAR, cases) * _SECOND + int(BEGIN.timestamp()) * _SECOND
    dealer = np.where(draw.random(cases) < 0.6, 0, draw.integers(1, len(DEALERS), cases)).astype(np.int32)
    kinds: dict[tuple[str, str, int, int, str], int] = {}
    shape = (cases, EVENTS)
    columns = {
        "kind": _column(folder, "kind", np.int32, shape),
        "at": _column(folder, "at", np.int64, shape),
        "work_order": _column(folder, "work_order", np.int8, shape),
        "step": _column(folder, "step", np.int8, shape),
        "promise": _column(folder, "promise", np.int64, shape),
        "dealer": _column(folder, "dealer", np.int32, (cases,)),
    }
    columns["dealer"][:] = dealer
    columns["work_order"][:] = -1
    columns["step"][:] = -1
    for number, (_, kind, events) in enumerate(WAYS):
        mine = np.flatnonzero(way == number)
        at = begin[mine].copy()
        urgent, phone = severity[mine].copy(), channel[mine]
        for place, (event, minutes) in enumerate(events):
            type_, _, row = event.partition(" ")
            at += (draw.exponential(max(minutes, 0.01), mine.size) * 60 * _SECOND).astype(np.int64)
            if type_ == "ticket.severity_changed":
                urgent = draw.integers(0, 2, mine.size)
            reason = "waiting_customer" if type_.endswith(".paused") else ""
            codes = np.array(
                [
                    [kinds.setdefault((type_, kind, s, c, reason), len(kinds)) for c in (0, 1)]
                    for s in (0, 1)
                ]
            )  # fmt: skip
            columns["kind"][mine, place] = codes[urgent, phone]
            columns["at"][mine, place] = at
            columns["promise"][mine, place] = at + (draw.exponential(180, mine.size) * 60 * _SECOND).astype(np.int64)
            if row in ("a", "b"):
                columns["work_order"][mine, place] = "ab".index(row)
            if row == "x":
                columns["step"][mine, place] = 0
    for column in columns.values():
        column.flush()
    return [(type_, _facts(type_, kind, s, c), reason) for type_, kind, s, c, reason in kinds]


def _column(folder: Path, name: str, kind: Any, shape: tuple[int, ...]) -> Any:
    return np.lib.format.open_memmap(folder / f"{name}.npy", mode="w+", dtype=kind, shape=shape)


def _facts(type_: str, kind: str, severity: int, channel: int) -> dict[str, object]:
    said = ("general", "urgent")[severity]
    if type_.startswith("work_order."):
        return {"severity": said, "ticket_kind": kind, "kind": "onsite"}
    if type_.startswith("approval."):
        return {"matter": "complaint_settlement", "has_due": True}
    return {"kind": kind, "severity": said, "channel": ("phone", "web")[channel], "solved": type_ == "ticket.solved"}


# -- what is measured --------------------------------------------------------------------------------------


def count(folder: Path, kinds: list[Any], low: int, high: int) -> dict[str, Any]:
    """Fold a share of the cases in batches; deadlines by state, and how many cases went step by step."""
    from nuoda.engine.replay.pure.columnfold import column_fold
    from nuoda.engine.replay.pure.comparing import tally

    begun = time.process_time()
    ruling, calendars, timetable, _words = _book()
    states: dict[str, int] = {}
    by_steps = 0
    within = (BEGIN, BEGIN + timedelta(days=400))
    for place in range(low, high, BATCH):
        laid = lay(folder, kinds, np.arange(place, min(place + BATCH, high)))
        folded = column_fold(laid, timetable, ruling, calendars)
        by_steps += int(folded.by_steps.sum())
        dealers = laid.dealer[laid.first[:-1]].astype(np.int64)
        for table in folded.tables.values():
            for counts in tally(table, laid, dealers, within).values():
                for state, number in counts.items():
                    states[state] = states.get(state, 0) + number
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "states": states,
        "by_steps": by_steps,
        "peak": used.ru_maxrss * 1024,
        "busy": time.process_time() - begun,
        "clocks": len(timetable.clocks),
    }


def lay(folder: Path, kinds: list[Any], cases: Any) -> Any:
    """These cases as the fold takes them."""
    from nuoda.engine.replay.pure.columns import Columns, Kind
    from nuoda.engine.replay.pure.ids import Ids
    from nuoda.engine.replay.pure.working import FAR, micros

    files = {
        name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("kind", "at", "work_order", "step", "promise")
    }
    taken = {name: np.ascontiguousarray(file[cases]).reshape(-1) for name, file in files.items()}
    owners = np.load(folder / "dealer.npy", mmap_mode="r")[cases]
    named = {
        name: np.array([type_ in types for type_, _, _ in kinds])[taken["kind"]] for name, types in PROMISES.items()
    }
    words = _book()[3]
    nobody, never = np.full(taken["at"].size, -1, np.int64), np.full(taken["at"].size, FAR, np.int64)
    return Columns(
        first=np.arange(0, (cases.size + 1) * EVENTS, EVENTS, dtype=np.int64),
        as_of=np.full(cases.size, micros(BEGIN + timedelta(days=400)), np.int64),
        case=np.repeat(np.arange(cases.size, dtype=np.int32), EVENTS),
        kind=taken["kind"],
        kinds=[Kind(type_, facts, reason) for type_, facts, reason in kinds],
        at=taken["at"],
        judged=taken["at"],
        dealer=np.repeat(owners, EVENTS),
        dealers=DEALERS,
        track=np.where(
            np.array([bool(reason) or type_.endswith(".resumed") for type_, _, reason in kinds])[taken["kind"]], 0, -1
        ),
        rows={name: taken[name].astype(np.int64) if name in taken else nobody for name in words.rows},
        promises={
            name: np.where(named[name], taken["promise"], FAR) if name in named else never for name in words.promises
        },
        happenings=lambda case: happenings(taken, kinds, owners, case),
        case_ids=Ids(np.zeros(cases.size, np.uint64), np.zeros(cases.size, np.uint64)),
        ids=Ids(np.zeros(taken["at"].size, np.uint64), np.arange(1, taken["at"].size + 1, dtype=np.uint64)),
    )


def happenings(taken: dict[str, Any], kinds: list[Any], owners: Any, case: int) -> list[Any]:
    """One case as the step by step fold takes it."""
    from nuoda.engine.clocks.pure.values import Happening
    from nuoda.engine.replay.pure.working import moment_of

    found = []
    for place in range(case * EVENTS, (case + 1) * EVENTS):
        type_, facts, reason = kinds[int(taken["kind"][place])]
        data: dict[str, object] = {"reason": reason} if reason else {}
        for name in ("work_order", "step"):
            if taken[name][place] >= 0:
                data[name] = str(taken[name][place])
        promised = moment_of(int(taken["promise"][place]))
        data |= {name: promised for name, types in PROMISES.items() if type_ in types}
        at = moment_of(int(taken["at"][place]))
        assert at is not None
        found.append(Happening(UUID(int=place + 1), type_, at, at, facts, data, dealer=DEALERS[int(owners[case])]))
    return found


def compare(folder: Path, kinds: list[Any], cases: list[int]) -> int:
    """How many of these cases the columns and the steps see differently."""
    from nuoda.engine.clocks.pure.fold import fold
    from nuoda.engine.replay.pure.columnfold import column_fold
    from nuoda.engine.replay.pure.tables import rows

    ruling, calendars, timetable, _words = _book()
    laid = lay(folder, kinds, np.array(cases))
    found: list[set[tuple[object, ...]]] = [set() for _ in cases]
    for table in column_fold(laid, timetable, ruling, calendars).tables.values():
        for start, row in rows(table):
            found[int(laid.case[start])].add((table.ref, start, *row))
    unlike = 0
    for case, mine in enumerate(found):
        events = laid.happenings(case)
        places = {h.id: case * EVENTS + place for place, h in enumerate(events)}
        state = fold(UUID(int=0), events, ruling, BEGIN + timedelta(days=400))
        unlike += mine != {
            (
                d.ref,
                places[d.start_id],
                d.version_id,
                d.round,
                d.started_at,
                d.state,
                d.cause,
                d.due_at,
                d.ended_at,
                d.done_at,
            )
            for d in state.deadlines.values()
        }
    return unlike


_known: list[Any] = []


def _book() -> Any:
    """All shipped regulations, the company's calendar, and those of some dealers."""
    if not _known:
        from dataclasses import dataclass

        from nuoda.engine.clocks.pure.calendars import Calendar
        from nuoda.engine.clocks.queries import Ruling
        from nuoda.engine.replay.pure.drafts import timetable, words_of
        from nuoda.engine.replay.pure.timetable import Calendars
        from nuoda.engine.rulebook.actions import packs
        from nuoda.engine.rulebook.pure import loading
        from nuoda.engine.rulebook.pure.book import Book, Tenure

        @dataclass(frozen=True)
        class Standing:
            dealer_id: UUID | None
            valid_from: datetime
            valid_until: datetime | None
            calendar: Calendar

        since = datetime(2020, 1, 1, tzinfo=UTC)
        policies = [loading.load(path.read_text(encoding="utf-8")) for path in packs.files()]
        book = Book([Tenure(UUID(int=50 + number), policy, since) for number, policy in enumerate(policies)])
        office = ((540, 720), (810, 1080))
        week = (office,) * 5 + ((),) * 2
        days = {(BEGIN + timedelta(days=30 + number)).date(): () for number in range(7)}
        valid = [Standing(None, since, None, Calendar("office", "Asia/Shanghai", week, days))]
        for number in range(OWN_CALENDARS):
            own = ((480 + 5 * number, 1020 + 5 * number),)
            calendar = Calendar(f"own-{number}", "Asia/Shanghai", (own,) * 6 + ((),), days)
            valid.append(Standing(UUID(DEALERS[number + 1]), since, None, calendar))
        ruling = Ruling(book, tuple(valid))  # type: ignore[arg-type]
        _known.extend((ruling, Calendars(valid), timetable(book), words_of([book])))
    return tuple(_known)


if __name__ == "__main__":
    main()
