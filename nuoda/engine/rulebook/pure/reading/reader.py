"""The whole reading: outline, quantities, proposals of every kind, vague words."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from ..policies import VAGUE_WORDS
from . import cadences, clocks, duties, effects, measures
from . import vocabulary as v
from .outline import Sentence, outline
from .proposals import Proposal, Reading, Vague
from .quantities import Quantity, quantities

_VAGUE = re.compile(f"(?:{'|'.join(sorted(VAGUE_WORDS, key=len, reverse=True))})(?!率)")


def read(text: str, *, cut: bool = False) -> Reading:
    """All that a regulation asks for, as proposals in the order of the text; same text, same answer. `cut`: the text is
    a piece of a regulation."""
    whole = outline(text, cut=cut)
    found = quantities(whole.plain[whole.start : whole.end], whole.start)
    proposals = sorted(_proposals(whole.sentences, found), key=lambda one: (one.start, one.kind))
    return Reading(
        text=text,
        items=whole.items,
        proposals=tuple(_once(proposals)),
        quantities=tuple(found),
        vague=tuple(_vague(whole.sentences)),
        roles=v.roles_in(whole.plain[whole.start : whole.end]),
    )


def _proposals(sentences: Iterable[Sentence], found: list[Quantity]) -> Iterator[Proposal]:
    starts = [one.start for one in found]
    for sentence in sentences:
        if sentence.text.rstrip(":") == sentence.item.title:  # a heading names what its sentences ask for
            continue
        first, behind = bisect_left(starts, sentence.start), bisect_left(starts, sentence.end)
        inside = [one for one in found[first:behind] if one.end <= sentence.end]
        yield from clocks.clocks(sentence, inside)
        yield from clocks.open_clocks(sentence)
        yield from duties.approvals(sentence)
        yield from duties.forms(sentence)
        yield from cadences.cadences(sentence)
        yield from effects.gates(sentence)
        yield from effects.consequences(sentence)
        yield from measures.indicators(sentence)


def _once(proposals: Iterable[Proposal]) -> Iterator[Proposal]:
    """A form that is named again is the same form: its first place counts."""
    seen: set[str] = set()
    for one in proposals:
        if one.kind == "form":
            if one.name in seen:
                continue
            seen.add(one.name)
        yield one


def _vague(sentences: Iterable[Sentence]) -> Iterator[Vague]:
    for sentence in sentences:
        for found in _VAGUE.finditer(sentence.text):
            yield Vague(found[0], sentence.start + found.start(), sentence.start + found.end(), sentence.item)
