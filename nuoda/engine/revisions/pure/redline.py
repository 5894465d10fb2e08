"""Two versions of a regulation beside each other: what was added, removed and changed, word by word.

Chinese is compared by characters, everything else by words. The same two versions always give the same redline.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from typing import Literal

from nuoda.engine.rulebook.pure import telling
from nuoda.engine.rulebook.pure.policies import Clause, Policy
from nuoda.engine.rulebook.pure.revisions import duty_turns, same, same_duty
from nuoda.engine.rulebook.pure.rules import CadenceRule, ClockRule, Rule
from nuoda.engine.rulebook.pure.telling import labels, parameter_lines, rule_lines, text

Op = Literal["same", "added", "removed"]
Kind = Literal["added", "removed", "changed", "moved"]
What = Literal[
    "title", "department", "scope", "note", "number", "effective", "definition", "roles", "withdraws",
    "text", "section", "source", "binds", "kind", "rule", "transition", "duties", "parameter", "checklist", "example",
]  # fmt: skip
_TOKEN = re.compile(r"[A-Za-z0-9_.%]+|\s+|.", re.DOTALL)
_ITEM = re.compile(r"[^、]+|、")
"""A list of names is compared name by name."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that both have, or only one of them."""

    op: Op
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """One thing about a clause (or about the whole) that differs. `key` names the rule, parameter or word."""

    what: What
    key: str
    before: str
    after: str
    limit: tuple[str, str] = ("", "")
    """Of a clock whose time limit changed: before and after, in words."""
    name: str = ""
    """What people call the clock or duty that `key` names."""

    @property
    def pieces(self) -> tuple[Piece, ...]:
        return tuple(differences(self.before, self.after, _ITEM if self.what == "binds" else _TOKEN))


@dataclass(frozen=True, slots=True)
class Change:
    kind: Kind
    clause_id: str
    section: str
    binds: tuple[str, ...]
    """Roles bound before or after."""
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Redline:
    """Everything in which two versions differ; both may be the same, then nothing stands here."""

    head: tuple[Part, ...]
    changes: tuple[Change, ...]
    clocks: int
    """Clocks that were added, removed or run differently."""

    def count(self, kind: Kind) -> int:
        return sum(change.kind == kind for change in self.changes)

    def binding(self, roles: Iterable[str]) -> tuple[Change, ...]:
        """The changes that bind one of the roles."""
        mine = set(roles)
        return tuple(change for change in self.changes if not mine.isdisjoint(change.binds))


def differences(before: str, after: str, token: re.Pattern[str] = _TOKEN) -> Iterator[Piece]:
    """What to strike out and what to write in, in the order of reading; `token` is what is kept or struck as a whole."""
    old, new = token.findall(before), token.findall(after)
    for op, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if op == "equal":
            yield Piece("same", "".join(old[i:j]))
            continue
        if i < j:
            yield Piece("removed", "".join(old[i:j]))
        if k < m:
            yield Piece("added", "".join(new[k:m]))


@dataclass(frozen=True, slots=True)
class Teller:
    """How rules are said: in which language, and what roles and events are called."""

    language: str = "zh-hans"
    roles: Mapping[str, str] | None = None
    event: Callable[[str], str] = str

    def rule(self, rule: Rule, called: Mapping[str, str]) -> str:
        """What a rule says; `called` names the clocks of its clause."""
        return "\n".join(rule_lines(rule, self.language, self.roles, self.event, called))

    def people(self, codes: Iterable[str]) -> str:
        names = self.roles or {}
        return "、".join(names.get(code, code) for code in codes)


def taken_back(base: Policy, last: Policy, draft: Policy) -> tuple[str, ...]:
    """Clauses that came otherwise into force (`last`) since the draft was begun from `base`, and stand in the draft as they stood
    then: nobody touched them, and adopting the draft takes the change back."""
    ids = dict.fromkeys(clause.id for policy in (last, base) for clause in policy.clauses)
    return tuple(i for i in ids if last.clause(i) != base.clause(i) == draft.clause(i))


def compare(before: Policy | None, after: Policy | None, teller: Teller = Teller()) -> Redline:
    """The redline from one version to the other; None stands for nothing at all."""
    old = {clause.id: clause for clause in before.clauses} if before else {}
    new = {clause.id: clause for clause in after.clauses} if after else {}
    moved = _moved([i for i in old if i in new], [i for i in new if i in old])
    changes: list[Change] = []
    duties = duty_turns(before, after) if before and after else {}
    for clause_id in _merged(list(old), list(new)):
        found = _change(old.get(clause_id), new.get(clause_id), clause_id in moved, teller, duties)
        if found is not None:
            changes.append(found)
    head = tuple(_head(before, after)) if before and after else ()
    return Redline(head, tuple(changes), _clocks(old, new))


def _change(
    old: Clause | None, new: Clause | None, moved: bool, teller: Teller, duties: Mapping[str, str]
) -> Change | None:
    parts = tuple(_parts(old, new, teller, duties))
    kind: Kind = "changed"
    if old is None:
        kind = "added"
    elif new is None:
        kind = "removed"
    elif not parts:
        if not moved:
            return None
        kind = "moved"
    shown = new or old
    if shown is None:
        return None
    binds = tuple(dict.fromkeys([*(new.obliged if new else ()), *(old.obliged if old else ())]))
    return Change(kind, shown.id, shown.section, binds, parts)


def _parts(old: Clause | None, new: Clause | None, teller: Teller, duties: Mapping[str, str]) -> Iterator[Part]:
    def part(what: What, said: Callable[[Clause], str]) -> Iterator[Part]:
        before, after = said(old) if old else "", said(new) if new else ""
        if before != after:
            yield Part(what, "", before, after)

    yield from part("text", lambda clause: clause.text["zh-hans"])
    yield from part("section", lambda clause: clause.section)
    yield from part("source", lambda clause: clause.source)
    yield from part("binds", lambda clause: teller.people(clause.binds))
    if old and new:
        yield from part("kind", lambda clause: clause.status if not clause.waiting else clause.waiting.words["zh-hans"])
        yield from _other_languages(old, new)
    yield from _rules(old.rules if old else (), new.rules if new else (), teller)
    if old:
        yield from _open_duties(old, teller, duties)
    yield from _named(
        "parameter",
        {p.name: "\n".join(parameter_lines(p, teller.language)) for p in old.parameters} if old else {},
        {p.name: "\n".join(parameter_lines(p, teller.language)) for p in new.parameters} if new else {},
    )
    yield from _named(
        "checklist",
        {c.key: text(c.text, teller.language) for c in old.checklist} if old else {},
        {c.key: text(c.text, teller.language) for c in new.checklist} if new else {},
    )
    yield from _examples(old, new, teller)


def _other_languages(old: Clause, new: Clause) -> Iterator[Part]:
    """A translation that was mended while the authoritative text stands."""
    for language in ("zh-hant", "en"):
        before, after = old.text.get(language, ""), new.text.get(language, "")
        if before != after and old.text["zh-hans"] == new.text["zh-hans"]:
            yield Part("text", language, before, after)


def _rules(old: Sequence[Rule], new: Sequence[Rule], teller: Teller) -> Iterator[Part]:
    before, after = {rule.key: rule for rule in old}, {rule.key: rule for rule in new}
    names = labels(old, teller.language), labels(new, teller.language)
    for key in _merged(list(before), list(after)):
        one, other = before.get(key), after.get(key)
        if one == other:
            continue
        limit = ("", "")
        if isinstance(one, ClockRule) and isinstance(other, ClockRule):
            if (one.within, one.within_fact, one.ahead) != (other.within, other.within_fact, other.ahead):
                limit = (telling.limit(one, teller.language), telling.limit(other, teller.language))
            if same(one, other) and one.label == other.label:
                continue
        if isinstance(one, CadenceRule) and isinstance(other, CadenceRule) and _said_alike(one, other):
            continue
        said = teller.rule(one, names[0]) if one else "", teller.rule(other, names[1]) if other else ""
        if one and other and said[0] == said[1]:
            said = _unsaid(one, other)
        name = names[1].get(key) or names[0].get(key) or ""
        yield Part("rule", key, *said, limit, name)
        if isinstance(one, ClockRule) and isinstance(other, ClockRule) and not same(one, other):
            yield Part("transition", key, "", other.transition, name=name)


def _said_alike(one: CadenceRule, other: CadenceRule) -> bool:
    return same_duty(one, other) and one.duty == other.duty


def _open_duties(old: Clause, teller: Teller, duties: Mapping[str, str]) -> Iterator[Part]:
    """What becomes of the open duties of the cadences that change or go."""
    names = labels(old.rules, teller.language)
    for rule in old.rules:
        way = duties.get(f"{old.id}/{rule.key}")
        if way is not None:
            yield Part("duties", rule.key, "", way, name=names.get(rule.key, ""))


def _unsaid(one: Rule, other: Rule) -> tuple[str, str]:
    """What the sentences do not say (an event that withdraws it, a form's fields), as it is written: only what differs."""
    sides = asdict(one), asdict(other)
    differ = [name for name in sides[0].keys() | sides[1].keys() if sides[0].get(name) != sides[1].get(name)]
    before, after = ("\n".join(f"{name}: {side.get(name)}" for name in sorted(differ)) for side in sides)
    return before, after


def _examples(old: Clause | None, new: Clause | None, teller: Teller) -> Iterator[Part]:
    before = {text(e.name, "zh-hans"): e for e in old.examples} if old else {}
    after = {text(e.name, "zh-hans"): e for e in new.examples} if new else {}
    for name in _merged(list(before), list(after)):
        if before.get(name) != after.get(name):
            one, other = (text(found[name].name, teller.language) if name in found else "" for found in (before, after))
            yield Part("example", name, one, other)


def _named(what: What, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Part]:
    for key in _merged(list(before), list(after)):
        if before.get(key) != after.get(key):
            yield Part(what, key, before.get(key, ""), after.get(key, ""))


def _head(before: Policy, after: Policy) -> Iterator[Part]:
    pairs: tuple[tuple[What, str, str], ...] = (
        ("title", before.title["zh-hans"], after.title["zh-hans"]),
        ("number", before.version, after.version),
        ("effective", before.effective.isoformat(), after.effective.isoformat()),
        ("department", before.department["zh-hans"], after.department["zh-hans"]),
        ("scope", before.scope["zh-hans"], after.scope["zh-hans"]),
        ("note", before.note["zh-hans"], after.note["zh-hans"]),
        ("withdraws", "\n".join(before.withdraws), "\n".join(after.withdraws)),
    )
    for what, old, new in pairs:
        if old != new:
            yield Part(what, "", old, new)
    yield from _named(
        "roles",
        {role.code: role.name["zh-hans"] for role in before.roles},
        {role.code: role.name["zh-hans"] for role in after.roles},
    )
    yield from _named(
        "definition",
        {item.word: item.means["zh-hans"] for item in before.definitions},
        {item.word: item.means["zh-hans"] for item in after.definitions},
    )


def _clocks(old: Mapping[str, Clause], new: Mapping[str, Clause]) -> int:
    before = {f"{c.id}/{rule.key}": rule for c in old.values() for rule in c.clocks()}
    after = {f"{c.id}/{rule.key}": rule for c in new.values() for rule in c.clocks()}
    changed = sum(not same(before[ref], after[ref]) for ref in before.keys() & after.keys())
    return changed + len(before.keys() ^ after.keys())


def _merged(old: list[str], new: list[str]) -> list[str]:
    """All of both, in the order of the new one, with what is gone where it stood."""
    found: list[str] = []
    for op, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if op in ("delete", "replace"):
            found += [key for key in old[i:j] if key not in new]
        if op != "delete":
            found += new[k:m]
    return list(dict.fromkeys(found))


def _moved(old: list[str], new: list[str]) -> set[str]:
    """Those of the common ones that changed their place: all but the longest run that kept its order."""
    kept: set[str] = set()
    for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        kept.update(new[block.b : block.b + block.size])
    return set(new) - kept
