"""The standing proof: read-only invariants that `nuoda check` verifies.

A room writes them beside what they guard and imports the module in its `apps.ready()`:

    @check("journal.chain")
    def chain() -> Iterator[str]:
        '''Each entry carries the hash of the one before it.'''
        yield "TK-2026-000123: entry 7 does not follow entry 6"

A check yields one sentence per violation and nothing when all is well. It runs in a read-only transaction as the owner
of the tables, so that it sees every company's rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

Run = Callable[[], Iterable[str]]


@dataclass(frozen=True)
class Check:
    """A named invariant with its meaning in one sentence."""

    name: str
    meaning: str
    run: Run


_registry: dict[str, Check] = {}
CHECKS: Mapping[str, Check] = MappingProxyType(_registry)
"""Checks by name."""


def check(name: str) -> Callable[[Run], Run]:
    """Register a function as the check `name`, which its docstring's first line explains. TypeError when doubled."""

    def declare(run: Run) -> Run:
        meaning = (run.__doc__ or "").strip().split("\n", 1)[0]
        if not meaning:
            raise TypeError(f"check {name} has no docstring: say what holds")
        known = _registry.get(name)
        if known is not None and known.run.__qualname__ != run.__qualname__:
            raise TypeError(f"check {name} is declared twice")
        _registry[name] = Check(name, meaning, run)
        return run

    return declare
