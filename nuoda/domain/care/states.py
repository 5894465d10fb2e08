"""States of a follow-up, and the only moves between them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuoda.engine.states.pure.machines import Machine, Move, State

FOLLOW_UP = Machine(
    "follow_up",
    states=[
        State("planned", _("to be called"), "near"),
        State("done", _("done"), "kept"),
        State("unreachable", _("not reached"), "missed"),
        State("cancelled", _("cancelled"), "quiet"),
    ],
    moves=[
        Move("plan", (None,), "planned"),
        Move("attempt", ("planned",), None),
        Move("record", ("planned", "unreachable"), "done"),
        Move("give_up", ("planned",), "unreachable"),
        Move("cancel", ("planned",), "cancelled"),
        Move("contact", ("done",), None),
    ],
)
