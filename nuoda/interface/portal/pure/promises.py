"""What a customer is promised, in his words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

PROMISES: dict[str, tuple[Any, Any]] = {
    "answer": (_("We answer"), _("a person speaks or writes to you")),
    "reply": (_("We answer your question"), ""),
    "answer_inquiry": (_("We answer your question"), ""),
    "promise": (_("We come back to you"), _("at the time we told you")),
    "respond": (_("A specialist speaks with you"), _("about the fault itself")),
    "on_site": (_("A technician is with you"), _("at your machine")),
    "on_time": (_("The technician comes as agreed"), ""),
    "solve": (_("It is solved"), _("repaired, or with a solution that you can use")),
    "opinion": (_("We tell you what becomes of your suggestion"), ""),
    "complaint_contact": (_("We call you about your complaint"), ""),
    "complaint_solve": (_("Your complaint is settled"), ""),
    "contact_dissatisfied": (_("We call you, because you were not satisfied"), ""),
}
"""Time limits that protect the customer, by the rule's own name, in his words; duties inside the house are not among
them."""
