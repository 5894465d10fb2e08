"""One spelling of letters for recognising: simplified, half width; every character keeps its place."""

from __future__ import annotations

from functools import lru_cache

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3000: ord(" "),
    0xA0: ord(" "),
    0x2014: ord("-"),
    0x2013: ord("-"),
    0x3001: ord("、"),
    0xFE63: ord("-"),
    0x2236: ord(":"),
}


@lru_cache(maxsize=1)
def _folder() -> object:
    from opencc import OpenCC

    return OpenCC("t2s")


@lru_cache(maxsize=16_384)
def _simple(letter: str) -> str:
    """The simplified letter of one letter; itself where there is none or it would be longer."""
    found: str = _folder().convert(letter)  # type: ignore[attr-defined]
    return found if len(found) == 1 else letter


def simplified(text: str) -> str:
    """The text in simplified letters, by words and not letter by letter; signs stay as they are."""
    found: str = _folder().convert(text)  # type: ignore[attr-defined]
    return found


def plain(text: str) -> str:
    """The text in simplified letters and half-width signs, exactly as long as the original."""
    return "".join(letter if letter.isascii() else _simple(letter) for letter in text.translate(_WIDE))
