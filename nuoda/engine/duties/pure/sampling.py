"""Random samples that anybody can draw again: the same seed and frame give the same cases, in any program."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from uuid import UUID


def rank(seed: str, case: UUID) -> str:
    """The lot of a case: SHA-256 of 'seed:case'. The smallest lots are drawn."""
    return hashlib.sha256(f"{seed}:{case}".encode()).hexdigest()


def draw(seed: str, frame: Iterable[UUID], size: int) -> list[UUID]:
    """`size` different cases of the frame (all, when it has fewer), by their lots; the order of the frame does not matter."""
    return sorted(set(frame), key=lambda case: rank(seed, case))[:size]


def fingerprint(frame: Iterable[UUID]) -> str:
    """SHA-256 over the frame's cases in the order of their ids: proves later what was drawn from."""
    return hashlib.sha256("\n".join(sorted(str(case) for case in set(frame))).encode()).hexdigest()


def verdict(marks: Sequence[str]) -> str:
    """Of one case: 'fail' when any item failed, 'pass' when one passed and none failed, 'na' when none applied, '' when one is not
    marked yet."""
    if "fail" in marks:
        return "fail" if "" not in marks else ""
    if not marks or "" in marks:
        return ""
    return "pass" if "pass" in marks else "na"
