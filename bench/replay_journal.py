"""Replay, end to end: from 10,000,000 entries of 1,000,000 cases in PostgreSQL to the stored result. Prints JSON; limit 60 s on two idle cores.

The journal is made up in a private PostgreSQL (`bench.journal`: pauses, late records, changed severities, replaced promises, waived
deadlines, a version that converts open deadlines in the middle, calendars of dealers in two time zones). Measured is what the worker does:
which cases, reading by columns, folding under both books, comparing, and writing totals, groups and changed deadlines. Once with the clocks of
the tried regulation, as the product does it, once with those of all. Progress, the effect of stopping, and a sample of cases against
the step by step fold belong to the same run.

The processor time beside the seconds says what an idle machine would need: seconds count what the neighbours take.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import journal, replay

LIMIT, MEMORY, STILL, STOP = 60.0, 4 * 1024**3, 2.0, 5.0
"""Seconds, bytes, seconds between two steps of the progress once the first came, seconds until a stop has taken effect."""
SAMPLE = 10_000
WITHIN = (datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 20, tzinfo=UTC))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=replay.CASES)
    parser.add_argument("--sample", type=int, default=SAMPLE)
    chosen = parser.parse_args()
    from bench.scratch import database

    with database():
        print(json.dumps(measure(chosen.cases, chosen.sample)))


def measure(cases: int, sample: int) -> dict[str, Any]:
    """Fill, replay twice, stop one, compare a sample."""
    folder = Path(os.environ["NUODA_DATA"]) / "columns"
    folder.mkdir()
    written = journal.fill(cases, folder)
    return figures(written, sample)


def figures(written: journal.Journal, sample: int) -> dict[str, Any]:
    """The figures of a journal that is there already."""
    own, whole = run(written), run(written, whole=True)
    stopped = stopping(written)
    unlike, stepped = compare(written, sample)
    quickest = own["seconds"] < LIMIT and whole["seconds"] < LIMIT
    return {
        "name": "replay.journal",
        "cases": written.cases,
        "entries": written.entries,
        "late": written.late,
        "waived": written.waived,
        "journal_gib": written.gib,
        "own_regulation": own,
        "all_regulations": whole,
        "seconds_until_stopped": stopped,
        "compared": sample,
        "unlike": unlike,
        "folded_step_by_step": round(stepped / max(sample, 1), 5),
        "load": round(os.getloadavg()[0], 2),
        "limit": LIMIT,
        "within_limit_if_idle": max(own["processor_seconds"], whole["processor_seconds"]) / 2 < LIMIT,
        "ok": quickest and unlike == 0 and stopped < STOP and own["peak_gib"] * 1024**3 < MEMORY,
    }


def asked(company: Any) -> Any:
    """A replay of two hours on site instead of what was in force, as if asked for in the browser."""
    from nuoda.engine.replay.actions import trials
    from nuoda.engine.replay.models import Replay
    from nuoda.engine.rulebook.pure import documents
    from nuoda.foundation.base.access import scoped, system

    content = trials.read(journal.manual("3.0", "2 h"))[1]
    with scoped(system(company)) as at:
        return Replay.objects.create(
            company_id=company, policy="manual", number="3.0", content=content, hash=documents.digest(content),
            first_day=date(2025, 1, 1), last_day=date(2026, 1, 19), since=WITHIN[0], until=WITHIN[1], as_of=at, asked_at=at,
        )  # fmt: skip


def run(written: journal.Journal, *, whole: bool = False) -> dict[str, Any]:
    """One replay, carried out as by the worker."""
    from nuoda.engine.replay.actions import replays, trials
    from nuoda.foundation.base.access import scoped, system

    row = asked(written.company)
    begin = trials.Trial.__init__
    if whole:
        trials.Trial.__init__ = lambda self, *given, **more: begin(self, *given, **{**more, "whole": True})  # type: ignore
    steps: list[float] = []
    try:
        with watched(row, steps):
            busy, database, begun = time.process_time(), _database_seconds(), time.perf_counter()
            replays.carry_out(written.company, row.pk)
            seconds = time.perf_counter() - begun
            used = (time.process_time() - busy, _database_seconds() - database)
    finally:
        trials.Trial.__init__ = begin  # type: ignore[method-assign]
    with scoped(system(written.company)):
        row.refresh_from_db()
        assert (row.status, row.cases_done) == ("done", written.cases), (row.status, row.cases_done, row.error)
        clocks = row.figures.values("ref").distinct().count()
        lines = row.figures.count()
    return {
        "seconds": round(seconds, 1),
        "processor_seconds": round(sum(used), 1),
        "of_them_database": round(used[1], 1),
        "clocks_with_deadlines": clocks,
        "changed": row.changed,
        "figures": lines,
        "by_steps": row.by_steps,
        "first_step_after": round(steps[0], 1) if steps else None,
        "longest_still": round(max(steps[1:], default=0.0), 1),
        "peak_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2, 2),
    }


@contextmanager
def watched(row: Any, steps: list[float]) -> Iterator[None]:
    """Look ten times a second how far the replay is; seconds between its steps."""
    over = threading.Event()

    def look() -> None:
        last, known = time.perf_counter(), 0
        with journal.admin() as cursor:
            while not over.wait(0.1):
                cursor.execute("SELECT cases_done FROM replay_replay WHERE id = %s", [row.pk])
                done = cursor.fetchone()[0]
                if done != known:
                    steps.append(time.perf_counter() - last)
                    last, known = time.perf_counter(), done

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _database_seconds() -> float:
    """Processor time of the private PostgreSQL: of its running processes, and of those that have ended."""
    data = Path(os.environ["NUODA_DATA"]) / "database" / "data"
    main = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    ticks = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                told = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(told[1]) == main:
                ticks += int(told[11]) + int(told[12])
            elif int(folder.name) == main:
                ticks += int(told[13]) + int(told[14])
    return ticks / os.sysconf("SC_CLK_TCK")


def stopping(written: journal.Journal) -> float:
    """Seconds from stopping a replay under way until its worker has let go of it."""
    from nuoda.engine.replay.actions import replays
    from nuoda.engine.replay.models import Replay
    from nuoda.foundation.base.access import scoped, system

    row, steps = asked(written.company), []  # type: ignore[var-annotated]
    worker = threading.Thread(target=replays.carry_out, args=(written.company, row.pk))
    with watched(row, steps):
        worker.start()
        while worker.is_alive() and not steps:
            time.sleep(0.05)
        begun = time.perf_counter()
        with scoped(system(written.company)) as at:
            Replay.objects.filter(pk=row.pk, status="running").update(status="cancelled", ended_at=at)
        worker.join()
    return round(time.perf_counter() - begun, 2)


def compare(written: journal.Journal, sample: int) -> tuple[int, int]:
    """How many of some cases columns and steps see differently, under both books; how many went by steps."""
    from nuoda.engine.clocks import queries as clocks
    from nuoda.engine.clocks.pure.fold import fold
    from nuoda.engine.replay import queries
    from nuoda.engine.replay.actions import trials
    from nuoda.foundation.base.access import scoped, system

    actor = system(written.company)
    draft = trials.read(journal.manual("3.0", "2 h"))[0]
    unlike = stepped = 0
    with scoped(actor) as at:
        tried = trials.Trial(
            trials.Question(written.company, draft, trials.version_id(draft), WITHIN), clocks.ruling(actor), everything=True, whole=True
        )  # fmt: skip
        ids = tried.candidates(at=at)
        places = sorted(random.Random(3).sample(range(ids.size), min(sample, ids.size)))
        for part in trials.parts(ids.take(places), 500):
            seen = tried.look(part, at=at)
            stepped += seen.by_steps
            mine: dict[Any, set[Any]] = {part.one(place): set() for place in range(part.size)}
            for changes in seen.changes:
                for item in trials.told(written.company, changes):
                    for side, state, due in (("life", item.life, item.life_due), ("draft", item.draft, item.draft_due)):
                        if state:
                            mine[item.case.id].add((side, item.ref, item.start_id, state, due))
            for history in queries.histories(queries.roots(written.company, list(mine)), at=at):
                theirs: set[Any] = set()
                for side, book in (("life", tried.life), ("draft", tried.draft)):
                    case = fold(history.root.id, history.happenings, book, at)
                    theirs |= {(side, d.ref, d.start_id, d.state, d.due_at) for d in case.deadlines.values()}
                unlike += theirs != mine[history.root.id]
    return unlike, stepped


if __name__ == "__main__":
    main()
