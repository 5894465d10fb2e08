"""What replays and shadow runs show of two sides: life, and the text that is tried."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import Field, StringConstraints

from nuoda.engine.revisions import queries as revisions
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.foundation.base.pure.operations import Call, Made, Name, Shape, named
from nuoda.foundation.base.pure.refusals import Invalid, NotYours

from ..queries import Counts

Found = Literal["", "open", "paused", "kept", "missed", "withdrawn", "waived"]
"""'' is the state of a time limit that this side does not open."""
ClockRef = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[0-9]+(\.[0-9]+)*[a-z]?/[a-z][a-z0-9_]{0,59}$")]
"""A clock by its clause and key: 'MN-3.2.1b/on_site'."""


class CountsOut(Shape):
    """Time limits of one side; `open` with those that pause, `withdrawn` with those that were waived."""

    opened: int
    open: int
    kept: int
    missed: int
    withdrawn: int

    @classmethod
    def of(cls, counts: Counts) -> CountsOut:
        return cls(
            opened=counts.opened,
            open=counts.open,
            kept=counts.kept,
            missed=counts.missed,
            withdrawn=counts.withdrawn,
        )


class ClockSides(Shape):
    """One clock: both sides, and how many of its time limits come out otherwise."""

    ref: str
    clause: str
    label: str
    life: CountsOut
    draft: CountsOut
    changed: int

    @classmethod
    def of(cls, line: tuple[str, Counts, Counts, int], labels: dict[str, str]) -> ClockSides:
        ref, life, draft, changed = line
        return cls(
            ref=ref,
            clause=ref.partition("/")[0],
            label=labels.get(ref, ref),
            life=CountsOut.of(life),
            draft=CountsOut.of(draft),
            changed=changed,
        )


class GroupSides(Shape):
    """Both sides of one dealer or team; `id` null: the company itself, or nobody's team."""

    id: UUID | None
    name: str
    life: CountsOut
    draft: CountsOut


class Tried(Made):
    """Which text is tried: a draft by its number or id, or a version by its id."""

    draft: Name | None = Field(None, description="Number or id of a draft ('XD-2026-000001').")
    version: UUID | None = Field(
        None, description="Id of a version that is published and waits, or of a draft's version."
    )


def version_of(call: Call, body: Tried) -> PolicyVersion | None:
    """The version that is named; None where none is. Raises NotYours for one that the caller may not know."""
    if body.draft is not None:
        known = named(body.draft)
        row = revisions.draft(call.actor, number=known.get("number", ""), pk=known.get("id"))
        if row.draft_of is None:
            raise NotYours
        return row.draft_of
    return revisions.version(call.actor, body.version) if body.version is not None else None


def one_of(given: list[object], names: str) -> None:
    """Refuses all but exactly one."""
    if sum(one is not None for one in given) != 1:
        reason = _("Send exactly one of: %(names)s.") % {"names": names}
        raise Invalid(reason, fields={"body": reason})
