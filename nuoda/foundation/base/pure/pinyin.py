"""Pinyin of names: the sort key and the initials by which people search (the database carries no Chinese collation)."""

from __future__ import annotations

import unicodedata
from itertools import chain

from pypinyin import Style, pinyin


def sort_key(name: str, *, limit: int = 120) -> str:
    """'苏州恒力 ABC' → 'su zhou heng li abc', cut at `limit` characters."""
    return " ".join(_syllables(name, Style.NORMAL))[:limit]


def initials(name: str, *, limit: int = 60) -> str:
    """'苏州恒力 ABC' → 'szhlabc': first letters of Chinese characters, other letters and digits as they stand."""
    return "".join(_syllables(name, Style.FIRST_LETTER))[:limit]


def joined(name: str, *, limit: int = 120) -> str:
    """'苏州恒力' → 'suzhouhengli', as somebody types it without spaces."""
    return "".join(_syllables(name, Style.NORMAL))[:limit]


def _syllables(name: str, style: Style) -> list[str]:
    plain = unicodedata.normalize("NFKC", name).lower()
    parts = chain.from_iterable(pinyin(plain, style=style, errors=lambda rest: rest))
    return [word for part in parts for word in _words(part)]


def _words(text: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in text).split()
