"""The one door for a change of state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.models import ClauseError
from nuoda.engine.rulebook.pure import loading
from nuoda.engine.rulebook.pure.book import Book, Tenure
from nuoda.engine.rulebook.pure.facts import SUBJECTS, FactType, Subject
from nuoda.engine.states.actions import moves
from nuoda.engine.states.pure.machines import MACHINES, Machine, Move, State
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.events import event
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.base.pure.refusals import Refused, Stale
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.orgs.tests import factories

from . import kit

pytestmark = pytest.mark.django_db

ONE = "{zh-hans: 一, zh-hant: 一, en: one}"
LABEL = {"zh-hans": "门", "zh-hant": "門", "en": "gate"}
DOOR = Subject(
    "door", LABEL, {"key": FactType("bool", LABEL), "bell": FactType("bool", LABEL), "visits": FactType("int", LABEL)}
)
POLICY = f"""\
policy: doors
code: DR
version: '1.0'
effective: 2024-01-01
title: {ONE}
department: {ONE}
scope: {ONE}
note: {ONE}
roles: []
clauses:
  - id: DR-1
    section: '1'
    text: {ONE}
    source: here
    binds: []
    rules:
      - gate: key
        subject: door
        verb: open
        require: key
        otherwise: {{zh-hans: 没有钥匙。, zh-hant: 沒有鑰匙。, en: There is no key.}}
        fields: [key]
  - id: DR-2
    section: '2'
    text: {ONE}
    source: here
    binds: []
    rules:
      - gate: bell
        subject: door
        verb: open
        when: visits > 1
        require: bell
        otherwise: {{zh-hans: 没有按铃。, zh-hant: 沒有按鈴。, en: Nobody rang.}}
        fields: [bell]
"""


@event("door.opened")
class DoorOpened:
    """A door was opened (for the tests of the moves)."""

    door: UUID


@dataclass
class World:
    machine: Machine
    model: Any
    actor: Actor
    at: datetime

    def row(self, state: str = "shut") -> Any:
        return self.model.objects.create(id=new_id(), state=state, version=1)

    def open(self, row: Any, *, verb: str = "open", **facts: Any) -> Entry:
        known = {"key": True, "bell": True, "visits": 0} | facts
        return moves.move(
            self.machine,
            row,
            verb,
            actor=self.actor,
            at=self.at,
            event=DoorOpened(door=row.pk),
            facts=known,
            changes={"version": row.version + 1},
        )


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The world from outside: every try enters by a scope of its own."""
    with isolate_apps("nuoda.engine.states"):

        class Door(models.Model):
            id = models.UUIDField(primary_key=True)
            state = models.CharField(max_length=10)
            version = models.IntegerField()

            class Meta:
                app_label = "states"
                db_table = "pg_temp_door"
                managed = False

    machine = Machine(
        "door",
        states=[State("shut", "shut", "quiet"), State("open", "open", "kept")],
        moves=[Move("build", (None,), "shut"), Move("open", ("shut",), "open"), Move("shut", ("open",), "shut")],
    )
    actor = system(factories.company().pk)
    monkeypatch.setitem(SUBJECTS, "door", DOOR)
    try:
        with scoped(actor) as at, connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMPORARY TABLE pg_temp_door (id uuid PRIMARY KEY, state text, version int) ON COMMIT DROP"
            )
        since = datetime(2024, 1, 1, tzinfo=at.tzinfo)
        book = Book([Tenure(new_id(), loading.load(POLICY), since)])
        monkeypatch.setattr(rulebook, "book", lambda who: book)
        yield World(machine, Door, actor, at)
    finally:
        MACHINES.pop("door", None)


@pytest.fixture
def world(doors: World) -> Iterator[World]:
    """The same from inside one transaction."""
    with scoped(doors.actor):
        yield doors


def test_a_move_writes_the_state_and_one_entry_with_the_clauses_that_allowed_it(world: World) -> None:
    row = world.row()
    entry = world.open(row, visits=2)
    row.refresh_from_db()
    assert (row.state, row.version) == ("open", 2)
    assert entry.clauses == ["DR-1", "DR-2"]
    assert Entry.objects.filter(type="door.opened").count() == 1


def test_every_gate_that_refuses_is_told_with_its_sentence_and_fields(world: World) -> None:
    row = world.row()
    with pytest.raises(Refused) as caught:
        world.open(row, key=False, bell=False, visits=2)
    assert caught.value.clauses == ("DR-1", "DR-2")
    assert set(caught.value.fields) == {"key", "bell"}
    assert str(caught.value).count("。") + str(caught.value).count(".") == 2
    row.refresh_from_db()
    assert (row.state, Entry.objects.filter(type="door.opened").count()) == ("shut", 0)


def test_a_gate_asks_nothing_where_its_condition_does_not_hold(world: World) -> None:
    assert world.open(world.row(), bell=False, visits=1).clauses == ["DR-1"]


def test_a_condition_that_cannot_be_answered_refuses_and_names_its_clause(doors: World) -> None:
    for _again in range(2):
        with pytest.raises(Refused) as caught, scoped(doors.actor):
            doors.open(doors.row(), visits=None)
    assert (caught.value.code, caught.value.clauses) == ("clause_error", ("DR-2",))
    with scoped(doors.actor):
        # It follows the transaction: the refusal rolls back what the door had begun.
        found = ClauseError.objects.filter(company_id=doors.actor.company_id)
        assert [(row.clause_id, row.entry_id, "visits" in row.reason) for row in found] == [("DR-2", None, True)]


def test_a_gate_that_holds_or_refuses_is_no_error(doors: World) -> None:
    with pytest.raises(Refused), scoped(doors.actor):
        doors.open(doors.row(), key=False)
    with scoped(doors.actor):
        assert not ClauseError.objects.filter(company_id=doors.actor.company_id).exists()


def test_an_illegal_pair_is_refused_before_any_gate(world: World) -> None:
    with pytest.raises(Refused) as caught:
        world.open(world.row("open"), key=False)
    assert (caught.value.code, caught.value.clauses) == ("illegal_move", ())


def test_who_comes_second_is_told_that_it_was_changed(world: World) -> None:
    first = world.row()
    second = world.model.objects.get(pk=first.pk)
    world.open(first)
    with pytest.raises(Stale):
        world.open(second)
    assert Entry.objects.filter(type="door.opened").count() == 1


def test_a_hold_from_above_holds_the_move(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moves, "_providers", [])

    @moves.register_hold
    def hold(subject: str, verb: str, dossier: Any, facts: Any, actor: Actor, at: datetime) -> list[moves.Hold]:
        return [moves.Hold("Ask first.", "DR-9", "needs_approval")] if verb == "open" else []

    with pytest.raises(Refused) as caught:
        world.open(world.row())
    assert (caught.value.code, caught.value.clauses) == ("needs_approval", ("DR-9",))
    monkeypatch.setattr(moves, "_providers", [])
    world.open(world.row())


def test_a_page_learns_what_can_be_done_and_why_not(world: World) -> None:
    found = moves.possible(
        world.machine,
        "shut",
        ["open", "shut"],
        facts=lambda verb: {"key": False, "bell": True, "visits": 0},
        actor=world.actor,
        at=world.at,
    )
    assert [(item.verb, item.allowed, item.clauses) for item in found] == [
        ("open", False, ("DR-1",)),
        ("shut", False, ()),
    ]
    assert all(item.reason for item in found)


def test_facts_as_if_leave_the_row_as_it_is(world: World) -> None:
    row = world.row()
    facts = moves.as_if(world.machine, row, "open", {"version": 9}, lambda r: {"state": r.state, "version": r.version})
    assert facts == {"state": "open", "version": 9}
    assert (row.state, row.version) == ("shut", 1)


def test_the_kit_walks_every_pair_and_sees_a_hole(world: World) -> None:
    def walk(may: frozenset[str], guarded: bool = True) -> list[str]:
        def do(row: Any, verb: str, role: str) -> object:
            if guarded and verb not in may:
                raise Refused("no")
            return world.open(row, verb=verb)

        wrong = kit.walk(
            world.machine,
            roles=["porter"],
            may={"porter": may},
            make=world.row,
            do=do,
            seen=lambda row: (row.state, row.version, Entry.objects.count()),
        )
        return [str(item.case) for item in wrong]

    assert len(list(kit.every(world.machine, ["porter", "guest"]))) == 2 * 2 * 3
    assert walk(frozenset({"open", "shut"})) == []
    assert walk(frozenset({"open"}), guarded=False) == ["porter does shut in open"]
