"""What papers and attachments are called on timelines."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from nuoda.foundation.journal.pure.words import EventWord

EVENTS = {
    "paper.issued": EventWord(pgettext_lazy("event", "document issued"), "file-text", "info"),
    "paper.signed": EventWord(pgettext_lazy("event", "document signed"), "signature", "kept"),
    "paper.amended": EventWord(pgettext_lazy("event", "document replaced by a new version"), "file-text", "near"),
    "paper.voided": EventWord(pgettext_lazy("event", "document declared void"), "circle-x", "near"),
    "paper.erased": EventWord(pgettext_lazy("event", "personal data of a document erased"), "trash"),
    "attachment.added": EventWord(pgettext_lazy("event", "file attached"), "paperclip"),
    "attachment.removed": EventWord(pgettext_lazy("event", "attached file removed"), "trash"),
}
