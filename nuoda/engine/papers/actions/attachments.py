"""Files of a dossier: taken in, cleaned, kept under their hash."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import id_at, new_id
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused, Stale
from nuoda.foundation.journal.actions.entries import record
from nuoda.foundation.journal.models import Dossier

from ..access import MAY
from ..events import AttachmentAdded, AttachmentRemoved
from ..models import Attachment
from ..models.attachments import path_of
from ..pure.uploads import Accepted, Limits, Rejected, accept, safe_name

_WHY = {
    "empty": _("The file is empty."),
    "large": _("The file is too large."),
    "type": _("Files of this type are not taken: use JPEG, PNG, WebP, PDF, Word, Excel, text or MP4."),
    "broken": _("The file is damaged and cannot be read."),
    "bomb": _("The file unpacks to far more than it should and was refused."),
    "active": _("The file carries scripts or macros and was refused."),
}


def limits() -> Limits:
    """Sizes that this installation takes."""
    return Limits(**getattr(settings, "NUODA_UPLOADS", {}))


def attach(
    stream: IO[bytes],
    *,
    name: str,
    dossier: Dossier,
    actor: Actor,
    at: datetime,
    purpose: str = "",
    happened_at: datetime | None = None,
    taken_at: datetime | None = None,
    keep_place: bool = False,
    id: UUID | None = None,
) -> Attachment:
    """Attach a file to a dossier; photos are encoded anew and lose where and with what they were taken unless
    `keep_place`.

    Asks: attach. Emits: attachment.added. Refuses: Invalid for files that are empty, too large, of another type,
    damaged,
    or active. The same bytes attached twice to a dossier give the first attachment.
    """
    if not Dossier.visible_to(actor).filter(pk=dossier.pk).exists():
        raise NotYours()
    if not MAY["attach"](actor):
        raise Refused(_("Your roles do not allow this."), code="forbidden")
    try:
        taken = accept(stream, name, limits=limits(), keep_place=keep_place)
    except Rejected as refusal:
        raise Invalid(_WHY[refusal.code], fields={"file": _WHY[refusal.code]}) from None
    digest = hashlib.sha256(taken.content).hexdigest()
    same: Attachment | None = Attachment.objects.filter(dossier=dossier, digest=digest, removed_at=None).first()
    if same is not None:
        return same
    _keep(actor, digest, taken)
    row = Attachment(
        id=id or (new_id() if actor.origin == "live" else id_at(at)),
        company_id=dossier.company_id,
        dealer_id=dossier.dealer_id,
        customer_id=dossier.customer_id,
        case_id=dossier.case_id,
        dossier=dossier,
        kind=taken.kind,
        purpose=purpose[:40],
        name=safe_name(name, taken.extension),
        extension=taken.extension,
        size=len(taken.content),
        digest=digest,
        width=taken.width,
        height=taken.height,
        taken_at=taken_at,
        added_at=at,
        added_by=actor.person_id,
        origin=actor.origin,
    )
    row.save(force_insert=True)
    record(
        AttachmentAdded(attachment=row.pk, kind=row.kind, size=row.size),
        dossier=dossier,
        actor=actor,
        at=at,
        happened_at=happened_at,
    )
    return row


def remove(attachment: Attachment, *, actor: Actor, at: datetime) -> None:
    """Take a file off a dossier; its row and hash stay.

    Asks: remove. Emits: attachment.removed. Refuses: Stale when it was removed before, Refused when an issued paper
    shows it.
    """
    if not Attachment.visible_to(actor).filter(pk=attachment.pk).exists():
        raise NotYours()
    if not MAY["remove"](actor):
        raise Refused(_("Your roles do not allow this."), code="forbidden")
    if _printed(attachment):
        raise Refused(_("An issued paper shows this photo; amend the paper first."), code="in_use")
    if not Attachment.objects.filter(pk=attachment.pk, removed_at=None).update(removed_at=at):
        raise Stale(_("This file was removed already."))
    record(AttachmentRemoved(attachment=attachment.pk), dossier=attachment.dossier, actor=actor, at=at)


def _printed(attachment: Attachment) -> bool:
    from ..models import Paper
    from ..states import IN_FORCE

    papers: Any = Paper.objects.filter(case_id=attachment.case_id, state__in=IN_FORCE).values_list("content", flat=True)
    return any(
        isinstance(value, list) and attachment.digest in value for content in papers for value in content.values()
    )


def _keep(actor: Actor, digest: str, taken: Accepted) -> None:
    """Bytes first, row second: a rolled-back row leaves bytes that nobody reaches, never a row without bytes."""
    path = path_of(actor.company_id.hex, digest)
    if not default_storage.exists(path):
        default_storage.save(path, ContentFile(taken.content))
