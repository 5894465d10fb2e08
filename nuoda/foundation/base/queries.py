"""Invariants that one question to the database can prove."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from .pure.checks import check


def sentences(question: str) -> list[str]:
    """The first column of every row that a question gives."""
    with connection.cursor() as cursor:
        cursor.execute(question)
        return [str(row[0]) for row in cursor.fetchall()]


def invariant(name: str, meaning: str, question: str) -> None:
    """Register the check `name`: `question` is SQL that gives one sentence for every row that breaks what `meaning` says.

    It is asked as the owner of the tables, who sees every company's rows.
    """

    def run() -> Iterator[str]:
        yield from sentences(question)

    run.__doc__, run.__qualname__ = meaning, f"invariant:{name}"
    check(name)(run)
