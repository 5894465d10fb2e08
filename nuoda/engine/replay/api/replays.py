"""Replays: asking what a text would have made of a period, following it, and reading what comes out otherwise."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from nuoda.engine.clocks.api.derivations import DerivedOut
from nuoda.engine.rulebook import queries as rulebook
from nuoda.foundation.base.pure.operations import (
    Call,
    Day,
    Listing,
    Long,
    Nothing,
    Paging,
    Shape,
    read,
    write,
)
from nuoda.foundation.orgs import queries as orgs
from nuoda.foundation.ui.api.paging import paged

from .. import queries
from ..access import READERS, TRIERS
from ..actions import replays, trials
from ..models import Replay, ReplayChange
from ..web import words
from .shapes import ClockRef, ClockSides, CountsOut, Found, GroupSides, Tried, one_of, version_of

ReplayState = Literal["waiting", "running", "done", "cancelled", "failed"]
Kind = Literal["worse", "better", "opened", "gone", "other", "due"]


class ReplayOut(Shape):
    """A replay. `cases_total` is null until it was counted; `changed` counts the time limits that come out otherwise; `hash`
    names the very text that was tried, which a draft may have left behind."""

    id: UUID
    policy: str
    version: str
    version_id: UUID | None
    title: str
    hash: str
    first_day: date
    last_day: date
    imports: bool
    state: ReplayState
    cases_total: int | None
    cases_done: int
    changed: int
    as_of: datetime
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    error: str

    @classmethod
    def of(cls, row: Replay) -> ReplayOut:
        return cls(**_told(row))


class KindOut(Shape):
    """How many time limits change in this way: would be missed (worse), would not be missed (better), only the draft asks for
    it (opened), it does not ask for it (gone), end otherwise (other), have another due time (due)."""

    kind: Kind
    label: str
    count: int


class ReplayWhole(ReplayOut):
    """A replay with its totals per clock, by dealer and by team; while it runs, of the cases done so far."""

    asked_by: str
    cannot_know: str
    by_steps: int
    kinds: list[KindOut]
    clocks: list[ClockSides]
    dealers: list[GroupSides]
    teams: list[GroupSides]


class ChangeOfCase(Shape):
    """A time limit of a case (its `number`) that comes out otherwise: as it was in life, and as the text would have it."""

    id: UUID
    kind: Kind
    case_id: UUID
    number: str
    ref: str
    clause: str
    round: int
    started_at: datetime
    dealer_id: UUID | None
    team_id: UUID | None
    life: Found
    life_due: datetime | None
    draft: Found
    draft_due: datetime | None

    @classmethod
    def of(cls, row: ReplayChange) -> ChangeOfCase:
        return cls(**_changed(row))


class ChangeWhole(ChangeOfCase):
    """A changed time limit counted out on both sides; null on the side that does not open it."""

    life_counted: DerivedOut | None
    draft_counted: DerivedOut | None


class ReplayFilter(Paging):
    state: ReplayState | None = None


class ChangeFilter(Paging):
    kind: Kind | None = None
    ref: ClockRef | None = None
    dealer: UUID | Literal["none"] | None = Field(None, description="A dealer, or 'none': the company itself.")
    team: UUID | Literal["none"] | None = Field(None, description="A team, or 'none'.")


class AskReplay(Tried):
    """Exactly one of `draft`, `version` and `text`."""

    text: Long | None = Field(None, description="A policy file (YAML) that is kept nowhere else.")
    first_day: Day
    last_day: Day = Field(description="Included.")
    imports: bool = Field(False, description="Also imported cases, judged as if the rules had been in force.")


@write("/replays", scope="replay:write", roles=TRIERS, status=201)
def ask_replay(call: Call, body: AskReplay) -> ReplayOut:
    """Have a draft, a version or a file tried on the cases of a period; the work is done in the background.

    Read get_replay until its state is done, then list_replay_changes.
    """
    one_of([body.draft, body.version, body.text], "draft, version, text")
    row = replays.ask(
        version=version_of(call, body),
        text=body.text or "",
        first_day=body.first_day,
        last_day=body.last_day,
        imports=body.imports,
        id=body.id,
        actor=call.actor,
        at=call.at,
    )
    return ReplayOut.of(row)


@read("/replays", scope="replay:read", roles=READERS)
def list_replays(call: Call, query: ReplayFilter) -> Listing[ReplayOut]:
    """List replays, the newest first."""
    rows = queries.replays(call.actor).order_by()
    if query.state is not None:
        rows = rows.filter(status=query.state)
    return paged(rows, ("-asked_at",), query, ReplayOut.of)


@read("/replays/{replay}", scope="replay:read", roles=READERS)
def get_replay(call: Call, replay: UUID) -> ReplayWhole:
    """Show a replay: how far it is, and its totals per clock, by dealer and by team, as it was and under the text."""
    row = queries.replay(call.actor, replay)
    before = [rulebook.policy_of(version) for version in rulebook.in_force(call.actor, row.as_of)]
    labels = words.labels([words.policy_of(row), *before])
    dealers, teams = words.dealers(call.actor), words.teams(call.actor)
    return ReplayWhole(
        **_told(row),
        asked_by=orgs.names(call.actor, [row.asked_by]).get(row.asked_by, "") if row.asked_by else "",
        cannot_know=str(words.CANNOT_KNOW),
        by_steps=row.by_steps,
        kinds=[
            KindOut(kind=kind, label=str(words.KINDS[kind]), count=count)  # type: ignore[arg-type]
            for kind, count in queries.by_kind(row)
        ],
        clocks=[ClockSides.of(line, labels) for line in queries.by_clock(row)],
        dealers=_groups(row, "dealer_id", dealers),
        teams=_groups(row, "team_id", teams),
    )


@read("/replays/{replay}/changes", scope="replay:read", roles=READERS)
def list_replay_changes(call: Call, replay: UUID, query: ChangeFilter) -> Listing[ChangeOfCase]:
    """List the time limits of cases that come out otherwise, in the order in which they began."""
    rows = queries.changes(call.actor, queries.replay(call.actor, replay))
    wanted: dict[str, Any] = {"kind": query.kind, "ref": query.ref}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    for name, value in (("dealer_id", query.dealer), ("team_id", query.team)):
        if value is not None:
            rows = rows.filter(**{name: None if value == "none" else value})
    return paged(rows, ("started_at",), query, ChangeOfCase.of)


@read("/replays/{replay}/changes/{change}", scope="replay:read", roles=READERS)
def get_replay_change(call: Call, replay: UUID, change: UUID) -> ChangeWhole:
    """Show one changed time limit, counted out as it was and under the text."""
    row = queries.replay(call.actor, replay)
    found = queries.change(call.actor, row, change)
    life, draft = trials.derivations(row, found, actor=call.actor)
    return ChangeWhole(
        **_changed(found),
        life_counted=DerivedOut.of(life) if life else None,
        draft_counted=DerivedOut.of(draft) if draft else None,
    )


@write("/replays/{replay}/cancel", scope="replay:write", roles=TRIERS)
def cancel_replay(call: Call, replay: UUID, body: Nothing) -> ReplayOut:
    """Stop a replay; what it found so far stays."""
    row = queries.replay(call.actor, replay)
    return ReplayOut.of(replays.cancel(row, actor=call.actor, at=call.at))


def _groups(row: Replay, field: str, names: dict[UUID | None, str]) -> list[GroupSides]:
    return [
        GroupSides(id=key, name=names.get(key, ""), life=CountsOut.of(life), draft=CountsOut.of(draft))
        for key, life, draft in queries.by_group(row, field)
    ]


def _told(row: Replay) -> dict[str, Any]:
    return {
        "id": row.pk,
        "policy": row.policy,
        "version": row.number,
        "version_id": row.version_id,
        "title": words.title(row),
        "hash": row.hash,
        "first_day": row.first_day,
        "last_day": row.last_day,
        "imports": row.imports,
        "state": row.status,
        "cases_total": row.cases_total,
        "cases_done": row.cases_done,
        "changed": row.changed,
        "as_of": row.as_of,
        "asked_at": row.asked_at,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "error": row.error,
    }


def _changed(row: ReplayChange) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "case_id": row.case_id,
        "number": row.number,
        "ref": row.ref,
        "clause": row.clause_id,
        "round": row.round,
        "started_at": row.started_at,
        "dealer_id": row.dealer_id,
        "team_id": row.team_id,
        "life": row.life_state,
        "life_due": row.life_due,
        "draft": row.draft_state,
        "draft_due": row.draft_due,
    }
