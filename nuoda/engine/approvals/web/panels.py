"""Blocks for other rooms' pages: what waits for me, and the approvals of a case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.ui.pure import panels

from .. import queries
from ..access import STAFF
from . import words

SHOWN = 5


def register() -> None:
    panels.register(
        panels.Panel(
            "home", "approvals", _("Waiting for my approval"), "approvals/_panel.html", waiting,
            roles=STAFF, icon="signature", order=30,
        )
    )  # fmt: skip


def waiting(actor: Actor, at: datetime, subject: Any) -> Mapping[str, Any] | None:
    """The oldest requests that wait for the actor."""
    rows = list(queries.waiting_for(actor, at).order_by("submitted_at")[: SHOWN + 1])
    return {"lines": lines(rows[:SHOWN]), "more": len(rows) > SHOWN} if rows else None


def of_case(actor: Actor, at: datetime, row: Any) -> Mapping[str, Any] | None:
    """The approvals of a record's case, for the rail of its page: register it with `approvals/_panel.html` at
    '<place>.rail'.

    `row` is anything with a `dossier`.
    """
    rows = list(queries.of_case(row.dossier.case_id, actor)[:SHOWN])
    return {"lines": lines(rows), "more": False} if rows else None


def lines(rows: list[Any]) -> list[dict[str, Any]]:
    return [{"row": row, "matter": words.matter(row), "chip": words.state_chip(row)} for row in rows]
