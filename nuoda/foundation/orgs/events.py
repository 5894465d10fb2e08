"""What happens among people: organisation, roles, logins. Ids and codes only."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from nuoda.foundation.base.pure.events import event


@event("company.created")
class CompanyCreated:
    """A company began to keep its regulations with this program."""

    company: UUID


@event("company.changed")
class CompanyChanged:
    """Name, phone, or what is asked of logins (second factor, idle time) was changed; `fields` names what."""

    company: UUID
    fields: list[str]


@event("dealer.created")
class DealerCreated:
    """A dealer was taken in."""

    dealer: UUID


@event("dealer.changed")
class DealerChanged:
    """A dealer's card was changed; `fields` names what."""

    dealer: UUID
    fields: list[str]


@event("dealer.suspended")
class DealerSuspended:
    """Cooperation with a dealer was suspended: nothing new is given to it."""

    dealer: UUID


@event("dealer.resumed")
class DealerResumed:
    """Cooperation with a suspended dealer goes on."""

    dealer: UUID


@event("outlet.kept")
class OutletKept:
    """An outlet of a dealer (or of the company) was entered or changed."""

    outlet: UUID
    dealer: UUID | None = None


@event("department.kept")
class DepartmentKept:
    """A department was made or changed (name, parent, head)."""

    department: UUID
    head: UUID | None = None


@event("team.kept")
class TeamKept:
    """A team was made or changed (name, department or dealer, lead)."""

    team: UUID
    lead: UUID | None = None


@event("person.invited")
class PersonInvited:
    """A person was entered and given a login that a one-time link opens."""

    person: UUID
    dealer: UUID | None = None


@event("person.changed")
class PersonChanged:
    """A person's card was changed; `fields` names what."""

    person: UUID
    fields: list[str]


@event("person.deactivated")
class PersonDeactivated:
    """A person left: login, sessions, tokens, links and delegations ended at once."""

    person: UUID


@event("person.reactivated")
class PersonReactivated:
    """A person came back; a new one-time link is needed to log in."""

    person: UUID


@event("role.granted")
class RoleGranted:
    """A person was given a role."""

    person: UUID
    role: str


@event("role.revoked")
class RoleRevoked:
    """A role was taken from a person."""

    person: UUID
    role: str


@event("qualification.recorded")
class QualificationRecorded:
    """A technician's qualification was entered or renewed."""

    person: UUID
    skill: str
    valid_until: date | None = None


@event("qualification.withdrawn")
class QualificationWithdrawn:
    """A qualification was withdrawn: it no longer counts from that day on."""

    person: UUID
    skill: str


@event("leave.planned")
class LeavePlanned:
    """A person will be away."""

    person: UUID
    starts_at: datetime
    ends_at: datetime


@event("leave.cancelled")
class LeaveCancelled:
    """A planned leave was taken back or cut short."""

    person: UUID
    ends_at: datetime | None = None


@event("delegation.given")
class DelegationGiven:
    """A person lent roles to another for a time."""

    giver: UUID
    taker: UUID
    role: str
    starts_at: datetime
    ends_at: datetime


@event("delegation.revoked")
class DelegationRevoked:
    """A delegation was taken back before its end."""

    giver: UUID
    taker: UUID
    role: str


@event("token.issued")
class TokenIssued:
    """A key for programs was made for a person."""

    token: UUID
    person: UUID
    scopes: list[str]


@event("token.revoked")
class TokenRevoked:
    """A key for programs was ended."""

    token: UUID
    person: UUID


@event("link.issued")
class LinkIssued:
    """A one-time link was made: invitation, first administrator, new password."""

    person: UUID
    purpose: str


@event("link.used")
class LinkUsed:
    """A one-time link was used up."""

    person: UUID
    purpose: str


@event("login.succeeded")
class LoginSucceeded:
    """Somebody logged in; `method` says how (password, code, recovery code, link)."""

    person: UUID
    method: str


@event("login.failed")
class LoginFailed:
    """A wrong password or code was given for an account."""

    person: UUID
    method: str


@event("login.locked")
class LoginLocked:
    """An account was locked for a while after too many wrong tries."""

    person: UUID
    method: str


@event("login.unlocked")
class LoginUnlocked:
    """The security administrator opened a locked account before its time."""

    person: UUID


@event("login.ended")
class LoginEnded:
    """Somebody logged out, or the sessions of an account were ended; `reason` says why (logout, security, password)."""

    person: UUID
    reason: str


@event("password.changed")
class PasswordChanged:
    """An account got a new password; all its other sessions ended."""

    person: UUID


@event("second_factor.changed")
class SecondFactorChanged:
    """An account's second factor was switched on or off, or its recovery codes were made anew."""

    person: UUID
    change: str
