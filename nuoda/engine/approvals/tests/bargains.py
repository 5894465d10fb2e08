"""A made-up subject for the tests of this room: a bargain with an amount, and a book that puts it under approval."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.engine.rulebook.pure.facts import FactType, Subject, register
from nuoda.engine.rulebook.pure.rules import ApprovalRule, ApprovalStep, BoundRule
from nuoda.engine.states.pure.machines import Machine, Move, State
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.journal.actions import dossiers
from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.journal.pure import kinds
from nuoda.foundation.orgs.models import Person
from nuoda.foundation.orgs.tests import factories

from .. import queries
from ..actions import approvals, decisions
from ..models import Approval, Step
from ..pure import matters
from ..pure.contents import Content, Row

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Monday 09:00 in Shanghai."""
MATTER = "bargain_settlement"

kinds.register("bargain", prefix="XB", label="bargain")
register(
    Subject(
        "bargain",
        {"en": "bargain"},
        {"amount_fen": FactType("int", {"en": "amount"}), "state": FactType("text", {"en": "state"})},
        ("settle",),
    )
)
BARGAIN = Machine(
    "bargain",
    states=[State("proposed", "proposed", "info"), State("settled", "settled", "kept")],
    moves=[Move("propose", (None,), "proposed"), Move("settle", ("proposed",), "settled")],
)


@dataclass
class World:
    """The bargains there are (amount by dossier), what the effects did, and the rules in force."""

    amounts: dict[UUID, int] = field(default_factory=dict)
    done: list[tuple[str, UUID]] = field(default_factory=list)
    rules: list[ApprovalRule] = field(default_factory=list)

    def approvals_for(self, subject: str, verb: str, moment: datetime) -> tuple[BoundRule, ...]:
        return tuple(
            BoundRule(new_id(), "MN", "1.0", "LC-3.4", rule)
            for rule in self.rules
            if (rule.subject, rule.verb) == (subject, verb)
        )

    def value(self, name: str, moment: datetime, kind: type[Any]) -> Any:
        return {
            "approval_ladder": ("service_manager", "director"),
            "approval_ladder_below_top": ("quality_supervisor", "department_head"),
        }[name]


WORLD = World()


def _content(about: UUID, actor: Actor) -> Content:
    amount = WORLD.amounts[about]
    return Content({"amount_fen": amount, "state": "proposed"}, (Row("金额", amount, "money"),))


def rule(*steps: ApprovalStep, over: int = 50_000, **more: Any) -> ApprovalRule:
    return ApprovalRule("settlement", "bargain", "settle", steps, when=f"amount_fen > {over}", **more)


TWO_STEPS = (
    ApprovalStep("service_manager", within=Duration.parse("4 h")),
    ApprovalStep("director", when="amount_fen > 500000"),
)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """An empty world with the two-step rule in force."""
    WORLD.amounts.clear()
    WORLD.done.clear()
    WORLD.rules = [rule(*TWO_STEPS)]
    monkeypatch.setattr(queries, "rulebook", SimpleNamespace(book=lambda who: WORLD))
    matters.register_subject(
        MATTER,
        subject="bargain",
        verb="settle",
        label="settlement",
        content=_content,
        may_ask=lambda about, actor: not actor.has("quality_supervisor"),
        on_approved=lambda row, actor, at: WORLD.done.append(("approved", row.about_id)),
        on_rejected=lambda row, actor, at: WORLD.done.append(("rejected", row.about_id)),
    )
    yield WORLD
    matters._matters.pop(MATTER)


@contextmanager
def as_(someone: Person, at: datetime = AT) -> Iterator[Actor]:
    """A transaction of somebody at a moment."""
    actor = factories.actor(someone, at)
    with scoped(actor):
        yield actor


def bargain(someone: Person, amount: int) -> Dossier:
    with as_(someone) as actor:
        row = dossiers.open(
            kind="bargain",
            title="和解：液压泵漏油",
            actor=actor,
            at=AT,
            dealer_id=someone.dealer_id,
            customer_id=new_id(),
        )
    WORLD.amounts[row.pk] = amount
    return row


def submitted(someone: Person, amount: int, *, at: datetime = AT, **more: Any) -> Approval:
    about = bargain(someone, amount)
    with as_(someone, at) as actor:
        return approvals.submit(matter=MATTER, about=about, actor=actor, at=at, **more)


def say(verb: str, row: Approval, someone: Person, at: datetime = AT, **more: Any) -> Approval:
    """A decision of somebody."""
    with as_(someone, at) as actor:
        return getattr(decisions, verb)(approval_id=row.pk, actor=actor, at=at, **more)


def chain(row: Approval) -> list[tuple[str, str, list[str]]]:
    """Role, state and names of each step of the current round, read as the system."""
    with scoped(Actor(company_id=row.company_id, reach="system")):
        row = Approval.objects.get(pk=row.pk)
        found = queries.steps(row)
        return [(step.role, step.state, [seat.person.name for seat in step.seats.all()]) for step in found]


def state(row: Approval) -> str:
    with scoped(Actor(company_id=row.company_id, reach="system")):
        return Approval.objects.values_list("state", flat=True).get(pk=row.pk)


def open_step(row: Approval) -> Step:
    with scoped(Actor(company_id=row.company_id, reach="system")):
        return Step.objects.get(approval=row, state="open")
