"""Recording: the last beat of every action."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.events import Event, as_json, payload, type_of
from nuoda.foundation.base.pure.ids import id_at, new_id
from nuoda.foundation.base.pure.refusals import Refused

from ..models import Dossier, Entry, Remark
from ..pure.subscriptions import Context, subscribers

_INSERT = """INSERT INTO journal_entry (company_id, dealer_id, customer_id, id, recorded_at, happened_at, dossier_id, case_id,
type, payload, facts, clauses, actor_id, actor_role, on_behalf_of, origin, as_if, remark_hash)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""


class AlreadyRecorded(Refused):
    """The source id was recorded before; `entry_id` is the entry it made then."""

    def __init__(self, entry_id: UUID) -> None:
        super().__init__(_("This was recorded before; nothing was changed."), code="already_recorded")
        self.entry_id = entry_id


def record(
    event: Event,
    *,
    dossier: Dossier | None,
    actor: Actor,
    at: datetime,
    happened_at: datetime | None = None,
    facts: Mapping[str, Any] | None = None,
    clauses: Sequence[str] = (),
    remark: str = "",
    source: str = "",
    role: str = "",
    as_if: str = "",
    id: UUID | None = None,  # noqa: A002
) -> Entry:
    """Write one entry and run its subscribers, in the caller's transaction.

    `at` is when we learned it, `happened_at` (default `at`) when it was so in the world; it may not lie after `at`.
    `facts` are the typed facts of the subject after the event (codes and ids only). `remark` is free text, kept erasable beside the entry.
    Raises AlreadyRecorded when `source` was recorded before, ValueError for a happening in the future.
    """
    when = happened_at or at
    if when > at:
        raise ValueError("an event cannot be recorded before it happens")
    # A request that began before another one opened the dossier learns of it later than it began: readers look only at what was
    # recorded since the dossier was.
    recorded_at = max(at, dossier.recorded_at) if dossier else at
    entry_id = id or (new_id() if actor.origin == "live" else id_at(at))
    if source:
        _claim(actor.company_id, source, entry_id)
    entry = Entry(
        company_id=actor.company_id,
        dealer_id=dossier.dealer_id if dossier else actor.dealer_id,
        customer_id=dossier.customer_id if dossier else None,
        id=entry_id,
        recorded_at=recorded_at,
        happened_at=when,
        dossier=dossier,
        case_id=dossier.case_id if dossier else None,
        type=type_of(event),
        payload=payload(event),
        facts=as_json(facts) if facts is not None else None,
        clauses=list(clauses),
        actor_id=actor.person_id,
        actor_role=role or next(iter(sorted(actor.roles)), actor.reach if actor.reach == "system" else ""),
        on_behalf_of=actor.delegated_from,
        origin=actor.origin,
        as_if=as_if,
    )
    if remark:
        _keep_remark(entry, remark)
    _insert(entry)
    context = Context(actor, at, dossier, event, fresh=bool(dossier and getattr(dossier, "fresh", False)))
    if dossier is not None and context.fresh:
        dossier.fresh = False  # type: ignore[attr-defined]
    for subscriber in subscribers(entry.type):
        subscriber(entry, context)
    return entry


def _claim(company_id: UUID, source: str, entry_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH mine AS (INSERT INTO journal_source (company_id, source, entry_id) VALUES (%(c)s, %(s)s, %(e)s)
            ON CONFLICT DO NOTHING RETURNING entry_id)
            SELECT entry_id, true FROM mine UNION ALL
            SELECT entry_id, false FROM journal_source WHERE company_id = %(c)s AND source = %(s)s""",
            {"c": company_id, "s": source, "e": entry_id},
        )
        found = cursor.fetchone()
        if found is None:
            # Another transaction claimed it and has committed since this statement's snapshot.
            cursor.execute(
                "SELECT entry_id, false FROM journal_source WHERE company_id = %s AND source = %s", [company_id, source]
            )
            found = cursor.fetchone()
    if not found[1]:
        raise AlreadyRecorded(found[0])


def _keep_remark(entry: Entry, text: str) -> None:
    salt = os.urandom(16)
    entry.remark_hash = hashlib.sha256(salt + text.encode()).digest()
    Remark.objects.create(
        entry_id=entry.id,
        company_id=entry.company_id,
        dealer_id=entry.dealer_id,
        customer_id=entry.customer_id,
        case_id=entry.case_id,
        text=text,
        salt=salt,
    )


def _insert(entry: Entry) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                entry.company_id, entry.dealer_id, entry.customer_id, entry.id, entry.recorded_at, entry.happened_at,
                entry.dossier_id, entry.case_id, entry.type, json.dumps(entry.payload),
                None if entry.facts is None else json.dumps(entry.facts), json.dumps(entry.clauses), entry.actor_id,
                entry.actor_role, entry.on_behalf_of, entry.origin, entry.as_if,
                None if entry.remark_hash is None else bytes(entry.remark_hash),
            ],
        )  # fmt: skip
