"""How moments, remaining times and chips are said on pages, in the language of the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from nuoda.foundation.base.pure.money import yuan

from ..pure.spans import parts
from ..pure.tones import ICONS, TONES, Chip, ClockBadge

SPRITE = "vendor/icons.svg"
_WEEKDAYS = (
    pgettext_lazy("weekday", "Mon"),
    pgettext_lazy("weekday", "Tue"),
    pgettext_lazy("weekday", "Wed"),
    pgettext_lazy("weekday", "Thu"),
    pgettext_lazy("weekday", "Fri"),
    pgettext_lazy("weekday", "Sat"),
    pgettext_lazy("weekday", "Sun"),
)


def weekday(day: date) -> str:
    """周六, 週六, Sat."""
    return str(_WEEKDAYS[day.weekday()])


def moment(value: datetime | None) -> str:
    """2026-11-21 周六 14:05, in local time."""
    if value is None:
        return ""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{local:%Y-%m-%d} {weekday(local)} {local:%H:%M}"


def due(value: datetime | None) -> str:
    """A moment until which something is to be done: midnight is the end of the day before it, 2026-11-30 周一 24:00."""
    if value is None:
        return ""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    if (local.hour, local.minute, local.second, local.microsecond) != (0, 0, 0, 0):
        return moment(value)
    last = local.date() - timedelta(days=1)
    return f"{last:%Y-%m-%d} {weekday(last)} 24:00"


def day(value: date | None) -> str:
    """2026-11-21 周六."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return f"{value:%Y-%m-%d} {weekday(value)}"


def clock_time(value: datetime | None) -> str:
    """14:05, in local time."""
    return f"{timezone.localtime(value):%H:%M}" if value else ""


def span(value: timedelta) -> str:
    """1 小时 20 分: the two largest units, rounded down to minutes."""
    said = []
    for count, unit in parts(value):
        if unit == "day":
            said.append(ngettext("%(n)d day", "%(n)d days", count) % {"n": count})
        elif unit == "hour":
            said.append(ngettext("%(n)d h", "%(n)d h", count) % {"n": count})
        else:
            said.append(ngettext("%(n)d min", "%(n)d min", count) % {"n": count})
    return " ".join(said)


def remaining(due: datetime | None, at: datetime) -> str:
    """剩 1 小时 20 分 before, 超时 35 分 after."""
    if due is None:
        return ""
    if due >= at:
        return _("%(span)s left") % {"span": span(due - at)}
    return _("%(span)s over") % {"span": span(at - due)}


def since(value: datetime | None, at: datetime) -> str:
    """35 分前; in the future: 35 分后."""
    if value is None:
        return ""
    if timedelta(0) <= at - value < timedelta(minutes=1):
        return _("just now")
    if value <= at:
        return _("%(span)s ago") % {"span": span(at - value)}
    return _("in %(span)s") % {"span": span(value - at)}


def yes(value: bool) -> str:
    return _("Yes") if value else _("No")


def icon(name: str, label: Any = "", extra: str = "") -> SafeString:
    """A symbol of the sprite; without label it is decoration and hidden from screen readers."""
    return _icon(name, str(label), extra)


@lru_cache(maxsize=1024)  # lists draw hundreds of them
def _icon(name: str, label: str, extra: str) -> SafeString:
    classes = f"nu-icon {extra}".strip()
    hidden = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html('<svg class="{}" {}><use href="{}#{}"/></svg>', classes, hidden, static(SPRITE), name)


def chip(value: Any, tone: str = "") -> SafeString:
    """A Chip, a (label, tone) pair, an object with `label` and `tone`/`colour`, or text as a chip with its icon."""
    if value is None or value == "":
        return mark_safe("")
    if isinstance(value, Chip):
        label, tone, symbol = value.label, tone or value.tone, value.icon
    elif isinstance(value, tuple):
        label, tone, symbol = value[0], tone or value[1], ""
    else:
        label = getattr(value, "label", value)
        tone = tone or getattr(value, "tone", "") or getattr(value, "colour", "")
        symbol = ""
    tone = tone if tone in TONES else "neutral"
    return _chip(str(label), tone, symbol or ICONS[tone])


@lru_cache(maxsize=1024, typed=True)  # typed: a text that is marked safe is another one than its plain twin
def _chip(label: str, tone: str, symbol: str) -> SafeString:
    # A list shows the same few words on every line.
    return format_html('<span class="nu-chip nu-{}">{}{}</span>', tone, icon(symbol), label)


@dataclass(frozen=True, slots=True)
class SaidClock:
    """A clock in words, as `draw_clock` takes it. `ticking` says that the browser counts on."""

    badge: ClockBadge
    tone: str
    icon: str
    text: str
    due_text: str
    ticking: bool


def clock(badge: ClockBadge, at: datetime | None) -> SaidClock:
    """Says a clock at a moment (default: now)."""
    here = at or timezone.now()
    tone = badge.tone(here)
    ticking = badge.state in ("open", "near")
    if badge.state == "kept":
        text = _("Kept")
    elif badge.state == "kept_late" and badge.met and badge.due:
        text = _("%(span)s late") % {"span": span(badge.met - badge.due)}
    elif badge.state == "paused":
        text = _("Paused")
    elif badge.state == "withdrawn":
        text = _("Withdrawn")
    elif badge.state == "waived":
        text = _("Waived")
    else:
        text = remaining(badge.due, badge.met or here)
    symbol = "clock" if tone == "info" else ICONS[tone]
    return SaidClock(badge, tone, symbol, text, due(badge.due), ticking)


def draw_clock(said: SaidClock) -> SafeString:
    """Remaining time with icon and word; the browser counts on where it is ticking."""
    badge = said.badge
    until = near = when = mark_safe("")
    if badge.due is not None:
        if said.ticking:
            until = format_html(' data-due="{}"', badge.due.isoformat())
            if badge.near_at is not None:
                near = format_html(' data-near="{}"', badge.near_at.isoformat())
        text = f"{_('due')} {said.due_text}"
        when = format_html('<time datetime="{}" title="{}" class="nu-sr">{}</time>', badge.due.isoformat(), text, text)
    return format_html(
        '<span class="nu-clock nu-{}"{}{}>{}<b>{}</b>{}</span>',
        said.tone,
        until,
        near,
        icon(said.icon),
        said.text,
        when,
    )


def show(value: Any, cell: str, at: datetime | None = None) -> SafeString:
    """A value as HTML."""
    if value is None or value == "":
        return mark_safe('<span class="nu-none">—</span>')
    if isinstance(value, ClockBadge):
        return draw_clock(clock(value, at))
    if isinstance(value, Chip) or cell == "chip":
        return chip(value)
    if cell == "money":
        return format_html('<span class="nu-num">{}</span>', yuan(value))
    if cell == "number":
        return format_html('<span class="nu-num">{}</span>', f"{value:,}" if isinstance(value, int) else value)
    if cell == "moment":
        return format_html('<time datetime="{}" class="nu-when">{}</time>', value.isoformat(), moment(value))
    if cell == "due":
        return format_html('<time datetime="{}" class="nu-when">{}</time>', value.isoformat(), due(value))
    if cell == "date":
        return format_html('<time datetime="{}" class="nu-when">{}</time>', value.isoformat(), day(value))
    if cell == "yes":
        return conditional_escape(yes(bool(value)))
    return conditional_escape(value)
