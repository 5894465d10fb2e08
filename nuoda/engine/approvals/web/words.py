"""Words for roles, reasons and states, as pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from nuoda.engine.states.pure.machines import Machine
from nuoda.foundation.orgs.pure.roles import ROLES
from nuoda.foundation.ui.pure.tones import Chip

from ..models import Approval, Step
from ..pure.chains import HEAD
from ..pure.matters import MATTERS
from ..states import APPROVAL, STEP


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


def why(note: Mapping[str, Any]) -> str:
    """One reason of an explanation as a sentence."""
    said = {
        "role": role(str(note.get("role", ""))),
        "other": role(str(note.get("other", ""))),
        "text": note.get("text", ""),
    }
    sentences = {
        "asked": _("The clause asks the %(role)s."),
        "condition": _("Because %(text)s."),
        "own": _("The submitter is the only %(role)s, and nobody approves his own request."),
        "raised": _("So it goes up from the %(role)s to the %(other)s."),
        "empty": _("Nobody is %(role)s."),
        "skipped": _("The clause says: then the step is skipped."),
        "covered": _("The same people are asked as %(other)s later on, so they decide once."),
    }
    return sentences[str(note["code"])] % said
