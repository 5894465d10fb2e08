"""Who acts: a plain value that every action and query takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

Reach = Literal["company", "dealer", "technician", "customer", "system"]
Origin = Literal["live", "demo", "import"]
ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})
"""三员: the roles that look after the installation, its security and its records, held apart from one another and from business."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (or the system) with what the doors found out about him, once per request.

    `reach` is how far he sees: the whole company, one dealer, the cases assigned to him, one customer.
    `book_revision` changes whenever the company's rulebook does, so that compiled books can be cached.
    """

    company_id: UUID
    person_id: UUID | None = None
    name: str = ""
    roles: frozenset[str] = frozenset()
    reach: Reach = "company"
    dealer_id: UUID | None = None
    customer_id: UUID | None = None
    language: str = "zh-hans"
    time_zone: str = ""
    """Where his company's days begin and end; '' when nobody has asked (`orgs.queries.zone` does)."""
    origin: Origin = "live"
    book_revision: int = 0
    delegated_from: UUID | None = None
    """The person on whose behalf a delegate acts."""

    def has(self, *roles: str) -> bool:
        """Whether the actor holds at least one of the roles; the system holds all."""
        return self.reach == "system" or not self.roles.isdisjoint(roles)

    @property
    def only_administers(self) -> bool:
        """Whether the actor has no role but an administrator's: customers' matters are none of his (docs/decisions/0023)."""
        return self.reach == "company" and bool(self.roles) and self.roles <= ADMINISTRATORS

    def as_origin(self, origin: Origin) -> Actor:
        return replace(self, origin=origin)
