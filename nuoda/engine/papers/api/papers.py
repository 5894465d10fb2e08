"""Papers and files of a case."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.core.files.storage import default_storage
from pydantic import Field

from nuoda.foundation.base.pure.operations import (
    Call,
    FileAnswer,
    Name,
    Sent,
    Shape,
    Upload,
    named,
    read,
    write,
)
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.journal import queries as journal

from .. import queries
from ..access import FILE_READERS, READERS
from ..actions import attachments, prints
from ..models import Attachment, Paper
from ..states import IN_FORCE


class SignatureOut(Shape):
    role: str
    signed_at: datetime
    seal: str


class PaperOut(Shape):
    """A paper. `content_hash` is what signatures seal; `verify_url` proves the paper to anybody who holds it."""

    id: UUID
    number: str
    version: int
    form: str
    state: str
    dossier: str
    issued_at: datetime | None
    content_hash: str
    verify_url: str
    signatures: list[SignatureOut]

    @classmethod
    def of(cls, row: Paper) -> PaperOut:
        return cls(
            id=row.pk,
            number=row.number,
            version=row.version,
            form=row.form,
            state=row.state,
            dossier=row.dossier.number,
            issued_at=row.issued_at,
            content_hash=row.content_hash,
            verify_url=queries.verify_url(row),
            signatures=[SignatureOut(role=s.role, signed_at=s.signed_at, seal=s.seal) for s in row.signatures.all()],
        )


class FileOut(Shape):
    id: UUID
    name: str
    kind: Literal["photo", "document", "video", "text"]
    purpose: str
    content_type: str
    size: int
    digest: str
    added_at: datetime

    @classmethod
    def of(cls, row: Attachment) -> FileOut:
        return cls(
            id=row.pk,
            name=row.name,
            kind=row.kind,  # type: ignore[arg-type]
            purpose=row.purpose,
            content_type=row.content_type,
            size=row.size,
            digest=row.digest,
            added_at=row.added_at,
        )


class Language(Shape):
    language: Literal["zh-hans", "zh-hant", "en"] = "zh-hans"


@read("/cases/{number}/papers", scope="papers:read", roles=READERS)
def list_papers(call: Call, number: Name) -> list[PaperOut]:
    """List the papers of a case, newest first. Customers see those in force."""
    dossier = journal.dossier(call.actor, **named(number))
    rows = queries.papers_of(call.actor, case_id=dossier.case_id)
    return [PaperOut.of(row) for row in rows if call.actor.reach != "customer" or row.state in IN_FORCE]


@read("/papers/{paper}", scope="papers:read", roles=READERS)
def get_paper(call: Call, paper: UUID) -> PaperOut:
    """Show a paper."""
    return PaperOut.of(_paper(call, paper))


@read("/papers/{paper}/pdf", scope="papers:read", roles=READERS)
def get_paper_pdf(call: Call, paper: UUID, query: Language) -> FileAnswer:
    """Get a paper as PDF."""
    row = _paper(call, paper)
    content = prints.pdf(row, actor=call.actor, language=query.language)
    return FileAnswer(content, "application/pdf", f"{row.number}.pdf")


def _paper(call: Call, paper: UUID) -> Paper:
    row = queries.paper(call.actor, paper)
    if call.actor.reach == "customer" and row.state not in IN_FORCE:
        raise NotYours
    return row


@read("/cases/{number}/files", scope="papers:read", roles=READERS)
def list_files(call: Call, number: Name) -> list[FileOut]:
    """List the files of a case, oldest first."""
    dossier = journal.dossier(call.actor, **named(number))
    return [FileOut.of(row) for row in queries.attachments_of(call.actor, case_id=dossier.case_id)]


@read("/files/{file_id}", scope="papers:read", roles=FILE_READERS)
def download_file(call: Call, file_id: UUID) -> FileAnswer:
    """Download a file."""
    row = queries.attachment(call.actor, file_id)
    try:
        with default_storage.open(row.path) as stored:
            content = stored.read()
    except FileNotFoundError:
        raise NotYours from None
    return FileAnswer(content, row.content_type, row.name)


class Attach(Sent):
    purpose: str = Field("", max_length=40, pattern=r"^[a-z_]*$")
    keep_place: bool = Field(False, description="Keep where a photo was taken.")


@write("/dossiers/{number}/files", scope="papers:write", roles=READERS, status=201)
def attach_file(call: Call, number: Name, body: Attach, file: Upload) -> FileOut:
    """Attach a file to a ticket, a work order or another dossier; its type is what its bytes are."""
    row = attachments.attach(
        file.file,
        name=file.name or "",
        dossier=journal.dossier(call.actor, **named(number)),
        purpose=body.purpose,
        keep_place=body.keep_place,
        happened_at=call.happened_at,
        actor=call.actor,
        at=call.at,
    )
    return FileOut.of(row)
