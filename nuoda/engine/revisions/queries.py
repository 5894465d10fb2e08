"""Reads of drafts, versions and readings; every public one takes the actor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import translation

from nuoda.engine.clocks import queries as clocks
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.clocks.pure import situations as clocked
from nuoda.engine.clocks.pure.explaining import Explanation, explain
from nuoda.engine.clocks.pure.fold import fold
from nuoda.engine.duties.models import Obligation
from nuoda.engine.measures import queries as measures
from nuoda.engine.measures.pure import situations as measured
from nuoda.engine.notices.pure import templates
from nuoda.engine.papers.pure import forms
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.access import may_draft, may_lint
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure import documents, linting, loading, situations
from nuoda.engine.rulebook.pure.book import Book, Tenure
from nuoda.engine.rulebook.pure.facts import SUBJECTS
from nuoda.engine.rulebook.pure.factsets import FACT_SETS
from nuoda.engine.rulebook.pure.linting import Finding, World
from nuoda.engine.rulebook.pure.policies import Policy
from nuoda.engine.rulebook.pure.revisions import duty_turns, revision
from nuoda.engine.rulebook.pure.situations import Outcome
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.events import REGISTRY
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.journal import queries as journal
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.journal.pure.words import word
from nuoda.foundation.orgs.pure.roles import ROLES

from .access import supervise
from .models import Draft, Reading
from .pure import takeovers
from .pure.redline import Redline, Teller, compare
from .pure.takeovers import Other
from .states import OPEN


def drafts(actor: Actor) -> QuerySet[Draft]:
    """Drafts, those at work first, the one changed last at the top."""
    rows = Draft.visible_to(actor).select_related("dossier", "policy", "draft_of", "base", "writer")
    return rows.order_by("-changed_at")


def draft(actor: Actor, *, number: str = "", pk: UUID | None = None) -> Draft:
    """One draft by its number or its id; raises NotYours."""
    rows = Draft.visible_to(actor).select_related("dossier", "policy", "draft_of__policy", "base__policy", "writer")
    rows = rows.filter(dossier__number=number) if pk is None else rows.filter(pk=pk)
    row = rows.first()
    if row is None:
        raise NotYours()
    return row


def writers(draft_id: UUID) -> frozenset[UUID]:
    """Everybody who wrote any part of a draft, as the journal has it: who changed it, and whose text it began with."""
    found: set[UUID] = set()
    told = Entry.objects.filter(dossier_id=draft_id, type__in=("policy_version.drafted", "policy_version.edited"))
    for type_, payload, person in told.values_list("type", "payload", "actor_id"):
        begun_with = payload.get("writers") if type_ == "policy_version.drafted" else None
        found |= {UUID(str(one)) for one in begun_with} if begun_with is not None else {person} if person else set()
    return frozenset(found)


def writers_of(version: PolicyVersion) -> frozenset[UUID]:
    """Who wrote the text of a version that binds nobody yet; what is or was in force has been decided about."""
    if version.in_force_from is not None:
        return frozenset()
    drafted = Draft.objects.filter(draft_of=version).values_list("pk", flat=True)
    return frozenset[UUID]().union(*(writers(pk) for pk in drafted))


def open_draft_of(actor: Actor, version: PolicyVersion) -> Draft | None:
    """The draft at work on that version."""
    return Draft.visible_to(actor).filter(draft_of=version, state__in=OPEN).select_related("dossier").first()


def version(actor: Actor, pk: UUID) -> PolicyVersion:
    """One version of a regulation; raises NotYours."""
    row = PolicyVersion.visible_to(actor).filter(pk=pk).select_related("policy").first()
    if row is None:
        raise NotYours()
    return row


def version_called(actor: Actor, policy: str, number: str) -> PolicyVersion:
    """One version of a regulation by its number; raises NotYours."""
    rows = PolicyVersion.visible_to(actor).filter(policy__name=policy, version=number)
    row = rows.select_related("policy").first()
    if row is None:
        raise NotYours()
    return row


def last_in_force(policy_id: UUID, *, besides: UUID) -> PolicyVersion | None:
    """The version that binds, or will bind, last: what a draft takes the place of."""
    rows = PolicyVersion.objects.filter(policy_id=policy_id, in_force_from__isnull=False).exclude(pk=besides)
    return rows.select_related("policy").order_by("-in_force_from").first()


def before(row: PolicyVersion) -> PolicyVersion | None:
    """The version whose place it took, or would take."""
    rows = PolicyVersion.objects.filter(policy_id=row.policy_id, in_force_from__isnull=False).exclude(pk=row.pk)
    if row.in_force_from is not None:
        rows = rows.filter(in_force_from__lt=row.in_force_from)
    return rows.select_related("policy").order_by("-in_force_from").first()


def called(event_type: str) -> str:
    return str(word(event_type).label)


def teller(policy: Policy, language: str, event: Callable[[str], str] = called) -> Teller:
    """How the rules of a policy are said in a language."""
    names = {code: str(role.label) for code, role in ROLES.items()}
    names |= {role.code: role.name.get(language) or role.name["zh-hans"] for role in policy.roles}
    return Teller(language, names, event)


def redline(old: PolicyVersion | None, new: PolicyVersion, language: str = "zh-hans") -> Redline:
    """What changes from one version to the other."""
    policy = rulebook.policy_of(new)
    # Names of roles and events come from the program's own texts: what is approved must not change with who looks at it.
    with translation.override(language):
        return compare(rulebook.policy_of(old) if old else None, policy, teller(policy, language))


# -- trying a draft out ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tried:
    """One deadline of a case under the book as it is, and as the draft would make it; None where there is none."""

    ref: str
    live: Explanation | None
    draft: Explanation | None

    @property
    def differs(self) -> bool:
        one, other = self.live, self.draft
        if one is None or other is None:
            return True
        return (one.state, one.due_at, one.ended_at) != (other.state, other.due_at, other.ended_at)


def preview(actor: Actor, row: Draft, number: str, at: datetime) -> list[Tried]:
    """The deadlines of a real case under the live book and under the draft, as if it had been in force all along.

    Reads only. Raises NotYours for a number that the actor may not know.
    """
    version = row.draft_of
    if version is None:
        raise NotYours()
    case_id = journal.dossier(actor, number=number).case_id
    root = journal.dossier(actor, id=case_id)
    with scoped(system(actor.company_id, book_revision=actor.book_revision)):
        known = [happening for _, _, happening in clocks.happenings([case_id], root.recorded_at)]
        live = clocks.ruling(actor)
    policy = rulebook.policy_of(version)
    others = [tenure for tenure in live.book.tenures if tenure.policy.name != policy.name]
    trial = clocks.Ruling(Book([*others, Tenure(version.pk, policy, _ALWAYS)]), live.calendars, live.revision)
    moment = max((h.happened_at for h in known), default=at) if root.origin == "import" else at
    one, other = (fold(case_id, known, ruling, moment).deadlines for ruling in (live, trial))
    found = [
        Tried(
            d.ref,
            explain(one[key]) if key in one else None,
            explain(other[key]) if key in other else None,
        )
        for key, d in {**other, **one}.items()
    ]
    return sorted(found, key=lambda tried: (not tried.differs, tried.ref))


@dataclass(frozen=True, slots=True)
class Affected:
    """What is open of one clock or cadence that a version changes, and what becomes of it when it takes effect."""

    ref: str
    way: str
    open: int


def affected(actor: Actor, row: PolicyVersion, at: datetime) -> list[Affected]:
    """How many deadlines are open now that the version would convert, restart or withdraw."""
    old = last_in_force(row.policy_id, besides=row.pk)
    if old is None:
        return []
    turns = revision(at, rulebook.policy_of(old), rulebook.policy_of(row), row.pk).turns
    rows = Deadline.visible_to(actor).filter(ref__in=list(turns), state__in=("open", "paused"), done_at=None)
    counted = dict(rows.exclude(origin="import").order_by().values_list("ref").annotate(Count("pk")))
    return [Affected(ref, turn.way, counted.get(ref, 0)) for ref, turn in turns.items()]


def affected_duties(actor: Actor, row: PolicyVersion) -> list[Affected]:
    """How many duties are open now of the cadences that the version changes or no longer has, and what becomes of them (keep,
    convert, restart, end). Those of other periods to come are not counted: they begin under the new version."""
    old = last_in_force(row.policy_id, besides=row.pk)
    if old is None:
        return []
    turns = duty_turns(rulebook.policy_of(old), rulebook.policy_of(row))
    rows = Obligation.visible_to(actor).filter(ref__in=list(turns), state__in=("open", "claimed"), done_at=None)
    counted = dict(rows.order_by().values_list("ref").annotate(Count("pk")))
    return [Affected(ref, way, counted.get(ref, 0)) for ref, way in turns.items()]


_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


# -- readings --------------------------------------------------------------------------------------------


def _own(actor: Actor) -> QuerySet[Reading]:
    rows = Reading.objects.filter(company_id=actor.company_id, ended_at=None)
    return rows.filter(person_id=actor.person_id) if actor.person_id else rows.none()


def to_read(actor: Actor, at: datetime) -> QuerySet[Reading]:
    """What the actor has not yet confirmed, the oldest first; nothing of a version that does not bind any more."""
    rows = unread(_own(actor), at)
    return rows.select_related("version__policy").order_by("asked_at", "pk")


def unread(rows: QuerySet[Reading], at: datetime) -> QuerySet[Reading]:
    """Those not confirmed, of versions that bind or will. One whose place another is to take binds until then."""
    binds = Q(version__in_force_until=None) | Q(version__in_force_until__gt=at)
    return rows.filter(binds, confirmed_at=None, ended_at=None, version__in_force_from__isnull=False)


def reading(actor: Actor, pk: UUID) -> Reading:
    """One's own; raises NotYours."""
    rows = _own(actor).filter(pk=pk)
    row = rows.select_related("version__policy").first()
    if row is None:
        raise NotYours()
    return row


def readers(actor: Actor, version_id: UUID) -> QuerySet[Reading]:
    """Who has been asked to read a version, those who have not confirmed first; raises NotYours."""
    if not supervise(actor):
        raise NotYours()
    rows = (
        Reading.visible_to(actor)
        .filter(version_id=version_id, ended_at=None)
        .select_related("person__dealer", "version__policy")
    )
    return rows.order_by("confirmed_at", "person__pinyin", "pk")


@dataclass(frozen=True, slots=True)
class Read:
    version: PolicyVersion
    people: int
    confirmed: int

    @property
    def missing(self) -> int:
        return self.people - self.confirmed


def read_so_far(actor: Actor, at: datetime) -> list[Read]:
    """Of every version that people were asked to read: how many of them have; raises NotYours."""
    if not supervise(actor):
        raise NotYours()
    counted = (
        Reading.visible_to(actor)
        .filter(ended_at=None)
        .values("version_id")
        .annotate(people=Count("pk"), confirmed=Count("pk", filter=Q(confirmed_at__isnull=False)))
    )
    found = {row["version_id"]: (row["people"], row["confirmed"]) for row in counted}
    rows = PolicyVersion.visible_to(actor).filter(pk__in=found).select_related("policy")
    rows = rows.order_by("-in_force_from", "policy__code")
    return [Read(row, *found[row.pk]) for row in rows if may_draft(actor) or row.in_force_from is not None]


# -- examples ---------------------------------------------------------------------------------------------


def outcomes(policy: Policy, actor: Actor, at: datetime) -> Iterator[Outcome]:
    """Every example of a text, run under the company's calendar."""
    yield from situations.run(policy, SUBJECTS)
    yield from clocked.run(policy, SUBJECTS, clocks.calendar_of(actor, dealer_id=None, at=at))
    yield from measured.run(policy, FACT_SETS)


def other_outcomes(policy: Policy, actor: Actor, at: datetime) -> list[Other]:
    """The examples of clocks that come out otherwise, with what they would have to expect."""
    return list(takeovers.others(policy, SUBJECTS, clocks.calendar_of(actor, dealer_id=None, at=at)))


# -- the check of the regulations ------------------------------------------------------------------------


UNFIT = frozenset({"load", "check", "lost-facts"})
"""Findings of what a version names and nobody offers."""


def world(counted: frozenset[str] = frozenset()) -> World:
    """What this program offers to the regulations. `counted`: fact sets over which figures were closed."""
    return World(
        counted=counted,
        subjects=SUBJECTS,
        events=frozenset(REGISTRY),
        roles=frozenset(ROLES),
        forms=frozenset(form.code for form in forms.known()),
        templates=frozenset(templates.TEMPLATES),
        fact_sets=frozenset(FACT_SETS),
    )


def lint(actor: Actor, at: datetime) -> list[tuple[PolicyVersion, list[Finding]]]:
    """What a careful reader would object to in the versions in force, by regulation; raises NotYours.

    Contradictions between regulations stand with the one that is told of them; gaps and overlaps of validity come first.
    """
    if not may_lint(actor):
        raise NotYours()
    rows = {row.policy.name: row for row in rulebook.in_force(actor, at)}
    texts = tuple((name, documents.export(row.content)) for name, row in sorted(rows.items()))
    found = _linted(texts, measures.counted(actor))
    late = linting.validity(rulebook.tenures(actor.company_id))
    by_policy = {name: [f for f in (*late, *found) if f.policy == name] for name in rows}
    return [(row, by_policy[name]) for name, row in rows.items()]


def lint_draft(actor: Actor, row: Draft, at: datetime) -> list[Finding]:
    """What a careful reader would object to in a draft, beside the other regulations in force; raises NotYours."""
    if not may_lint(actor) or row.draft_of is None:
        raise NotYours()
    texts = {other.policy.name: documents.export(other.content) for other in rulebook.in_force(actor, at)}
    texts[row.policy.name] = documents.export(row.draft_of.content)
    found = _linted(tuple(sorted(texts.items())), measures.counted(actor))
    mine = [one for one in found if one.policy == row.policy.name]
    return sorted([*mine, *_broken(row.draft_of, texts[row.policy.name], actor, at)])


def _broken(version: PolicyVersion, text: str, actor: Actor, at: datetime) -> Iterator[Finding]:
    """Examples of time limits and indicators that come out otherwise under the company's calendar; the others are told by the linter."""
    policy = rulebook.policy_of(version)
    document, places = loading.read(text), {clause.id: index for index, clause in enumerate(policy.clauses)}
    calendar = clocks.calendar_of(actor, dealer_id=None, at=at)
    for one in (*clocked.run(policy, SUBJECTS, calendar), *measured.run(policy, FACT_SETS)):
        if not one.right:
            mark = document.mark(("clauses", places[one.clause_id], "examples"))
            said = f"situation “{one.name}” expects [{one.expected}] and finds [{one.found}]"
            yield Finding(policy.name, mark.line, mark.column, "situation", "error", one.clause_id, said)


def unfit(actor: Actor, at: datetime) -> list[tuple[PolicyVersion, list[Finding]]]:
    """Versions that are not in force (drafts, those to come, those that were) and name what nobody offers any more: a fact, a
    fact set, a verb. Figures of their time cannot be computed, a draft cannot be published; raises NotYours."""
    if not may_lint(actor):
        raise NotYours()
    binding = {row.pk for row in rulebook.in_force(actor, at)}
    counted = measures.counted(actor)
    found = []
    for row in rulebook.versions(actor):
        if row.pk in binding:
            continue
        lost = [f for f in _linted(((row.policy.name, documents.export(row.content)),), counted) if f.code in UNFIT]
        if lost:
            found.append((row, lost))
    return found


@lru_cache(maxsize=64)
def _linted(texts: tuple[tuple[str, str], ...], counted: frozenset[str]) -> tuple[Finding, ...]:
    """Findings of these very texts: the same texts are as sound as they were, and reading them takes seconds."""
    return tuple(linting.lint(dict(texts), world(counted)))
