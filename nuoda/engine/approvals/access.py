"""Who may do what with an approval. Whether somebody is asked is a matter of the chain, and who may ask is a matter of the subject
(`pure.matters.Matter.may_ask`); this says the rest."""

from __future__ import annotations

from nuoda.foundation.base.pure.actors import Actor

STAFF = frozenset(
    {
        "agent", "service_manager", "technician", "quality_supervisor", "hq_support", "dealer_manager", "director",
        "system_admin", "security_admin", "audit_admin",
    }
)  # fmt: skip
"""Roles that decide and read approvals: everybody but customers."""
SUBMITTERS = STAFF - {"system_admin", "security_admin", "audit_admin"}
"""Roles that ask for approvals: who administers the installation has no matters of his own."""
READERS = frozenset({"quality_supervisor", "hq_support", "service_manager", "dealer_manager", "director"})
"""Roles that read the approvals of everything they see, and not only their own. Administrators read those they take part in
(docs/decisions/0023)."""


def submit(actor: Actor) -> bool:
    """Customers never ask inside the house; of the others the subject's own rule says who may."""
    return actor.reach != "customer" and actor.has(*SUBMITTERS)


def decide(actor: Actor) -> bool:
    """To be asked is not enough: only people of the house and of dealers decide."""
    return actor.reach != "customer" and actor.has(*STAFF)


def read_all(actor: Actor) -> bool:
    """Reading approvals one has no part in."""
    return actor.reach != "customer" and actor.has(*READERS)


MAY = {
    "submit": submit, "resubmit": submit, "withdraw": submit, "remind": submit, "copy": submit, "lapse": submit,
    "approve": decide, "reject": decide, "send_back": decide, "transfer": decide, "add_signer": decide,
    "read_all": read_all,
}  # fmt: skip
