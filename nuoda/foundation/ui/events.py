"""What the pages themselves announce."""

from __future__ import annotations

from nuoda.foundation.base.pure.events import event


@event("list.exported")
class ListExported:
    """A person took a list out of the product as a file; the filters stand in the remark."""

    page: str
    form: str
    rows: int
