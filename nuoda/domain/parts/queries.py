"""Reads of the catalogue of parts; every public one takes `actor`."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from nuoda.domain.customers.models import ProductModel
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours

from .models import Part


def part(actor: Actor, *, id: UUID) -> Part:
    """One part; NotYours when there is none."""
    found = Part.visible_to(actor).filter(pk=id).first()
    if found is None:
        raise NotYours()
    return found


def parts_matching(actor: Actor, text: str, *, model: ProductModel | None = None) -> QuerySet[Part]:
    """Parts in use by code, name, pinyin or initials, in the order of their codes; with a model only those that fit
    it."""
    rows = Part.visible_to(actor).filter(active=True).order_by("code")
    if model is not None:
        fits_all = Q(category=None, fits=None)
        rows = rows.filter(Q(fits=model) | Q(category=model.category_id) | fits_all).distinct()
    typed = text.strip()
    return rows.filter(matching(typed)) if typed else rows


def matching(text: str) -> Q:
    """The condition of a typed text over parts."""
    low = text.lower()
    return Q(code__icontains=text) | Q(name__icontains=text) | Q(initials__startswith=low) | Q(pinyin__startswith=low)
