"""What happens by itself: changes of a second factor, which allauth makes, are recorded."""

from __future__ import annotations

from typing import Any

from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.dispatch import receiver

from .actions import logins
from .models import User


def _note(user: User, authenticator: Any, change: str) -> None:
    if authenticator.type == "totp":
        logins.second_factor(user=user, change=change)
    elif change != "off":
        logins.second_factor(user=user, change="codes")


@receiver(authenticator_added)
def factor_on(user: User, authenticator: Any, **_rest: Any) -> None:
    _note(user, authenticator, "on")


@receiver(authenticator_removed)
def factor_off(user: User, authenticator: Any, **_rest: Any) -> None:
    _note(user, authenticator, "off")


@receiver(authenticator_reset)
def factor_anew(user: User, authenticator: Any, **_rest: Any) -> None:
    _note(user, authenticator, "codes")
