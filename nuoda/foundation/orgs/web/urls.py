"""Addresses of the login and of everything about people."""

from __future__ import annotations

from allauth.account import views as account
from django.urls import include, path

from . import cards, dealers, entrance, mine, people, security, setup, staffing

pages = [
    path("link/<str:token>/", entrance.Link.as_view(), name="link"),
    path("accounts/forgotten/", entrance.Forgotten.as_view(), name="forgotten"),
    path("account/", mine.Account.as_view(), name="account"),
    path("account/password/", mine.ChangePassword.as_view(), name="password"),
    path("account/devices/end/", mine.EndOthers.as_view(), name="end-others"),
    path("account/delegate/", mine.Delegate.as_view(), name="delegate"),
    path("account/delegations/<uuid:id>/revoke/", mine.RevokeDelegation.as_view(), name="delegation-revoke"),
    path("account/tokens/new/", mine.NewToken.as_view(), name="token-new"),
    path("account/tokens/<uuid:id>/revoke/", mine.RevokeToken.as_view(), name="token-revoke"),
    path("account/once/", mine.Once.as_view(), name="once"),
    path("setup/", setup.Setup.as_view(), name="setup"),
    path("company/", setup.CompanyCard.as_view(), name="company"),
    path("people/", people.People.as_view(), name="people"),
    path("people/invite/", cards.Invite.as_view(), name="invite"),
    path("people/invite-many/", setup.InviteMany.as_view(), name="invite-many"),
    path("people/<uuid:id>/", people.PersonPage.as_view(), name="person"),
    path("people/<uuid:id>/change/", cards.Change.as_view(), name="person-change"),
    path("people/<uuid:id>/deactivate/", cards.Deactivate.as_view(), name="deactivate"),
    path("people/<uuid:id>/reactivate/", cards.Reactivate.as_view(), name="reactivate"),
    path("people/<uuid:id>/link/", cards.NewLink.as_view(), name="person-link"),
    path("people/<uuid:id>/roles/", cards.Grant.as_view(), name="grant"),
    path("people/<uuid:id>/roles/<slug:role>/revoke/", cards.Revoke.as_view(), name="revoke"),
    path("people/<uuid:id>/qualify/", staffing.Qualify.as_view(), name="qualify"),
    path("people/<uuid:id>/leave/", staffing.PlanLeave.as_view(), name="leave"),
    path("qualifications/", staffing.Qualifications.as_view(), name="qualifications"),
    path("qualifications/<uuid:id>/withdraw/", staffing.Withdraw.as_view(), name="withdraw"),
    path("leave/", staffing.Leaves.as_view(), name="leaves"),
    path("leave/<uuid:id>/cancel/", staffing.CancelLeave.as_view(), name="leave-cancel"),
    path("delegations/", staffing.Delegations.as_view(), name="delegations"),
    path("dealers/", dealers.Dealers.as_view(), name="dealers"),
    path("dealers/new/", dealers.NewDealer.as_view(), name="dealer-new"),
    path("dealers/<uuid:id>/", dealers.DealerPage.as_view(), name="dealer"),
    path("dealers/<uuid:id>/change/", dealers.ChangeDealer.as_view(), name="dealer-change"),
    path("dealers/<uuid:id>/suspend/", dealers.Suspend.as_view(), name="dealer-suspend"),
    path("dealers/<uuid:id>/resume/", dealers.Resume.as_view(), name="dealer-resume"),
    path("dealers/<uuid:id>/outlets/new/", dealers.NewOutlet.as_view(), name="outlet"),
    path("departments/", dealers.Departments.as_view(), name="departments"),
    path("departments/new/", dealers.DepartmentPage.as_view(), name="department-new"),
    path("departments/<uuid:id>/", dealers.DepartmentPage.as_view(), name="department"),
    path("teams/", dealers.Teams.as_view(), name="teams"),
    path("teams/new/", dealers.TeamPage.as_view(), name="team-new"),
    path("teams/<uuid:id>/", dealers.TeamPage.as_view(), name="team"),
    path("roles/", security.Roles.as_view(), name="roles"),
    path("security/", security.Security.as_view(), name="security"),
    path("security/safeguards/", security.Safeguards.as_view(), name="safeguards"),
    path("security/<uuid:id>/unlock/", security.Unlock.as_view(), name="unlock"),
    path("security/<uuid:id>/end-sessions/", security.EndSessions.as_view(), name="end-sessions"),
    path("audit/", security.Audit.as_view(), name="audit"),
]

# Of allauth's pages only these: nobody signs up, and forgotten passwords go by one-time link.
urlpatterns = [
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("accounts/mfa/", include("allauth.mfa.urls")),
    path("", include((pages, "orgs"))),
]
