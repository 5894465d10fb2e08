"""试算: cases folded under two books, batch by batch. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import numpy as np
from django.utils.translation import gettext as _

from nuoda.engine.clocks import queries as clocks
from nuoda.engine.clocks.pure.explaining import Explanation, explain
from nuoda.engine.clocks.pure.fold import fold
from nuoda.engine.clocks.pure.values import Happening
from nuoda.engine.clocks.queries import Ruling
from nuoda.engine.rulebook.pure import checking, documents, loading
from nuoda.engine.rulebook.pure.facts import SUBJECTS
from nuoda.engine.rulebook.pure.policies import Policy
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.orgs.models import Company

from .. import queries
from ..models import Replay, ReplayChange
from ..pure.columnfold import column_fold
from ..pure.columns import Columns
from ..pure.comparing import DRAFT, KINDS, LIFE, Counts, Differences, Tally, differences, state_of, tally
from ..pure.drafts import alike, timetable, under, words_of
from ..pure.ids import Ids
from ..pure.laying import Codebook, Load, among, lay, within
from ..pure.timetable import Calendars, Timetable
from ..pure.wire import Wire
from ..pure.working import EPOCH, FAR, Ints, micros, moment_of

BATCH = 20_000
"""Cases read and folded at once: about 200 MB and a second or two."""
_NAMESPACE = UUID("5b8f2a3e-41a5-4f0a-9d0e-0a6a3d2f7c11")

Moment = datetime
Group = tuple[UUID | None, UUID | None]
"""Dealer and team of a case; None is the company itself, and nobody's team."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Deadlines that come out otherwise, side by side."""

    refs: list[str]
    ref: Ints
    """Place of the clock in `refs`."""
    case: Ids
    start: Ids
    started: Ints
    team: Ids
    """NO_CASE without one."""
    round: Ints
    kind: Ints
    life: Ints
    life_due: Ints
    draft: Ints
    draft_due: Ints

    @property
    def size(self) -> int:
        return int(self.ref.size)


@dataclass(frozen=True, slots=True)
class Changed:
    """One of them, with its case; '' is the state of one that this side never opens."""

    case: queries.Root
    start_id: UUID
    started_at: datetime
    ref: str
    round: int
    kind: str
    life: str
    life_due: datetime | None
    draft: str
    draft_due: datetime | None


def told(company_id: UUID, changes: Changes) -> Iterator[Changed]:
    """Changed deadlines one by one, in the order of their clocks."""
    ids = [changes.case.one(place) for place in range(changes.size)]
    roots = {root.id: root for root in queries.roots(company_id, list(set(ids)), imports=True)}
    for place, case_id in enumerate(ids):
        yield Changed(
            roots[case_id],
            changes.start.one(place),
            moment_of(int(changes.started[place])) or EPOCH,
            changes.refs[changes.ref[place]],
            int(changes.round[place]),
            KINDS[changes.kind[place]],
            state_of(int(changes.life[place])),
            moment_of(int(changes.life_due[place])),
            state_of(int(changes.draft[place])),
            moment_of(int(changes.draft_due[place])),
        )


Figures = dict[tuple[str, Group], dict[str, Counts]]


@dataclass(slots=True)
class Seen:
    """What a batch of cases showed."""

    looked: int = 0
    cases: int = 0
    """Those of them in which something happened in the period."""
    by_steps: int = 0
    """Cases of which a clock was folded step by step."""
    changed: int = 0
    last: UUID = queries.NO_CASE
    figures: Figures = field(default_factory=dict)
    """By clock and group, on both sides: how many deadlines are in which state, and how many change in which way."""
    changes: list[Changes] = field(default_factory=list)

    def add(self, other: Seen) -> None:
        """Take in the figures of another batch; the changed deadlines stay with their batch."""
        self.looked += other.looked
        self.cases += other.cases
        self.by_steps += other.by_steps
        self.changed += other.changed
        self.last = other.last
        for key, sides in other.figures.items():
            mine = self.figures.setdefault(key, {})
            for side, counts in sides.items():
                kept = mine.setdefault(side, {})
                for name, count in counts.items():
                    kept[name] = kept.get(name, 0) + count


@dataclass(frozen=True, slots=True)
class Question:
    """A draft and a period: what would have come out?"""

    company_id: UUID
    draft: Policy
    version_id: UUID
    within: tuple[datetime, datetime]
    imports: bool = False


class Trial:
    """Both books made ready for folding cases; one per process and question.

    Only the clocks of the tried policy are folded: those of the others look at nothing of it, and come out the same.
    """

    def __init__(self, question: Question, life: Ruling, *, everything: bool = False, whole: bool = False) -> None:
        """`everything`: tell of every deadline, not only of those that come out otherwise. `whole`: fold all regulations."""
        self.question = question
        self.everything = everything
        self.life = life
        self.draft = replace(life, book=under(life.book, question.draft, question.version_id))
        words = words_of([self.life.book, self.draft.book])
        policy = "" if whole else question.draft.name
        self.timetables: dict[str, Timetable] = {
            LIFE: timetable(self.life.book, policy),
            DRAFT: timetable(self.draft.book, policy),
        }
        self.shared = alike(self.timetables[LIFE], self.timetables[DRAFT])
        self.calendars = Calendars(life.calendars)
        self.wire = Wire(words)
        self.codes = Codebook(words)

    def candidates(self, *, at: datetime, after: UUID = queries.NO_CASE) -> Ids:
        """The cases to look at, the ones after a case, as far as they were recorded by `at`."""
        asked = self.question
        return queries.candidates(asked.company_id, asked.within, at=at, imports=asked.imports, after=after)

    def look(self, ids: Ids, *, at: datetime) -> Seen:
        """Fold some cases (in the order of their ids) under both books and compare."""
        seen = Seen(looked=ids.size, last=ids.one(ids.size - 1))
        owners = queries.owners(self.question.company_id, ids, imports=self.question.imports)
        if owners is None:
            return seen
        raw = queries.entries(self.question.company_id, owners, self.wire, at=at)
        placed, size = owners.ids.places(raw.case), owners.ids.size
        chosen = within(raw, placed, size, self.question.within)
        if not chosen.size:
            return seen
        owners, placed = owners.take(chosen), among(placed, size, chosen)
        as_of = np.where(owners.imported > 0, FAR, micros(at))
        laid = lay(raw, placed, owners.ids, as_of, self.codes, self._loading(owners, at))
        life = column_fold(laid, self.timetables[LIFE], self.life, self.calendars)
        known = {ref: life.tables[ref] for ref, since in self.shared.items() if _all_since(laid, since)}
        draft = column_fold(laid, self.timetables[DRAFT], self.draft, self.calendars, known)
        seen.cases, seen.by_steps = laid.cases, int((life.by_steps | draft.by_steps).sum())
        groups, group = _groups(owners, self.question.company_id)
        counted: dict[int, Tally] = {}
        for side, folded in ((LIFE, life), (DRAFT, draft)):
            for ref, table in folded.tables.items():
                # What both books say alike is one table, and counted once.
                mine = counted.get(id(table)) or tally(table, laid, group, self.question.within)
                counted[id(table)] = mine
                for place, counts in mine.items():
                    seen.figures.setdefault((ref, groups[place]), {})[side] = {**counts}
        found = list(differences(life, draft, laid, self.question.within, everything=self.everything))
        for item in found:
            kinds = np.bincount(group[laid.case[item.start]] * len(KINDS) + item.kind)
            for code in np.flatnonzero(kinds).tolist():
                place, kind = divmod(code, len(KINDS))
                sides = seen.figures.setdefault((item.ref, groups[place]), {})
                sides.setdefault(DRAFT, {})[KINDS[kind]] = int(kinds[code])
        if found:
            seen.changes.append(_changes(found, laid, owners))
            seen.changed = seen.changes[0].size
        return seen

    def _loading(self, owners: queries.Owners, at: datetime) -> Load:
        def load(places: Sequence[int]) -> dict[int, list[Happening]]:
            of = {owners.ids.one(place): place for place in places}
            found: dict[int, list[Happening]] = {place: [] for place in places}
            for case_id, _dossier, happening in clocks.happenings(list(of), owners.since):
                if happening.recorded_at <= at:
                    found[of[case_id]].append(happening)
            return found

        return load


def parts(ids: Ids, size: int) -> Iterator[Ids]:
    """Ids in batches."""
    for place in range(0, ids.size, size):
        yield ids.take(slice(place, place + size))


def _all_since(laid: Columns, since: int) -> bool:
    return not laid.judged.size or int(laid.judged.min()) >= since


def _groups(owners: queries.Owners, company_id: UUID) -> tuple[list[Group], Ints]:
    """Dealers and teams that occur together, and the place of each case's pair."""
    columns = (owners.teams.low, owners.teams.high, owners.dealers.low, owners.dealers.high)
    order = np.lexsort(columns)
    pairs = np.stack(columns[::-1], axis=1)[order]
    first = np.ones(order.size, np.bool_)
    first[1:] = (pairs[1:] != pairs[:-1]).any(axis=1)
    group = np.empty(order.size, np.int64)
    group[order] = np.cumsum(first) - 1
    found: list[Group] = []
    for a, b, c, d in pairs[first].tolist():
        dealer, team = UUID(int=a << 64 | b), UUID(int=c << 64 | d)
        found.append((None if dealer == company_id else dealer, None if team == queries.NO_CASE else team))
    return found, group


def _changes(found: list[Differences], laid: Columns, owners: queries.Owners) -> Changes:
    start = np.concatenate([item.start for item in found])
    case = laid.case[start]

    def joined(name: str) -> Ints:
        return np.concatenate([getattr(item, name) for item in found])

    return Changes(
        refs=[item.ref for item in found],
        ref=np.repeat(np.arange(len(found)), [item.start.size for item in found]),
        case=owners.ids.take(case),
        start=laid.ids.take(start),
        started=laid.at[start],
        team=owners.teams.take(case),
        **{name: joined(name) for name in ("round", "kind", "life", "life_due", "draft", "draft_due")},
    )


def derivations(row: Replay, change: ReplayChange, *, actor: Actor) -> list[Explanation | None]:
    """How a changed deadline is counted as it was and under the draft; None on the side that does not open it."""
    with scoped(system(actor.company_id, book_revision=actor.book_revision)):
        roots = queries.roots(row.company_id, [change.case_id], imports=True)
        [history] = queries.histories(roots, at=row.as_of)
        trial = Trial(question_of(row), clocks.ruling(system(actor.company_id)))
    found: list[Explanation | None] = []
    for book in (trial.life, trial.draft):
        case = fold(change.case_id, history.happenings, book, history.as_of(row.as_of))
        mine = (d for d in case.deadlines.values() if d.ref == change.ref and d.start_id == change.start_id)
        found.append(next(map(explain, mine), None))
    return found


def question_of(row: Replay) -> Question:
    """What a kept replay asks."""
    policy = loading.of_content(row.content)
    return Question(row.company_id, policy, row.version_id or version_id(policy), (row.since, row.until), row.imports)


def read(text: str) -> tuple[Policy, documents.Content]:
    """The policy of a file, checked as for publication.

    Refuses a text that does not load, and says where.
    """
    try:
        document = loading.read(text)
        problems = checking.check(document, SUBJECTS)
        if not problems:
            return loading.build(document), document.content
    except documents.PolicyError as error:
        problems = error.problems
    raise Refused(
        _("The text cannot be loaded: %(problems)s") % {"problems": "; ".join(map(str, problems))},
        code="policy_wrong",
        places=[problem.place() for problem in problems],
    )


def version_id(policy: Policy) -> UUID:
    """An id for a text that is no version of the company: the same text has the same."""
    return uuid5(_NAMESPACE, policy.hash)


def period(company_id: UUID, first: date, last: date) -> tuple[datetime, datetime]:
    """From the first day's beginning to the last day's end where the company is.

    Refuses a period that ends before it begins.
    """
    if last < first:
        raise Refused(_("The period ends before it begins."), code="period_backwards")
    zone = ZoneInfo(Company.objects.values_list("time_zone", flat=True).get(pk=company_id))
    return (
        datetime.combine(first, time.min, zone),
        datetime.combine(last + timedelta(days=1), time.min, zone),
    )
