"""What the rulebook announces."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from nuoda.foundation.base.pure.events import event


@event("policy.published")
class PolicyPublished:
    """A version of a regulation was published: its content is fixed from now on, known by its hash."""

    policy: str
    version: str
    version_id: UUID
    content_hash: str


@event("policy.adopted")
class PolicyAdopted:
    """A published version binds from a moment on; the one before it ends there."""

    policy: str
    version: str
    version_id: UUID
    content_hash: str
    since: datetime
    replaces: UUID | None = None


@event("policy.adoption_cancelled")
class PolicyAdoptionCancelled:
    """An adoption was taken back before it took effect; why is the entry's remark."""

    policy: str
    version: str
    version_id: UUID
    since: datetime
