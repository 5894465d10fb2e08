from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.models import CompanyTable
from nuoda.foundation.base.pure.actors import Actor

from .people import Person
from .users import User


class Session(AbstractBaseSession):
    """A browser that is logged in (or only chose a language). It names its user, so that sessions can be listed and ended."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    """Last request, kept to five minutes: a write for every request would cost more than it tells."""
    address = models.CharField(max_length=45, blank=True)
    device = models.CharField(max_length=200, blank=True)

    class Meta(AbstractBaseSession.Meta):
        abstract = False


class LoginTry(models.Model):
    """How often an account was tried in the running window. Counted by one conditional statement before the password is looked at,
    so that parallel guesses cannot slip through."""

    key = models.CharField(max_length=80, primary_key=True)
    """'login:' or 'code:' and the user's id, or the digest of a name that no account has."""
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="tries")
    last_at = models.DateTimeField()
    count = models.IntegerField()
    locked_at = models.DateTimeField(null=True)


class OneTimeLink(CompanyTable):
    """A link that lets somebody in once to set a password: invitation, an administrator's first login, a forgotten password.

    The token itself (256 bits) is nowhere kept, only its SHA-256.
    """

    class Purpose(models.TextChoices):
        INVITATION = "invitation", _("invitation")
        SETUP = "setup", _("first administrator")
        PASSWORD = "password", _("new password")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    token_hash = models.BinaryField(max_length=32, unique=True)
    issued_at = models.DateTimeField()
    issued_by = models.UUIDField(null=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def open_at(self, moment: datetime) -> bool:
        return self.used_at is None and moment < self.expires_at


class ApiToken(CompanyTable):
    """A key with which a program acts as a person, within scopes and never beyond the person's own roles."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=60)
    token_hash = models.BinaryField(max_length=32, unique=True)
    hint = models.CharField(max_length=8)
    """The last characters, so that people recognise it."""
    scopes = ArrayField(models.CharField(max_length=40), default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("until"), null=True, blank=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person"], name="orgs_apitoken_open", condition=models.Q(revoked_at=None))]

    def __str__(self) -> str:
        return f"{self.name} (…{self.hint})"

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[ApiToken]:
        """One's own; the security administrator sees the company's."""
        rows = ApiToken.objects.filter(company_id=actor.company_id)
        return rows if actor.has("security_admin") else rows.filter(models.Q(person_id=actor.person_id))
