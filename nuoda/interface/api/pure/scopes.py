"""What a token may be narrowed to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.operations import ANYBODY, OPERATIONS

SCOPES: Mapping[str, Any] = {
    "tickets:read": _("read tickets and what happened with them"),
    "tickets:write": _("report and work tickets"),
    "work:read": _("read work orders and suggestions"),
    "work:write": _("dispatch and work work orders"),
    "customers:read": _("read customers, contacts, sites and machines"),
    "customers:write": _("enter customers, contacts, sites and machines"),
    "clocks:read": _("read time limits and their explanations"),
    "papers:read": _("read papers and files"),
    "papers:write": _("attach files"),
    "care:read": _("read follow-ups"),
    "care:write": _("record follow-ups"),
    "approvals:read": _("read approvals"),
    "approvals:write": _("decide approvals"),
    "notices:read": _("read one's own notices"),
    "notices:write": _("mark one's own notices as read"),
    "duties:read": _("read periodic duties and what did them"),
    "duties:write": _("attest periodic duties, go through audits"),
    "figures:read": _("read indicators, what was kept, and the cases behind them"),
    "rulebook:read": _("read regulations, their versions, drafts and findings"),
    "rulebook:write": _("write drafts of regulations and submit them"),
    "readings:read": _("read what one has to confirm as read, and who has"),
    "readings:write": _("confirm that one has read what changed, remind others"),
    "replay:read": _("read replays and shadow runs"),
    "replay:write": _("ask for replays and shadow runs, and stop them"),
    "evidence:read": _("read and download evidence and event logs"),
    "evidence:write": _("ask for evidence and event logs"),
    "search:read": _("search"),
}
"""Scope → label. A token acts as its person; scopes narrow it and never widen."""


def open_to(scope: str, roles: frozenset[str]) -> bool:
    """Whether somebody with these roles can do anything in a scope: whether one of its operations is for him."""
    return any(item.roles == ANYBODY or item.roles & roles for item in OPERATIONS.values() if item.scope == scope)
