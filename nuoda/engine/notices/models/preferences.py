from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.models import CompanyTable
from nuoda.foundation.orgs.models import Person

WAYS = [("inapp", _("in the product")), ("mail", _("by e-mail"))]
MAIL_BY_DEFAULT = frozenset({"deadline", "approval"})
"""Topics that go out by mail as well unless the person says otherwise; everything is shown in the product."""


class Preference(CompanyTable):
    """Whether a person wants a topic on a way; no row means the default."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="preferences")
    topic = models.CharField(max_length=20)
    way = models.CharField(max_length=10, choices=WAYS)
    wanted = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "topic", "way"], name="notices_preference_once")]


class Habit(CompanyTable):
    """When a person wants mail: quiet hours, a digest once a day. Urgent notices break both unless he says no."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="habit")
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    digest_at = models.TimeField(_("digest at"), null=True, blank=True)
    """Non-urgent mail goes out once a day at this time; empty: at once."""
    urgent_anyway = models.BooleanField(_("urgent notices at any time"), default=True)
