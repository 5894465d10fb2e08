"""What revisions announce. Ids and codes only."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from nuoda.foundation.base.pure.events import event


@event("policy_version.drafted")
class VersionDrafted:
    """Somebody began to write a new version of a regulation."""

    version_id: UUID
    policy: str
    base: UUID | None = None
    writers: list[UUID] | None = None
    """Whose text it begins with, where that binds nobody yet; None: of whoever began it."""


@event("policy_version.edited")
class VersionEdited:
    """A draft was changed; it is known by the hash of its content."""

    version_id: UUID
    edition: int
    content_hash: str


@event("policy_version.submitted")
class VersionSubmitted:
    """A draft was submitted to be put into force."""

    version_id: UUID
    content_hash: str


@event("policy_version.given_back")
class VersionGivenBack:
    """A draft that was submitted is being written again (rejected, sent back, withdrawn)."""

    version_id: UUID
    why: str


@event("policy_version.adopted")
class VersionAdopted:
    """A draft became a version of the regulation and binds from `since` on."""

    version_id: UUID
    content_hash: str
    since: datetime


@event("policy_version.discarded")
class VersionDiscarded:
    """A draft was thrown away."""

    version_id: UUID


@event("policy_version.cancelled")
class VersionCancelled:
    """An adoption was taken back before it took effect; why is the entry's remark."""

    version_id: UUID


@event("reading.asked")
class ReadingAsked:
    """People are asked to confirm that they read what changed for them."""

    version_id: UUID
    people: int


@event("reading.confirmed")
class ReadingConfirmed:
    """Somebody confirmed that he read the clauses that bind him."""

    version_id: UUID
    content_hash: str


@event("reading.ended")
class ReadingEnded:
    """Somebody left or lost a role: what he had not yet read of a version, because it bound that role, need not be read any more."""

    version_id: UUID
    reader: UUID


@event("reading.resumed")
class ReadingResumed:
    """Somebody came back: what had fallen away unread is to be read again."""

    version_id: UUID
    reader: UUID


@event("reading.reminded")
class ReadingReminded:
    """Those who have not yet confirmed were reminded."""

    version_id: UUID
    people: int
