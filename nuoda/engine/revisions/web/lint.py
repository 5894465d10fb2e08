"""What the check of the regulations finds: by regulation and kind, with what to do about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure import objections
from nuoda.engine.rulebook.pure.linting import Finding
from nuoda.engine.rulebook.pure.telling import text
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.ui.pure.tones import Chip
from nuoda.foundation.ui.web.pages import Crumb, Page

from .. import queries
from ..access import WRITERS
from . import words

SEVERITIES: Mapping[str, Chip] = {
    "error": Chip(_("error"), "missed"),
    "warning": Chip(_("weakness"), "near"),
    "note": Chip(_("note"), "neutral"),
}
KINDS: Mapping[str, tuple[Any, Any]] = {
    "load": (_("cannot be read"), _("Mend the text at that place; the version cannot run before.")),
    "check": (_("names something unknown"), _("Name a fact, verb, role or number that there is.")),
    "situation": (
        _("an example comes out differently"),
        _("Mend the rule or the example: they contradict each other."),
    ),
    "undefined-word": (
        _("a word nobody has defined"),
        _("Define it (a number, a deadline, a criterion), or say it exactly."),
    ),
    "text-apart": (
        _("the text says another number than its rules"),
        _("Change the text or the rule, so that what people read is what runs."),
    ),
    "no-role": (_("a duty bound to no role"), _("Say which role it binds.")),
    "no-situation": (_("runs without an example"), _("Write down a situation and what should come of it.")),
    "unknown-role": (_("a role the program does not know"), _("Bind a role that people hold.")),
    "waits": (_("waits for a part of the business"), _("Nothing to do now: it runs once its events exist.")),
    "waits-no-more": (_("waits for what is there already"), _("Take the mark away, so that the clause runs.")),
    "unheard-event": (_("an event that nothing emits"), _("Name another event, or mark the clause as waiting for it.")),
    "unknown-form": (_("a form nobody defines"), _("Name a form that exists, or have it made.")),
    "unknown-template": (_("a message without words"), _("Name a template that exists.")),
    "unknown-facts": (_("an indicator without facts"), _("Name a fact set that is published.")),
    "lost-facts": (
        _("an indicator whose facts are gone"),
        _("Its figures cannot be computed any more. Name a fact set that is published, or take the indicator out."),
    ),
    "defined-twice": (_("defined in two places"), _("Keep one of the two.")),
    "two-limits": (_("two time limits for one thing"), _("Let one clause give the limit and the other refer to it.")),
    "overlap": (_("two versions in force at once"), _("End the earlier one where the later one begins.")),
    "gap": (_("a time without a version in force"), _("Adopt a version that follows without a gap.")),
}


class Lint(Page):
    """The findings of `nuoda rulebook lint` on the versions in force, and what other versions name that is gone."""

    access = WRITERS
    menu = "lint"
    title = _("Check of the regulations")
    template = "revisions/lint.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        found = queries.lint(self.actor, self.at)
        others = queries.unfit(self.actor, self.at)
        every = [finding for _row, findings in (*found, *others) for finding in findings]
        counts = [
            (chip, sum(finding.severity == severity for finding in every)) for severity, chip in SEVERITIES.items()
        ]
        groups = [
            *(_group(row, findings, reverse("rulebook:policy", args=[row.policy.name])) for row, findings in found),
            *(
                _group(row, findings, reverse("revisions:version", args=[row.pk]), words.status_chip(row, self.at))
                for row, findings in others
            ),
        ]
        return self.answer(context={"groups": groups, "total": len(every), "counts": [c for c in counts if c[1]]})

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Regulations"), reverse("rulebook:regulations"))]


def _group(row: PolicyVersion, findings: list[Finding], url: str, chip: Chip | None = None) -> dict[str, Any]:
    """One version with its findings; `chip` says what it is when it is not in force."""
    title = f"{words.title(row)} {row.version}"
    return {"title": title, "chip": chip, "url": url, "count": len(findings), "codes": _codes(row, findings)}


def _codes(row: PolicyVersion, findings: list[Finding]) -> list[dict[str, Any]]:
    """Findings of one regulation by kind, the gravest first."""
    by_code: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_code[finding.code].append(finding)
    waits = {
        clause["id"]: text(clause["waiting"]["for"], language())
        for clause in row.content["clauses"]
        if "waiting" in clause
    }
    order = list(SEVERITIES)
    shown = []
    for code, found in sorted(by_code.items(), key=lambda item: (order.index(item[1][0].severity), item[0])):
        what, advice = KINDS.get(code, (code, ""))
        severity = found[0].severity
        chip = SEVERITIES[severity]
        said = [(finding, waits.get(finding.clause, "") if code == "waits" else _said(finding)) for finding in found]
        shown.append({"what": what, "advice": advice, "chip": chip, "severe": severity == "error", "findings": said})
    return shown


def _said(finding: Finding) -> str:
    return objections.said(finding.message, language())
