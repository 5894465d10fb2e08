"""Tags and filters of the pages' vocabulary: icons, chips, moments, remaining time, money, fields."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect, Select
from django.forms.widgets import HiddenInput, Input, Textarea
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from nuoda.foundation.base.pure import money

from ..pure.tones import ClockBadge
from . import words
from .words import show

register = template.Library()


@register.simple_tag
def icon(name: str, label: Any = "", extra: str = "") -> SafeString:
    """{% icon "phone" %}; with a label it is read out."""
    return words.icon(name, label, extra)


@register.simple_tag
def chip(value: Any, tone: str = "") -> SafeString:
    """{% chip row.state %}, {% chip _("Late") "missed" %}"""
    return words.chip(value, tone)


@register.simple_tag
def clock(badge: ClockBadge, at: datetime | None = None) -> SafeString:
    """{% clock badge at %}: remaining time in words, counting on in the browser."""
    return words.draw_clock(words.clock(badge, at))


@register.filter
def due(value: datetime | None) -> str:
    """`|due`: a moment until which something is to be done; midnight ends the day before."""
    return words.due(value)


@register.filter
def moment(value: datetime | None) -> str:
    """2026-11-21 周六 14:05"""
    return words.moment(value)


@register.filter
def day(value: date | None) -> str:
    """2026-11-21 周六"""
    return words.day(value)


@register.filter
def hours(value: datetime | None) -> str:
    """14:05"""
    return words.clock_time(value)


@register.filter
def remaining(due: datetime | None, at: datetime | None = None) -> str:
    """剩 1 小时 20 分 / 超时 35 分"""
    return words.remaining(due, at or timezone.now())


@register.filter
def since(value: datetime | None, at: datetime | None = None) -> str:
    """35 分前"""
    return words.since(value, at or timezone.now())


@register.filter
def yuan(fen: int | None) -> str:
    """123450 (fen) → ¥1,234.50"""
    return "" if fen is None else money.yuan(fen)


@register.filter
def in_words(fen: int | None) -> str:
    """大写金额 of an amount in fen"""
    return "" if fen is None else money.in_words(fen)


@register.filter(name="show")
def show_value(value: Any, cell: str = "text") -> SafeString:
    """A value as a list's cell shows it."""
    return show(value, cell)


@register.simple_tag
def clause(clause_id: str) -> SafeString:
    """A clause as a link to its text in the regulation."""
    url = f"/rulebook/clauses/{quote(clause_id, safe='')}"
    return format_html('<a class="nu-clause" href="{}">{}{}</a>', url, words.icon("gavel"), clause_id)


@register.inclusion_tag("ui/_field.html")
def field(bound: BoundField, clause: str = "", hint: Any = "") -> dict[str, Any]:
    """{% field form.name %}: label, input, help and error, tied together for screen readers. `clause` says which
    clause asks."""
    widget = bound.field.widget
    kind = "input"
    if isinstance(widget, CheckboxSelectMultiple | RadioSelect):
        kind = "stars" if widget.attrs.get("data-stars") else "options"
    elif isinstance(widget, CheckboxInput):
        kind = "check"
    elif isinstance(widget, FileInput):
        kind = "file"
    described = []
    if bound.help_text or hint:
        described.append(f"{bound.auto_id}-help")
    if bound.errors:
        described.append(f"{bound.auto_id}-error")
    attrs: dict[str, Any] = {}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    style = {"input": "form-control", "file": "form-control", "check": "form-check-input"}.get(kind, "")
    if isinstance(widget, Select) and kind == "input":
        style = "form-select"
    if style:
        known = widget.attrs.get("class", "")
        attrs["class"] = f"{known} {style}{' is-invalid' if bound.errors else ''}".strip()
    if isinstance(widget, Textarea) and "rows" in widget.attrs and widget.attrs["rows"] == "10":
        attrs["rows"] = "3"
    if isinstance(widget, Input) and widget.input_type == "text" and bound.name in ("phone", "mobile", "tel"):
        attrs.setdefault("inputmode", "tel")
    drawn = (
        bound.as_widget(attrs=attrs) if kind in ("input", "check", "file") or isinstance(widget, HiddenInput) else ""
    )
    options = (
        [(str(value), label) for value, label in getattr(bound.field, "choices", ())]
        if kind in ("options", "stars")
        else []
    )
    value = bound.value()
    chosen = (
        {str(item) for item in value}
        if isinstance(value, list | tuple)
        else {str(value)}
        if value is not None
        else set()
    )
    return {
        "bound": bound,
        "kind": kind,
        "drawn": drawn,
        "clause": clause or getattr(bound.field, "clause", ""),
        "hint": hint,
        "options": [(key, label, key in chosen) for key, label in options if key],
        "many": isinstance(widget, CheckboxSelectMultiple),
        "described": " ".join(described),
    }


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """mapping[key], None when it has none."""
    return mapping.get(key) if mapping else None
