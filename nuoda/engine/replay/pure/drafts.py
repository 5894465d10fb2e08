"""The book as it would be with a draft in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from nuoda.engine.clocks.pure.values import clock
from nuoda.engine.rulebook.pure.book import Book, Tenure
from nuoda.engine.rulebook.pure.conditions import uses
from nuoda.engine.rulebook.pure.facts import subject_of
from nuoda.engine.rulebook.pure.policies import Policy
from nuoda.engine.rulebook.pure.revisions import same
from nuoda.engine.rulebook.pure.rules import BoundRule, ClockRule

from .columns import Vocabulary, vocabulary
from .timetable import Timetable

_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER = datetime.max.replace(tzinfo=UTC)


def under(book: Book, draft: Policy, version_id: UUID) -> Book:
    """The book with the draft in the place of every version of its policy, as if it had always been in force."""
    others = [tenure for tenure in book.tenures if tenure.policy.code != draft.code]
    return Book([*others, Tenure(version_id, draft, _ALWAYS)])


def timetable(book: Book, policy: str = "") -> Timetable:
    """The clocks of the book, or of one policy of it, as columns ask for them."""
    moments = sorted({m for tenure in book.tenures for m in (tenure.since, tenure.until) if m is not None})
    turns: dict[str, list[datetime]] = defaultdict(list)
    for revision in book.revisions(_ALWAYS, _NEVER):
        for ref in revision.turns:
            turns[ref].append(revision.at)
    editions = [
        (moment, [bound for bound in book.in_force(moment) if policy in ("", bound.policy)]) for moment in moments
    ]
    return Timetable.of(editions, turns)


def alike(life: Timetable, draft: Timetable) -> dict[str, int]:
    """Clocks that run alike in both, each with the moment since which life has had it: what began since comes out the same."""
    found: dict[str, int] = {}
    for ref, mine in life.clocks.items():
        theirs = draft.clocks.get(ref, ())
        editions = set().union(*(placed.editions for placed in mine))
        lasts = editions == set(range(min(editions), life.moments.size + 1))
        always = len(theirs) == 1 and theirs[0].editions == set(range(1, draft.moments.size + 1))
        if lasts and always and all(same(clock(placed.bound), clock(theirs[0].bound)) for placed in mine):
            found[ref] = int(life.moments[min(editions) - 1])
    return found


def words_of(books: Iterable[Book]) -> Vocabulary:
    """What the clocks of the books look at."""
    rules = [bound for book in books for tenure in book.tenures for bound in book.in_force(tenure.since)]
    return vocabulary(rules, _uses)


def _uses(bound: BoundRule, condition: str) -> Iterable[str]:
    rule = bound.rule
    if not isinstance(rule, ClockRule):
        return ()
    ending = condition == rule.end_when and condition != rule.when
    return uses(condition, subject_of(rule.end[0]) if ending else rule.subject)
