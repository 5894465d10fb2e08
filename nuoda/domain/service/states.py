"""States of tickets and work orders, and the only moves between them."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from nuoda.engine.states.pure.machines import Machine, Move, State

TICKET = Machine(
    "ticket",
    states=[
        State("reported", pgettext_lazy("state", "waiting for an answer"), "near"),
        State("answered", pgettext_lazy("state", "answered"), "info"),
        State("dispatched", pgettext_lazy("state", "dispatched"), "info"),
        State("working", pgettext_lazy("state", "being worked on"), "info"),
        State("solved", pgettext_lazy("state", "solved"), "kept"),
        State("closed", pgettext_lazy("state", "closed"), "quiet"),
        State("cancelled", pgettext_lazy("state", "cancelled"), "quiet"),
        State("merged", pgettext_lazy("state", "merged"), "quiet"),
    ],
    moves=[
        Move("report", (None,), "reported"),
        Move("answer", ("reported",), "answered"),
        Move("promise", ("answered", "dispatched", "working"), None),
        Move("hand_over", ("answered", "dispatched", "working"), None),
        Move("respond", ("answered", "dispatched", "working"), None),
        Move("set_severity", ("reported", "answered", "dispatched", "working"), None),
        Move("dispatch", ("answered", "dispatched", "working"), "dispatched"),
        Move("withdraw_dispatch", ("dispatched", "working"), "answered"),
        Move("start_work", ("dispatched", "working"), "working"),
        Move("solve", ("answered", "dispatched", "working"), "solved"),
        Move("close", ("solved",), "closed"),
        Move("reopen", ("solved", "closed"), "answered"),
        Move("cancel", ("reported", "answered", "dispatched"), "cancelled"),
        Move("merge", ("reported", "answered", "dispatched"), "merged"),
        Move("pause", ("reported", "answered", "dispatched", "working"), None),
        Move("resume", ("reported", "answered", "dispatched", "working"), None),
        Move("reassign", ("reported", "answered", "dispatched", "working"), None),
        Move("correct_customer", ("reported", "answered", "dispatched", "working", "solved"), None),
        Move("propose_settlement", ("answered", "dispatched", "working", "solved"), None),
        Move("settle", ("answered", "dispatched", "working", "solved"), None),
    ],
)
OPEN = ("reported", "answered", "dispatched", "working")
"""States in which somebody still owes the customer something."""

WORK_ORDER = Machine(
    "work_order",
    states=[
        State("assigned", pgettext_lazy("state", "assigned"), "near"),
        State("contacted", pgettext_lazy("state", "customer contacted"), "info"),
        State("appointed", pgettext_lazy("state", "appointment made"), "info"),
        State("on_site", pgettext_lazy("state", "at work"), "info"),
        State("completed", pgettext_lazy("state", "completed"), "kept"),
        State("unfinished", pgettext_lazy("state", "visit without result"), "missed"),
        State("declined", pgettext_lazy("state", "declined"), "quiet"),
        State("cancelled", pgettext_lazy("state", "cancelled"), "quiet"),
    ],
    moves=[
        Move("dispatch", (None,), "assigned"),
        Move("decline", ("assigned", "contacted"), "declined"),
        Move("contact", ("assigned", "contacted"), "contacted"),
        Move("appoint", ("assigned", "contacted", "appointed"), "appointed"),
        Move("prepare", ("assigned", "contacted", "appointed"), None),
        Move("arrive", ("contacted", "appointed"), "on_site"),
        Move("note", ("on_site",), None),
        Move("sign", ("on_site",), None),
        Move("complete", ("on_site",), "completed"),
        Move("nobody_home", ("appointed", "on_site"), "unfinished"),
        Move("leave_unfinished", ("on_site",), "unfinished"),
        Move("cancel", ("assigned", "contacted", "appointed"), "cancelled"),
    ],
)
ACTIVE = ("assigned", "contacted", "appointed", "on_site")
"""States in which a work order takes the technician's time."""
