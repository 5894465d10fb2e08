"""Events, states and settings: each declared thing is explained and used."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from nuoda.config import env
from nuoda.engine.rulebook.pure.facts import SUBJECTS, subject_of
from nuoda.engine.states.pure.machines import MACHINES, Machine, Move, State
from nuoda.foundation.base.pure.events import REGISTRY

from . import rules

PACKAGE = rules.ROOT / "nuoda"
OURS = {
    name: kind
    for name, kind in REGISTRY.items()
    if kind.__module__.startswith("nuoda.") and "tests" not in kind.__module__
}


def names_used(folder: Path, rooms: Iterable[str]) -> set[str]:
    """Every name, attribute and string literal in some rooms of all apps."""
    used: set[str] = set()
    for room in rooms:
        for path in [*folder.glob(f"*/*/{room}.py"), *folder.glob(f"*/*/{room}/**/*.py")]:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Name):
                    used.add(node.id)
                elif isinstance(node, ast.Attribute):
                    used.add(node.attr)
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    used.add(node.value)
    return used


def unrecorded(events: Mapping[str, Any], used: set[str]) -> list[str]:
    return sorted(name for name, kind in events.items() if kind.__name__ not in used)


def test_every_event_is_recorded_somewhere() -> None:
    assert OURS
    assert unrecorded(OURS, names_used(PACKAGE, ["actions", "jobs", "reactions", "web", "api"])) == []


def test_an_event_that_nobody_records_is_found() -> None:
    class TicketForgotten:
        pass

    assert unrecorded({"ticket.forgotten": TicketForgotten}, {"TicketReported"}) == ["ticket.forgotten"]


def test_every_event_says_what_it_means() -> None:
    assert [name for name, kind in OURS.items() if len((kind.__doc__ or "").split()) < 3] == []
    assert [name for name in OURS if not re.fullmatch(r"[a-z_]+\.[a-z_]+", name)] == []


def test_every_moment_that_an_event_of_a_subject_announces_has_a_name() -> None:
    """What a clock can be due by: the moments in the payloads of events whose subject the rulebook knows."""
    told = {
        (name, field.name)
        for name, kind in OURS.items()
        for field in fields(kind)
        if subject_of(name) in SUBJECTS and "datetime" in str(field.type)
    }
    named = {(event, field) for one in SUBJECTS.values() for event, all_ in one.moments.items() for field in all_}
    assert told == named


def test_events_are_in_the_documentation() -> None:
    text = (rules.ROOT / "docs/event_reference.md").read_text(encoding="utf-8")
    from nuoda.cli.documents import events

    assert text == events(), "run: make docs"


# -- states


def idle(machine: Machine, used: set[str]) -> list[str]:
    """Moves of a machine that no action names."""
    return [verb for verb in machine.moves if verb not in used]


def machines() -> dict[str, Machine]:
    """The rooms' own machines; tests that ran before in this process may have declared others."""
    own = [
        value
        for name, module in list(sys.modules.items())
        if re.fullmatch(r"nuoda\.\w+\.\w+\.states", name)
        for value in vars(module).values()
        if isinstance(value, Machine)
    ]
    return {name: machine for name, machine in MACHINES.items() if any(machine is one for one in own)}


def test_every_state_is_reachable() -> None:
    assert {"ticket", "work_order", "follow_up", "approval"} <= machines().keys()
    assert {name: sorted(machine.unreachable()) for name, machine in machines().items() if machine.unreachable()} == {}


def test_an_unreachable_state_is_found() -> None:
    before = dict(MACHINES)
    try:
        machine = Machine(
            "example",
            states=[State("new", "new", "info"), State("lost", "lost", "quiet")],
            moves=[Move("open", (None,), "new")],
        )
        assert machine.unreachable() == {"lost"}
        assert idle(machine, set()) == ["open"]
    finally:
        MACHINES.clear()
        MACHINES.update(before)


def test_every_move_is_made_by_an_action() -> None:
    used = names_used(PACKAGE, ["actions", "reactions", "jobs"])
    assert {name: idle(machine, used) for name, machine in machines().items() if idle(machine, used)} == {}


# -- settings


def undocumented(variables: Mapping[str, env.Variable], text: str) -> list[str]:
    """Variables without a row `| NAME | default | … |` in the documentation."""
    return [
        v.name for v in variables.values() if f"| `{v.name}` | {f'`{v.default}`' if v.default else '—'} |" not in text
    ]


def test_every_setting_is_documented() -> None:
    text = (rules.ROOT / "docs/settings.md").read_text(encoding="utf-8")
    assert undocumented(env.VARIABLES, text) == []
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == set(env.VARIABLES)


def test_an_undocumented_setting_is_found() -> None:
    assert undocumented({"X": env.Variable("X", "1", "x")}, "| `X` | `2` | x |") == ["X"]


def test_an_undeclared_setting_cannot_be_read() -> None:
    with pytest.raises(KeyError):
        env.get("NUODA_UNHEARD_OF")
