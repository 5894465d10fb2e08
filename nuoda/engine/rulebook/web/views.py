"""Reading the regulations: the list, the text with its rules beside it, and one clause at a stable address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.journal.pure.words import word
from nuoda.foundation.orgs.pure.roles import ROLES
from nuoda.foundation.ui.pure import panels
from nuoda.foundation.ui.pure.tones import Chip
from nuoda.foundation.ui.web.pages import EVERYONE, Crumb, Page

from .. import queries
from ..access import may_see_errors
from ..models import ClauseError, PolicyVersion
from ..pure import objections
from ..pure.policies import Clause, Policy
from ..pure.telling import labels, parameter_lines, rule_lines, text
from .menu import STAFF

STATUSES: dict[str, Chip] = {
    "executed": Chip(_("runs"), "kept"),
    "attested": Chip(_("attested by a person"), "info"),
    "informative": Chip(_("informative"), "neutral"),
    "waiting": Chip(_("waiting"), "paused"),
    "undefined": Chip(_("undefined word"), "near"),
}


def language() -> str:
    """The reader's language among those of the texts."""
    known = get_language() or "zh-hans"
    return known if known in ("zh-hans", "zh-hant", "en") else "zh-hans"


@dataclass(slots=True)
class Said:
    """A clause as a page shows it."""

    clause: Clause
    status: Chip
    text: str
    authoritative: str
    """The zh-Hans text, when the reader's language is another."""
    people: str
    """Whom it binds."""
    rules: list[list[str]]
    parameters: list[list[str]]
    checklist: list[str]
    situations: list[str]
    awaited: list[str]
    """Events that the clause waits for, by their names."""
    margin: list[SafeString] = field(default_factory=list)
    """What rooms above put beside it."""


MARGIN = "policy.margin"
"""Place beside the clauses of a text: a panel here is loaded once for the whole text and gives `{clause id: context}`."""


def margins(actor: Actor, at: datetime, policy: Policy) -> dict[str, list[SafeString]]:
    """The contributed panels beside each clause."""
    found: dict[str, list[SafeString]] = {}
    for panel in panels.at_place(MARGIN, actor):
        contexts: Mapping[str, Any] = panel.load(actor, at, policy) or {}
        for clause_id, context in contexts.items():
            drawn = render_to_string(panel.template, {"actor": actor, "at": at, **context})
            found.setdefault(clause_id, []).append(drawn)
    return found


def _called(event_type: str) -> str:
    return str(word(event_type).label)


def said(policy: Policy, clause: Clause) -> Said:
    """The clause in the reader's language."""
    now = language()
    names = {role.code: text(role.name, now) for role in policy.roles}
    names |= {code: str(role.label) for code, role in ROLES.items() if code not in names}
    called = labels(clause.rules, now)
    return Said(
        clause=clause,
        status=STATUSES[clause.status],
        text=text(clause.text, now),
        authoritative="" if now == "zh-hans" else clause.text["zh-hans"],
        people=(", " if now == "en" else "、").join(names.get(code, code) for code in clause.binds),
        rules=[rule_lines(rule, now, names, _called, called) for rule in clause.rules],
        parameters=[parameter_lines(parameter, now) for parameter in clause.parameters],
        checklist=[text(item.text, now) for item in clause.checklist],
        situations=[text(example.name, now) for example in clause.examples],
        awaited=[_called(event) for event in clause.waiting.events] if clause.waiting else [],
    )


class Regulations(Page):
    """Every regulation in force, with how much of it runs."""

    access = STAFF
    menu = "rulebook"
    title = _("Regulations")
    template = "rulebook/regulations.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        entries = []
        for row in queries.in_force(self.actor, self.at):
            policy = queries.policy_of(row)
            counts = policy.counts()
            entries.append(
                {
                    "row": row,
                    "title": text(policy.title, language()),
                    "scope": text(policy.scope, language()),
                    "department": text(policy.department, language()),
                    "url": reverse("rulebook:policy", args=[policy.name]),
                    "total": len(policy.clauses),
                    "counts": [(STATUSES[status], count) for status, count in counts.items() if count],
                }
            )
        return self.answer(context={"entries": entries})


class Reading(Page):
    """A regulation as readable text, its rules beside it."""

    access = STAFF
    menu = "rulebook"
    template = "rulebook/policy.html"
    shown: PolicyVersion
    policy: Policy

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        rows = list(queries.versions(self.actor).filter(policy__name=name))
        asked = request.GET.get("version")
        current = {row.pk for row in queries.in_force(self.actor, self.at)}
        found = [row for row in rows if (row.version == asked if asked else row.pk in current)]
        if not found:
            raise NotYours()
        self.shown, self.policy = found[0], queries.policy_of(found[0])
        clauses = [said(self.policy, clause) for clause in self.policy.clauses]
        beside = margins(self.actor, self.at, self.policy) if self.shown.pk in current else {}
        for one in clauses:
            one.margin = beside.get(one.clause.id, [])
        return self.answer(
            context={
                "row": self.shown,
                "policy": self.policy,
                "department": text(self.policy.department, language()),
                "scope": text(self.policy.scope, language()),
                "note": text(self.policy.note, language()),
                "in_force": self.shown.pk in current,
                "versions": rows,
                "definitions": [
                    (item.word, text(item.means, language()), item.clauses) for item in self.policy.definitions
                ],
                "clauses": clauses,
                "contents": [
                    (section, [one.clause.id for one in group])
                    for section, group in groupby(clauses, key=lambda one: one.clause.section)
                ],
                "heads": self.contributed("policy.head", self.shown),
            }
        )

    def get_title(self) -> Any:
        return text(self.policy.title, language())

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Regulations"), reverse("rulebook:regulations"))]


class ClausePage(Page):
    """One clause: refusals and time limits link here, so it is open to everybody whom they concern."""

    access = EVERYONE
    menu = "rulebook"
    template = "rulebook/clause.html"
    found: Said

    def get(self, request: HttpRequest, id: str) -> HttpResponse:
        history = []
        shown: tuple[PolicyVersion, Policy] | None = None
        for row in queries.versions(self.actor).filter(in_force_from__isnull=False):
            policy = queries.policy_of(row)
            clause = policy.clause(id)
            if clause is None:
                continue
            history.append(row)
            begun = row.in_force_from is not None and row.in_force_from <= self.at
            if shown is None or (begun and (row.in_force_until is None or self.at < row.in_force_until)):
                shown, self.found = (row, policy), said(policy, clause)
        if shown is None:
            raise NotYours()
        row, policy = shown
        return self.answer(
            context={
                "said": self.found,
                "row": row,
                "policy_title": text(policy.title, language()),
                "policy_url": f"{reverse('rulebook:policy', args=[policy.name])}#{id}",
                "may_read": not STAFF.isdisjoint(self.actor.roles),
                "history": [(other, other.pk == row.pk) for other in history],
                "blocks": self.contributed("clause.sections", self.found.clause),
                "errors": self.errors(id),
            }
        )

    def errors(self, clause_id: str) -> list[tuple[ClauseError, str, str]]:
        """Where its rules could not be judged, for its keepers: what was asked, and why it could not be answered."""
        if not may_see_errors(self.actor):
            return []
        called = labels(self.found.clause.rules, language())
        rows = queries.errors(self.actor, clause_id=clause_id, limit=10)
        return [
            (row, called.get(row.ref.partition("/")[2], row.ref), objections.said(row.reason, language()))
            for row in rows
        ]

    def get_title(self) -> Any:
        return self.found.clause.id

    def crumbs(self) -> list[Crumb]:
        if STAFF.isdisjoint(self.actor.roles):
            return []
        return [Crumb(_("Regulations"), reverse("rulebook:regulations"))]
