"""States of a revision's draft, and the only moves between them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuoda.engine.states.pure.machines import Machine, Move, State

DRAFT = Machine(
    "policy_version",
    states=[
        State("editing", _("being written"), "info"),
        State("submitted", _("submitted for adoption"), "near"),
        State("adopted", _("adopted"), "kept"),
        State("discarded", _("thrown away"), "quiet"),
        State("cancelled", _("adoption taken back"), "quiet"),
    ],
    moves=[
        Move("begin", (None,), "editing"),
        Move("edit", ("editing",), None),
        Move("submit", ("editing",), "submitted"),
        Move("give_back", ("submitted",), "editing"),
        Move("adopt", ("submitted",), "adopted"),
        Move("discard", ("editing",), "discarded"),
        Move("cancel", ("adopted",), "cancelled"),
    ],
)
OPEN = ("editing", "submitted")
"""States in which the draft may still become the regulation."""
