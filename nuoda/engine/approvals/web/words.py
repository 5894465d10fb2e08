"""Words for roles, reasons and states, as pages show them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from nuoda.engine.rulebook.pure.facts import SUBJECTS
from nuoda.engine.states.pure.machines import Machine
from nuoda.foundation.base.pure.money import yuan
from nuoda.foundation.journal.pure import words as event_words
from nuoda.foundation.journal.pure.words import EventWord
from nuoda.foundation.orgs.pure.roles import ROLES
from nuoda.foundation.ui.pure.tones import Chip

from ..models import Approval, Step
from ..pure.chains import HEAD, Note
from ..pure.matters import MATTERS
from ..queries import Explanation
from ..states import APPROVAL, STEP

EVENTS = {
    "approval.requested": EventWord(gettext_lazy("submitted for approval"), "send", "info"),
    "approval.step_opened": EventWord(gettext_lazy("waits for an approver"), "signature"),
    "approval.step_decided": EventWord(gettext_lazy("an approver decided"), "user-check"),
    "approval.agreed": EventWord(gettext_lazy("one of the approvers agreed"), "check"),
    "approval.step_closed": EventWord(gettext_lazy("a step of the approval fell away"), "minus"),
    "approval.decided": EventWord(gettext_lazy("approval decided"), "checks", "kept"),
    "approval.sent_back": EventWord(gettext_lazy("approval sent back"), "arrow-back-up", "near"),
    "approval.returned": EventWord(gettext_lazy("approval returned to an earlier step"), "arrow-back-up", "near"),
    "approval.withdrawn": EventWord(gettext_lazy("approval withdrawn"), "arrow-back-up"),
    "approval.lapsed": EventWord(gettext_lazy("approval lapsed: the content was changed"), "history", "near"),
    "approval.transferred": EventWord(gettext_lazy("approval transferred"), "transfer"),
    "approval.signer_added": EventWord(gettext_lazy("signer added to the approval"), "user-plus"),
    "approval.reminded": EventWord(gettext_lazy("approvers reminded"), "bell", "near"),
    "approval.copied": EventWord(gettext_lazy("copy of the approval given"), "copy"),
}


def register() -> None:
    event_words.register(EVENTS)


def role(code: str) -> str:
    """A role in words; an added signer has none."""
    if code == HEAD:
        return _("head of the department")
    if not code:
        return _("added signer")
    return str(ROLES[code].label) if code in ROLES else code


def matter(row: Approval) -> str:
    found = MATTERS.get(row.matter)
    return str(found.label) if found else row.matter


def chip(machine: Machine, state: str) -> Chip:
    colour = machine.colour(state)
    return Chip(machine.label(state), "neutral" if colour == "quiet" else colour)


def state_chip(row: Approval) -> Chip:
    return chip(APPROVAL, row.state)


def step_chip(step: Step) -> Chip:
    return chip(STEP, step.state)


_MONEY = re.compile(r"\b(\w+_fen)\s*([<>=!]+)\s*(\d+)\b")
_NAME = re.compile(r"\b[a-z_]\w*\b(?![\w\"'])")


def condition(text: str, matter_code: str) -> str:
    """A condition of the book in words: facts by their labels, money in yuan."""
    matter = MATTERS.get(matter_code)
    subject = SUBJECTS.get(matter.subject) if matter else None
    if subject is None:
        return text
    language = get_language() or "zh-hans"

    def label(found: re.Match[str]) -> str:
        field = subject.fields.get(found[0])
        words = field.label.get(language) or next(iter(field.label.values())) if field else found[0]
        return re.sub(r"（分）$| in fen$", "", words)

    money = _MONEY.sub(lambda found: f"{found[1]} {found[2]} {yuan(int(found[3]))}", text)
    return _NAME.sub(label, money)


def why(note: Mapping[str, Any], matter_code: str) -> str:
    """One reason of an explanation as a sentence."""
    said = {
        "role": role(str(note.get("role", ""))),
        "other": role(str(note.get("other", ""))),
        "text": condition(str(note.get("text", "")), matter_code),
    }
    sentences = {
        "asked": _("The clause asks the %(role)s."),
        "condition": _("Because %(text)s."),
        "own": _("The submitter is the only %(role)s, and nobody approves his own request."),
        "barred": _("Whoever is %(role)s wrote part of it or submits it, and nobody approves his own work."),
        "raised": _("So it goes up from the %(role)s to the %(other)s."),
        "empty": _("Nobody is %(role)s."),
        "skipped": _("The clause says: then the step is skipped."),
        "covered": _("The same people are asked as %(other)s later on, so they decide once."),
    }
    return sentences[str(note["code"])] % said


def asked(found: Explanation, matter_code: str) -> dict[str, Any]:
    """Who would be asked, in which order and why, or why nobody can be: for `approvals/_asked.html`."""

    def reasons(notes: Iterable[Note]) -> list[str]:
        return [
            why({"code": note.code, "role": note.role, "other": note.other, "text": note.text}, matter_code)
            for note in notes
        ]

    lines = [
        {
            "role": role(step.role),
            "mode": step.mode,
            "names": [(found.people[person], found.away.get(person, "")) for person in step.people],
            "why": reasons(step.why),
            "clause": step.clause,
        }
        for step in (found.chain.steps if found.chain else ())
    ]
    refused = found.refused
    return {
        "found": found,
        "lines": lines,
        "refused_role": role(refused.role) if refused else "",
        "refused_why": reasons(note for note in refused.why if note.code in ("own", "barred", "empty"))
        if refused
        else [],
        "refused_names": [found.people[person] for person in refused.people if person in found.people]
        if refused
        else [],
    }
