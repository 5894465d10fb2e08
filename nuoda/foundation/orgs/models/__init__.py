"""Who there is: the company and its parts, dealers, people and what they may do and when."""

from .companies import Company, Dealer, Department, Outlet, Team
from .people import Delegation, Leave, Membership, Person, Qualification
from .users import User

__all__ = [
    "Company",
    "Dealer",
    "Delegation",
    "Department",
    "Leave",
    "Membership",
    "Outlet",
    "Person",
    "Qualification",
    "Team",
    "User",
]
