"""What this app announces."""

from __future__ import annotations

from uuid import UUID

from nuoda.foundation.base.pure.events import event


@event("paper.issued")
class PaperIssued:
    """A numbered document was issued; its content is fixed from now on, known by its hash."""

    paper: UUID
    form: str
    version: int
    content_hash: str


@event("paper.signed")
class PaperSigned:
    """Somebody signed a document in a role (customer, engineer …); `complete` when all signatures asked for are
    there."""

    paper: UUID
    form: str
    version: int
    role: str
    content_hash: str
    seal: str
    complete: bool


@event("paper.amended")
class PaperAmended:
    """A document was replaced by a new version, which needs signatures of its own."""

    paper: UUID
    form: str
    version: int
    by: UUID


@event("paper.voided")
class PaperVoided:
    """A document was declared void; it stays readable and says so."""

    paper: UUID
    form: str
    version: int


@event("paper.erased")
class PaperErased:
    """The personal data of a document was erased; hashes, times and states stay."""

    paper: UUID
    form: str
    version: int


@event("attachment.added")
class AttachmentAdded:
    """A file was attached to a dossier."""

    attachment: UUID
    kind: str
    size: int


@event("attachment.removed")
class AttachmentRemoved:
    """A file was taken off a dossier; its hash stays known."""

    attachment: UUID
