"""What of a matter a customer is shown."""

from __future__ import annotations

TOLD = frozenset(
    {
        "ticket.reported", "ticket.answered", "ticket.promised", "ticket.responded", "ticket.solved", "ticket.closed",
        "ticket.reopened", "ticket.cancelled", "ticket.merged", "ticket.paused", "ticket.resumed", "ticket.rated",
        "work_order.dispatched", "work_order.contacted", "work_order.appointed", "work_order.arrived",
        "work_order.session_started", "work_order.signed", "work_order.completed", "work_order.nobody_home",
        "work_order.left_unfinished", "deadline.missed",
    }
)  # fmt: skip
"""Events that a customer is shown; notes of the desk are not among them."""
OWN_WORDS = frozenset({"ticket.reopened", "ticket.rated", "ticket.cancelled"})
"""Events whose text the customer may have written himself."""
PROMISES = frozenset(
    {
        "answer", "reply", "answer_inquiry", "promise", "respond", "on_site", "on_time", "solve", "opinion",
        "complaint_contact", "complaint_solve", "contact_dissatisfied",
    }
)  # fmt: skip
"""Time limits that protect the customer, by the rule's own name; duties inside the house are not among them."""


def protects(ref: str) -> bool:
    """Whether a time limit ('MN-3.2.1b/on_site') is one that the customer is shown."""
    return ref.rpartition("/")[2] in PROMISES
