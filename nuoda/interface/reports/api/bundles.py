"""Evidence packs and event logs: asking for one, following it, downloading it, and whether it is still as it was made."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from nuoda.foundation.base.pure.operations import (
    Call,
    Day,
    FileAnswer,
    Listing,
    Made,
    Name,
    Paging,
    Ref,
    Shape,
    named,
    read,
    write,
)
from nuoda.foundation.ui.api.paging import paged

from ..access import EVIDENCE
from ..actions import bundles, evidence
from ..models import Bundle
from ..web.bundles import FAULTS

BundleKind = Literal["evidence", "ocel", "csv"]
Target = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[0-9]+(\.[0-9]+)*[a-z]?)?$")]
"""A clause ('MN-3.2.1b'), a chapter ('MN-3') or a regulation ('MN')."""


class BundleOut(Shape):
    """A file that is made to be handed on. `digest` is the SHA-256 of the whole file; `parameters` are what was asked for."""

    id: UUID
    number: str
    kind: BundleKind
    state: Literal["being_made", "ready", "failed"]
    parameters: dict[str, Any]
    asked_by: Ref
    asked_at: datetime
    ready_at: datetime | None
    failed_at: datetime | None
    name: str
    size: int
    digest: str

    @classmethod
    def of(cls, row: Bundle) -> BundleOut:
        return cls(**_told(row))


class PartOfBundle(Shape):
    size: int
    sha256: str


class FaultOut(Shape):
    """What is wrong with the stored file now."""

    code: str
    part: str
    reason: str


class BundleWhole(BundleOut):
    """A bundle with its parts. `faults` compares the stored file with the journal now: empty when all is as it was made."""

    parts: dict[str, PartOfBundle]
    faults: list[FaultOut]


class BundleFilter(Paging):
    kind: BundleKind | None = None


class AskEvidence(Made):
    target: Target = Field(description="A clause ('MN-3.2.1b'), a chapter ('MN-3') or a regulation ('MN').")
    since: Day
    until: Day = Field(description="Included.")
    sample: int = Field(5, ge=evidence.SAMPLE[0], le=evidence.SAMPLE[1], description="Cases drawn of each clause.")
    seed: int = Field(1, ge=0, le=2**31 - 1, description="The same seed draws the same cases.")
    originals: bool = Field(True, description="With papers and files of the drawn cases.")


class AskEventLog(Made):
    format: Literal["ocel", "csv"] = "ocel"
    since: Day
    until: Day = Field(description="Included.")


@read("/bundles", scope="evidence:read", roles=EVIDENCE)
def list_bundles(call: Call, query: BundleFilter) -> Listing[BundleOut]:
    """List what was made to be handed on, the newest first."""
    rows = Bundle.visible_to(call.actor).select_related("dossier", "asked_by")
    if query.kind is not None:
        rows = rows.filter(kind=query.kind)
    return paged(rows, ("-asked_at",), query, BundleOut.of)


@write("/bundles/evidence", scope="evidence:write", roles=EVIDENCE, status=201)
def ask_evidence(call: Call, body: AskEvidence) -> BundleOut:
    """Ask for an evidence pack: what a clause, chapter or regulation said in a period, what became of it, and the proofs of a
    random sample. It is made in the background: read get_bundle until it is ready, then download_bundle."""
    parameters = body.model_dump(exclude={"id"})
    row = bundles.ask(kind="evidence", parameters=parameters, id=body.id, actor=call.actor, at=call.at)
    return BundleOut.of(bundles.bundle(call.actor, id=row.pk))


@write("/bundles/event-log", scope="evidence:write", roles=EVIDENCE, status=201)
def ask_event_log(call: Call, body: AskEventLog) -> BundleOut:
    """Ask for the event log of a period, as OCEL 2.0 (JSON) or CSV, with ids and codes only. It is made in the background."""
    parameters = body.model_dump(include={"since", "until"})
    row = bundles.ask(kind=body.format, parameters=parameters, id=body.id, actor=call.actor, at=call.at)
    return BundleOut.of(bundles.bundle(call.actor, id=row.pk))


@read("/bundles/{bundle}", scope="evidence:read", roles=EVIDENCE)
def get_bundle(call: Call, bundle: Name) -> BundleWhole:
    """Show a bundle with its parts and their hashes, compared with the journal now."""
    row = bundles.bundle(call.actor, **named(bundle))
    parts = {name: PartOfBundle(**part) for name, part in row.manifest.get("parts", {}).items()}
    faults = bundles.verified(row) if row.ready_at else []
    return BundleWhole(
        **_told(row),
        parts=parts,
        faults=[FaultOut(code=code, part=part, reason=str(FAULTS[code])) for code, part in faults],
    )


@read("/bundles/{bundle}/file", scope="evidence:read", roles=EVIDENCE)
def download_bundle(call: Call, bundle: Name) -> FileAnswer:
    """Download a bundle (zip)."""
    row = bundles.bundle(call.actor, **named(bundle))
    return FileAnswer(bundles.opened(row, actor=call.actor), "application/zip", row.name)


def _told(row: Bundle) -> dict[str, Any]:
    return {
        "id": row.pk,
        "number": row.dossier.number,
        "kind": row.kind,
        "state": "ready" if row.ready_at else "failed" if row.failed_at else "being_made",
        "parameters": row.parameters,
        "asked_by": Ref(id=row.asked_by_id, name=row.asked_by.name),
        "asked_at": row.asked_at,
        "ready_at": row.ready_at,
        "failed_at": row.failed_at,
        "name": row.name,
        "size": row.size,
        "digest": row.digest,
    }
