"""Lines that a page or a mail program cut are put together again, so that a sentence stands in one line.

A line is taken as cut when it ends in the middle of a sentence and what follows begins nothing new: no number, no bullet,
no cell of a table. Nothing else of the text changes.
"""

from __future__ import annotations

import re

from .outline import numbered

_FULL = 24
"""A line of at least so many letters may have been cut for its length; shorter ones are headings."""
_ENDS = re.compile(r"[。.；;：:！!？?…》」』）)\]】|]\s*$")
_OPEN = re.compile(r"(?:[，,、]|不超过|不得|不低于|不少于|至少|小于|大于|[的在于为和与或及由经按])\s*$")
_LATIN = re.compile(r"[A-Za-z0-9]$")


def unwrapped(text: str) -> str:
    """The text with its cut lines joined; a line break that a person meant stays."""
    found: list[str] = []
    for line in text.split("\n"):
        if found and _goes_on(found[-1], line):
            words = line.strip()
            space = " " if _LATIN.search(found[-1]) and re.match(r"[A-Za-z]", words) else ""
            found[-1] = found[-1].rstrip() + space + words
        else:
            found.append(line)
    return "\n".join(found)


def _goes_on(before: str, line: str) -> bool:
    if not before.strip() or not line.strip() or numbered(line) or "\t" in before + line or "|" in before + line:
        return False
    if _OPEN.search(before):
        return True
    last = before.rsplit("\n", 1)[-1].strip()
    return len(last) >= _FULL and not _ENDS.search(last)
