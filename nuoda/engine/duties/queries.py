"""Reads of duties, audits and ladders.

For rooms above: `obligations` (to list and drill down) and `tally` (figures per clause).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from nuoda.engine.clocks.access import EVERYTHING_OWED, ONE_PER_COMPANY
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure.book import Book, BoundClause
from nuoda.engine.rulebook.pure.rules import BoundRule, CadenceRule
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.rates import wilson
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.orgs import queries as orgs
from nuoda.foundation.orgs.models import Company, Dealer, Membership, Person, Team
from nuoda.foundation.orgs.pure.roles import ROLES

from .access import HANDERS
from .models import Attestation, Audit, AuditCase, AuditMark, Escalation, Evidence, Obligation
from .pure import units as kinds
from .pure.units import Unit

# -- for rooms above


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of a clause's duties, and what its audits found."""

    kept: int = 0
    missed: int = 0
    """Also those done late."""
    open: int = 0
    """Not yet due, or waiting for confirmation."""
    attested_ok: int = 0
    """Cases of audits that keep the clause."""
    attested_failed: int = 0
    sample: int = 0
    """Cases drawn, also those to which the checklist does not apply."""

    @property
    def assessed(self) -> int:
        return self.attested_ok + self.attested_failed

    @property
    def share(self) -> float | None:
        """Share of the audited cases that keep the clause; None: not assessed."""
        return self.attested_ok / self.assessed if self.assessed else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The share's 95 % Wilson interval; None: not assessed."""
        return wilson(self.attested_ok, self.assessed) if self.assessed else None


def tally(actor: Actor, since: datetime, until: datetime, *, dealer_id: UUID | None = None) -> dict[str, Tally]:
    """Figures per clause id: duties due in the half-open span, and audits signed off in it, as far as the actor sees them.

    `dealer_id`: only what concerns this dealer. Waived and withdrawn duties are not counted. Two statements.
    """
    rows = obligations(actor, since=since, until=until)
    signed = Audit.visible_to(actor).filter(signed_at__gte=since, signed_at__lt=until)
    if dealer_id is not None:
        rows = rows.filter(Q(dealer_id=dealer_id) | Q(unit_id=dealer_id))
        signed = signed.filter(unit_id=dealer_id)
    found: dict[str, Tally] = {}
    names = {"met": "kept", "missed": "missed", "open": "open", "claimed": "open"}
    counted = rows.filter(state__in=list(names)).order_by().values_list("clause_id", "state")
    for clause_id, state, count in counted.annotate(count=Count("pk")):
        old = found.get(clause_id, Tally())
        found[clause_id] = replace(old, **{names[state]: getattr(old, names[state]) + count})
    sums = signed.order_by().values_list("clause_id").annotate(Sum("passed"), Sum("failed"), Sum("size"))
    for clause_id, passed, failed, size in sums:
        found[clause_id] = replace(
            found.get(clause_id, Tally()), attested_ok=passed, attested_failed=failed, sample=size
        )
    return found


def obligations(
    actor: Actor,
    *,
    clause_id: str = "",
    states: Iterable[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    dealer_id: UUID | None = None,
    own: bool = False,
) -> QuerySet[Obligation]:
    """Duties that the actor may see, the latest due first; `since` and `until` are about the due time (half-open).

    `dealer_id`: what the dealer owes or what is owed about it. `own`: what the actor owes by person or role.
    """
    rows = Obligation.visible_to(actor).select_related("dossier")
    if clause_id:
        rows = rows.filter(clause_id=clause_id)
    if states := list(states):
        rows = rows.filter(state__in=states)
    if since is not None:
        rows = rows.filter(due_at__gte=since)
    if until is not None:
        rows = rows.filter(due_at__lt=until)
    if dealer_id is not None:
        rows = rows.filter(Q(dealer_id=dealer_id) | Q(unit_id=dealer_id))
    if own:
        rows = rows.filter(owed_by(actor))
    return rows.order_by("-due_at", "pk")


def audits(
    actor: Actor, *, clause_id: str = "", since: datetime | None = None, until: datetime | None = None
) -> QuerySet[Audit]:
    """Audits that the actor may see, the newest first; `since` and `until` are about the signing (half-open)."""
    rows = Audit.visible_to(actor).select_related("dossier", "signed_by")
    if clause_id:
        rows = rows.filter(clause_id=clause_id)
    if since is not None:
        rows = rows.filter(signed_at__gte=since)
    if until is not None:
        rows = rows.filter(signed_at__lt=until)
    return rows.order_by("-drawn_at", "pk")


def failed_cases(
    actor: Actor, *, clause_id: str = "", since: datetime | None = None, until: datetime | None = None
) -> QuerySet[AuditCase]:
    """Audited cases that do not keep the clause, of audits that are signed off, with their audit and dossier."""
    signed = audits(actor, clause_id=clause_id, since=since, until=until).filter(state="signed")
    rows = AuditCase.objects.filter(audit__in=signed.values("pk"), verdict="fail")
    return rows.select_related("audit__dossier", "about").order_by("-checked_at", "pk")


OWED = Q(state__in=("open", "claimed", "missed"), done_at=None)
"""Somebody still has to do it, in time or late."""


def owed_in_person(actor: Actor, person_id: UUID) -> QuerySet[Obligation]:
    """What a person still owes in person, or owed when he left and nobody has taken over, as far as the actor sees it."""
    theirs = Q(owner_person_id=person_id) | Q(owner_person_id=None, left_by_id=person_id)
    return Obligation.visible_to(actor).filter(OWED, theirs).select_related("dossier").order_by("due_at", "pk")


# -- one duty, one audit


def obligation(actor: Actor, *, number: str = "", id: UUID | None = None) -> Obligation:
    """A duty by its number or id; raises NotYours."""
    rows = Obligation.visible_to(actor).select_related("dossier", "version__policy")
    found = rows.filter(pk=id).first() if id is not None else rows.filter(dossier__number=number).first()
    if found is None:
        raise NotYours()
    return found


def proofs(row: Obligation) -> tuple[list[Evidence], list[Attestation]]:
    """What counts for a duty, oldest first."""
    evidence = row.evidence.select_related("dossier").order_by("happened_at", "entry_id")
    attested = row.attestations.select_related("person", "decided_by").order_by("attested_at")
    return list(evidence), list(attested)


def audit(actor: Actor, *, number: str = "", id: UUID | None = None) -> Audit:
    """An audit by its number or id; raises NotYours."""
    rows = Audit.visible_to(actor).select_related("dossier", "obligation__dossier", "version__policy", "signed_by")
    found = rows.filter(pk=id).first() if id is not None else rows.filter(dossier__number=number).first()
    if found is None:
        raise NotYours()
    return found


def cases(row: Audit) -> list[AuditCase]:
    """The sample of an audit with its marks, in the order drawn."""
    marks = Prefetch("marks", AuditMark.objects.select_related("photo"))
    return list(row.cases.select_related("about", "checked_by").prefetch_related(marks).order_by("position"))


def case_at(row: Audit, position: int) -> AuditCase:
    """One case of the sample by its place, with its marks; raises NotYours."""
    found = row.cases.select_related("about", "checked_by").prefetch_related("marks").filter(position=position).first()
    if found is None:
        raise NotYours()
    return found


def escalations(actor: Actor, about_ids: Iterable[UUID]) -> list[Escalation]:
    """Ladders of missed deadlines or duties, by id of the deadline or duty."""
    return list(Escalation.visible_to(actor).filter(about_id__in=list(about_ids)).order_by("due_at", "rule"))


def due_for(actor: Actor, *, limit: int = 100) -> QuerySet[Obligation]:
    """What the actor owes by person or role and is not done yet, the longest due first."""
    rows = Obligation.visible_to(actor).filter(owed_by(actor), done_at=None, state__in=("open", "missed"))
    return rows.select_related("dossier").order_by("due_at", "pk")[:limit]


def to_confirm(actor: Actor) -> list[Attestation]:
    """What others attested and the actor has to confirm, the oldest first."""
    there = Obligation.visible_to(actor).exclude(state__in=("waived", "withdrawn"))
    rows = Attestation.objects.filter(obligation__in=there, state="waits")
    waiting = rows.exclude(Q(person_id=actor.person_id)).select_related("obligation__dossier", "person")
    return [row for row in waiting.order_by("attested_at") if confirms(actor, row.obligation)]


def audits_for(actor: Actor) -> QuerySet[Audit]:
    """Audits that the actor has to go through."""
    rows = Audit.visible_to(actor).filter(
        state="drawn", auditor_role__in=sorted(actor.roles), dealer_id=actor.dealer_id
    )
    return rows.select_related("dossier", "obligation").order_by("drawn_at")


# -- who owes what


def owed_by(actor: Actor) -> Q:
    """Owed by the person, or by a role of his at his own organisation; at a dealer its manager is the service manager."""
    roles = set(actor.roles) | ({"service_manager"} if actor.dealer_id and actor.has("dealer_manager") else set())
    mine = Q(owner_person_id=None, owner_role__in=sorted(roles), dealer_id=actor.dealer_id)
    if actor.dealer_id and actor.has("dealer_manager"):
        mine |= Q(owner_person_id=None, left_by_id__isnull=False, dealer_id=actor.dealer_id)
    return mine | Q(owner_person_id=actor.person_id) if actor.person_id else mine


def owes(actor: Actor, row: Obligation) -> bool:
    """Whether the duty is the actor's own, by person or by a role of his at the organisation that owes."""
    if row.owner_person_id is not None:
        return actor.person_id == row.owner_person_id
    return actor.reach != "system" and holds(actor, (row.owner_role,), row.dealer_id)


def left_behind(actor: Actor) -> dict[UUID, int]:
    """How much waits for a successor, by who left it behind, as far as it is the actor's to give away."""
    if not actor.has(*HANDERS):
        return {}
    found: dict[UUID, int] = {}
    deadlines = Deadline.visible_to(actor).filter(done_at=None, left_by_id__isnull=False).exclude(origin="import")
    duties = Obligation.visible_to(actor).filter(OWED, left_by_id__isnull=False)
    for rows in (deadlines.order_by(), duties.order_by()):
        for person_id, count in rows.values_list("left_by_id").annotate(Count("pk")):
            found[person_id] = found.get(person_id, 0) + count
    return found


def names_of_owners(actor: Actor, rows: Iterable[Obligation]) -> dict[UUID, list[str]]:
    """The people who owe each duty now: its person, else the holders of its role at the organisation that owes. One statement, and one
    more where somebody took over what another had owed."""
    rows = list(rows)
    taken = {row.owner_person_id for row in rows if row.owner_person_id not in (None, row.unit_id)}
    takers = orgs.names(actor, taken) if taken else {}
    roles = {row.owner_role for row in rows}
    held = Membership.objects.filter(
        company_id=actor.company_id, until=None, role__in=sorted(roles | {"dealer_manager"}), person__active=True
    )
    people: dict[tuple[str, UUID | None], list[str]] = {}
    for role, dealer_id, name in held.order_by("person__name").values_list("role", "person__dealer_id", "person__name"):
        for code in (role, "service_manager") if role == "dealer_manager" and dealer_id else (role,):
            people.setdefault((code, dealer_id), []).append(name)
    return {
        row.pk: [takers.get(row.owner_person_id, row.unit_name)]
        if row.owner_person_id
        else list(dict.fromkeys(people.get((row.owner_role, row.dealer_id), [])))
        for row in rows
    }


def holds(actor: Actor, roles: Iterable[str], dealer_id: UUID | None) -> bool:
    """Whether the actor holds one of the roles at the organisation that owes (roles of the company count everywhere)."""
    if actor.reach == "system":
        return True
    wanted = set(roles)
    mine = set(actor.roles) & wanted
    if actor.dealer_id and actor.has("dealer_manager") and "service_manager" in wanted:
        mine.add("service_manager")
    if actor.dealer_id is None:
        company_wide = mine & (ONE_PER_COMPANY | {code for code in mine if not ROLES[code].at_dealer})
        return bool(mine) if dealer_id is None else bool(company_wide)
    return bool(mine) and actor.dealer_id == dealer_id


def attests(actor: Actor, row: Obligation) -> bool:
    """Whether the clause lets the actor say that the duty was done."""
    rule = rule_of(row)
    if rule is None or rule.attest is None or row.state in ("waived", "withdrawn"):
        return False
    if row.owner_person_id is not None and not rule.attest.by:
        return actor.person_id == row.owner_person_id
    return holds(actor, rule.attest.by or (rule.owner,), row.dealer_id)


def confirms(actor: Actor, row: Obligation) -> bool:
    """Whether the clause lets the actor confirm what somebody else attested."""
    rule = rule_of(row)
    return bool(rule and rule.attest and rule.attest.confirm) and holds(actor, (rule.attest.confirm,), row.dealer_id)  # type: ignore[union-attr]


def watches(actor: Actor) -> bool:
    return actor.has(*EVERYTHING_OWED, "audit_admin", "dealer_manager")


# -- the rules behind a row


def bound_of(book: Book, version_id: UUID, ref: str) -> BoundRule | None:
    """The rule of that name in that version, whether it is still in force or not."""
    clause_id, _, key = ref.partition("/")
    for tenure in book.tenures:
        if tenure.version_id == version_id:
            clause = tenure.policy.clause(clause_id)
            for rule in clause.rules if clause else ():
                if rule.key == key and isinstance(rule, CadenceRule):
                    return BoundRule(version_id, tenure.policy.name, tenure.policy.version, clause_id, rule)
    return None


def rule_of(row: Obligation) -> CadenceRule | None:
    """The cadence that a duty is pinned to."""
    bound = bound_of(rulebook.book(row.company_id), row.version_id, row.ref)
    return bound.rule if bound is not None and isinstance(bound.rule, CadenceRule) else None


def published(company_id: UUID) -> dict[UUID, datetime]:
    """When each version that is or was in force was published here."""
    rows = PolicyVersion.objects.filter(company_id=company_id, in_force_from__isnull=False)
    return {pk: moment for pk, moment in rows.values_list("pk", "published_at") if moment is not None}


def checklists(actor: Actor, at: datetime) -> list[tuple[BoundClause, BoundRule]]:
    """Clauses in force whose checklist can be drawn, each with its cadence."""
    book = rulebook.book(actor)
    found = []
    for bound in book.cadences(at):
        clause = book.clause(bound.clause_id, at)
        if isinstance(bound.rule, CadenceRule) and bound.rule.audit is not None and clause is not None:
            found.append((clause, bound))
    return found


def units(company_id: UUID, per: str, role: str, at: datetime) -> list[Unit]:
    """Whatever a cadence of this kind asks a duty for, now; raises KeyError for a kind that no app offers."""
    if per == "company":
        return [_company(company_id)]
    if per in ("dealer", "organisation"):
        own = [_company(company_id)] if per == "organisation" else []
        return own + list(_dealers(company_id))
    if per == "team":
        rows = Team.objects.filter(company_id=company_id).order_by("name", "pk")
        return [Unit(row.pk, row.name, row.dealer_id) for row in rows]
    if per == "person":
        held = Membership.objects.filter(company_id=company_id, role=role, until=None, person__active=True)
        return [
            Unit(row.person_id, row.person.name, row.person.dealer_id, row.person_id, row.since)
            for row in held.select_related("person").order_by("person__pinyin", "person_id")
        ]
    return list(kinds.KINDS[per].units(company_id, at))


def _company(company_id: UUID) -> Unit:
    row = Company.objects.get(pk=company_id)
    return Unit(None, str(row), since=row.created_at)


def _dealers(company_id: UUID) -> Iterator[Unit]:
    entered = Entry.objects.filter(company_id=company_id, type="dealer.created").values_list("payload", "happened_at")
    since = {str(payload.get("dealer")): moment for payload, moment in entered}
    for row in Dealer.objects.filter(company_id=company_id, active=True, suspended_at=None).order_by("code"):
        yield Unit(row.pk, str(row), row.pk, since=since.get(str(row.pk)))


def teams_of(person_ids: Iterable[UUID]) -> dict[UUID, UUID | None]:
    """The team of each person."""
    return dict(Person.objects.filter(pk__in=list(person_ids)).values_list("pk", "team_id"))


def deadline(actor: Actor, id: UUID) -> Deadline | None:
    return Deadline.visible_to(actor).filter(pk=id).first()


def facts_of_entries(company_id: UUID, types: Iterable[str], since: datetime, until: datetime) -> Iterator[Entry]:
    """Entries of these types that happened in the half-open span; imports are another company's past."""
    rows: Any = Entry.objects.filter(
        company_id=company_id,
        type__in=list(types),
        happened_at__gte=since,
        happened_at__lt=until,
        recorded_at__gte=since,
    )
    yield from rows.exclude(origin="import").order_by("happened_at", "id").iterator(chunk_size=1000)
