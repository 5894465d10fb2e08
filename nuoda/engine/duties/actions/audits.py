"""Audits: a random sample of cases, gone through by the checklist of a clause, signed off."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from nuoda.engine.papers.actions import attachments
from nuoda.engine.papers.models import Attachment
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.actions import errors
from nuoda.engine.rulebook.models import ClauseError
from nuoda.engine.rulebook.pure.book import Book, BoundClause
from nuoda.engine.rulebook.pure.conditions import ConditionFailed
from nuoda.engine.rulebook.pure.rules import BoundRule, CadenceRule, Drawing
from nuoda.engine.states.actions import moves
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused
from nuoda.foundation.journal.actions import dossiers
from nuoda.foundation.journal.actions import entries as journal
from nuoda.foundation.orgs.models import Dealer

from .. import access, facts, queries
from ..events import AuditDrawn, AuditMarked, AuditSigned, AuditWithdrawn, DutyWithdrawn
from ..models import Audit, AuditCase, AuditMark, Obligation
from ..pure.sampling import draw, fingerprint, verdict
from ..states import AUDIT
from . import proving, standing

RESULTS = ("pass", "fail", "na")


@dataclass(frozen=True, slots=True)
class Mark:
    """What was found for one item: 'pass', 'fail' (says why) or 'na'; `photo` is (name, bytes), or `attached` the id of a file that
    was attached to the audit before."""

    result: str
    remark: str = ""
    photo: tuple[str, bytes] | None = None
    attached: UUID | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What is sampled: the cases of a unit in a half-open span. `dealers` None: of everybody."""

    since: datetime
    until: datetime
    unit_id: UUID | None
    unit_name: str
    narrow: bool
    """Whether only cases of the unit (a dealer, or None: the company itself) count."""


def draw_for(row: Obligation, bound: BoundRule, *, actor: Actor, at: datetime) -> Audit | None:
    """Draw the sample of a duty when it opens, so that nobody can choose; None, and the duty falls away, when there was no case."""
    scope = Scope(
        row.period_start, row.period_end, row.unit_id, row.unit_name, narrow=row.per in ("dealer", "organisation")
    )
    book = rulebook.book(actor.company_id)
    frame, unjudged = _frame(actor.company_id, bound, scope, book)
    for reason in unjudged:
        errors.note(ClauseError.of(actor.company_id, bound.ref, reason, at=at))
    if not frame:
        # Cases that cannot be judged are no lack of cases: nobody can do this audit, and the keeper of the rulebook hears why.
        cause = "unjudged" if unjudged else "no_cases"
        row.state, row.cause, row.next_action_at = "withdrawn", cause, None
        row.save(update_fields=["state", "cause", "next_action_at"])
        gone = DutyWithdrawn(obligation=row.pk, ref=row.ref, clause=row.clause_id, period=row.period, cause=cause)
        journal.record(gone, dossier=row.dossier, actor=actor, at=at, clauses=[row.clause_id])
        dossiers.close(row.dossier, at=at)
        return None
    return _draw(bound, scope, frame, obligation=row, role=row.owner_role, dealer_id=row.dealer_id, actor=actor, at=at)


def draw_spot(
    *,
    clause_id: str,
    since: datetime,
    until: datetime,
    dealer_id: UUID | None,
    everybody: bool,
    actor: Actor,
    at: datetime,
) -> Audit:
    """Draw a spot check (飞行检查) of a clause's checklist over a span, of everybody or of one organisation.

    Asks: draw. Emits: audit.drawn. Refuses a clause whose checklist is not drawn from anything, and a span without cases.
    """
    if not access.draw(actor):
        raise NotYours()
    bound = next((b for _clause, b in queries.checklists(actor, at) if b.clause_id == clause_id), None)
    if bound is None:
        raise Invalid(
            _("This clause has no checklist that can be drawn."), fields={"clause": _("Choose another clause.")}
        )
    if not since < until <= at:
        raise Invalid(
            _("The span has to end after it begins, and not in the future."),
            fields={"until": _("Choose a day until yesterday, after the first.")},
        )
    dealer = Dealer.visible_to(actor).filter(pk=dealer_id).first() if dealer_id is not None else None
    if dealer_id is not None and dealer is None:
        raise NotYours()
    own = queries.units(actor.company_id, "company", "", at)[0].name
    scope = Scope(since, until, dealer_id, str(dealer) if dealer else own, narrow=not everybody)
    frame, unjudged = _frame(actor.company_id, bound, scope, rulebook.book(actor))
    if not frame and unjudged:
        errors.keep_apart(ClauseError.of(actor.company_id, bound.ref, unjudged[0], at=at))
        reason = _("The rule that says which cases are checked could not be answered. Tell the keeper of the rulebook.")
        raise Refused(reason, clauses=[bound.clause_id], code="clause_error")
    if not frame:
        raise Refused(_("Nothing happened in this span that could be checked. Choose a longer one."), code="no_cases")
    role = next(code for code in (*sorted(access.AUDITORS), "director") if actor.has(code))
    return _draw(bound, scope, frame, obligation=None, role=role, dealer_id=actor.dealer_id, actor=actor, at=at)


def _frame(company_id: UUID, bound: BoundRule, scope: Scope, book: Book) -> tuple[list[UUID], list[str]]:
    """The dossiers on which the event happened in the span, with facts that fit the condition; and why of some it could not
    be told: those cannot be said to belong to it."""
    rule = _drawing(bound)
    found: set[UUID] = set()
    unjudged: dict[str, None] = {}
    for entry in queries.facts_of_entries(company_id, [rule.of], scope.since, scope.until):
        if entry.dossier_id is None or (scope.narrow and entry.dealer_id != scope.unit_id):
            continue
        try:
            fits = rule.when == "true" or book.holds(bound, rule.when, entry.facts or {})
        except ConditionFailed as error:
            fits, unjudged[str(error)] = False, None
        if fits:
            found.add(entry.dossier_id)
    return sorted(found), list(unjudged)


def _drawing(bound: BoundRule) -> Drawing:
    if not isinstance(bound.rule, CadenceRule) or bound.rule.audit is None:
        raise LookupError(f"{bound.ref} draws no audit")
    return bound.rule.audit


def _clause(bound: BoundRule, book: Book) -> BoundClause:
    for tenure in book.tenures:
        clause = tenure.policy.clause(bound.clause_id) if tenure.version_id == bound.version_id else None
        if clause is not None:
            return BoundClause(tenure.version_id, tenure.policy, clause)
    raise LookupError(f"{bound.clause_id} is not in the book")


def _draw(
    bound: BoundRule,
    scope: Scope,
    frame: list[UUID],
    *,
    obligation: Obligation | None,
    role: str,
    dealer_id: UUID | None,
    actor: Actor,
    at: datetime,
) -> Audit:
    clause = _clause(bound, rulebook.book(actor.company_id)).clause
    rule = _drawing(bound)
    known = {"state": "drawn", "clause": clause.id}
    moves.check(AUDIT, None, "draw", event=AuditDrawn, facts=known, actor=actor, at=at)
    seed = secrets.token_hex(16)
    sample = draw(seed, frame, rule.size)
    dossier = dossiers.open(
        kind="audit", title=f"{clause.id} {clause.text['zh-hans'][:60]} · {scope.unit_name}", actor=actor, at=at,
        dealer_id=dealer_id, search=[clause.id, scope.unit_name],
    )  # fmt: skip
    row = Audit(
        dossier=dossier,
        company_id=actor.company_id,
        dealer_id=dealer_id,
        clause_id=clause.id,
        ref=bound.ref,
        version_id=bound.version_id,
        obligation=obligation,
        items=[{"key": item.key, "text": dict(item.text)} for item in clause.checklist],
        period_start=scope.since,
        period_end=scope.until,
        unit_id=scope.unit_id,
        unit_name=scope.unit_name,
        of=rule.of,
        condition=rule.when[:400],
        seed=seed,
        frame=frame,
        frame_hash=fingerprint(frame),
        wanted=rule.size,
        size=len(sample),
        auditor_role=role,
        state="drawn",
        drawn_at=at,
        origin=actor.origin,
    )
    row.save(force_insert=True)
    AuditCase.objects.bulk_create(
        AuditCase(company_id=row.company_id, audit=row, dealer_id=dealer_id, position=place, about_id=case)
        for place, case in enumerate(sample, 1)
    )
    event = AuditDrawn(
        audit=row.pk, clause=clause.id, obligation=obligation.pk if obligation else None, frame=len(frame),
        frame_hash=row.frame_hash, seed=seed, sample=len(sample),
    )  # fmt: skip
    journal.record(event, dossier=dossier, actor=actor, at=at, facts=facts.of_audit(row), clauses=[clause.id])
    return row


def mark(audit_id: UUID, case_id: UUID, *, marks: Mapping[str, Mark], actor: Actor, at: datetime) -> AuditCase:
    """Note what was found in one case, item by item; a second time replaces the first.

    Asks: the role that audits. Emits: audit.marked. Refuses an item without result, a fail without a remark, a signed audit.
    """
    row = _mine(audit_id, actor)
    case = AuditCase.objects.select_for_update(of=("self",)).filter(audit=row, pk=case_id).first()
    if case is None:
        raise NotYours()
    wrong = {}
    named = [given.attached for given in marks.values() if given.attached is not None]
    attached = Attachment.visible_to(actor).filter(pk__in=named, dossier=row.dossier_id, removed_at=None)
    files = {file.pk: file for file in attached} if named else {}
    for item in row.items:
        given = marks.get(item["key"])
        if given is None or given.result not in RESULTS:
            wrong[f"{item['key']}_result"] = _("Say whether it was kept.")
        elif given.result == "fail" and not given.remark.strip():
            wrong[f"{item['key']}_remark"] = _("Say what was not right.")
        elif given.attached is not None and given.attached not in files:
            wrong[f"{item['key']}_photo"] = _("There is no such file here. Attach it to the audit first.")
    if wrong:
        raise Invalid(_("Some items are not complete."), fields=wrong)
    for item in row.items:
        given = marks[item["key"]]
        values: dict[str, object] = {"result": given.result, "remark": given.remark.strip()[:400]}
        if given.photo is not None:
            name, content = given.photo
            kept = attachments.attach(
                BytesIO(content), name=name, dossier=row.dossier, actor=actor, at=at, purpose=f"audit:{item['key']}"
            )
            values["photo"] = kept
        elif given.attached is not None:
            values["photo"] = files[given.attached]
        AuditMark.objects.update_or_create(
            case=case, item=item["key"], defaults=values, create_defaults=values | _scope(case)
        )
    case.verdict = verdict([marks[item["key"]].result for item in row.items])
    case.checked_at, case.checked_by_id = at, actor.person_id
    case.save(update_fields=["verdict", "checked_at", "checked_by"])
    moves.move(
        AUDIT, row, "mark", actor=actor, at=at, facts=facts.of_audit(row), dossier=row.dossier,
        event=AuditMarked(audit=row.pk, case=case.about_id, verdict=case.verdict),
    )  # fmt: skip
    return case


def _scope(case: AuditCase) -> dict[str, object]:
    return {"company_id": case.company_id, "dealer_id": case.dealer_id}


def sign(audit_id: UUID, *, conclusion: str, actor: Actor, at: datetime, happened_at: datetime | None = None) -> Audit:
    """Sign an audit off: its figures are final, and the duty it was drawn for is done.

    Asks: the role that audits. Emits: audit.signed. Refuses while a case is not checked, and without a conclusion.
    """
    row = _mine(audit_id, actor)
    if not conclusion.strip():
        raise Invalid(_("Say what the audit showed."), fields={"conclusion": _("Say what the audit showed.")})
    verdicts = list(row.cases.values_list("verdict", flat=True))
    left = verdicts.count("")
    if left:
        raise Refused(_("%(count)d cases are not checked yet.") % {"count": left}, code="not_complete")
    changes = {
        "passed": verdicts.count("pass"),
        "failed": verdicts.count("fail"),
        "not_applicable": verdicts.count("na"),
        "conclusion": conclusion.strip(),
        "signed_at": happened_at or at,
        "signed_by_id": actor.person_id,
    }
    event = AuditSigned(
        audit=row.pk, clause=row.clause_id, obligation=row.obligation_id, passed=verdicts.count("pass"),
        failed=verdicts.count("fail"), not_applicable=verdicts.count("na"),
    )  # fmt: skip
    entry = moves.move(
        AUDIT, row, "sign", actor=actor, at=at, event=event, dossier=row.dossier, changes=changes,
        facts=facts.of_audit(row) | {"state": "signed", "failed": verdicts.count("fail")}, happened_at=happened_at,
        remark=conclusion.strip(),
    )  # fmt: skip
    dossiers.close(row.dossier, at=at)
    if row.obligation is not None:
        with scoped(system(row.company_id, book_revision=actor.book_revision)):
            proving.entry_counts(row.obligation, entry_id=entry.id, type=entry.type, happened_at=entry.happened_at)
            standing.judge([row.obligation], actor=actor, at=at)
    return row


def withdraw(row: Obligation, *, cause: str, actor: Actor, at: datetime, version: UUID | None = None) -> None:
    """The audit of a duty that nobody owes any more falls away with it, if it is not signed off.

    `cause`: 'revised' or 'waived'. In the scope of the whole company. Emits audit.withdrawn.
    """
    rows = Audit.objects.select_for_update(of=("self",)).select_related("dossier")
    audit = rows.filter(obligation=row, state="drawn").first()
    if audit is None:
        return
    moves.move(
        AUDIT, audit, "withdraw", actor=actor.as_origin(audit.origin), at=at, dossier=audit.dossier, changes={"cause": cause},  # type: ignore[arg-type]
        facts=facts.of_audit(audit) | {"state": "withdrawn"},
        event=AuditWithdrawn(audit=audit.pk, clause=audit.clause_id, obligation=row.pk, cause=cause, version=version),
    )  # fmt: skip
    dossiers.close(audit.dossier, at=at)


def _mine(audit_id: UUID, actor: Actor) -> Audit:
    """The audit, held against others, for somebody who may go through it."""
    rows = Audit.visible_to(actor).select_for_update(of=("self",)).select_related("dossier", "obligation")
    row = rows.filter(pk=audit_id).first()
    if row is None:
        raise NotYours()
    if not queries.holds(actor, (row.auditor_role,), row.dealer_id):
        raise Refused(
            _("Only the role that audits this clause may do that."), clauses=[row.clause_id], code="forbidden"
        )
    return row
