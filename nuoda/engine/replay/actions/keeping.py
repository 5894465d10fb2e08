"""What batches showed, written: figures added up, changed deadlines as rows. Each is one statement, however much there is."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection

from nuoda.foundation.base.pure.ids import new_id

from ..models import Replay
from ..models.replays import COUNTED
from ..pure.comparing import KINDS, state_of
from ..pure.ids import Ids
from ..pure.lanes import STATES
from ..pure.working import FAR, Ints
from .trials import Changes, Figures

_FIGURES = f"""INSERT INTO replay_replayfigure (id, company_id, replay_id, ref, dealer_id, team_id, side, {", ".join(COUNTED)})
SELECT unnest(%(ids)s::uuid[]), %(company)s, %(replay)s, unnest(%(refs)s::text[]), unnest(%(dealers)s::uuid[]), unnest(%(teams)s::uuid[]),
    unnest(%(sides)s::text[]), {", ".join(f"unnest(%({name})s::int[])" for name in COUNTED)}
ON CONFLICT (replay_id, ref, dealer_id, team_id, side) DO UPDATE SET
    {", ".join(f"{name} = replay_replayfigure.{name} + excluded.{name}" for name in COUNTED)}"""

_CHANGES = """INSERT INTO replay_replaychange (id, company_id, replay_id, case_id, number, ref, round, start_id, started_at, dealer_id,
    team_id, kind, life_state, life_due, draft_state, draft_due)
SELECT c.id, %(company)s, %(replay)s, d.id, d.number, (%(refs)s::text[])[c.ref + 1], c.round, c.start_id, c.started, d.dealer_id,
    nullif(c.team, %(none)s), (%(kinds)s::text[])[c.kind + 1], (%(states)s::text[])[c.life + 1], c.life_due,
    (%(states)s::text[])[c.draft + 1], c.draft_due
FROM (SELECT unnest(%(id)s::uuid[]) AS id, unnest(%(case)s::uuid[]) AS case_id, unnest(%(start)s::uuid[]) AS start_id,
    unnest(%(team)s::uuid[]) AS team, unnest(%(ref)s::int[]) AS ref, unnest(%(round)s::int[]) AS round, unnest(%(kind)s::int[]) AS kind,
    unnest(%(life)s::int[]) AS life, unnest(%(draft)s::int[]) AS draft,
    'epoch'::timestamptz + unnest(%(started)s::bigint[]) * interval '1 microsecond' AS started,
    'epoch'::timestamptz + unnest(%(life_due)s::bigint[]) * interval '1 microsecond' AS life_due,
    'epoch'::timestamptz + unnest(%(draft_due)s::bigint[]) * interval '1 microsecond' AS draft_due) AS c
JOIN journal_dossier d ON d.id = c.case_id"""
_NAMES = [state_of(code) for code in range(len(STATES))]


def figures(row: Replay, found: Figures) -> None:
    """Add to the figures of a replay."""
    lines = [(ref, *group, side, counts) for (ref, group), sides in found.items() for side, counts in sides.items()]
    if not lines:
        return
    refs, dealers, teams, sides, counted = zip(*lines, strict=True)
    values: dict[str, Any] = {
        "company": row.company_id,
        "replay": row.pk,
        "ids": [new_id() for _ in lines],
        "refs": list(refs),
        "dealers": list(dealers),
        "teams": list(teams),
        "sides": list(sides),
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, values | {name: [c.get(name, 0) for c in counted] for name in COUNTED})


def changes(row: Replay, found: Changes) -> None:
    """Keep changed deadlines of a replay."""
    values: dict[str, Any] = {
        "company": row.company_id,
        "replay": row.pk,
        "refs": found.refs,
        "kinds": list(KINDS),
        "states": _NAMES,
        "none": UUID(int=0),
        "id": _array(_fresh(found.size).hexes()),
        "case": _array(found.case.hexes()),
        "start": _array(found.start.hexes()),
        "team": _array(found.team.hexes()),
    }
    for name in ("ref", "round", "kind", "life", "draft", "started", "life_due", "draft_due"):
        values[name] = _numbers(getattr(found, name))
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES, values)


def _array(texts: Iterable[str]) -> str:
    """An array of plain texts as PostgreSQL reads it, without a step per value in the driver."""
    return "{" + ",".join(texts) + "}"


def _numbers(column: Ints) -> str:
    return _array("NULL" if value == FAR else str(value) for value in column.tolist())


def _fresh(count: int) -> Ids:
    """New ids of version 7 in ascending order: one drawn, the others counted up in what is random of it."""
    first = new_id().int
    low = (first & (2**62 - 1)) % 2**61 + secrets.randbelow(2**61)
    return Ids(
        np.full(count, first >> 64, np.uint64), np.uint64(2**63) + np.uint64(low) + np.arange(count, dtype=np.uint64)
    )
