"""What a replay reads: the cases of a company with what happened in them, and whose they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from nuoda.engine.clocks import queries as clocks
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.clocks.pure.values import Happening
from nuoda.foundation.orgs.models import Person

NO_CASE = UUID(int=0)
"""Before every case."""
_LIVED, _WITH_IMPORTS = ("live", "demo"), ("live", "demo", "import")


@dataclass(frozen=True, slots=True)
class Root:
    """The root dossier of a case: its number, whose it is, and since when it has entries."""

    id: UUID
    number: str
    dealer_id: UUID | None
    origin: str
    recorded_at: datetime


@dataclass(slots=True)
class History:
    """A case with what happened in it."""

    root: Root
    happenings: list[Happening]

    def as_of(self, at: datetime) -> datetime:
        """The moment it is judged at: an import's past is still arriving, so it is judged as of its last happening."""
        if self.root.origin == "import" and self.happenings:
            return max(h.happened_at for h in self.happenings)
        return at


_CASES = """FROM journal_dossier d WHERE d.company_id = %(company)s AND d.id = d.case_id AND d.origin = ANY(%(origins)s)
    AND d.id > %(after)s AND EXISTS (SELECT 1 FROM journal_entry e WHERE e.case_id = d.id AND e.recorded_at >= d.recorded_at
    AND e.happened_at >= %(since)s AND e.happened_at < %(until)s)"""


def _values(
    company_id: UUID, within: tuple[datetime, datetime], *, imports: bool, after: UUID, limit: int
) -> dict[str, Any]:
    return {
        "company": company_id,
        "origins": list(_WITH_IMPORTS if imports else _LIVED),
        "after": after,
        "since": within[0],
        "until": within[1],
        "limit": limit,
    }


def count_cases(company_id: UUID, within: tuple[datetime, datetime], *, imports: bool = False) -> int:
    """Cases in which something happened in the half-open period."""
    with connection.cursor() as cursor:
        values = _values(company_id, within, imports=imports, after=NO_CASE, limit=0)
        cursor.execute(f"SELECT count(*) {_CASES}", values)
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def cases(
    company_id: UUID,
    within: tuple[datetime, datetime],
    *,
    imports: bool = False,
    after: UUID = NO_CASE,
    limit: int = 500,
) -> list[Root]:
    """The next cases, by id, in which something happened in the half-open period."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT d.id, d.number, d.dealer_id, d.origin, d.recorded_at {_CASES} ORDER BY d.id LIMIT %(limit)s",
            _values(company_id, within, imports=imports, after=after, limit=limit),
        )
        return [Root(*row) for row in cursor.fetchall()]


def histories(roots: Sequence[Root]) -> list[History]:
    """What happened in the cases, two partitions' worth or twenty: one statement."""
    if not roots:
        return []
    known = {root.id: History(root, []) for root in roots}
    for case_id, _, happening in clocks.happenings(list(known), min(root.recorded_at for root in roots)):
        known[case_id].happenings.append(happening)
    return list(known.values())


def teams(case_ids: Sequence[UUID]) -> Mapping[UUID, UUID | None]:
    """The team of whoever owed the latest deadline of each case that a person owed."""
    owners = dict(
        Deadline.objects.filter(case_id__in=case_ids, owner_person_id__isnull=False)
        .order_by("case_id", "started_at", "id")
        .values_list("case_id", "owner_person_id")
    )
    of_person = dict(Person.objects.filter(pk__in=set(owners.values())).values_list("pk", "team_id"))
    found: dict[UUID, UUID | None] = defaultdict(lambda: None)
    found.update({case_id: of_person.get(person_id) for case_id, person_id in owners.items() if person_id is not None})
    return found
