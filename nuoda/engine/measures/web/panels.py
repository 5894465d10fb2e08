"""The last closed figures on the homes of those who answer for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.ui.pure import panels

from .. import queries
from . import words

HOMES = frozenset({"service_manager", "dealer_manager", "quality_supervisor", "director"})


def fill() -> None:
    panels.register(
        panels.Panel(
            "home", "indicators", _("Indicators, last closed period"), "measures/_panel.html", closed,
            roles=HOMES, icon="chart-line", order=60,
        )
    )  # fmt: skip


def closed(actor: Actor, at: datetime, subject: Any) -> Mapping[str, Any] | None:
    """The newest closed figure of each indicator, those that missed their target first; one statement."""
    readings = sorted(queries.last_closed(actor), key=lambda item: (item.status != "missed", item.bound.ref))
    if not readings:
        return None
    return {
        "lines": [
            {
                "label": words.said(reading.rule.label),
                "url": reverse("measures:indicator", args=list(reading.bound.ref.split("/"))),
                "figure": words.figure(reading),
                "n": reading.found.denominator,
                "span": reading.span,
                "period": words.span(reading.span) if reading.span else "",
                "chip": words.chip(reading),
            }
            for reading in readings
        ]
    }
