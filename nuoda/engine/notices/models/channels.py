from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nuoda.foundation.base.models import CompanyTable
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.orgs.models import Dealer, Person

from ..pure.secrets import hint, lock, unlock
from .notices import Notice

KINDS = [
    ("wecom", _("WeCom group robot")),
    ("dingtalk", _("DingTalk group robot")),
    ("feishu", _("Feishu group robot")),
    ("webhook", _("webhook")),
]
STATES = [
    ("waiting", pgettext_lazy("notice", "waiting")),
    ("sending", _("being sent")),
    ("sent", _("sent")),
    ("failed", pgettext_lazy("notice", "failed")),
    ("dropped", _("not wanted any more")),
]


class Channel(CompanyTable):
    """A robot in a group chat, or a webhook of another system. Address and secret are kept encrypted and never
    shown."""

    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS)
    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("dealer"))
    """Only this dealer's cases go there; empty: all cases of the company."""
    locked_url = models.TextField(editable=False)
    locked_secret = models.TextField(blank=True, editable=False)
    url_hint = models.CharField(max_length=120, editable=False)
    topics = models.JSONField(_("topics"), default=list)
    """Topics that go there; empty: all."""
    roles = models.JSONField(_("roles"), default=list)
    """Only what these roles are told; empty: what anybody inside is told."""
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company_id", "name"], name="notices_channel_name")]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[Channel]:
        rows = Channel.objects.filter(company_id=actor.company_id)
        return rows if actor.has("system_admin") else rows.none()

    @property
    def url(self) -> str:
        return unlock(self.locked_url, key=settings.SECRET_KEY)

    @property
    def secret(self) -> str:
        return unlock(self.locked_secret, key=settings.SECRET_KEY)

    def lock(self, *, url: str | None = None, secret: str | None = None) -> None:
        """Take a new address or secret in."""
        if url is not None:
            self.locked_url, self.url_hint = lock(url, key=settings.SECRET_KEY), hint(url)[:120]
        if secret is not None:
            self.locked_secret = lock(secret, key=settings.SECRET_KEY)


class Delivery(CompanyTable):
    """One message on its way out: by mail to a person, or through a channel. Its id goes along, so that receivers
    drop doubles."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    """What is told. A channel's message hangs on the notice of the first person told."""
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, null=True, related_name="deliveries")
    """None: mail to the notice's person."""
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="deliveries")
    """Receiver of the mail; None for channels."""
    entry_id = models.UUIDField()
    case_id = models.UUIDField(null=True)
    digest = models.BooleanField(default=False)
    """Goes out together with the person's other mail of the day."""
    state = models.CharField(max_length=8, choices=STATES, default="waiting")
    attempts = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField()
    last_error = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "entry_id"], condition=Q(channel__isnull=False), name="notices_delivery_channel_once"
            ),
            models.UniqueConstraint(fields=["notice"], condition=Q(channel=None), name="notices_delivery_mail_once"),
        ]
        indexes = [
            models.Index(
                fields=["next_at"], name="notices_delivery_due", condition=Q(state__in=["waiting", "sending"])
            ),
            models.Index(
                fields=["channel", "case_id", "id"],
                name="notices_delivery_order",
                condition=Q(state__in=["waiting", "sending"]),
            ),
            models.Index(fields=["channel", "-sent_at"], name="notices_delivery_rate", condition=Q(state="sent")),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.state}"
