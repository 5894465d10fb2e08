"""A company with a small regulation of cadences, chores that happen, and the sweep at any moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import yaml

from nuoda.engine.clocks.actions import seeds
from nuoda.engine.duties.actions import sweeps
from nuoda.engine.duties.models import Obligation
from nuoda.engine.rulebook.models import Policy, PolicyVersion
from nuoda.engine.rulebook.pure import documents, facts
from nuoda.engine.rulebook.pure.facts import FactType, Subject
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.events import event
from nuoda.foundation.journal.actions import dossiers, entries
from nuoda.foundation.journal.models import Dossier, Entry
from nuoda.foundation.journal.pure import kinds
from nuoda.foundation.orgs.models import Company, Person
from nuoda.foundation.orgs.tests import factories

kinds.register("chore", prefix="XC", label="chore")
facts.register(
    Subject(
        "chore",
        {"zh-hans": "杂务", "zh-hant": "雜務", "en": "chore"},
        {"kind": FactType("text", {"zh-hans": "类型", "zh-hant": "類型", "en": "kind"})},
    )
)


@event("chore.done")
class ChoreDone:
    """A chore was done (tests only)."""


def moment(text: str) -> datetime:
    """A moment in Shanghai: '2026-03-06 17:50'."""
    return datetime.fromisoformat(text + "+08:00")


def say(text: str) -> dict[str, str]:
    return {"zh-hans": text, "zh-hant": text, "en": text}


def policy(*clauses: dict[str, Any], version: str = "1.0") -> str:
    """A regulation with these clauses, as a file."""
    roles = ("agent", "service_manager", "quality_supervisor", "director", "dealer_manager", "technician")
    content = {
        "policy": "chores", "code": "XX", "version": version, "effective": "2026-01-01", "title": say("杂务制度"),
        "department": say("后勤"), "scope": say("全部"), "note": say("初版"),
        "roles": [{"code": code, "name": say(code)} for code in roles], "definitions": [],
        "clauses": list(clauses),
    }  # fmt: skip
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def clause(*rules: dict[str, Any], id: str = "XX-1", **more: Any) -> dict[str, Any]:
    return {
        "id": id, "section": "1", "text": say("按时做好杂务。"), "source": "杂务制度 1", "binds": ["agent"], "rules": list(rules),
        **more,
    }  # fmt: skip


def cadence(key: str = "chores", every: str = "month", owner: str = "service_manager", **more: Any) -> dict[str, Any]:
    return {"cadence": key, "every": every, "duty": say("做杂务"), "owner": owner, **more}


@dataclass
class Office:
    cast: factories.Cast
    versions: dict[str, UUID] = field(default_factory=dict)

    @property
    def company_id(self) -> UUID:
        return self.cast.company.pk

    @property
    def keeper(self) -> Actor:
        return system(self.company_id)

    def adopt(self, text: str, since: str) -> None:
        """Put a regulation into force, in the place of its earlier version."""
        content = documents.parse(text).content
        at = moment(since)
        with scoped(self.keeper):
            row, _ = Policy.objects.get_or_create(company_id=self.company_id, name=content["policy"], code="XX")
            PolicyVersion.objects.filter(policy=row, in_force_until=None).update(in_force_until=at, status="retired")
            made = PolicyVersion.objects.create(
                company_id=self.company_id, policy=row, version=content["version"], content=content,
                hash=documents.digest(content), effective_date=date(2026, 1, 1), status="in_force", made_at=at,
                published_at=at, in_force_from=at,
            )  # fmt: skip
            self.versions[content["version"]] = made.pk
        company = Company.objects.get(pk=self.company_id)
        Company.objects.filter(pk=self.company_id).update(book_revision=company.book_revision + 1000)

    def actor(self, who: Person) -> Actor:
        return factories.actor(who)

    def sweep(self, at: str) -> sweeps.Swept:
        return sweeps.sweep(self.company_id, at=moment(at))

    def chore(
        self,
        at: str,
        *,
        recorded: str = "",
        who: Person | None = None,
        dealer_id: UUID | None = None,
        kind: str = "floor",
    ) -> Entry:
        """Something is done; it is learned when it happens, or later."""
        known = moment(recorded or at)
        actor = self.actor(who or self.cast.lin)
        with scoped(self.keeper):
            dossier = dossiers.open(
                kind="chore", title="杂务", actor=self.keeper, at=known, dealer_id=dealer_id, opened_at=moment(at)
            )
            if actor.person_id is not None:
                dossiers.share(dossier, person_id=actor.person_id, at=known)
        with scoped(actor):
            return entries.record(
                ChoreDone(),
                dossier=dossier,
                actor=actor,
                at=known,
                happened_at=moment(at),
                facts={"kind": kind} if kind else {},
            )

    def duties(self, **fields: Any) -> list[Obligation]:
        with scoped(self.keeper):
            rows = Obligation.objects.filter(company_id=self.company_id, **fields).select_related("dossier")
            return list(rows.order_by("period_start", "unit_name", "ref"))

    def only(self, **fields: Any) -> Obligation:
        (row,) = self.duties(**fields)
        return row

    def entries(self, type_: str) -> list[Entry]:
        with scoped(self.keeper):
            return list(Entry.objects.filter(company_id=self.company_id, type=type_).order_by("happened_at", "id"))

    def dossier(self, number: str) -> Dossier:
        with scoped(self.keeper):
            return Dossier.objects.get(number=number)


def office(*clauses: dict[str, Any], since: str = "2026-03-01 00:00") -> Office:
    """The cast with a regulation in force since a moment, and working calendars."""
    own = Office(factories.cast())
    Company.objects.filter(pk=own.company_id).update(created_at=moment(since) - timedelta(days=1))
    with scoped(own.keeper):
        seeds.seed(own.company_id)
    if clauses:
        own.adopt(policy(*clauses), since)
    return own
