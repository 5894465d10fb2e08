"""The small cast of these tests: a company with a dealer, people with roles, a case, a book with consequences."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from nuoda.engine.rulebook.pure.book import Book, Tenure
from nuoda.engine.rulebook.pure.policies import Clause, Policy
from nuoda.engine.rulebook.pure.rules import ConsequenceRule
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.events import event
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.journal.actions import dossiers
from nuoda.foundation.journal.actions.entries import record
from nuoda.foundation.journal.models import Dossier, Entry
from nuoda.foundation.journal.pure import kinds
from nuoda.foundation.orgs.models import Company, Dealer, Membership, Person

AT = datetime(2026, 11, 21, 6, 5, tzinfo=UTC)
kinds.register("notices_case", prefix="NC", label="case")


@event("notices_test.happened")
class Happened:
    """Something happened that a clause wants told."""

    technician: UUID | None = None
    promised_at: datetime | None = None


@event("notices_test.ignored")
class Ignored:
    """Something happened that no clause speaks of."""


@event("notices_test.missed")
class Unused:
    """Not told by anything."""


RULES = (
    ConsequenceRule("manager", "notices_test.happened", tell=("service_manager",), template="ticket_urgent"),
    ConsequenceRule("person", "notices_test.happened", tell=("assignee",), template="work_order_dispatched"),
    ConsequenceRule("customer", "notices_test.happened", tell=("customer_contact",), template="ticket_promised"),
)


def book_of(rules: tuple[ConsequenceRule, ...]) -> Book:
    """A book with one clause that carries the rules."""
    words = {"zh-hans": "条", "zh-hant": "條", "en": "clause"}
    clause = _made(Clause, id="TS-1", rules=rules, text=words)
    policy = _made(Policy, name="test", code="TS", version="1.0", clauses=(clause,), title=words)
    return Book([Tenure(new_id(), policy, datetime(2020, 1, 1, tzinfo=UTC), None)])


def _made(cls: Any, **values: Any) -> Any:
    """A dataclass with the given values and empty ones for the rest of its fields."""
    from dataclasses import MISSING, fields

    blank: dict[str, Any] = {}
    for item in fields(cls):
        if item.name in values or item.default is not MISSING or item.default_factory is not MISSING:
            continue
        kind = str(item.type)
        blank[item.name] = (
            () if "tuple" in kind else {} if "Mapping" in kind or "Text" in kind else "" if "str" in kind else None
        )
    return cls(**values, **blank)


class Cast:
    """Made inside a test with a database; leaves the connection without scope."""

    def __init__(self) -> None:
        self.company = Company.objects.create(name="诺达机械", created_at=AT)
        self.system = system(self.company.id)
        self.dealer = Dealer.objects.create(company_id=self.company.id, code="D1", name="苏州店")
        self.other_dealer = Dealer.objects.create(company_id=self.company.id, code="D2", name="无锡店")
        self.customer_id = new_id()
        self.manager = self.person("王经理", "service_manager")
        self.dealer_manager = self.person("陈店长", "service_manager", dealer=self.dealer)
        self.technician = self.person("李工", "technician", dealer=self.dealer)
        self.contact = self.person("赵先生", "customer_contact", customer_id=self.customer_id)
        self.admin = self.person("管理员", "system_admin")
        with scoped(self.system):
            self.case: Dossier = self.open("主轴异响", dealer_id=self.dealer.id)

    def open(self, title: str, *, dealer_id: UUID | None = None) -> Dossier:
        return dossiers.open(
            kind="notices_case",
            actor=self.system,
            at=AT,
            title=title,
            dealer_id=dealer_id,
            customer_id=self.customer_id,
        )

    def person(self, name: str, role: str, **more: Any) -> Person:
        row = Person.objects.create(
            company_id=self.company.id, name=name, email=f"{new_id().hex[-6:]}@example.com", created_at=AT, **more
        )
        Membership.objects.create(
            company_id=self.company.id, person=row, role=role, since=datetime(2020, 1, 1, tzinfo=UTC)
        )
        return row

    def actor(self, person: Person, role: str, reach: str = "company") -> Actor:
        return Actor(
            company_id=self.company.id, person_id=person.id, name=person.name, roles=frozenset({role}),
            reach=reach, dealer_id=person.dealer_id, customer_id=person.customer_id,  # type: ignore[arg-type]
        )  # fmt: skip

    def happen(
        self, dossier: Dossier | None = None, *, at: datetime = AT, actor: Actor | None = None, **fields: Any
    ) -> Entry:
        return record(Happened(**fields), dossier=dossier or self.case, actor=actor or self.system, at=at)
