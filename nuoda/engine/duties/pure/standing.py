"""What becomes of a duty: a pure function of what proves it, in whatever order it was learned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["open", "claimed", "met", "missed"]
Kind = Literal["event", "attested", "claimed"]


@dataclass(frozen=True, slots=True)
class Proof:
    """Something that shows that a duty was done: an event, what a person attests, or a claim that waits for its confirmation."""

    at: datetime
    key: str
    """Its source's id: settles the order of what happened at one moment."""
    kind: Kind


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked: `times` events, or one attestation, until the due time; `judged_at` is the due time with its grace."""

    due_at: datetime
    judged_at: datetime
    times: int = 1
    warnings: tuple[datetime, ...] = ()
    """Moments at which somebody is warned while it is not done."""


@dataclass(frozen=True, slots=True)
class Standing:
    state: State
    counted: int
    """Events that count, at most as many as are asked for."""
    done_at: datetime | None
    """When it was done, in time or late."""
    by: str
    """Key of the proof that did it."""
    warned: tuple[int, ...]
    """Warnings reached while it was not done."""
    next_at: datetime | None
    """When time alone changes something; None: never."""


def stand(terms: Terms, proofs: Iterable[Proof], as_of: datetime) -> Standing:
    """Where a duty stands at `as_of`.

    Done means that the last of the events asked for, or an attestation, has happened: at or before `judged_at` it is met, later it is
    a miss that was done late. A claim made in time that nobody has decided yet holds the judgement back.
    """
    known = sorted({p.key: p for p in proofs if p.at <= as_of}.values(), key=lambda p: (p.at, p.key))
    events = [p for p in known if p.kind == "event"][: terms.times]
    ways = [p for p in known if p.kind == "attested"][:1]
    if len(events) == terms.times:
        ways.append(events[-1])
    done = min(ways, key=lambda p: (p.at, p.key), default=None)
    claim = next((p for p in known if p.kind == "claimed" and p.at <= terms.judged_at), None)
    met = done is not None and done.at <= terms.judged_at
    state: State = "open"
    if met:
        state = "met"
    elif claim is not None:
        state = "claimed"
    elif as_of > terms.judged_at:
        state = "missed"
    over = done.at if met and done is not None else claim.at if claim is not None else None
    warned = tuple(
        index
        for index, moment in enumerate(terms.warnings)
        if moment <= min(as_of, terms.judged_at) and (over is None or moment < over)
    )
    ahead = [moment for moment in (*terms.warnings, terms.judged_at) if moment > as_of]
    return Standing(
        state=state,
        counted=len(events),
        done_at=done.at if done is not None else None,
        by=done.key if done is not None else "",
        warned=warned,
        next_at=min([*ahead, terms.judged_at]) if state == "open" else None,
    )
