"""Words for drafts, redlines and readings, as pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from nuoda.engine.clocks.web.words import STATES
from nuoda.engine.notices.pure.templates import Template
from nuoda.engine.notices.pure.templates import register as keep
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure import objections
from nuoda.engine.rulebook.pure.documents import Problem
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.journal.pure import words as event_words
from nuoda.foundation.journal.pure.words import EventWord
from nuoda.foundation.ui.pure.tones import Chip

from ..models import Draft
from ..pure.redline import Change, Part, Piece, Redline
from ..states import DRAFT

EVENTS = {
    "policy_version.drafted": EventWord(pgettext_lazy("event", "draft begun"), "pencil"),
    "policy_version.edited": EventWord(pgettext_lazy("event", "draft changed"), "pencil"),
    "policy_version.submitted": EventWord(pgettext_lazy("event", "draft submitted for adoption"), "send", "info"),
    "policy_version.given_back": EventWord(pgettext_lazy("event", "draft given back"), "arrow-back-up", "near"),
    "policy_version.adopted": EventWord(pgettext_lazy("event", "new version adopted"), "checks", "kept"),
    "policy_version.discarded": EventWord(pgettext_lazy("event", "draft thrown away"), "trash"),
    "policy_version.cancelled": EventWord(pgettext_lazy("event", "adoption taken back"), "arrow-back-up", "near"),
    "policy.adoption_cancelled": EventWord(pgettext_lazy("event", "adoption taken back"), "arrow-back-up", "near"),
    "reading.asked": EventWord(pgettext_lazy("event", "asked to read what changed"), "book"),
    "reading.confirmed": EventWord(pgettext_lazy("event", "confirmed that it was read"), "check", "kept"),
    "reading.ended": EventWord(pgettext_lazy("event", "need not be read any more"), "x"),
    "reading.resumed": EventWord(pgettext_lazy("event", "to be read again"), "book"),
    "reading.reminded": EventWord(pgettext_lazy("event", "reminded to read"), "bell", "near"),
}
TONES: Mapping[str, Any] = {"info": "info", "near": "near", "kept": "kept", "missed": "missed", "quiet": "neutral"}
STATUSES = {
    "draft": Chip(pgettext_lazy("version", "draft"), "info"),
    "published": Chip(pgettext_lazy("version", "published, waits"), "near"),
    "in_force": Chip(pgettext_lazy("version", "in force"), "kept"),
    "retired": Chip(pgettext_lazy("version", "no longer in force"), "neutral"),
}
COMING = Chip(pgettext_lazy("version", "comes into force"), "near")
EXAMPLE_NAMES: Mapping[str, Any] = {
    "zh-hans": _("Name of the example (simplified Chinese)"),
    "zh-hant": _("Name (traditional Chinese)"),
    "en": _("Name (English)"),
}
LIMITS: Mapping[str, Any] = {
    "open": "info", "paused": "paused", "kept": "kept", "missed": "missed", "withdrawn": "neutral",
}  # fmt: skip
KINDS = {
    "added": Chip(_("new clause"), "kept"),
    "removed": Chip(_("clause removed"), "missed"),
    "changed": Chip(_("clause changed"), "near"),
    "moved": Chip(_("clause moved"), "neutral"),
}
WHATS: Mapping[str, Any] = {
    "title": _("Title"),
    "department": _("Department"),
    "scope": _("Scope"),
    "note": _("Revision note"),
    "number": _("Version number"),
    "effective": _("Effective date"),
    "definition": _("Definition"),
    "roles": _("Role"),
    "withdraws": _("Open time limits withdrawn"),
    "text": _("Text"),
    "section": _("Section"),
    "source": _("Source"),
    "binds": _("Binds"),
    "kind": _("Kind of clause"),
    "rule": _("Rule"),
    "transition": _("Open time limits"),
    "duties": _("Open duties"),
    "parameter": _("Number or text"),
    "checklist": _("Checklist"),
    "example": _("Example"),
}
SPOKEN: Mapping[str, Any] = {"zh-hans": _("simplified"), "zh-hant": _("traditional"), "en": _("English")}
LANGUAGES: Mapping[str, Any] = {"zh-hant": _("traditional"), "en": _("English")}
WAYS: Mapping[str, Any] = {
    "keep": _("keep the version they began under"),
    "convert": _("are counted anew from their start by the new rule"),
    "restart": _("count from the moment the new version takes effect"),
}
DUTIES: Mapping[str, Any] = {
    "keep": _("go on under the version that asked for them"),
    "convert": _("go by the new rule, from the beginning of their period"),
    "restart": _("go by the new rule; only what is done once it is in force counts"),
    "end": _("end with the old version; the new rule asks from its next period on"),
}
"""What becomes of open duties."""


def register() -> None:
    """What events are called, and the words of the messages about readings."""
    event_words.register(EVENTS)
    tail = {"zh-hans": "{company}\n{url}", "zh-hant": "{company}\n{url}", "en": "{company}\n{url}"}
    keep(
        Template(
            "reading_asked",
            "other",
            {
                "zh-hans": "请阅知：与您有关的制度条款有修订",
                "zh-hant": "請閱知：與您有關的制度條款有修訂",
                "en": "Please read: clauses that bind you have changed",
            },
            tail,
        )
    )
    keep(
        Template(
            "reading_reminded",
            "other",
            {
                "zh-hans": "提醒：还有制度修订待您确认阅知",
                "zh-hant": "提醒：尚有制度修訂待您確認閱知",
                "en": "Reminder: you have not yet confirmed reading what changed",
            },
            tail,
        )
    )


def deadline_chip(state: str) -> Chip:
    """How a time limit of an example ends; 'none': there is none."""
    if state == "none":
        return Chip(_("does not run"), "neutral")
    return Chip(STATES[state], LIMITS[state])


def state_chip(row: Draft) -> Chip:
    return Chip(DRAFT.label(row.state), TONES.get(DRAFT.colour(row.state), "neutral"))


def status_chip(row: PolicyVersion, at: Any) -> Chip:
    """Where a version stands by its time: one whose successor is adopted binds until that takes effect."""
    if row.in_force_from is None:
        return STATUSES[row.status]
    if row.in_force_from > at:
        return COMING
    return STATUSES["in_force" if row.in_force_until is None or at < row.in_force_until else "retired"]


def title(row: PolicyVersion) -> str:
    """The regulation's name in the reader's language."""
    texts = row.content.get("title") or {}
    return texts.get(language()) or texts.get("zh-hans") or row.policy.name


@dataclass(frozen=True, slots=True)
class ShownPart:
    what: Any
    name: Any
    """Which of them, in the reader's words; '' where the thing itself says it."""
    pieces: tuple[Piece, ...]
    limit: tuple[str, str] | None
    way: Any = ""


@dataclass(frozen=True, slots=True)
class ShownChange:
    chip: Chip
    change: Change
    parts: list[ShownPart]


def shown(redline: Redline) -> dict[str, Any]:
    """A redline for the template."""
    return {
        "head": [_part(part) for part in redline.head],
        "changes": [changed(change) for change in redline.changes],
        "counts": [(KINDS[kind], redline.count(kind)) for kind in KINDS if redline.count(kind)],  # type: ignore[arg-type]
        "clocks": redline.clocks,
        "same": not (redline.head or redline.changes),
    }


def changed(change: Change) -> ShownChange:
    return ShownChange(KINDS[change.kind], change, [_part(part) for part in change.parts])


def _part(part: Part) -> ShownPart:
    limit = part.limit if part.limit[0] else None
    if part.what in ("number", "effective") and part.before:
        return ShownPart(WHATS[part.what], "", (), (part.before, part.after))
    if part.what == "example" and part.before == part.after:
        return ShownPart(WHATS[part.what], part.after, (), None, _("What it expects was changed."))
    name = LANGUAGES.get(part.key, "") if part.what == "text" else part.name
    if part.what == "definition":
        name = part.key
    ways = DUTIES if part.what == "duties" else WAYS
    return ShownPart(WHATS[part.what], name, part.pieces, limit, ways.get(part.after, ""))


def told(problems: tuple[Problem, ...]) -> str:
    """Problems as the lines that a form shows."""
    return "\n".join(
        gettext("Line %(line)d, column %(column)d: %(reason)s")
        % {"line": problem.line, "column": problem.column, "reason": plain(problem)}
        for problem in problems
    )


def plain(problem: Problem) -> str:
    """What is wrong, in the reader's language."""
    return objections.said(problem.reason, language())
