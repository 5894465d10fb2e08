from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.models import Table

from .people import Person


class UserManager(BaseUserManager["User"]):
    """Creates logins; who may do what is not a matter of Django's permissions."""

    def create_user(self, username: str, *, password: str | None = None, **fields: Any) -> User:
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, Table):
    """A login. Deactivating it ends every session and token: both carry `session_key_salt` in what they are checked against."""

    username = models.CharField(_("account"), max_length=150, unique=True)
    email = models.EmailField(_("e-mail"), blank=True)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="user")
    is_active = models.BooleanField(default=True, editable=False)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    theme = models.CharField(max_length=10, default="auto")
    date_joined = models.DateTimeField(editable=False, auto_now_add=True)
    deactivated_at = models.DateTimeField(null=True, blank=True, editable=False)
    epoch = models.IntegerField(default=0, editable=False)
    """Raised to end every session and token at once."""

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("username"), name="orgs_user_username_ci"),
            models.UniqueConstraint(Lower("email"), name="orgs_user_email_ci", condition=~models.Q(email="")),
        ]

    def get_full_name(self) -> str:
        return self.person.name if self.person else self.username

    def get_session_auth_hash(self) -> str:
        return f"{super().get_session_auth_hash()}:{self.epoch}"
