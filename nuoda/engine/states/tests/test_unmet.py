"""Which part of a condition was not fulfilled."""

from __future__ import annotations

import pytest

from nuoda.engine.rulebook.pure.facts import SUBJECTS, FactType, Subject
from nuoda.engine.states.pure.unmet import parts, unmet

LABEL = {"zh-hans": "门", "zh-hant": "門", "en": "gate"}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("signed", ["signed"]),
        ("signed && tested", ["signed", "tested"]),
        ("model && (date || unknown) && !late", ["model", "(date || unknown)", "!late"]),
        ("a && b || c", ["a && b || c"]),
        ('reason != "a && b" && signed', ['reason != "a && b"', "signed"]),
        ("(a && b)", ["(a && b)"]),
    ],
)
def test_parts_are_what_must_hold_together(condition: str, expected: list[str]) -> None:
    assert parts(condition) == expected


def test_only_what_does_not_hold_is_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    door = Subject("door", LABEL, {name: FactType("bool", LABEL) for name in ("key", "bell")})
    monkeypatch.setitem(SUBJECTS, "door", door)
    assert unmet("key && bell", "door", {"key": True, "bell": False}) == ["bell"]
    assert unmet("key && bell", "door", {"key": False, "bell": False}) == ["key", "bell"]
    assert unmet("key || bell", "door", {"key": False, "bell": False}) == ["key || bell"]
    assert unmet("key && bell", "door", {"key": False}) == ["key"], "what is not known is not blamed"
