"""How well the reader reads: proposals against a gold list of kind, place and key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .proposals import KINDS, Kind, Proposal

Gold = Mapping[str, Any]
"""clause, section, kind, place [from, to], key (number, name, period, roles), basis: both | text | register."""


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one kind. A gold line meets one proposal at most, and a proposal one gold line."""

    kind: Kind
    proposed: int
    gold_text: int
    """Lines that the text itself says."""
    found_text: int
    gold_register: int
    """Lines for which the register names this mechanism, said by the text or not."""
    found_register: int

    @property
    def precision(self) -> float | None:
        """Share of the proposals that the text bears out."""
        return self.found_text / self.proposed if self.proposed else None

    @property
    def recall(self) -> float | None:
        return self.found_text / self.gold_text if self.gold_text else None

    @property
    def precision_register(self) -> float | None:
        """Share of the proposals that the register keeps by this very mechanism: the strict figure."""
        return self.found_register / self.proposed if self.proposed else None

    @property
    def recall_register(self) -> float | None:
        """Share of the register's lines that were found, those included for which the text has no words."""
        return self.found_register / self.gold_register if self.gold_register else None


@dataclass(frozen=True, slots=True)
class Comparison:
    scores: tuple[Score, ...]
    missed: tuple[Gold, ...]
    wrong: tuple[Proposal, ...]


def fits(line: Gold, proposal: Proposal) -> bool:
    """Same kind, overlapping place, and the same key where the gold list gives one."""
    start, end = line["place"]
    return (
        line["kind"] == proposal.kind
        and proposal.start < end
        and start < proposal.end
        and line.get("key", "") in ("", proposal.key)
    )


def compare(pairs: Iterable[tuple[Iterable[Proposal], Iterable[Gold]]], kinds: Iterable[Kind] = KINDS) -> Comparison:
    """Scores by kind over one or more texts; only the named kinds are judged."""
    wanted = tuple(kinds)
    met: list[Gold] = []
    lines: list[Gold] = []
    proposals: list[Proposal] = []
    right: list[Proposal] = []
    for found, gold in pairs:
        left = [one for one in found if one.kind in wanted]
        proposals += left
        for line in sorted((one for one in gold if one["kind"] in wanted), key=lambda one: one["basis"] == "register"):
            lines.append(line)
            partner = next((one for one in left if fits(line, one)), None)
            if partner is not None:
                left.remove(partner)
                met.append(line)
                right.append(partner)
    scores = tuple(_score(kind, proposals, lines, met) for kind in wanted)
    return Comparison(
        scores, tuple(one for one in lines if one not in met), tuple(one for one in proposals if one not in right)
    )


def _score(kind: Kind, proposals: list[Proposal], lines: list[Gold], met: list[Gold]) -> Score:
    def count(found: list[Gold], *bases: str) -> int:
        return sum(line["kind"] == kind and line["basis"] in bases for line in found)

    return Score(
        kind,
        sum(one.kind == kind for one in proposals),
        count(lines, "both", "text"),
        count(met, "both", "text"),
        count(lines, "both", "register"),
        count(met, "both", "register"),
    )
