"""Reads of papers, signatures and attachments."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.actions import errors
from nuoda.engine.rulebook.models import ClauseError
from nuoda.engine.rulebook.pure.conditions import ConditionFailed, holds
from nuoda.engine.rulebook.pure.rules import BoundRule, FormRule
from nuoda.engine.states.actions import moves
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours, Refused
from nuoda.foundation.journal.models import Dossier, Entry
from nuoda.foundation.orgs.models import Company

from .models import Attachment, Hand, Paper, VerifyToken
from .models.attachments import path_of
from .pure import forms
from .pure import print as prints
from .pure.seals import Sealed, content_hash, judge
from .states import AMENDED, DRAFT, IN_FORCE, SIGNED, VOID

Standing = Literal["intact", "changed", "amended", "void", "erased", "draft"]


def paper(actor: Actor, paper_id: UUID) -> Paper:
    """One paper; raises NotYours when the actor may not know of it."""
    found: Paper | None = Paper.visible_to(actor).select_related("dossier").filter(pk=paper_id).first()
    if found is None:
        raise NotYours()
    return found


def papers_of(
    actor: Actor, *, case_id: UUID | None = None, dossier_id: UUID | None = None, form: str = ""
) -> QuerySet[Paper]:
    """Papers of a case or a dossier, newest first, older versions included."""
    rows: QuerySet[Paper] = Paper.visible_to(actor).select_related("dossier").prefetch_related("signatures__hand")
    if case_id is not None:
        rows = rows.filter(case_id=case_id)
    if dossier_id is not None:
        rows = rows.filter(dossier_id=dossier_id)
    if form:
        rows = rows.filter(form=form)
    return rows.order_by("-created_at", "-version")


def states_of(actor: Actor, *, case_id: UUID, dossier_id: UUID | None = None) -> dict[str, str]:
    """State of the newest paper of each form in a case (or in one dossier of it): what gates and form rules ask.

    Forms without a paper are absent; an amended paper counts by its newest version, a void one as 'void'.
    """
    rows = Paper.visible_to(actor).filter(case_id=case_id)
    if dossier_id is not None:
        rows = rows.filter(dossier_id=dossier_id)
    found: dict[str, str] = {}
    for form, state in rows.exclude(state=AMENDED).order_by("created_at", "version").values_list("form", "state"):
        if state in IN_FORCE or found.get(form) not in IN_FORCE:
            found[form] = state
    return found


def meets(
    actor: Actor, *, case_id: UUID, form: str, state: str, fields: Sequence[str] = (), dossier_id: UUID | None = None
) -> bool:
    """Whether a form rule holds: a paper in force, signed if `state` is 'signed', with all the fields filled."""
    rows = Paper.visible_to(actor).filter(case_id=case_id, form=form)
    if dossier_id is not None:
        rows = rows.filter(dossier_id=dossier_id)
    rows = rows.filter(state=SIGNED) if state == "signed" else rows.filter(state__in=IN_FORCE)
    return any(all(content.get(key) not in (None, "", [], {}) for key in fields) for content in rows.values_list("content", flat=True))  # fmt: skip


def attachment(actor: Actor, attachment_id: UUID) -> Attachment:
    """One attachment that was not removed; raises NotYours when the actor may not know of it."""
    found: Attachment | None = Attachment.visible_to(actor).filter(pk=attachment_id, removed_at=None).first()
    if found is None:
        raise NotYours()
    return found


def attachments_of(
    actor: Actor, *, case_id: UUID | None = None, dossier_id: UUID | None = None, purpose: str = "", kind: str = ""
) -> QuerySet[Attachment]:
    """Files of a case or a dossier, oldest first."""
    rows: QuerySet[Attachment] = Attachment.visible_to(actor).filter(removed_at=None)
    if case_id is not None:
        rows = rows.filter(case_id=case_id)
    if dossier_id is not None:
        rows = rows.filter(dossier_id=dossier_id)
    if purpose:
        rows = rows.filter(purpose=purpose)
    if kind:
        rows = rows.filter(kind=kind)
    return rows.order_by("added_at", "id")


def verify_url(row: Paper) -> str:
    """Address of the public page of a paper, as printed in its QR code."""
    return f"{settings.PUBLIC_ORIGIN}/verify/{row.token}"


@dataclass(frozen=True, slots=True)
class SignatureProof:
    role: str
    signed_at: datetime
    verdict: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What can be said of a paper without showing what is in it.

    `standing`: 'changed' when content, signature or journal no longer fit each other; else 'erased', 'void',
    'amended' or 'intact'.
    """

    paper: Paper
    standing: Standing
    signatures: tuple[SignatureProof, ...]
    newest: Paper | None
    """The version that replaced it, when it was amended."""


def proof(row: Paper) -> Proof:
    """Recompute every hash of a paper and compare it with the row, the signatures and the journal."""
    if row.state == DRAFT:
        return Proof(row, "draft", (), None)
    signed = tuple(
        SignatureProof(signature.role, signature.signed_at, judge(_sealed(signature), content=row.content_hash))
        for signature in row.signatures.select_related("hand").order_by("signed_at", "id")
    )
    newest = row
    while (following := Paper.objects.filter(previous=newest).first()) is not None:
        newest = following
    standing: Standing = "intact"
    if (
        (row.erased_at is None and hash_of(row) != row.content_hash)
        or any(entry.verdict == "changed" for entry in signed)
        or not _journal_agrees(row)
    ):
        standing = "changed"
    elif row.erased_at is not None:
        standing = "erased"
    elif row.state == VOID:
        standing = "void"
    elif newest.pk != row.pk:
        standing = "amended"
    return Proof(row, standing, signed, newest if newest.pk != row.pk else None)


def hash_of(row: Paper) -> str:
    """The hash that the content of the row gives now."""
    return content_hash(
        form=row.form,
        form_version=row.form_version,
        number=row.number,
        version=row.version,
        content=row.content,
        salt=row.salt,
    )


def _journal_agrees(row: Paper) -> bool:
    # The entry was recorded at the moment of issue: one partition is read.
    told = Entry.objects.filter(
        case_id=row.case_id,
        recorded_at=row.issued_at or row.created_at,
        type="paper.issued",
        payload__paper=str(row.pk),
    ).values_list("payload__content_hash", flat=True)
    return list(told) == [row.content_hash]


def _sealed(signature: Any) -> Sealed:
    hand: Hand | None = getattr(signature, "hand", None)
    return Sealed(
        role=signature.role,
        signed_at=signature.signed_at,
        device=signature.device,
        content=signature.content_hash,
        hand=signature.hand_hash,
        seal=signature.seal,
        name=hand.name if hand else None,
        strokes=hand.strokes if hand else None,
        place=hand.place if hand else None,
        salt=hand.salt if hand else None,
    )


def token_target(token: str) -> tuple[UUID, UUID] | None:
    """(company, paper) of a public token, None for an unknown one; the only read here that knows no actor."""
    digest = token_digest(token)
    return VerifyToken.objects.filter(digest=digest).values_list("company_id", "paper_id").first()


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def sheet(actor: Actor, row: Paper) -> prints.Sheet:
    """Everything that the print of a paper shows."""
    zone, name = Company.objects.filter(pk=row.company_id).values_list("time_zone", "name").first() or (
        "Asia/Shanghai",
        "",
    )
    hands = []
    for signature in row.signatures.select_related("hand").order_by("signed_at", "id"):
        hand: Hand | None = getattr(signature, "hand", None)
        hands.append(prints.Hand(signature.role, hand.name if hand else "", signature.signed_at, hand.strokes if hand else None))  # fmt: skip
    return prints.Sheet(
        form=row.form_type,
        content=row.content,
        company=row.company_name or name,
        number=row.number,
        version=row.version,
        state=row.state,  # type: ignore[arg-type]
        zone=ZoneInfo(zone),
        issued_at=row.issued_at,
        content_hash=row.content_hash,
        verify_url=verify_url(row) if row.state != DRAFT else "",
        hands=tuple(hands),
        photos=photos(actor, case_id=row.case_id, digests=_digests(row)),
    )


def _digests(row: Paper) -> list[str]:
    keys = [item.key for item in row.form_type.fields if item.type == "photo"]
    return [digest for key in keys for digest in row.content.get(key) or []]


def photos(actor: Actor, *, case_id: UUID, digests: Iterable[str]) -> Mapping[str, tuple[str, bytes]]:
    """Photos of a case by digest: extension and bytes; those that are gone are left out."""
    wanted = list(digests)
    if not wanted:
        return {}
    rows = Attachment.visible_to(actor).filter(case_id=case_id, digest__in=wanted, kind="photo")
    found: dict[str, tuple[str, bytes]] = {}
    for digest, extension in rows.values_list("digest", "extension"):
        path = path_of(actor.company_id.hex, digest)
        if default_storage.exists(path):
            with default_storage.open(path) as file:
                found[digest] = (extension, file.read())
    return found


def hold(
    subject: str, verb: str, dossier: Dossier | None, facts: Mapping[str, Any], actor: Actor, at: datetime
) -> list[moves.Hold | moves.Passed]:
    """What form rules say to a move: each document that the book asks for holds it back until it is there as it asks (a hold
    provider)."""
    if dossier is None:
        return []
    told: list[moves.Hold | moves.Passed] = []
    for bound in rulebook.book(actor).forms_for(subject, verb, at):
        rule = bound.rule
        if not isinstance(rule, FormRule) or not _asks(bound, rule, subject, dossier, facts, actor, at):
            continue
        if meets(
            actor, case_id=dossier.case_id, dossier_id=dossier.pk, form=rule.form, state=rule.state, fields=rule.fields
        ):
            told.append(moves.Passed(bound.clause_id))
        else:
            words = {"title": forms.say(rule.title, get_language() or "zh-hans")}
            reason = (
                _("The signed document “%(title)s” is missing.")
                if rule.state == "signed"
                else _("The document “%(title)s” is missing.")
            )
            told.append(moves.Hold(reason % words, bound.clause_id, code="paper", bound=bound))
    return told


def _asks(
    bound: BoundRule,
    rule: FormRule,
    subject: str,
    dossier: Dossier,
    facts: Mapping[str, Any],
    actor: Actor,
    at: datetime,
) -> bool:
    """Whether the rule asks for its document now; refuses when that cannot be told."""
    try:
        return holds(rule.when, subject, facts)
    except ConditionFailed as error:
        errors.keep_apart(ClauseError.of(actor.company_id, bound.ref, str(error), at=at, case_id=dossier.case_id))
        reason = _("The rule of clause %(clause)s that asks for a document could not be answered. Tell the keeper of the rulebook.")  # fmt: skip
        raise Refused(reason % {"clause": bound.clause_id}, clauses=[bound.clause_id], code="clause_error") from error
