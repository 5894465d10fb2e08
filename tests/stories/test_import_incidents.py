"""Another company's incidents are read in: reconciled, none lost, none doubled, judged as if our regulations had been in force."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection
from django.test import Client
from django.urls import reverse

from nuoda.domain.service import queries
from nuoda.domain.service.actions import imports
from nuoda.domain.service.models import Ticket
from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.clocks import queries as clocks
from nuoda.engine.clocks.models import Deadline, LateRecord
from nuoda.engine.notices.models import Notice
from nuoda.foundation.base.pure.imports import Options, Report
from nuoda.foundation.base.pure.refusals import Invalid
from nuoda.foundation.journal.models import Dossier, Entry, Source
from nuoda.foundation.orgs.tests import factories as people

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
MAPPING = ROOT / "docs/examples/servicenow_incidents.yaml"
SHARED = Path(os.environ.get("NUODA_SHARED") or ROOT.parent / "shared")
REAL = SHARED / "data/servicenow_incidents.csv"
TAKEN = 60
"""Cases of the real file that are taken into the database here; all 890 are read, told and counted."""

COLUMNS = (
    "number", "incident_state", "reopen_count", "made_sla", "opened_at", "sys_updated_at", "contact_type", "category",
    "subcategory", "priority", "resolved_at", "closed_at",
)  # fmt: skip


def row(number: str, state: str, updated: str, **more: str) -> dict[str, str]:
    return {
        "number": number, "incident_state": state, "reopen_count": "0", "made_sla": "TRUE",
        "opened_at": "01-03-2016 08:00", "sys_updated_at": updated, "contact_type": "Phone", "category": "Category 1",
        "subcategory": "Subcategory 2", "priority": "3 - Moderate", "resolved_at": "01-03-2016 20:00",
        "closed_at": "05-03-2016 09:00",
    } | more  # fmt: skip


PLAIN = [
    row("INC1", "New", "01-03-2016 08:05"),
    row("INC1", "Active", "01-03-2016 08:09"),
    row("INC1", "Awaiting User Info", "01-03-2016 10:00"),
    row("INC1", "Active", "01-03-2016 16:00"),
    row("INC1", "Resolved", "01-03-2016 20:01"),
    row("INC1", "Closed", "05-03-2016 09:00"),
]
REOPENED = [
    row("INC2", "Active", "01-03-2016 08:30", priority="2 - High", resolved_at="?", closed_at="09-03-2016 12:00"),
    row("INC2", "Resolved", "01-03-2016 15:00", priority="2 - High", resolved_at="?", closed_at="09-03-2016 12:00"),
    row("INC2", "Active", "02-03-2016 09:00", priority="2 - High", reopen_count="1", resolved_at="?", closed_at="09-03-2016 12:00"),
    row("INC2", "Resolved", "03-03-2016 09:00", priority="2 - High", reopen_count="1", resolved_at="?", closed_at="09-03-2016 12:00"),
    row("INC2", "Closed", "09-03-2016 12:00", priority="2 - High", reopen_count="1", resolved_at="?", closed_at="09-03-2016 12:00"),
]  # fmt: skip
THIRD = [row("INC3", "Active", "01-03-2016 09:00", resolved_at="?", closed_at="?")]


@pytest.fixture
def stage() -> Stage:
    return Stage.set(local(5, 10))


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def made(rows: Iterable[Mapping[str, str]], columns: Iterable[str] = COLUMNS, name: str = "log.csv") -> Path:
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(columns), extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
        return path

    return made


def take(stage: Stage, path: Path, mapping: Path = MAPPING, **options: Any) -> Report:
    return imports.run(path, stage.actor(stage.cast.wang), Options(mapping=mapping, **options))


def counted(stage: Stage) -> dict[str, int]:
    with stage.acting(stage.cast.wang):
        kinds = (Ticket, Dossier, Entry, Deadline, Source)
        return {kind.__name__: kind.objects.count() for kind in kinds}  # type: ignore[attr-defined]


def ticket_of(stage: Stage, key: str) -> Ticket:
    with stage.acting(stage.cast.wang) as (actor, _at):
        return queries.ticket(actor, id=Ticket.objects.get(serial_text=key).pk)


# -- the real log


@pytest.fixture
def real() -> Path:
    if not REAL.is_file():
        pytest.skip(f"the real event log is not there: {REAL} (set NUODA_SHARED to the folder that has it)")
    return REAL


def test_the_890_incidents_are_reconciled(stage: Stage, real: Path) -> None:
    report = take(stage, real, dry_run=True)
    assert (report.total, report.failed, report.problems) == (890, 0, [])
    more = report.more
    assert (more["cases"], more["rows_read"], more["closed"]) == (890, 5998, 890)
    assert (more["solved_time_given"], more["solved_time_from_row"]) == (861, 29)
    assert (more["paused"], more["reopened"]) == (313, 10)
    assert (more["source_kept"], more["source_missed"]) == (495, 395)
    assert more["out_of_order"] == 1
    assert counted(stage)["Ticket"] == 0, "a trial run takes nothing in"


def test_real_incidents_are_taken_in_and_judged_as_if(stage: Stage, real: Path, write: Callable[..., Path]) -> None:
    with real.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        columns = list(reader.fieldnames or ())
    wanted = set(list(dict.fromkeys(line["number"] for line in rows))[:TAKEN])
    path = write([line for line in rows if line["number"] in wanted], columns)
    report = take(stage, path)
    assert (report.total, report.created, report.failed) == (TAKEN, TAKEN, 0)
    with stage.acting(stage.cast.wang):
        assert Counter(Ticket.objects.values_list("state", flat=True)) == {"closed": TAKEN}
        assert set(Entry.objects.filter(dossier__kind="ticket").values_list("origin", flat=True)) == {"import"}
        happened = Entry.objects.filter(type="ticket.reported").order_by("happened_at").first()
        assert happened is not None and happened.happened_at.year == 2016
        states = Counter(Deadline.objects.values_list("state", flat=True))
        assert states["kept"] > 0 and states["missed"] > 0 and not states["paused"]
        open_ones = Deadline.objects.filter(state="open")
        assert set(open_ones.values_list("ref", flat=True)) == {"LC-4.3.4a/follow_up"}, (
            "of calls the source tells nothing"
        )
        assert set(Deadline.objects.values_list("as_if", flat=True)) == {True}
    for person in (stage.cast.lin, stage.cast.wang):
        with stage.acting(person) as (actor, _at):
            assert not clocks.due_for(actor).exists(), "what an import left open is owed by nobody here"
    again = take(stage, path)
    assert (again.unchanged, again.created, again.more["events"]) == (TAKEN, 0, 0)


# -- a small log


def test_what_the_rows_tell_becomes_the_events_of_a_ticket(stage: Stage, write: Callable[..., Path]) -> None:
    report = take(stage, write([*PLAIN, *REOPENED]))
    assert (report.created, report.failed, report.problems) == (2, 0, [])
    plain = ticket_of(stage, "INC1")
    events = [(e.type, f"{e.happened_at:%d %H:%M}") for e in stage.entries(plain) if e.type.startswith("ticket.")]
    assert events == [
        ("ticket.reported", "01 08:00"),
        ("ticket.answered", "01 08:09"),
        ("ticket.responded", "01 10:00"),
        ("ticket.paused", "01 10:00"),
        ("ticket.resumed", "01 16:00"),
        ("ticket.solved", "01 20:00"),
        ("ticket.closed", "05 09:00"),
    ]
    clocks_of = stage.clocks(plain)
    assert clocks_of["MN-3.2.1a/answer#1"].state == "kept"
    assert clocks_of["MN-3.2.1a/answer#1"].due_at.isoformat() == "2016-03-01T08:10:00+00:00"
    solve = clocks_of["MN-3.2.1c/solve#1"]
    assert (solve.state, solve.due_at.isoformat()) == ("kept", "2016-03-03T14:00:00+00:00"), (
        "six hours were waited for the customer"
    )

    again = ticket_of(stage, "INC2")
    assert (again.state, again.severity, again.reopened) == ("closed", "urgent", 1)
    rounds = stage.clocks(again)
    assert {"MN-3.2.1b/respond#1", "MN-3.2.1b/respond#2"} <= set(rounds)
    assert rounds["MN-3.2.1a/answer#1"].state == "missed", "answered after thirty minutes"
    (first, last) = stage.entries(again, "ticket.solved")
    assert (first.payload["how"], last.payload["how"]) == ("time_from_row", "time_from_row"), (
        "no time of its own: marked"
    )


def test_it_is_judged_as_if_the_regulations_had_been_in_force_and_says_so(
    stage: Stage, write: Callable[..., Path]
) -> None:
    take(stage, write(PLAIN))
    ticket = ticket_of(stage, "INC1")
    rows = stage.clocks(ticket)
    assert rows and all(row.as_if and row.origin == "import" for row in rows.values())
    assert all("MN 2.0" in entry.as_if for entry in stage.entries(ticket) if entry.type.startswith("ticket."))
    with stage.acting(stage.cast.wang) as (actor, at):
        found = clocks.explanations(actor, case_id=ticket.pk, at=at)
        assert len(found) == len(rows)
        assert all(item.stands and item.derivation.agrees for item in found), (
            "folded anew, the journal gives these rows"
        )
    browser = people.login(Client(), stage.cast.wang)
    for page in (reverse("clocks:explanation", args=[ticket.number]), reverse("service:ticket", args=[ticket.number])):
        assert "导入：按假设制度当时有效来判定" in browser.get(page).content.decode(), page
    live = stage.report()
    page = browser.get(reverse("service:ticket", args=[live.number])).content.decode()
    assert "按假设制度" not in page, "negative control: of a live ticket nothing of the kind is said"


def test_an_import_tells_nobody_and_calls_nothing_late(stage: Stage, write: Callable[..., Path]) -> None:
    take(stage, write([*PLAIN, *REOPENED]))
    stage.tick()
    assert stage.told() == set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        assert cursor.fetchone()[0] == 0
    with stage.acting(stage.cast.wang):
        assert not LateRecord.objects.exists() and not Notice.objects.exists()
        assert not Deadline.objects.filter(late_recorded=True).exists()
    stage.report()
    assert stage.told(), "negative control: a live ticket tells somebody"


def test_an_open_case_of_the_past_is_not_followed_up_or_swept(stage: Stage, write: Callable[..., Path]) -> None:
    take(stage, write(THIRD))
    before = {key: row.state for key, row in stage.clocks(ticket_of(stage, "INC3")).items()}
    stage.after(days=30)
    stage.tick()
    assert {key: row.state for key, row in stage.clocks(ticket_of(stage, "INC3")).items()} == before
    with stage.acting(stage.cast.wang):
        assert not Dossier.objects.filter(kind="follow_up").exists()


def test_run_twice_nothing_doubles(stage: Stage, write: Callable[..., Path]) -> None:
    path = write([*PLAIN, *REOPENED, *THIRD])
    first = take(stage, path)
    before = counted(stage)
    second = take(stage, path)
    assert (first.created, second.created, second.unchanged, second.more["events"]) == (3, 0, 3, 0)
    assert counted(stage) == before
    grown = take(
        stage,
        write(
            [
                *PLAIN,
                *REOPENED,
                *THIRD,
                row("INC3", "Awaiting Vendor", "02-03-2016 09:00", resolved_at="?", closed_at="?"),
            ]
        ),
    )
    assert (grown.updated, grown.unchanged) == (1, 2)
    after = counted(stage)
    assert after["Ticket"] == before["Ticket"] and after["Source"] == before["Source"] + grown.more["events"]


def test_killed_half_way_and_run_again_it_is_complete(stage: Stage, write: Callable[..., Path]) -> None:
    path = write([*PLAIN, *REOPENED, *THIRD])

    class Killed(Exception):
        pass

    def after_two(done: int, total: int) -> None:
        if done == 2:
            raise Killed

    with pytest.raises(Killed):
        take(stage, path, progress=after_two)
    half = counted(stage)
    assert half["Ticket"] == 2
    report = take(stage, path)
    assert (report.unchanged, report.created) == (2, 1)
    whole = counted(stage)
    assert whole["Ticket"] == 3 and whole["Source"] > half["Source"]
    take(stage, path)
    assert counted(stage) == whole


def test_killed_within_a_case_nothing_of_it_remains(
    stage: Stage, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write([*PLAIN, *REOPENED])
    record, count = imports.entries.record, iter(range(1, 1000))

    def dies(*args: Any, **more: Any) -> Any:
        if next(count) == 10:
            raise KeyboardInterrupt
        return record(*args, **more)

    monkeypatch.setattr(imports.entries, "record", dies)
    with pytest.raises(KeyboardInterrupt):
        take(stage, path)
    monkeypatch.setattr(imports.entries, "record", record)
    with stage.acting(stage.cast.wang):
        assert Ticket.objects.count() == 1
    assert take(stage, path).created == 1


def test_rows_that_cannot_be_read_are_listed_and_the_others_of_their_case_are_taken(
    stage: Stage, write: Callable[..., Path]
) -> None:
    bad = [
        row("INC1", "Exploded", "01-03-2016 09:00"),
        row("INC1", "Active", "31-02-2016 09:00"),
        row("", "Active", "01-03-2016 09:00"),
    ]
    path = write([*PLAIN[:2], *bad, *PLAIN[2:]])
    with path.open("a", encoding="utf-8") as file:
        file.write("INC9,Active\n")
    report = take(stage, path)
    found = {(problem.row, problem.column): problem for problem in report.problems}
    assert found[4, "incident_state"].value == "Exploded"
    assert found[5, "sys_updated_at"].value == "31-02-2016 09:00"
    assert (6, "number") in found
    assert (11, "sys_updated_at") in found
    assert all(problem.cause and problem.fix for problem in report.problems)
    assert (report.failed, report.created) == (4, 1), "four rows, and INC1 whole"
    assert ticket_of(stage, "INC1").state == "closed"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"case": None}, "case"),
        ({"states": {"New": {"events": ["exploded"]}}}, "exploded"),
        ({"states": {"New": {"pause": "waiting_for_godot"}}}, "waiting_for_godot"),
        ({"states": {"New": ["answered"]}}, "New"),
        ({"states": ["New"]}, "states"),
        ({"severity": {"values": {"1": "urgent"}}}, "severity"),
        ({"severity": "catastrophic"}, "catastrophic"),
        ({"zone": "Mars/Olympus"}, "Mars/Olympus"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused_with_the_reason(
    stage: Stage, write: Callable[..., Path], tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    content = yaml.safe_load(MAPPING.read_text(encoding="utf-8")) | change
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(Invalid) as refusal:
        take(stage, write(PLAIN), mapping)
    assert says in str(refusal.value)
    assert counted(stage)["Ticket"] == 0


def test_a_mapping_that_is_no_mapping_and_a_file_that_lacks_a_column(
    stage: Stage, write: Callable[..., Path], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.yaml"
    for text in ("case: [", "- 1\n- 2\n", ""):
        broken.write_text(text, encoding="utf-8")
        with pytest.raises(Invalid):
            take(stage, write(PLAIN), broken)
    with pytest.raises(Invalid):
        take(stage, write(PLAIN), tmp_path / "not_there.yaml")
    with pytest.raises(Invalid):
        imports.run(write(PLAIN), stage.actor(stage.cast.wang), Options())
    with pytest.raises(Invalid) as refusal:
        take(stage, write(PLAIN, [name for name in COLUMNS if name != "closed_at"]))
    assert "closed_at" in str(refusal.value)
