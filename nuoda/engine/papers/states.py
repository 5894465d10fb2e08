"""States of a paper. A paper is never edited after it was issued: a change is a new version beside it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

DRAFT, ISSUED, SIGNED, AMENDED, VOID = "draft", "issued", "signed", "amended", "void"

LABELS = {
    DRAFT: _("draft"),
    ISSUED: _("issued"),
    SIGNED: _("signed"),
    AMENDED: _("amended"),
    VOID: _("void"),
}
MOVES: dict[str, tuple[str, ...]] = {
    DRAFT: (ISSUED,),
    ISSUED: (SIGNED, AMENDED, VOID),
    SIGNED: (AMENDED, VOID),
    AMENDED: (),
    VOID: (),
}
"""Legal pairs; the database refuses any other (migration 0001)."""
IN_FORCE = (ISSUED, SIGNED)
