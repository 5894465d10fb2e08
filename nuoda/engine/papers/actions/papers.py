"""Issuing, signing, amending and voiding papers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import id_at, new_id
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused, Stale
from nuoda.foundation.journal.actions.entries import record
from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.orgs.models import Company

from ..access import MAY
from ..events import PaperAmended, PaperErased, PaperIssued, PaperSigned, PaperVoided
from ..models import Attachment, Hand, Paper, Signature, VerifyToken
from ..pure import forms
from ..pure.seals import hand_hash, readable_strokes, seal
from ..queries import hash_of, token_digest
from ..states import AMENDED, DRAFT, ISSUED, MOVES, SIGNED, VOID
from .prints import forget, print_later

_WHY = {
    "missing": _("This must be filled in."),
    "unknown": _("The form has no such field."),
    "type": _("This cannot be read as what the form asks for."),
    "long": _("This text is too long."),
    "choice": _("Choose one of the given values."),
    "rows": _("There are too many rows."),
    "photo": _("This photo is not attached to the case."),
}


def draft(
    *,
    form: str,
    dossier: Dossier,
    content: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    id: UUID | None = None,
) -> Paper:
    """Begin a paper that may still be incomplete; `fill` changes it, `issue` fixes it.

    Asks: draft. Refuses: Invalid for values that the form cannot take. Emits nothing.
    """
    _allow(actor, "draft", dossier)
    declared = forms.get(form)
    values = _checked(declared, content, complete=False)
    return _new(declared, dossier, values, actor=actor, at=at, paper_id=id)


def fill(paper: Paper, *, content: Mapping[str, Any], actor: Actor, at: datetime) -> Paper:
    """Replace the content of a draft. Refuses a paper that was issued."""
    _allow(actor, "draft", paper.dossier)
    values = _checked(paper.form_type, content, complete=False)
    if not Paper.objects.filter(pk=paper.pk, state=DRAFT).update(content=values):
        raise Stale(_("This paper was issued and cannot be changed; amend it instead."))
    paper.content = values
    return paper


def issue(
    *,
    actor: Actor,
    at: datetime,
    form: str = "",
    dossier: Dossier | None = None,
    content: Mapping[str, Any] | None = None,
    paper: Paper | None = None,
    happened_at: datetime | None = None,
    clauses: Sequence[str] = (),
    id: UUID | None = None,
) -> Paper:
    """Issue a numbered document: from a draft (`paper`), or at once from `form`, `dossier` and `content`.

    Asks: issue. Emits: paper.issued. Refuses: Invalid for missing or unreadable fields, Stale for a draft issued
    meanwhile.
    """
    if paper is None:
        if dossier is None:
            raise TypeError("issue needs a draft, or form, dossier and content")
        _allow(actor, "issue", dossier)
        declared = forms.get(form)
        values = _checked(declared, content or {}, complete=True)
        _check_photos(declared, values, dossier, actor)
        paper = _new(declared, dossier, values, actor=actor, at=at, paper_id=id)
    else:
        dossier = paper.dossier
        _allow(actor, "issue", dossier)
        paper.content = _checked(paper.form_type, paper.content if content is None else content, complete=True)
        _check_photos(paper.form_type, paper.content, dossier, actor)
    return _fix(paper, actor=actor, at=at, happened_at=happened_at, clauses=clauses)


def _fix(
    paper: Paper, *, actor: Actor, at: datetime, happened_at: datetime | None = None, clauses: Sequence[str] = ()
) -> Paper:
    paper.content_hash = hash_of(paper)
    paper.company_name = Company.objects.filter(pk=actor.company_id).values_list("name", flat=True).first() or ""
    paper.issued_at, paper.issued_by = at, actor.person_id
    done = Paper.objects.filter(pk=paper.pk, state=DRAFT).update(
        state=ISSUED,
        content=paper.content,
        content_hash=paper.content_hash,
        company_name=paper.company_name,
        issued_at=at,
        issued_by=actor.person_id,
    )
    if not done:
        raise Stale(_("This paper was issued already."))
    paper.state = ISSUED
    VerifyToken.objects.create(digest=token_digest(paper.token), company_id=paper.company_id, paper_id=paper.pk)
    record(
        PaperIssued(paper=paper.pk, form=paper.form, version=paper.version, content_hash=paper.content_hash),
        dossier=paper.dossier,
        actor=actor,
        at=at,
        happened_at=happened_at,
        clauses=tuple(clauses) or paper.form_type.clauses,
    )
    return paper


def sign(
    paper: Paper,
    *,
    role: str,
    name: str,
    strokes: Any,
    actor: Actor,
    at: datetime,
    content_hash: str,
    signed_at: datetime | None = None,
    device: str = "",
    place: str = "",
    id: UUID | None = None,
) -> Signature:
    """Sign an issued paper in a role of its form; `content_hash` is that of the content the signer was shown.

    Asks: sign. Emits: paper.signed. Refuses: Stale when the paper is no longer what was shown, Invalid for an empty
    hand or
    name, Refused for a role that the form does not have or that has signed.
    """
    _allow(actor, "sign", paper.dossier)
    locked = Paper.objects.select_for_update().filter(pk=paper.pk).first()
    if locked is None:
        raise NotYours()
    if not locked.in_force or locked.content_hash != content_hash or hash_of(locked) != content_hash:
        raise Stale(_("This paper was changed since it was shown; read it again before signing."))
    declared = locked.form_type
    if role not in declared.signatures:
        raise Refused(_("This form has no signature of that role."), code="no_such_role")
    if locked.signatures.filter(role=role).exists():
        raise Refused(_("This role has signed already."), code="already_signed")
    try:
        ink = readable_strokes(strokes)
    except ValueError:
        raise Invalid(_("The signature is empty or cannot be read."), fields={"strokes": _("Please sign.")}) from None
    signer = name.strip()[:60]
    if not signer:
        raise Invalid(_("The signer's name is missing."), fields={"name": _WHY["missing"]})
    when = min(signed_at or at, at)
    shared = _scope(locked.dossier)
    signature = Signature(
        id=id or _fresh_id(actor, at),
        paper=locked,
        role=role,
        person_id=actor.person_id if actor.name == signer else None,
        witness_id=actor.person_id,
        signed_at=when,
        recorded_at=at,
        device=device[:200],
        content_hash=content_hash,
        **shared,
    )
    hand = Hand(
        id=_fresh_id(actor, at), signature=signature, name=signer, strokes=ink, place=place.strip()[:120], **shared
    )
    signature.hand_hash = hand_hash(name=hand.name, strokes=hand.strokes, place=hand.place, salt=hand.salt)
    signature.seal = seal(
        content=content_hash, hand=signature.hand_hash, role=role, signed_at=when, device=signature.device
    )
    signature.save(force_insert=True)
    hand.save(force_insert=True)
    given = set(locked.signatures.values_list("role", flat=True))
    complete = given >= set(declared.required_signatures or declared.signatures)
    if complete and locked.state == ISSUED:
        _move(locked, SIGNED)
        print_later(locked)
    record(
        PaperSigned(
            paper=locked.pk,
            form=locked.form,
            version=locked.version,
            role=role,
            content_hash=content_hash,
            seal=signature.seal,
            complete=complete,
        ),
        dossier=locked.dossier,
        actor=actor,
        at=at,
        happened_at=when,
        clauses=declared.clauses,
    )
    paper.state = locked.state
    return signature


def amend(
    paper: Paper,
    *,
    content: Mapping[str, Any],
    reason: str,
    actor: Actor,
    at: datetime,
    id: UUID | None = None,
) -> Paper:
    """Replace an issued paper by a new version under the same number; earlier signatures stay with the earlier version.

    Asks: amend. Emits: paper.amended (old), paper.issued (new). Refuses: Stale when it is no longer in force, Invalid.
    """
    _allow(actor, "amend", paper.dossier)
    if not reason.strip():
        raise Invalid(_("Say why the paper is amended."), fields={"reason": _WHY["missing"]})
    declared = forms.get(paper.form)
    values = _checked(declared, content, complete=True)
    _check_photos(declared, values, paper.dossier, actor)
    _move(paper, AMENDED)
    newer = _new(declared, paper.dossier, values, actor=actor, at=at, paper_id=id, after=paper)
    record(
        PaperAmended(paper=paper.pk, form=paper.form, version=paper.version, by=newer.pk),
        dossier=paper.dossier,
        actor=actor,
        at=at,
        remark=reason.strip(),
        clauses=declared.clauses,
    )
    return _fix(newer, actor=actor, at=at)


def void(paper: Paper, *, reason: str, actor: Actor, at: datetime) -> Paper:
    """Declare an issued paper void; it stays readable and says so.

    Asks: void. Emits: paper.voided. Refuses: Stale when it is no longer in force, Invalid without a reason.
    """
    _allow(actor, "void", paper.dossier)
    if not reason.strip():
        raise Invalid(_("Say why the paper is void."), fields={"reason": _WHY["missing"]})
    _move(paper, VOID)
    record(
        PaperVoided(paper=paper.pk, form=paper.form, version=paper.version),
        dossier=paper.dossier,
        actor=actor,
        at=at,
        remark=reason.strip(),
    )
    return paper


def erase(paper: Paper, *, actor: Actor, at: datetime) -> Paper:
    """Erase what is personal in a paper: its content, and name, strokes and place of its signatures. Hashes and times
    stay.

    Asks: erase. Emits: paper.erased. Refuses: a paper that is still a draft or was erased before.
    """
    # Whoever erases on request need not be able to read what he erases.
    if not (MAY["erase"](actor) and actor.company_id == paper.company_id):
        _allow(actor, "erase", paper.dossier)
    done = (
        Paper.objects.filter(pk=paper.pk, erased_at=None).exclude(state=DRAFT).update(content={}, salt="", erased_at=at)
    )
    if not done:
        raise Stale(_("There is nothing to erase in this paper."))
    Hand.objects.filter(signature__paper=paper).delete()
    transaction.on_commit(partial(forget, paper))
    record(
        PaperErased(paper=paper.pk, form=paper.form, version=paper.version), dossier=paper.dossier, actor=actor, at=at
    )
    paper.refresh_from_db()
    return paper


def follow(dossier: Dossier) -> None:
    """Give the papers and files of a case the dealer and customer that its dossier has now (after `dossiers.move`)."""
    scope = {"dealer_id": dossier.dealer_id, "customer_id": dossier.customer_id}
    for table in (Paper, Signature, Attachment):
        table.objects.filter(case_id=dossier.case_id).update(**scope)
    Hand.objects.filter(case_id=dossier.case_id).update(**scope)


def _allow(actor: Actor, verb: str, dossier: Dossier) -> None:
    if not Dossier.visible_to(actor).filter(pk=dossier.pk).exists():
        raise NotYours()
    if not MAY[verb](actor):
        raise Refused(_("Your roles do not allow this."), code="forbidden")


def _checked(declared: forms.FormType, content: Mapping[str, Any], *, complete: bool) -> dict[str, Any]:
    values: dict[str, Any] = forms.plain(content)
    wrong = forms.problems(declared, values, complete=complete)
    if wrong:
        raise Invalid(
            _("The form is not complete, or holds values that cannot be taken."),
            fields={key: _WHY[code] for key, code in wrong.items()},
            clauses=declared.clauses,
        )
    return {key: value for key, value in values.items() if value is not None}


def _check_photos(declared: forms.FormType, values: Mapping[str, Any], dossier: Dossier, actor: Actor) -> None:
    asked = {item.key: set(values.get(item.key) or ()) for item in declared.fields if item.type == "photo"}
    every = set().union(*asked.values())
    if not every:
        return
    rows = Attachment.visible_to(actor).filter(case_id=dossier.case_id, kind="photo", removed_at=None, digest__in=every)
    known = set(rows.values_list("digest", flat=True))
    wrong = {key: _WHY["photo"] for key, digests in asked.items() if digests - known}
    if wrong:
        raise Invalid(_("A photo named in the form is not attached to the case."), fields=wrong)


def _new(
    declared: forms.FormType,
    dossier: Dossier,
    values: dict[str, Any],
    *,
    actor: Actor,
    at: datetime,
    paper_id: UUID | None,
    after: Paper | None = None,
) -> Paper:
    # Papers of one dossier are numbered one after the other: the dossier's row is the queue.
    Dossier.objects.select_for_update(no_key=True).filter(pk=dossier.pk).values_list("pk").first()
    if after is not None:
        number, version = after.number, after.version + 1
    else:
        count = Paper.objects.filter(dossier=dossier, form=declared.code, version=1).count()
        number, version = f"{dossier.number}-{declared.prefix}{count + 1}", 1
    paper = Paper(
        id=paper_id or _fresh_id(actor, at),
        dossier=dossier,
        form=declared.code,
        form_version=declared.version,
        number=number,
        version=version,
        previous=after,
        content=values,
        created_at=at,
        origin=actor.origin,
        **_scope(dossier),
    )
    try:
        with transaction.atomic():
            paper.save(force_insert=True)
    except IntegrityError:
        raise Stale(_("This paper exists already.")) from None
    return paper


def _move(paper: Paper, to: str) -> None:
    sources = [source for source, targets in MOVES.items() if to in targets]
    if not Paper.objects.filter(pk=paper.pk, state=paper.state, state__in=sources).update(state=to):
        raise Stale(_("This paper is no longer in force."))
    paper.state = to


def _scope(dossier: Dossier) -> dict[str, Any]:
    return {
        "company_id": dossier.company_id,
        "dealer_id": dossier.dealer_id,
        "customer_id": dossier.customer_id,
        "case_id": dossier.case_id,
    }


def _fresh_id(actor: Actor, at: datetime) -> UUID:
    return new_id() if actor.origin == "live" else id_at(at)


def device_of(user_agent: str, address: str) -> str:
    """How a signature names the device: what the browser says it is, and a short hash of the address."""
    return f"{user_agent[:180]} #{hashlib.sha256(address.encode()).hexdigest()[:8]}"
