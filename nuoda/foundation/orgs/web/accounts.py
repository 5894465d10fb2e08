"""How allauth is bound to our people: who may come in, counted tries, what is recorded."""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.access import now

from ..actions import logins
from ..models import User

_WRONG = _("Account or password is not right.")


def account_of(text: str) -> User | None:
    """The account with this name or e-mail address, letters' case aside."""
    text = text.strip()
    return User.objects.filter(Q(username__iexact=text) | Q(email__iexact=text) & ~Q(email="")).first()


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Name or e-mail with password. Every try is counted before the password is looked at; an account that does not exist, one that
    is closed, and a wrong password look and take the same."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        password = credentials.get("password")
        text = str(credentials.get("username") or credentials.get("email") or "")
        if not password or not text:
            return None
        user = account_of(text)
        try:
            count = logins.claim("login", user=user, text=text)
        except logins.Locked as locked:
            raise ValidationError(locked.reason, code="locked") from locked
        if user is None:
            self._mitigate_timing_attack(password)
            return None
        if user.check_password(password) and self.user_can_authenticate(user):
            logins.clear("login", user=user)
            return user
        logins.failed(user=user, method="password", count=count)
        return None


class LoginForm(AllauthLoginForm):  # type: ignore[misc]
    """Words of our own; pasting and password managers work."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Account or e-mail")
        self.fields["login"].widget.attrs = {"autocomplete": "username", "autofocus": True, "maxlength": 254}
        self.fields["password"].label = _("Password")
        self.fields["password"].widget.attrs.pop("placeholder", None)


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People come in by invitation only."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _WRONG,
        "username_password_mismatch": _WRONG,
        "too_many_login_attempts": _("Too many tries. Wait a while, or ask for a new password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Tries are counted in the database by `Backend`: allauth's own count lives in one process and can be outrun."""

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        stamp = now().timestamp()
        known = {
            "since": stamp,
            "seen": stamp,
            "address": self.get_client_ip(request),
            "device": request.headers.get("User-Agent", "")[:200],
        }
        request.session.update(known)
        request.session.pop("_session_expiry", None)
        methods = [record.get("type") or record["method"] for record in get_authentication_records(request, user)]
        logins.succeeded(user=user, method=methods[-1] if methods else "link")

    def logout(self, request: HttpRequest) -> None:
        if request.user.is_authenticated:
            logins.ended(user=request.user)
        super().logout(request)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Changes of a login are told by the notices room, which knows languages and quiet hours."""

    def set_password(self, user: User, password: str) -> None:
        user.set_password(password)
        user.save(update_fields=["password"])


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors are kept encrypted: whoever reads a backup cannot make codes."""

    error_messages = DefaultMFAAdapter.error_messages | {"incorrect_code": _("This code is not right.")}

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """See Adapter.send_notification_mail."""


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key))) for key in keys])


def _derived(key: str | bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"nuoda second factor").derive(
        key.encode() if isinstance(key, str) else key
    )


class _Counted:
    """Codes have six digits: they are counted as passwords are."""

    user: User

    def clean_code(self) -> str:
        try:
            count = logins.claim("code", user=self.user)
        except logins.Locked as locked:
            raise ValidationError(locked.reason, code="locked") from locked
        try:
            code: str = super().clean_code()  # type: ignore[misc]
        except ValidationError:
            logins.failed(user=self.user, method="code", count=count)
            raise
        logins.clear("code", user=self.user)
        return code


def _plain(form: forms.Form) -> None:
    form.fields["code"].label = _("One-time code")
    form.fields["code"].widget.attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": 20}


class CodeForm(_Counted, AuthenticateForm):  # type: ignore[misc]
    """The second step of a login."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self)


class CodeAgainForm(_Counted, ReauthenticateForm):  # type: ignore[misc]
    """The code once more, before something delicate."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self)


class FirstCodeForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self)
