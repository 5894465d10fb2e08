"""What leaves the house as a file is recorded."""

from __future__ import annotations

from datetime import datetime

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.actions import entries

from ..events import ListExported


def record(*, page: str, form: str, rows: int, address: str, actor: Actor, at: datetime) -> None:
    """Notes that a list was taken out of the product.

    Asks: nothing beyond the page's own access. Emits: list.exported. Refuses: never.
    """
    entries.record(ListExported(page=page, form=form, rows=rows), dossier=None, actor=actor, at=at, remark=address)
