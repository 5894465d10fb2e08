"""试算: cases folded under two books, batch by batch. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import numpy as np
from django.utils.translation import gettext as _

from nuoda.engine.clocks import queries as clocks
from nuoda.engine.clocks.pure.explaining import Explanation, explain
from nuoda.engine.clocks.pure.fold import fold
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
from ..pure.columnfold import Folded, column_fold
from ..pure.columns import Columns, Vocabulary, columns
from ..pure.comparing import DRAFT, LIFE, Counts, Difference, differences, tally
from ..pure.drafts import timetable, under, words_of
from ..pure.timetable import Calendars, Timetable

BATCH = 500
"""Cases read and folded at once: about 20 MB, and what a stop in the middle has to repeat."""
_NAMESPACE = UUID("5b8f2a3e-41a5-4f0a-9d0e-0a6a3d2f7c11")

Group = tuple[UUID | None, UUID | None]
"""Dealer and team of a case; None is the company itself, and nobody's team."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A deadline that comes out otherwise, with its case."""

    case: queries.Root
    start_id: UUID
    started_at: datetime
    team_id: UUID | None
    difference: Difference


@dataclass(slots=True)
class Seen:
    """What a batch of cases showed."""

    cases: int = 0
    by_steps: int = 0
    """Cases of which a clock was folded step by step."""
    last: UUID = queries.NO_CASE
    figures: dict[tuple[str, Group], dict[str, Counts]] = field(default_factory=dict)
    """By clock and group: how many deadlines are in which state, in life and under the draft."""
    changed: list[Changed] = field(default_factory=list)

    def add(self, other: Seen) -> None:
        """Take in the figures of another batch; the changed deadlines stay with their batch."""
        self.cases += other.cases
        self.by_steps += other.by_steps
        self.last = other.last
        for key, sides in other.figures.items():
            mine = self.figures.setdefault(key, {})
            for side, counts in sides.items():
                kept = mine.setdefault(side, {})
                for state, count in counts.items():
                    kept[state] = kept.get(state, 0) + count


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

    def __init__(self, question: Question, life: Ruling, *, everything: bool = False) -> None:
        self.question = question
        self.everything = everything
        """Tell of every deadline, not only of those that come out otherwise."""
        self.life = life
        self.draft = replace(life, book=under(life.book, question.draft, question.version_id))
        self.words: Vocabulary = words_of([self.life.book, self.draft.book])
        self.timetables: dict[str, Timetable] = {
            LIFE: timetable(self.life.book, question.draft.name),
            DRAFT: timetable(self.draft.book, question.draft.name),
        }
        self.calendars = Calendars(life.calendars)

    def batches(self, *, at: datetime, after: UUID = queries.NO_CASE, batch: int = BATCH) -> Iterator[Seen]:
        """Look at the cases of the period, the next ones after a case; one batch after the other, judged as of `at`."""
        question = self.question
        while roots := queries.cases(
            question.company_id, question.within, imports=question.imports, after=after, limit=batch
        ):
            yield self.look(roots, at=at)
            after = roots[-1].id

    def look(self, roots: list[queries.Root], *, at: datetime) -> Seen:
        """Fold the cases under both books and compare."""
        histories = queries.histories(roots)
        laid = columns([(history.happenings, history.as_of(at)) for history in histories], self.words)
        life = column_fold(laid, self.timetables[LIFE], self.life, self.calendars)
        draft = column_fold(laid, self.timetables[DRAFT], self.draft, self.calendars)
        teams = queries.teams([root.id for root in roots])
        owners: list[Group] = [(history.root.dealer_id, teams[history.root.id]) for history in histories]
        seen = Seen(cases=laid.cases, by_steps=int((life.by_steps | draft.by_steps).sum()), last=roots[-1].id)
        self._count(seen, laid, {LIFE: life, DRAFT: draft}, owners)
        for difference in differences(life, draft, laid, self.question.within, everything=self.everything):
            case = int(laid.case[difference.start])
            start = laid.happenings(case)[difference.start - int(laid.first[case])]
            changed = Changed(histories[case].root, start.id, start.happened_at, owners[case][1], difference)
            seen.changed.append(changed)
        return seen

    def _count(self, seen: Seen, laid: Columns, sides: dict[str, Folded], owners: list[Group]) -> None:
        groups = list(dict.fromkeys(owners))
        places = {group: place for place, group in enumerate(groups)}
        group = np.array([places[owner] for owner in owners], np.int64)
        for side, folded in sides.items():
            for (ref, place), counts in tally(folded, laid, group, self.question.within).items():
                seen.figures.setdefault((ref, groups[place]), {})[side] = counts


def derivations(row: Replay, change: ReplayChange, *, actor: Actor) -> list[Explanation | None]:
    """How a changed deadline is counted as it was and under the draft; None on the side that does not open it."""
    with scoped(system(actor.company_id, book_revision=actor.book_revision)):
        [history] = queries.histories(queries.roots(row.company_id, [change.case_id], imports=True))
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
