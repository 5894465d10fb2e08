"""A company whose rulebook is made of plain values, with dossiers, actors and events, for tests with a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from nuoda.engine.clocks import queries
from nuoda.engine.clocks.reactions import move_the_clocks
from nuoda.engine.rulebook.models import Policy, PolicyVersion
from nuoda.engine.rulebook.pure.book import NotInForce
from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.engine.rulebook.pure.revisions import Revision
from nuoda.engine.rulebook.pure.rules import BoundRule, ClockRule
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.events import event
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.journal.actions import dossiers, entries
from nuoda.foundation.journal.models import Dossier, Entry
from nuoda.foundation.journal.pure import kinds, subscriptions
from nuoda.foundation.orgs.tests import factories

from .worlds import Plain, book, moment

kinds.register("matter", prefix="XM", label="matter")


@event("matter.reported")
class Reported:
    """A matter was reported (tests only)."""


@event("matter.answered")
class Answered:
    """A matter was answered (tests only)."""


@event("matter.severity")
class Severity:
    """The severity of a matter changed (tests only)."""


@event("matter.paused")
class Paused:
    """Work on a matter stopped (tests only)."""

    reason: str


@event("matter.resumed")
class Resumed:
    """Work on a matter went on (tests only)."""


EVENTS: Mapping[str, type[Any]] = {
    "reported": Reported, "answered": Answered, "severity": Severity, "paused": Paused, "resumed": Resumed,
}  # fmt: skip


class LivingBook(Plain):
    """Plain rules, as the rulebook's compiled book offers them."""

    tolerance: Duration | None = None

    @property
    def tenures(self) -> list[Any]:
        return [SimpleNamespace(version_id=bound.version_id, since=since) for since, bound in self.rules]

    def revision(self, version_id: UUID) -> Revision | None:
        return next((found for found in self.turns if found.version_id == version_id), None)

    def definition(self, name: str, at: datetime) -> Duration:
        if name != queries.LATE or self.tolerance is None:
            raise NotInForce(name)
        return self.tolerance


@dataclass
class Shop:
    """A company with a book; `tell` records an event of a matter at a moment."""

    company_id: UUID
    book: LivingBook
    agent: Actor

    def open(self, at: str, *, actor: Actor | None = None, **more: Any) -> Dossier:
        who = actor or self.agent
        with scoped(who):
            return dossiers.open(kind="matter", actor=who, at=moment(at), **more)

    def tell(
        self,
        matter: Dossier,
        name: str,
        at: str,
        *,
        happened: str = "",
        actor: Actor | None = None,
        facts: Any = None,
        **data: Any,
    ) -> Entry:
        who = actor or self.agent
        with scoped(who):
            return entries.record(
                EVENTS[name](**data),
                dossier=matter,
                actor=who,
                at=moment(at),
                happened_at=moment(happened) if happened else None,
                facts=facts,
            )

    @property
    def system(self) -> Actor:
        return system(self.company_id)

    def entries(self, type_: str) -> list[Entry]:
        with scoped(self.system):
            return list(Entry.objects.filter(company_id=self.company_id, type=type_).order_by("happened_at", "id"))


def shop(monkeypatch: pytest.MonkeyPatch, *rules: ClockRule) -> Shop:
    company = factories.company()
    plain = LivingBook(book(*rules).rules)
    with scoped(system(company.pk)):
        policy = Policy.objects.create(company_id=company.pk, name="manual", code="MN")
        for version_id in {bound.version_id for _, bound in plain.rules}:
            # Version ids of the plain rules are fixed; each test has a company and a version of its own.
            own = new_id()
            PolicyVersion.objects.create(
                id=own, company_id=company.pk, policy=policy, version="1.0", content={}, hash="0" * 64,
                effective_date=date(2020, 1, 1), status="published", made_at=moment("2020-01-01 00:00"),
                published_at=moment("2020-01-01 00:00"),
            )  # fmt: skip
            plain.rules = [(since, _moved(b, version_id, own)) for since, b in plain.rules]
    monkeypatch.setattr(queries, "rulebook", SimpleNamespace(book=lambda who: plain))
    # What higher rooms make of misses is theirs to test.
    monkeypatch.setattr(subscriptions, "_subscribers", {"*": [move_the_clocks]})
    agent = Actor(company_id=company.pk, person_id=new_id(), roles=frozenset({"agent"}))
    return Shop(company.pk, plain, agent)


def _moved(bound: BoundRule, old: UUID, new: UUID) -> BoundRule:
    return replace(bound, version_id=new) if bound.version_id == old else bound
