"""Which characters the shipped type can draw; what it cannot is named, never printed as an empty box."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from pathlib import Path
from unicodedata import category, normalize

STAND_IN = "〓"
"""U+3013: what Chinese printers set where a character is missing."""

COVERAGE = Path(__file__).parent / "typeset" / "coverage.txt"


@cache
def _ranges() -> tuple[tuple[int, ...], tuple[int, ...]]:
    starts, ends = [], []
    for line in COVERAGE.read_text("ascii").split():
        first, _, last = line.partition("-")
        starts.append(int(first, 16))
        ends.append(int(last or first, 16))
    return tuple(starts), tuple(ends)


def drawable(character: str) -> bool:
    """Whether the shipped regular face has a glyph for the character; line breaks and tabs count as drawable."""
    if character in "\n\t":
        return True
    starts, ends = _ranges()
    place = bisect_right(starts, ord(character)) - 1
    return place >= 0 and ord(character) <= ends[place]


def _invisible(character: str) -> bool:
    return (category(character) in ("Cf", "Cc") and character not in "\n\t") or 0xFE00 <= ord(character) <= 0xFE0F


def fit(text: str) -> tuple[str, tuple[str, ...]]:
    """The text as it can be printed, and the characters that had to be replaced (each once, in order of appearance)."""
    missing: dict[str, None] = {}
    shown: list[str] = []
    for character in normalize("NFC", text).replace("\r\n", "\n"):
        if _invisible(character):
            continue
        if drawable(character):
            shown.append(character)
        else:
            missing[character] = None
            shown.append(STAND_IN)
    return "".join(shown), tuple(missing)
