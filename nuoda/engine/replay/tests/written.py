"""Random histories written into a journal, and what the steps make of them: the other side of reading by columns."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from nuoda.engine.clocks.pure.fold import fold
from nuoda.engine.clocks.pure.values import WAIVED, CaseState, Happening
from nuoda.engine.clocks.queries import Ruling
from nuoda.engine.replay import queries
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.events import as_json
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.journal.models import Dossier, Entry

from .histories import BEGIN, history

AT = BEGIN + timedelta(days=150)
"""The moment at which all are judged."""


def write(company: UUID, book: Ruling, seed: int, count: int, *, wild: float = 0.15) -> None:
    """Cases with late records, waived deadlines, imports, and strange facts, as entries of the company."""
    draw = random.Random(seed)
    with scoped(system(company)):
        for _ in range(count):
            _write(company, book, draw, wild)


def _write(company: UUID, book: Ruling, draw: random.Random, wild: float) -> None:
    case, imported = new_id(), draw.random() < 0.1
    made, as_of = history(draw, wild=wild)
    found = [replace(h, id=uuid4()) for h in made]  # the journal keeps what an earlier example wrote
    if draw.random() < 0.15:
        found += _waived(case, found, as_of, book, draw)
    late = {h.id: h.happened_at + timedelta(hours=draw.choice((0, 0, 0, 1, 70))) for h in found}
    if imported:
        late = dict.fromkeys(late, max(late.values()))
    first = min(late.values())
    Dossier.objects.create(
        id=case, company_id=company, kind="ticket", number=f"TK-{case.hex}", case_id=case, opened_at=first, recorded_at=first,
        origin="import" if imported else "live", dealer_id=UUID(found[0].dealer) if found[0].dealer else None,
    )  # fmt: skip
    Entry.objects.bulk_create(
        Entry(
            id=h.id, company_id=company, dossier_id=case, case_id=case, type=h.type, payload=as_json(h.data), facts=as_json(h.facts),
            happened_at=h.happened_at, recorded_at=late[h.id], origin="live", as_if="2.0" if imported else "",
            dealer_id=UUID(h.dealer) if h.dealer else None, prev_hash=b"", hash=b"",
        )
        for h in found
    )  # fmt: skip


def _waived(case: UUID, found: list[Happening], as_of: datetime, book: Ruling, draw: random.Random) -> list[Happening]:
    deadlines = list(fold(case, found, book, as_of).deadlines.values())
    if not deadlines:
        return []
    chosen = draw.choice(deadlines)
    at = chosen.started_at + timedelta(minutes=draw.randrange(1, 3000))
    data = {"deadline": str(chosen.id), "ref": chosen.ref, "clause": chosen.clause_id}
    return [Happening(new_id(), WAIVED, at, at, {}, data)]


def by_steps(company: UUID, book: Ruling, *, imports: bool = True) -> dict[UUID, CaseState]:
    """Every case from its entries by the one function."""
    with scoped(system(company)):
        ids = list(Dossier.objects.filter(company_id=company).order_by("id").values_list("id", flat=True))
        found = queries.histories(queries.roots(company, ids, imports=imports), at=AT)
    return {h.root.id: fold(h.root.id, h.happenings, book, h.as_of(AT)) for h in found}
