"""States of an approval and of its steps, and the only moves between them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuoda.engine.states.pure.machines import Machine, Move, State

APPROVAL = Machine(
    "approval",
    states=[
        State("pending", _("in approval"), "near"),
        State("sent_back", _("sent back"), "missed"),
        State("approved", _("approved"), "kept"),
        State("rejected", _("rejected"), "missed"),
        State("withdrawn", _("withdrawn"), "quiet"),
        State("lapsed", _("lapsed: the content was changed"), "quiet"),
    ],
    moves=[
        Move("submit", (None,), "pending"),
        Move("approve", ("pending",), "approved"),
        Move("reject", ("pending",), "rejected"),
        Move("send_back", ("pending",), "sent_back"),
        Move("resubmit", ("sent_back", "lapsed"), "pending"),
        Move("withdraw", ("pending", "sent_back", "lapsed"), "withdrawn"),
        Move("lapse", ("pending", "approved"), "lapsed"),
    ],
)
OPEN = ("pending", "sent_back", "lapsed")
"""States in which the matter may still be approved: one of them per matter and subject."""

STEP = Machine(
    "approval_step",
    states=[
        State("waiting", _("not yet their turn"), "quiet"),
        State("open", _("waiting for a decision"), "near"),
        State("approved", _("approved"), "kept"),
        State("rejected", _("rejected"), "missed"),
        State("sent_back", _("sent back"), "missed"),
        State("skipped", _("skipped by the rule"), "quiet"),
        State("closed", _("not needed any more"), "quiet"),
    ],
    moves=[
        Move("plan", (None,), "waiting"),
        Move("skip", (None,), "skipped"),
        Move("open", ("waiting",), "open"),
        Move("approve", ("open",), "approved"),
        Move("reject", ("open",), "rejected"),
        Move("send_back", ("open",), "sent_back"),
        Move("put_back", ("open", "approved"), "waiting"),
        Move("close", ("waiting", "open"), "closed"),
    ],
)
