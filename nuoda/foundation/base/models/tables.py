from __future__ import annotations

from django.db import models

from ..pure.ids import new_id


class Table(models.Model):
    """A row with a time-ordered id that its maker may choose (a phone offline makes its own)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True


class CompanyTable(Table):
    """A row of one company. `company_id` is the cell key: no foreign key, so that a cell can be moved whole."""

    company_id = models.UUIDField(editable=False)

    class Meta:
        abstract = True


class ScopedTable(models.Model):
    """The scope columns that row-level security compares; rows carry them themselves, without look-ups."""

    company_id = models.UUIDField(editable=False)
    dealer_id = models.UUIDField(null=True, blank=True, editable=False)
    customer_id = models.UUIDField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True
