"""Reads of approvals: who waits for whom, what was said, who would approve and why, and whether a verb is granted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from nuoda.engine.clocks import queries as clocks
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.actions import errors
from nuoda.engine.rulebook.models import ClauseError
from nuoda.engine.rulebook.pure.conditions import ConditionFailed, holds
from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.engine.rulebook.pure.rules import ApprovalRule, BoundRule
from nuoda.engine.states.actions.moves import Hold, Passed
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours, Refused
from nuoda.foundation.journal.models import Dossier, Remark
from nuoda.foundation.orgs.models import Delegation, Department, Person

from .models import Approval, Copy, Decision, Round, Seat, Step
from .pure.chains import Asked, Candidate, Chain, Holds, Ladder, NoApprover, Staff, Unit, needed, resolve
from .pure.contents import digest
from .pure.matters import MATTERS, Matter, matter_of

# -- lists


def waiting_for(actor: Actor, at: datetime) -> QuerySet[Approval]:
    """待我审批: approvals whose open step asks the actor, or somebody for whom he stands in now, and who has not said
    yes yet."""
    asked = Seat.objects.filter(_mine(actor, at), approval=OuterRef("pk"), step__state="open", approved_at=None)
    rows = (
        Approval.visible_to(actor, at=at).filter(Exists(asked), state="pending").exclude(submitter_id=actor.person_id)
    )
    return _listed(rows)


def submitted_by(actor: Actor) -> QuerySet[Approval]:
    """我发起的."""
    return _listed(Approval.visible_to(actor).filter(submitter_id=actor.person_id))


def decided_by(actor: Actor) -> QuerySet[Approval]:
    """已处理: where the actor has said something about somebody else's request."""
    said = Decision.objects.filter(approval=OuterRef("pk"), person=actor.person_id)
    return _listed(Approval.visible_to(actor).filter(Exists(said)).exclude(submitter_id=actor.person_id))


def copied_to(actor: Actor) -> QuerySet[Approval]:
    """抄送."""
    given = Copy.objects.filter(approval=OuterRef("pk"), person=actor.person_id)
    return _listed(Approval.visible_to(actor).filter(Exists(given)))


def all_visible(actor: Actor, at: datetime) -> QuerySet[Approval]:
    return _listed(Approval.visible_to(actor, at=at))


def of_case(case_id: UUID, actor: Actor) -> QuerySet[Approval]:
    """The approvals of a case that the actor may read, newest first."""
    return _listed(Approval.visible_to(actor).filter(case_id=case_id)).order_by("-submitted_at")


def _listed(rows: QuerySet[Approval]) -> QuerySet[Approval]:
    return rows.select_related("dossier", "about", "submitter")


def _mine(actor: Actor, at: datetime) -> Q:
    """Seats of the actor, and of people who delegated the step's role to him for this moment."""
    lent = Delegation.objects.filter(
        Q(role="") | Q(role=OuterRef("step__role")),
        taker_id=actor.person_id,
        giver_id=OuterRef("person_id"),
        starts_at__lte=at,
        ends_at__gt=at,
        revoked_at=None,
    )
    return Q(person_id=actor.person_id) | Q(Exists(lent))


# -- one approval


def approval(actor: Actor, number: str, *, at: datetime | None = None) -> Approval:
    """One approval by number; raises NotYours when the actor may not read it."""
    found = _listed(Approval.visible_to(actor, at=at)).filter(dossier__number=number).first()
    if found is None:
        raise NotYours
    return found


def seat_of(row: Approval, actor: Actor, at: datetime) -> Seat | None:
    """The seat of the open step on which the actor may decide now: his own before one he holds for somebody who is
    away."""
    if row.state != "pending" or actor.person_id is None or actor.person_id == row.submitter_id:
        return None
    if had_a_part(row, actor):
        return None
    seats = list(
        Seat.objects.filter(_mine(actor, at), approval=row, step__state="open", approved_at=None).select_related("step")
    )
    return min(seats, key=lambda seat: seat.person_id != actor.person_id, default=None)


def had_a_part(row: Approval, actor: Actor) -> bool:
    """Whether the matter bars the actor from deciding: he had a part in what is to be approved."""
    return actor.person_id in (MATTERS[row.matter].shut_out(row.about_id, actor) or ())


def steps(row: Approval, *, round: int | None = None) -> list[Step]:
    """The steps of a round (default: the current one) in order, with their people."""
    rows = Step.objects.filter(approval=row, round=round or row.round).select_related("added_by")
    return list(rows.prefetch_related("seats__person", "seats__transferred_from").order_by("position"))


def rounds(row: Approval) -> list[Round]:
    return list(row.rounds.order_by("number"))


@dataclass(frozen=True, slots=True)
class Said:
    """One act with its comment, as far as that has not been erased."""

    decision: Decision
    comment: str


def said(row: Approval, actor: Actor) -> list[Said]:
    """Everything that was done in an approval, oldest first; the caller has shown that the actor may read it."""
    decisions = list(
        Decision.objects.filter(approval=row)
        .select_related("person", "on_behalf_of", "other", "step")
        .order_by("decided_at", "id")
    )
    entries = [item.entry_id for item in decisions if item.entry_id]
    texts = dict(
        Remark.objects.filter(company_id=actor.company_id, entry_id__in=entries).values_list("entry_id", "text")
    )
    return [Said(item, texts.get(item.entry_id, "") if item.entry_id else "") for item in decisions]


@dataclass(frozen=True, slots=True)
class Told:
    """An approval of a case with its steps and everything that was said."""

    approval: Approval
    steps: list[Step]
    said: list[Said]


def history(case_id: UUID, actor: Actor) -> list[Told]:
    """The approvals of a case, newest first, each with its chain and its decisions: for those who had no part in it
    too."""
    return [Told(row, steps(row), said(row, actor)) for row in of_case(case_id, actor)]


# -- who would approve


@dataclass(frozen=True, slots=True)
class Explanation:
    """Who would approve, and why. `chain` None: nothing is asked (`needed` False) or nobody may decide (`refused`)."""

    needed: bool
    chain: Chain | None = None
    people: Mapping[UUID, str] = field(default_factory=dict)
    away: Mapping[UUID, str] = field(default_factory=dict)
    """Names of those who stand in now, by the person who is away."""
    refused: NoApprover | None = None
    clauses: tuple[str, ...] = ()


def explain(actor: Actor, matter: str, about: Dossier, at: datetime) -> Explanation:
    """Who would have to approve the matter if the actor submitted it now, with the reason of every step."""
    found = MATTERS[matter]
    facts = found.content(about.pk, actor).known
    rules = rules_for(found, actor, facts, at)
    clauses = tuple(dict.fromkeys(item.clause for item in rules))
    if not rules:
        return Explanation(needed=False)
    staff = staff_of(actor.company_id, about.dealer_id, at)
    names = {person.id: person.name for person in staff.people}
    try:
        chain = resolve(
            rules,
            facts,
            staff,
            submitter=actor.person_id,
            dealer=about.dealer_id,
            holds=conditions(found, actor, at),
            ladder=ladder(actor, at),
            barred=found.shut_out(about.pk, actor),
        )
    except NoApprover as refusal:
        return Explanation(needed=True, refused=refusal, people=names, clauses=clauses)
    asked = {person for step in chain.steps for person in step.people}
    return Explanation(True, chain, names, stand_ins(asked, at), clauses=clauses)


def ladder(actor: Actor, at: datetime) -> Ladder:
    """Who stands above whom in approvals, as the book says it at `at`."""
    book = rulebook.book(actor)
    return Ladder(
        book.value("approval_ladder", at, tuple), frozenset(book.value("approval_ladder_below_top", at, tuple))
    )


def rules_for(matter: Matter, actor: Actor, facts: Mapping[str, Any], at: datetime) -> tuple[Asked, ...]:
    """The approval rules in force at `at` that apply to the facts."""
    bound = rulebook.book(actor).approvals_for(matter.subject, matter.verb, at)
    return needed(_asked(bound), facts, _conditions(matter.subject, bound, actor, at))


def conditions(matter: Matter, actor: Actor, at: datetime) -> Holds:
    """The book's conditions over the subject of a matter; one that cannot be answered refuses, and never counts as
    true or false."""
    bound = rulebook.book(actor).approvals_for(matter.subject, matter.verb, at)
    return _conditions(matter.subject, bound, actor, at)


def _conditions(subject: str, bound: Sequence[BoundRule], actor: Actor, at: datetime) -> Holds:
    refs = {
        text: item.ref
        for item in bound
        if isinstance(item.rule, ApprovalRule)
        for text in (item.rule.when, *(step.when for step in item.rule.steps))
    }

    def answer(text: str, facts: Mapping[str, object]) -> bool:
        try:
            return holds(text, subject, facts)
        except ConditionFailed as error:
            ref = refs.get(text, subject)
            errors.keep_apart(ClauseError.of(actor.company_id, ref, str(error), at=at))
            reason = _("The rule that names the approvers could not be answered. Tell the keeper of the rulebook.")
            raise Refused(reason, clauses=[ref.partition("/")[0]], code="clause_error") from error

    return answer


def _asked(bound: Sequence[BoundRule]) -> list[Asked]:
    return [Asked(item.rule, item.clause_id, item.ref) for item in bound if isinstance(item.rule, ApprovalRule)]


def staff_of(company_id: UUID, dealer_id: UUID | None, at: datetime) -> Staff:
    """The active people of the company, and of the dealer, with the roles they hold at `at`, in the order of their
    names."""
    held = Q(memberships__since__lte=at) & (Q(memberships__until=None) | Q(memberships__until__gt=at))
    rows = (
        Person.objects.filter(held, company_id=company_id, active=True, customer_id=None)
        .filter(Q(dealer_id=None) | Q(dealer_id=dealer_id))
        .order_by("pinyin", "pk")
        .values_list("pk", "name", "dealer_id", "department_id", "memberships__role")
    )
    people: dict[UUID, Candidate] = {}
    for key, name, dealer, department, role in rows:
        known = people.get(key)
        people[key] = Candidate(key, name, (known.roles if known else frozenset()) | {role}, dealer, department)
    units = Department.objects.filter(company_id=company_id).values_list("pk", "parent_id", "head_id")
    return Staff(tuple(people.values()), tuple(Unit(*row) for row in units))


def stand_ins(people: Iterable[UUID], at: datetime) -> dict[UUID, str]:
    """Names of those who stand in at `at`, by the person who delegated."""
    return dict(_delegations(people, at).values_list("giver_id", "taker__name"))


def stand_in_ids(people: Iterable[UUID], at: datetime) -> list[UUID]:
    """Who stands in at `at` for any of the people."""
    return list(_delegations(people, at).values_list("taker_id", flat=True))


def _delegations(people: Iterable[UUID], at: datetime) -> QuerySet[Delegation]:
    return Delegation.objects.filter(giver_id__in=list(people), starts_at__lte=at, ends_at__gt=at, revoked_at=None)


def due_at(actor: Actor, dealer_id: UUID | None, limit: Duration, start: datetime) -> datetime:
    """Until when a step that opens at `start` is to be decided, by the calendar of the organisation that is
    responsible."""
    if limit.seconds is not None and not limit.working:
        return start + timedelta(seconds=limit.seconds)
    return clocks.calendar_of(actor, dealer_id=dealer_id, at=start).add(start, limit)


# -- whether a verb is granted


def granted(matter: Matter, about: UUID, actor: Actor) -> Approval | None:
    """The approval that was given to the subject as it is now; None when there is none, or its content has changed
    since."""
    found = Approval.objects.filter(
        company_id=actor.company_id, about_id=about, matter=matter.code, state="approved"
    ).order_by("-decided_at")
    rows = list(found[:5])
    if not rows:
        return None
    now = digest(matter.content(about, actor).snapshot())
    return next((row for row in rows if row.content_hash == now), None)


def hold(
    subject: str, verb: str, dossier: Dossier | None, facts: Mapping[str, Any], actor: Actor, at: datetime
) -> list[Hold | Passed]:
    """For `states.move`: holds back a verb that the book puts under approval and nobody has granted (code
    `needs_approval`)."""
    bound = rulebook.book(actor).approvals_for(subject, verb, at)
    if not bound:
        return []
    rules = needed(_asked(bound), facts, _conditions(subject, bound, actor, at))
    if not rules:
        return []
    clause = rules[0].clause
    rule = next((item for item in bound if item.ref == rules[0].ref), None)
    matter = matter_of(subject, verb)
    if matter is None or dossier is None:
        reason = _("This needs an approval, and nothing is set up to ask for it. Tell the system administrator.")
        return [Hold(reason, clause, "needs_approval", bound=rule)]
    if granted(matter, dossier.pk, actor) is not None:
        return [Passed(item.clause) for item in rules]
    under_way = Approval.objects.filter(about=dossier, matter=matter.code, state="pending").select_related("dossier")
    row = under_way.first()
    if row is not None:
        reason = _("This waits for the approval %(number)s. It can be done once that is granted.")
        return [Hold(reason % {"number": row.dossier.number}, clause, "needs_approval", bound=rule)]
    reason = _("This needs an approval before it can be done. Submit it for approval first.")
    return [Hold(reason, clause, "needs_approval", bound=rule)]
