"""Who must approve: the chain of people that rules, facts and the organisation give, with the reason of every step.

Plain values in, plain values out; the same function plans the chain, explains it before anything is submitted, and is
tested against random companies.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.engine.rulebook.pure.rules import ApprovalRule, ApprovalStep

Holds = Callable[[str, Mapping[str, object]], bool]
"""Whether a condition holds for the facts of the subject."""
Mode = Literal["any", "all"]

HEAD = "department_head"
"""A role nobody holds: whoever heads the submitter's department, or the next department above that has a head."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """Who decides in somebody's place when a step says 'up': roles from the lowest rung to the highest, and those that stand directly
    below the highest (LC-3.4)."""

    rungs: tuple[str, ...]
    below_top: frozenset[str] = frozenset()

    def above(self, role: str) -> str | None:
        """The next higher role; above the highest rung there is nobody."""
        if role in self.rungs:
            place = self.rungs.index(role) + 1
            return self.rungs[place] if place < len(self.rungs) else None
        return self.rungs[-1] if role in self.below_top else self.rungs[0]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An active person as chains see him; `dealer` None: of the company itself."""

    id: UUID
    name: str
    roles: frozenset[str]
    dealer: UUID | None = None
    department: UUID | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A department, its parent and its head."""

    id: UUID
    parent: UUID | None = None
    head: UUID | None = None


@dataclass(frozen=True, slots=True)
class Staff:
    """The organisation at one moment."""

    people: tuple[Candidate, ...]
    departments: tuple[Unit, ...] = ()

    def find(self, person: UUID | None) -> Candidate | None:
        return next((item for item in self.people if item.id == person), None)


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule that asks for approval, with the clause it comes from."""

    rule: ApprovalRule
    clause: str
    ref: str


@dataclass(frozen=True, slots=True)
class Note:
    """One reason in an explanation: `code` is worded by the web room, `role` and `other` are role codes."""

    code: Literal["asked", "condition", "own", "barred", "raised", "empty", "skipped", "covered"]
    role: str = ""
    other: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """One step of a chain. `people` decide: one of them (`any`) or each (`all`); nobody when it is skipped."""

    role: str
    of: str
    mode: Mode
    people: tuple[UUID, ...]
    within: Duration | None
    clause: str
    ref: str
    why: tuple[Note, ...]

    @property
    def skipped(self) -> bool:
        return not self.people


@dataclass(frozen=True, slots=True)
class Chain:
    """The steps in order, with those the book skips (they say why)."""

    steps: tuple[Planned, ...]

    @property
    def waiting(self) -> tuple[Planned, ...]:
        return tuple(step for step in self.steps if not step.skipped)

    @property
    def clauses(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(step.clause for step in self.steps))


class NoApprover(Exception):
    """The book forbids to go on: nobody may decide the step. `own`: only the submitter could. `barred`: only people who had a part in
    what is to be approved. `people` hold the role that would decide, `why` is how it came to this."""

    def __init__(
        self,
        role: str,
        clause: str,
        *,
        own: bool,
        barred: bool = False,
        people: tuple[UUID, ...] = (),
        why: tuple[Note, ...] = (),
    ) -> None:
        super().__init__(f"{clause}: nobody to approve as {role}")
        self.role, self.clause, self.own, self.barred, self.people, self.why = role, clause, own, barred, people, why


def needed(asked: Sequence[Asked], facts: Mapping[str, object], holds: Holds) -> tuple[Asked, ...]:
    """The rules that apply to the facts and have at least one step that does."""
    return tuple(
        item
        for item in asked
        if holds(item.rule.when, facts) and any(holds(step.when, facts) for step in item.rule.steps)
    )


def resolve(
    asked: Sequence[Asked],
    facts: Mapping[str, object],
    staff: Staff,
    *,
    submitter: UUID | None,
    dealer: UUID | None,
    holds: Holds,
    ladder: Ladder,
    barred: frozenset[UUID] | None = None,
) -> Chain:
    """The chain of all rules that apply, in their order.

    The submitter is never asked, nor is anybody who is `barred` (he had a part in what is to be approved). Where others hold the
    same seat, they decide; where there is nobody else, the rule's `if_self` says what happens, and `if_empty` where nobody holds it
    at all: refuse (raises NoApprover), skip the step, or up (the next higher role, as far as there is one). Where a matter bars people
    (`barred` is not None), a chain in which nobody is left to decide is refused, whatever it may skip. A raised step that asks exactly
    those whom a later step of the chain asks is covered by it.
    """
    steps: list[Planned] = []
    for item in needed(asked, facts, holds):
        for step in item.rule.steps:
            if holds(step.when, facts):
                steps.append(_step(item, step, staff, submitter, dealer, ladder, barred or frozenset()))
    chain = Chain(tuple(_covered(step, steps[index + 1 :]) for index, step in enumerate(steps)))
    if barred is not None and not chain.waiting:
        for last in reversed(chain.steps):
            if any(note.code in ("own", "barred") for note in last.why):
                people = _holders(last.role, last.of, staff, submitter, dealer, set())
                raise NoApprover(last.role, last.clause, own=False, barred=True, people=people, why=last.why)
    return chain


def _step(
    item: Asked,
    step: ApprovalStep,
    staff: Staff,
    submitter: UUID | None,
    dealer: UUID | None,
    ladder: Ladder,
    barred: frozenset[UUID],
) -> Planned:
    why = [Note("asked", role=step.role)]
    if step.when != "true":
        why.append(Note("condition", text=step.when))
    role, rule = step.role, item.rule
    climbed: set[UUID] = set()
    while True:
        holders = _holders(role, step.of, staff, submitter, dealer, climbed)
        others = tuple(person for person in holders if person != submitter and person not in barred)
        if others:
            return Planned(role, step.of, step.mode, others, step.within, item.clause, item.ref, tuple(why))
        own, shut = set(holders) <= {submitter} and bool(holders), bool(holders)
        why.append(Note("own" if own else "barred" if shut else "empty", role=role))
        what = rule.if_self if shut else rule.if_empty
        higher = _above(role, staff, submitter, climbed, ladder)
        if what == "skip":
            why.append(Note("skipped", role=role))
            return Planned(role, step.of, step.mode, (), step.within, item.clause, item.ref, tuple(why))
        if what == "refuse" or higher is None:
            raise NoApprover(role, item.clause, own=own, barred=shut and not own, people=holders, why=tuple(why))
        why.append(Note("raised", role=role, other=higher))
        role = higher


def _holders(
    role: str, of: str, staff: Staff, submitter: UUID | None, dealer: UUID | None, climbed: set[UUID]
) -> tuple[UUID, ...]:
    if role == HEAD:
        head = _head(staff, submitter, climbed)
        return (head,) if head else ()
    holders = [person for person in staff.people if role in person.roles]
    if of == "dealer" and dealer is not None:
        own = tuple(person.id for person in holders if person.dealer == dealer)
        # A dealer's step that has climbed beyond the dealer's own roles is decided in the company.
        return own or tuple(person.id for person in holders if person.dealer is None)
    company = [person for person in holders if person.dealer is None]
    if of == "department":
        asker = staff.find(submitter)
        within = _line(staff, asker.department if asker else None)
        return tuple(person.id for person in company if person.department in within)
    return tuple(person.id for person in company)


def _line(staff: Staff, department: UUID | None) -> tuple[UUID, ...]:
    """A department and those above it, nearest first; a cycle in the data ends the walk."""
    units = {unit.id: unit for unit in staff.departments}
    line: list[UUID] = []
    while department in units and department not in line:
        line.append(department)
        department = units[department].parent
    return tuple(line)


def _head(staff: Staff, submitter: UUID | None, climbed: set[UUID]) -> UUID | None:
    asker = staff.find(submitter)
    units = {unit.id: unit for unit in staff.departments}
    active = {person.id for person in staff.people}
    for department in _line(staff, asker.department if asker else None):
        head = units[department].head
        if department not in climbed and head in active:
            return head
    return None


def _above(role: str, staff: Staff, submitter: UUID | None, climbed: set[UUID], ladder: Ladder) -> str | None:
    """The next higher role. A head who is the submitter himself is followed by the head of the department above."""
    if role == HEAD:
        asker = staff.find(submitter)
        units = {unit.id: unit for unit in staff.departments}
        for department in _line(staff, asker.department if asker else None):
            if department not in climbed and units[department].head == submitter:
                climbed.add(department)
        if _head(staff, submitter, climbed) is not None:
            return HEAD
    return ladder.above(role)


def successors(
    role: str, staff: Staff, *, besides: Collection[UUID], dealer: UUID | None, ladder: Ladder
) -> tuple[UUID, ...]:
    """Who decides in the place of somebody who holds a role no more: those who hold it now (at his dealer, else in the company),
    or the next higher one that anybody holds; none of `besides`."""
    held: str | None = role
    while held is not None:
        people = [person for person in staff.people if held in person.roles and person.id not in besides]
        own = tuple(person.id for person in people if dealer is not None and person.dealer == dealer)
        found = own or tuple(person.id for person in people if person.dealer is None)
        if found:
            return found
        held = ladder.above(held)
    return ()


def _covered(step: Planned, later: Sequence[Planned]) -> Planned:
    raised = any(note.code == "raised" for note in step.why)
    for other in later:
        if raised and not other.skipped and set(other.people) == set(step.people) and other.mode == step.mode:
            return replace(step, people=(), why=(*step.why, Note("covered", role=step.role, other=other.role)))
    return step


def finished(mode: Mode, asked: int, approved: int) -> bool:
    """Whether a step with so many people asked is approved by so many of them."""
    return approved >= (1 if mode == "any" else asked)
