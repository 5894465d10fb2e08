"""The way of an audit. Obligations have no moves: where they stand is computed from what proves them (`pure.standing`)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuoda.engine.states.pure.machines import Machine, Move, State

AUDIT = Machine(
    "audit",
    states=[
        State("drawn", _("to be checked"), "info"),
        State("signed", _("signed off"), "kept"),
        State("withdrawn", _("fell away"), "quiet"),
    ],
    moves=[
        Move("draw", (None,), "drawn"),
        Move("mark", ("drawn",), None),
        Move("sign", ("drawn",), "signed"),
        Move("withdraw", ("drawn",), "withdrawn"),
    ],
)
