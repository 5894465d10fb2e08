"""A condition read aloud: in words, or with the place of what is wrong; and the facts that it may name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse

from nuoda.engine.rulebook.pure import objections, wording
from nuoda.engine.rulebook.pure.conditions import Condition as Compiled
from nuoda.engine.rulebook.pure.conditions import ConditionError, Constant, resolve
from nuoda.engine.rulebook.pure.facts import SUBJECTS, Subject, subject_of
from nuoda.engine.rulebook.pure.factsets import FACT_SETS
from nuoda.engine.rulebook.pure.loading import constants
from nuoda.engine.rulebook.pure.telling import text
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.ui.web.pages import Page

from .. import queries
from ..access import WRITERS


@dataclass(frozen=True, slots=True)
class Aloud:
    """How a condition reads, or what is wrong with it and where; `unknown` is a subject that nobody tells facts about."""

    said: str = ""
    reason: str = ""
    line: int = 0
    column: int = 0
    marked: tuple[str, str, str] = ("", "", "")
    unknown: str = ""
    facts: list[tuple[str, str, list[tuple[str, str]]]] = field(default_factory=list)


def subject_called(name: str) -> Subject | None:
    """What a condition can ask about: a subject, or the rows of a fact set."""
    known = FACT_SETS.get(name)
    return SUBJECTS.get(name) or (known.subject if known else None)


def aloud(typed: str, name: str, known: Mapping[str, Constant], *, facts: bool = False) -> Aloud:
    """What stands in a condition's field, for whoever wrote it."""
    subject = subject_called(name)
    if subject is None:
        return Aloud(unknown=name)
    told = named(subject) if facts else []
    if not typed.strip():
        return Aloud(facts=told)
    try:
        Compiled.compile(typed, subject, known)
        return Aloud(wording.condition(resolve(typed, known), subject.fields, language()), facts=told)
    except ConditionError as error:
        reason = objections.said(error.reason, language())
        place = marked(typed, error.line, error.column)
        return Aloud("", reason, error.line, error.column, place, facts=told)


class Condition(Page):
    """Check a condition against the facts of its subject, with the place of a mistake; a fragment for the form."""

    access = WRITERS
    template = "revisions/_condition.html"

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        row = queries.draft(self.actor, number=number)
        if row.draft_of is None:
            raise NotYours
        asked = request.GET
        typed = asked.get(asked.get("field", ""), asked.get("condition", ""))
        found = aloud(typed, self.subject(), constants(row.draft_of.content), facts=True)
        context: dict[str, Any] = {"text": typed.strip(), "aloud": found}
        return self.answer(context=context)

    def subject(self) -> str:
        """Whose facts are asked about: what the form says now, where a field of it decides that."""
        asked = self.request.GET
        chosen = asked.get(asked.get("about", ""), "")
        if not chosen or chosen in ("missed", "warned"):
            return asked.get("subject", "")
        return chosen if chosen in FACT_SETS else subject_of(chosen)


def named(subject: Subject) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The facts that a condition may name: code, what it is called, and the codes it can have with their names."""
    return [
        (
            name,
            fact.label.get(language()) or fact.label["zh-hans"],
            [
                (code, text(fact.names[code], language()) if code in fact.names else code)
                for code in fact.choices
                if code
            ],
        )
        for name, fact in sorted(subject.fields.items())
    ]


def marked(text: str, line: int, column: int) -> tuple[str, str, str]:
    """The line of a mistake: before its place, the character there, after it."""
    lines = text.splitlines() or [""]
    found = lines[min(line, len(lines)) - 1]
    at = min(column, len(found) + 1) - 1
    return found[:at], found[at : at + 1] or " ", found[at + 1 :]
