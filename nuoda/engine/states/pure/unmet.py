"""Which part of a gate's condition was not fulfilled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nuoda.engine.rulebook.pure.conditions import ConditionFailed, holds, tokens


def parts(condition: str) -> list[str]:
    """The conditions that must hold together: 'signed' and 'tested' of 'signed && tested'; one where an 'or' binds them."""
    return list(_parts(condition))


def _parts(condition: str) -> Iterator[str]:
    depth, since = 0, 0
    cuts: list[tuple[int, int]] = []
    for word in tokens(condition):
        if word.kind == "string":
            continue
        if word.text in ("(", "["):
            depth += 1
        elif word.text in (")", "]"):
            depth -= 1
        elif depth == 0 and word.text in ("||", "?"):
            yield condition.strip()
            return
        elif depth == 0 and word.text == "&&":
            cuts.append((word.start, word.start + 2))
    for start, end in cuts:
        yield condition[since:start].strip()
        since = end
    yield condition[since:].strip()


def unmet(condition: str, subject: str, facts: Mapping[str, object]) -> list[str]:
    """The parts that do not hold; the whole where no single part can be blamed."""
    found = []
    for part in parts(condition):
        try:
            if not holds(part, subject, facts):
                found.append(part)
        except ConditionFailed:
            continue  # the whole was answered without it
    return found or [condition]
