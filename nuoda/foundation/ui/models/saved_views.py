from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.models import CompanyTable
from nuoda.foundation.base.pure.actors import Actor


class SavedViews(models.QuerySet["SavedView"]):
    def visible_to(self, actor: Actor) -> SavedViews:
        """One's own, and those that colleagues share."""
        own = models.Q(person_id=actor.person_id) | models.Q(shared=True)
        return self.filter(own, company_id=actor.company_id)


class SavedView(CompanyTable):
    """A list's whole state (filters, search, columns, sorting, grouping) under a name."""

    person_id = models.UUIDField(_("person"))
    page = models.CharField(_("page"), max_length=80)
    name = models.CharField(_("name"), max_length=40)
    address = models.CharField(_("address"), max_length=2000)
    shared = models.BooleanField(_("shared"), default=False)
    is_default = models.BooleanField(_("opens first"), default=False)

    objects = SavedViews.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company_id", "person_id", "page", "name"], name="ui_savedview_name"),
            models.UniqueConstraint(
                fields=["company_id", "person_id", "page"],
                condition=models.Q(is_default=True),
                name="ui_savedview_one_default",
            ),
        ]
        indexes = [models.Index(fields=["company_id", "page", "person_id"], name="ui_savedview_page")]

    def __str__(self) -> str:
        return self.name
