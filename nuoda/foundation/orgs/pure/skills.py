"""What skills are called: rooms above know the categories of products that most skills are about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

Names = Callable[[UUID], Mapping[str, str]]
"""Company → name of each skill code, in the active language."""
_sources: list[Names] = []


def register(source: Names) -> None:
    """Tell what codes are called; rooms do so in their `apps.ready()`."""
    if source not in _sources:
        _sources.append(source)


def names(company_id: UUID) -> dict[str, str]:
    """Names by code, in the active language; a code that nobody names is shown as it is."""
    return {code: name for source in _sources for code, name in source(company_id).items()}
