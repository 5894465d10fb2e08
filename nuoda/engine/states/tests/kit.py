"""A test kit for state machines: every (state, verb, role), and what must not change when a verb is refused.

    for case in every(TICKET, roles=ROLES):
        ...

An app's test gives `make(state)` (a row in that state), `do(row, verb, role)` (the action) and `may` (role → verbs);
`walk` does the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nuoda.engine.states.pure.machines import Machine
from nuoda.foundation.base.pure.refusals import Refused


@dataclass(frozen=True, slots=True)
class Case:
    state: str
    verb: str
    role: str
    legal: bool
    """Whether the table has this move."""
    target: str | None

    def __str__(self) -> str:
        return f"{self.role} does {self.verb} in {self.state}"


def every(machine: Machine, roles: Iterable[str]) -> Iterator[Case]:
    """Every state with every verb for every role."""
    for role in roles:
        for state in machine.states:
            for verb in machine.moves:
                legal = state in machine.moves[verb].sources
                yield Case(state, verb, role, legal, machine.target(verb, state) if legal else None)


@dataclass(frozen=True, slots=True)
class Wrong:
    case: Case
    what: str


def walk(
    machine: Machine,
    *,
    roles: Iterable[str],
    may: Mapping[str, frozenset[str]],
    make: Callable[[str], Any],
    do: Callable[[Any, str, str], object],
    seen: Callable[[Any], Any],
) -> list[Wrong]:
    """Try every case: an illegal pair or a role that may not is Refused and changes nothing that `seen(row)` shows;
    any other case must end in the target state. Returns what went otherwise."""
    wrong = []
    for case in every(machine, roles):
        row = make(case.state)
        before = seen(row)
        allowed = case.legal and case.verb in may.get(case.role, frozenset())
        try:
            do(row, case.verb, case.role)
            refused = False
        except Refused:
            refused = True
        row.refresh_from_db()
        if allowed and refused:
            wrong.append(Wrong(case, "was refused"))
        elif allowed and row.state != case.target:
            wrong.append(Wrong(case, f"ended in {row.state}"))
        elif not allowed and not refused:
            wrong.append(Wrong(case, "was not refused"))
        elif not allowed and seen(row) != before:
            wrong.append(Wrong(case, "was refused and changed something"))
    return wrong
