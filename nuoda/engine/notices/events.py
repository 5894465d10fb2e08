"""What this app announces."""

from __future__ import annotations

from uuid import UUID

from nuoda.foundation.base.pure.events import event


@event("channel.changed")
class ChannelChanged:
    """A channel to the outside (a robot, a webhook) was made, changed, switched on or off."""

    channel: UUID
    kind: str
    active: bool
