"""Who there is: the company and its parts, dealers, people and what they may do and when."""

from .companies import Company, Dealer, Department, Outlet, Team
from .logins import ApiToken, LoginTry, OneTimeLink, Session
from .people import Delegation, Leave, Membership, Person, Qualification
from .users import User

__all__ = [
    "ApiToken",
    "Company",
    "Dealer",
    "Delegation",
    "Department",
    "Leave",
    "LoginTry",
    "Membership",
    "OneTimeLink",
    "Outlet",
    "Person",
    "Qualification",
    "Session",
    "Team",
    "User",
]
