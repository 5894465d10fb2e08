"""Blocks for other rooms' pages: what a version made of the past and makes beside life, and the way to try it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.ui.pure import panels

from .. import queries
from ..access import READERS, may_shadow, may_try
from ..models.replays import TRIED
from . import words

SHOWN = 3


def fill() -> None:
    panels.register(
        panels.Panel(
            "version.trials", "replay", _("Tried out"), "replay/_trials.html", trials, roles=READERS, icon="history"
        )
    )


def trials(actor: Actor, at: datetime, subject: PolicyVersion) -> Mapping[str, Any] | None:
    """The newest trials of a version; for a version that binds nobody yet, also the way to another one."""
    replays = list(queries.replays(actor).filter(version=subject).order_by("-asked_at")[:SHOWN])
    shadows = list(queries.shadows(actor).filter(version=subject).order_by("-asked_at")[:SHOWN])
    open_to_trial = subject.status in TRIED
    if not replays and not shadows and not open_to_trial:
        return None
    return {
        "replays": [(row, words.status_chip(row), row.hash != subject.hash) for row in replays],
        "shadows": [(row, words.shadow_chip(row), row.hash != subject.hash) for row in shadows],
        "may_try": open_to_trial and may_try(actor),
        "may_shadow": open_to_trial and may_shadow(actor),
    }
