"""What happens to the catalogue of parts."""

from __future__ import annotations

from uuid import UUID

from nuoda.foundation.base.pure.events import event


@event("part.changed")
class PartChanged:
    """A part of the catalogue was added, changed or taken out of use; `fields` names what."""

    part: UUID
    verb: str
    fields: list[str]
