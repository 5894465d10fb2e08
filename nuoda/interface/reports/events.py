"""What the reports announce."""

from __future__ import annotations

from uuid import UUID

from nuoda.foundation.base.pure.events import event


@event("finding.looked_at")
class FindingLookedAt:
    """A supervisor looked at a place where a clock may have been kept on paper only; what he says stands in the remark."""

    finding: UUID
    pattern: str


@event("bundle.asked")
class BundleAsked:
    """Somebody asked for a file to be handed on: an evidence pack or an event log."""

    bundle: UUID
    kind: str


@event("bundle.made")
class BundleMade:
    """The file was made; its hash and the hash of its list of parts are kept, so that it can be verified later."""

    bundle: UUID
    kind: str
    size: int
    digest: str
    manifest: str


@event("bundle.failed")
class BundleFailed:
    """The file could not be made."""

    bundle: UUID
    kind: str
    problem: str
