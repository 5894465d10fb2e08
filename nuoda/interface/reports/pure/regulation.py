"""A regulation as a document: its text in one language, with the rules told beside each clause."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from nuoda.engine.rulebook.pure.policies import Policy
from nuoda.engine.rulebook.pure.telling import labels, parameter_lines, rule_lines, text

from .documents import Document, Heading, Paragraph, Part, Points, Table

Says = Callable[[str], str]
"""A fixed word in the reader's language: `says("version")`."""


def document(
    policy: Policy, *, language: str, company: str, content_hash: str, in_force_from: date | None, made_at: datetime,
    says: Says, statuses: Mapping[str, str], roles: Mapping[str, str], called: Callable[[str], str],
) -> Document:  # fmt: skip
    """The whole text of a version. `roles` and `statuses` are names by code, `called` names an event."""
    parts: list[Part] = []
    if policy.definitions:
        parts.append(Heading(says("words")))
        rows = tuple((item.word, text(item.means, language)) for item in policy.definitions)
        parts.append(Table((says("word"), says("means")), rows, narrow=(0,)))
    parts.append(Heading(says("clauses")))
    for clause in policy.clauses:
        parts.append(Heading(f"{clause.id}　{clause.section}", 2, statuses.get(clause.status, "")))
        parts.append(Paragraph(text(clause.text, language)))
        if language != "zh-hans" and text(clause.text, language) != clause.text["zh-hans"]:
            parts.append(Paragraph(clause.text["zh-hans"], quiet=True))
        if clause.binds:
            parts.append(
                Paragraph(says("binds") + " " + "、".join(roles.get(one, one) for one in clause.binds), quiet=True)
            )
        clocks = labels(clause.rules, language)
        points = ["\n".join(rule_lines(rule, language, roles, called, clocks)) for rule in clause.rules]
        points += ["\n".join(parameter_lines(parameter, language)) for parameter in clause.parameters]
        points += [text(item.text, language) for item in clause.checklist]
        if points:
            parts.append(Points(tuple(points)))
    head = [
        (says("version"), policy.version),
        (says("department"), text(policy.department, language)),
        (says("scope"), text(policy.scope, language)),
        (says("note"), text(policy.note, language)),
        (says("hash"), content_hash),
    ]
    if in_force_from is not None:
        head.insert(1, (says("in_force"), in_force_from.isoformat()))
    title = text(policy.title, language)
    return Document(
        title=title,
        company=company,
        language=language,
        made_at=made_at,
        parts=parts,
        head=tuple(pair for pair in head if pair[1]),
        foot=f"{title} {policy.version} · SHA-256 {content_hash[:16]}…",
        missing_words=says("missing"),
    )
