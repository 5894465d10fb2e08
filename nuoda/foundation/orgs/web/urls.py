"""Addresses of the login and of everything about people."""

from __future__ import annotations

from allauth.account import views as account
from django.urls import include, path

from . import entrance, mine

people = [
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
]

# Of allauth's pages only these: nobody signs up, and forgotten passwords go by one-time link.
urlpatterns = [
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("accounts/mfa/", include("allauth.mfa.urls")),
    path("", include((people, "orgs"))),
]
