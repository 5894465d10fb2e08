"""What commands print: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any

from .texts import _

DONE, REFUSED, USAGE, UNREACHABLE, INTERRUPTED = 0, 1, 2, 3, 130

quiet = False
as_json = False


class CommandError(Exception):
    """A command cannot do what was asked; the text says why and what to do. `code` is the exit code."""

    def __init__(self, text: str, code: int = REFUSED) -> None:
        super().__init__(text)
        self.code = code


def say(text: str = "") -> None:
    """A line of the result for people; silent with --json and --quiet."""
    if not (quiet or as_json):
        print(text, flush=True)


def note(text: str) -> None:
    """A line about what is going on."""
    if not quiet:
        print(text, file=sys.stderr, flush=True)


def error(text: str) -> None:
    if as_json:
        print(json.dumps({"error": text}, ensure_ascii=False), file=sys.stderr, flush=True)
    else:
        print(f"{_('Error')}: {text}", file=sys.stderr, flush=True)


def emit(data: Any, lines: Iterable[str] = ()) -> None:
    """The result: `data` as JSON with --json, else `lines`."""
    if as_json:
        print(json.dumps(data, ensure_ascii=False, indent=2, default=str), flush=True)
    else:
        for line in lines:
            say(line)


def table(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Rows as aligned columns; Chinese characters count as two."""
    texts = [[str(cell) for cell in row] for row in rows]
    if not texts:
        return
    widths = [max(_width(row[index]) for row in texts) for index in range(len(texts[0]))]
    for row in texts:
        padded = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(padded).rstrip()


def _width(text: str) -> int:
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


class Progress:
    """A line that is rewritten on a terminal; nothing elsewhere."""

    def __init__(self, label: str, total: int = 0) -> None:
        self.label, self.total, self.done = label, total, 0
        self.live = sys.stderr.isatty() and not quiet and not as_json
        self.shown = 0.0

    def step(self, count: int = 1, remark: str = "") -> None:
        self.done += count
        moment = time.monotonic()
        if self.live and (moment - self.shown > 0.1 or self.done == self.total):
            self.shown = moment
            amount = f"{self.done}/{self.total}" if self.total else str(self.done)
            print(f"\r\033[K{self.label} {amount} {remark}", end="", file=sys.stderr, flush=True)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *error: object) -> None:
        if self.live and self.shown:
            print(file=sys.stderr, flush=True)
