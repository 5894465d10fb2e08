"""Search words: what the one search box finds.

Chinese text is cut into overlapping pairs of characters, so that any substring of two or more characters is found; Latin words and numbers
are kept whole; a phone number also by its last four digits. Traditional letters are folded to simplified, full width to half width.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[0-9a-z]+|[㐀-鿿豈-﫿\U00020000-\U0003ffff]+")


@lru_cache(maxsize=1)
def _folder() -> object:
    from opencc import OpenCC

    return OpenCC("t2s")


def fold(text: str) -> str:
    """Lower case, half width, simplified letters; 后/後 and 里/裡 meet."""
    plain = unicodedata.normalize("NFKC", text).lower()
    if plain.isascii():
        return plain
    return _folder().convert(plain)  # type: ignore[attr-defined,no-any-return]


def tokens(text: str) -> list[str]:
    """Search words of a text, in order, without repetition."""
    found: dict[str, None] = {}
    for word in _WORD.findall(fold(text)):
        if word[0].isascii():
            found[word] = None
            if word.isdigit() and len(word) >= 7:
                found[word[-4:]] = None
        elif len(word) == 1:
            found[word] = None
        else:
            for place in range(len(word) - 1):
                found[word[place : place + 2]] = None
            for letter in word:
                found[letter] = None
    return list(found)
