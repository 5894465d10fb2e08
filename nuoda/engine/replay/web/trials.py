"""What pages and forms of replays and shadow runs have in common: the way back, and the two sides beside each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuoda.engine.rulebook import queries as rulebook
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.ui.web.pages import Crumb, Page

from .. import queries
from ..models.replays import Trial
from ..pure.charts import bars
from ..queries import Counts
from . import words


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the two ways to try a text, with its addresses."""

    label: Any
    menu: str
    listed: str
    shown: str
    find: Callable[[Actor, UUID], Any]

    def crumb(self) -> Crumb:
        return Crumb(self.label, reverse(self.listed))

    def url(self, row: Trial) -> str:
        return reverse(self.shown, args=[row.pk])

    def crumbs(self, row: Trial) -> list[Crumb]:
        """The way to a page below one trial."""
        return [self.crumb(), Crumb(words.title(row), self.url(row))]


REPLAY = Kind(_("Replay"), "replays", "replay:replays", "replay:replay", queries.replay)
SHADOW = Kind(_("Shadow runs"), "shadows", "replay:shadows", "replay:shadow", queries.shadow)

Clock = tuple[str, Counts, Counts, int]
"""A clock by its stable name, both sides, and how many of its deadlines come out otherwise."""


@dataclass(frozen=True, slots=True)
class Sum:
    """All deadlines of one side together."""

    opened: int
    missed: int
    share: float | None
    """Percent kept of those that came to a result; None where none did."""


def _sum(counts: Sequence[Counts]) -> Sum:
    kept, missed = sum(one.kept for one in counts), sum(one.missed for one in counts)
    return Sum(sum(one.opened for one in counts), missed, 100 * kept / (kept + missed) if kept + missed else None)


class TrialPage(Page):
    """What a trial found."""

    trial: Kind
    row: Any

    def get_title(self) -> Any:
        return words.title(self.row)

    def crumbs(self) -> list[Crumb]:
        return [self.trial.crumb()]

    def found(self, clocks: Sequence[Clock], cases: str, at: datetime) -> dict[str, Any]:
        """Both sides, in sum and by clock; `cases` is the address of the deadlines behind the numbers."""
        before = [rulebook.policy_of(version) for version in rulebook.in_force(self.actor, at)]
        labels = words.labels([words.policy_of(self.row), *before])
        return {
            "row": self.row,
            "heading": words.title(self.row),
            "adoption": words.adoption_url(self.row),
            "cannot_know": words.CANNOT_KNOW,
            "sums": [_sum([sides[1] for sides in clocks]), _sum([sides[2] for sides in clocks])],
            "clauses": [
                {
                    "ref": ref,
                    "clause": ref.partition("/")[0],
                    "label": labels.get(ref, ref),
                    "life": life,
                    "draft": draft,
                    "changed": changed,
                    "url": f"{cases}?clause={ref}",
                }
                for ref, life, draft, changed in clocks
            ],
            "chart": bars(
                [(words.called(ref, labels), life.missed, draft.missed) for ref, life, draft, _changed in clocks]
            ),
        }
