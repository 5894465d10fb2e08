"""What changes from one version of a regulation to another, as data."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.api.policies import Number
from nuoda.engine.rulebook.web.menu import STAFF
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.base.pure.operations import Call, Name, Shape, read

from .. import queries
from ..pure.redline import Change, Kind, Op, Part, Redline, What


class StretchOut(Shape):
    """A stretch of text that both have (same), or only one of them."""

    op: Op
    text: str


class DifferenceOut(Shape):
    """One thing that differs. `key` names the rule, parameter or word; `pieces` are the stretches to strike out and to write
    in; `limit` is a clock's time limit in words, before and after."""

    what: What
    key: str
    before: str
    after: str
    pieces: list[StretchOut]
    limit: list[str]

    @classmethod
    def of(cls, part: Part) -> DifferenceOut:
        return cls(
            what=part.what,
            key=part.key,
            before=part.before,
            after=part.after,
            pieces=[StretchOut(op=piece.op, text=piece.text) for piece in part.pieces],
            limit=list(part.limit) if part.limit != ("", "") else [],
        )


class ChangeOut(Shape):
    """What happens to one clause; `binds` are the roles bound before or after."""

    kind: Kind
    clause: str
    section: str
    binds: list[str]
    parts: list[DifferenceOut]

    @classmethod
    def of(cls, change: Change) -> ChangeOut:
        return cls(
            kind=change.kind,
            clause=change.clause_id,
            section=change.section,
            binds=list(change.binds),
            parts=[DifferenceOut.of(part) for part in change.parts],
        )


class RedlineOut(Shape):
    """Everything in which two versions differ. `old` is '' where there is nothing before. `head` is about the whole text, `clocks`
    counts time limits that were added, removed or run differently."""

    old: str
    new: str
    head: list[DifferenceOut]
    changes: list[ChangeOut]
    counts: dict[Literal["added", "removed", "changed", "moved"], int]
    clocks: int

    @classmethod
    def of(cls, old: str, new: str, found: Redline) -> RedlineOut:
        return cls(
            old=old,
            new=new,
            head=[DifferenceOut.of(part) for part in found.head],
            changes=[ChangeOut.of(change) for change in found.changes],
            counts={kind: found.count(kind) for kind in ("added", "removed", "changed", "moved")},
            clocks=found.clocks,
        )


class Versions(Shape):
    """Which two versions; of `old` 'in-force' if nothing is said."""

    old: Number = "in-force"
    new: Number = Field(description="A version number, or 'in-force'.")


@read("/policies/{policy}/compare", scope="rulebook:read", roles=STAFF)
def compare_versions(call: Call, policy: Name, query: Versions) -> RedlineOut:
    """Compare two versions of a regulation: what was added, removed, changed and moved, with the stretches to strike out and
    to write in."""
    old, new = (
        rulebook.version_called(call.actor, policy, "" if number == "in-force" else number, call.at)
        for number in (query.old, query.new)
    )
    return RedlineOut.of(old.version, new.version, queries.redline(old, new, language()))
