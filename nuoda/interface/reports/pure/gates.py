"""Refusals in words: what a rule found missing, as the regulation says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from nuoda.engine.rulebook.pure import wording
from nuoda.engine.rulebook.pure.book import Tenure
from nuoda.engine.rulebook.pure.facts import SUBJECTS
from nuoda.engine.rulebook.pure.policies import Clause
from nuoda.engine.rulebook.pure.rules import ApprovalRule, FormRule, GateRule, Rule, Text
from nuoda.engine.rulebook.pure.telling import text

_WORDS: dict[str, Text] = {
    "signed": {"zh-hans": "缺少已签字的《{title}》。", "zh-hant": "缺少已簽名的《{title}》。", "en": "The signed document “{title}” was missing."},
    "issued": {"zh-hans": "缺少《{title}》。", "zh-hant": "缺少《{title}》。", "en": "The document “{title}” was missing."},
    "approval": {"zh-hans": "“{title}”尚未批准。", "zh-hant": "「{title}」尚未核准。", "en": "The approval “{title}” had not been given."},
    "bare": {"zh-hans": "尚未批准。", "zh-hant": "尚未核准。", "en": "The approval had not been given."},
    "parts": {"zh-hans": "{said}（未满足：{parts}）", "zh-hant": "{said}（未符合：{parts}）", "en": "{said} (not so: {parts})"},
    "and": {"zh-hans": "、", "zh-hant": "、", "en": "; "},
}  # fmt: skip


def missing(clause: Clause | None, found: Mapping[str, Iterable[str]], language: str) -> list[str]:
    """One sentence for each rule of the clause that held somebody back; none where the clause is not known any more."""
    rules = {rule.key: rule for rule in clause.rules} if clause else {}
    return [_missing(rules[key], list(parts), language) for key, parts in found.items() if key in rules]


def _missing(rule: Rule, parts: list[str], language: str) -> str:
    if isinstance(rule, FormRule):
        return text(_WORDS[rule.state], language).format(title=text(rule.title, language))
    if isinstance(rule, ApprovalRule):
        return text(_WORDS["approval" if rule.label else "bare"], language).format(title=text(rule.label, language))
    if not isinstance(rule, GateRule):
        return ""
    said = text(rule.otherwise, language)
    subject = SUBJECTS.get(rule.subject)
    if subject is None or not parts or parts == [rule.require]:
        return said
    told = text(_WORDS["and"], language).join(wording.condition(part, subject.fields, language) for part in parts)
    return text(_WORDS["parts"], language).format(said=said, parts=told)


Texts = Mapping[tuple[UUID, str], Clause]
"""Clauses that can hold somebody back, by the version that they stand in."""


def texts(tenures: Iterable[Tenure]) -> Texts:
    return {(one.version_id, clause.id): clause for one in tenures for clause in one.policy.clauses if gated(clause)}


def said(
    known: Texts, version_id: UUID | None, clause_id: str, found: Mapping[str, Iterable[str]], language: str
) -> str:
    """What was missing, in one line, by the version that judged it."""
    return " ".join(missing(known.get((version_id, clause_id)) if version_id else None, found, language))


def deed(subject: str, verb: str, language: str) -> str:
    """What was tried: 'work order: check in'."""
    known = SUBJECTS.get(subject)
    if known is None:
        return f"{subject} {verb}"
    name = text(known.verb_names[verb], language) if verb in known.verb_names else verb
    return f"{text(known.label, language)} · {name}"


@dataclass(frozen=True, slots=True)
class Held:
    """What a clause held back, by what became of it."""

    done: int = 0
    waiting: int = 0
    dropped: int = 0
    tries: int = 0

    @property
    def n(self) -> int:
        return self.done + self.waiting + self.dropped


def gated(clause: Clause) -> bool:
    """Whether the clause can hold anybody back."""
    return any(isinstance(rule, GateRule | FormRule | ApprovalRule) for rule in clause.rules)
