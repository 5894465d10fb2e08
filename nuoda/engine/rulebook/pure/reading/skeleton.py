"""Confirmed proposals → the content of a policy file.

One clause for each sentence in which something was confirmed. What the text leaves open stays open and visible: a clock
without time or events, before an event, or under circumstances that no fact tells becomes no rule but a written limit; a
vague word stays for lint to name, conditions and consequences become lines of a checklist that a person confirms, and events
that nothing emits make the clause wait.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..documents import Content
from ..facts import subject_of
from .doubts import unsaid
from .instances import instances
from .proposals import Proposal
from .wording import MATTERS, OTHER, ROLE_NAMES, Matter, in_three, said

PERIODS = ("day", "week", "month", "quarter", "half_year", "year")
NOBODY = "service_manager"
"""Owes what the text binds to no role, until the author names one."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What the regulation is called."""

    policy: str
    code: str
    version: str
    effective: date
    title: str
    department: str


@dataclass(frozen=True, slots=True)
class _Made:
    rules: list[Content]
    parameters: list[Content]
    checklist: list[Content]
    examples: list[Content]
    events: list[str]


def fresh(text: str, chosen: Iterable[Proposal], identity: Identity, heard: Collection[str]) -> Content:
    """A new policy with a clause for each sentence; `heard` are the event types that the program emits."""
    clauses = _clauses(text, chosen, identity.code, identity.title, 1, heard)
    return {
        "policy": identity.policy,
        "code": identity.code,
        "version": identity.version,
        "effective": identity.effective.isoformat(),
        "title": in_three(identity.title),
        "department": in_three(identity.department),
        "scope": in_three(identity.title),
        "note": said("由条文识别生成的草稿。", "由條文識別產生的草稿。", "Draft made by the reader of regulations."),
        "roles": _roles(clauses, ()),
        "clauses": clauses,
    }


def added(text: str, chosen: Iterable[Proposal], base: Content, identity: Identity, heard: Collection[str]) -> Content:
    """The next version of a policy: all that it says, and the new clauses behind it."""
    numbers = [int(re.findall(r"\d+", clause["id"])[0]) for clause in base["clauses"]]
    clauses = _clauses(text, chosen, base["code"], identity.title, max(numbers, default=0) + 1, heard)
    return {
        **base,
        "version": identity.version,
        "effective": identity.effective.isoformat(),
        "roles": [*base["roles"], *_roles(clauses, [role["code"] for role in base["roles"]])],
        "clauses": [*base["clauses"], *clauses],
    }


def _roles(clauses: list[Content], known: Collection[str]) -> list[Content]:
    used: dict[str, None] = {}
    for clause in clauses:
        used |= dict.fromkeys(clause["binds"])
        for rule in clause.get("rules", ()):
            used |= dict.fromkeys(role for role in (rule.get("owner"), *rule.get("attest", {}).get("by", ())) if role)
            used |= dict.fromkeys(step["role"] for step in rule.get("steps", ()))
    return [{"code": role, "name": dict(ROLE_NAMES[role])} for role in used if role not in known]


def _clauses(
    text: str, chosen: Iterable[Proposal], code: str, title: str, first: int, heard: Collection[str]
) -> list[Content]:
    found = []
    ordered = sorted(chosen, key=lambda one: (one.sentence, one.start, one.kind))
    for number, (place, group) in enumerate(itertools.groupby(ordered, key=lambda one: one.sentence), first):
        found.append(_clause(text, list(group), place, f"{code}-{number}", title, heard))
    return found


def _clause(
    text: str, group: list[Proposal], place: tuple[int, int], id: str, title: str, heard: Collection[str]
) -> Content:
    made = _Made([], [], [], [], [])
    for index, one in enumerate(group, 1):
        name = f"{id.lower().replace('-', '_')}_{index}"
        _WRITERS[one.kind](one, f"{one.kind}_{index}", name, text[slice(*place)], text[one.start : one.end], made)
    roles = dict.fromkeys(role for one in group for role in one.roles)
    section = group[0].item.section or "1"
    clause: Content = {
        "id": id,
        "section": section,
        "text": in_three(text[slice(*place)]),
        "source": f"{title} {section}".strip(),
        "binds": list(roles) or [NOBODY],
    }
    missing = list(dict.fromkeys(event for event in made.events if event not in heard))
    if missing:
        clause["waiting"] = {"events": missing, "for": in_three(group[0].item.title or title)}
    for key in ("checklist", "parameters", "rules", "examples"):
        if getattr(made, key) and not (key == "examples" and missing):
            clause[key] = getattr(made, key)
    return clause


# -- one kind each


def _clock(one: Proposal, key: str, name: str, sentence: str, words: str, made: _Made) -> None:
    if one.within is None:
        return
    undated = one.ahead and not one.due
    if not one.starts or not one.ends or one.starts == one.ends or undated or unsaid(one):
        why = in_three(sentence)
        made.parameters.append({"name": f"limit_{name}", "kind": "duration", "value": str(one.within), "why": why})
        return
    rule: Content = {"clock": key, "label": in_three(words), "start": one.starts}
    if one.when:
        rule["when"] = one.when
    made.rules.append(rule | {"end": one.ends} | _limit(one) | {"owner": _owner(one)})
    made.examples.extend(instances(key, one.starts, one.ends, one.within, one.when, one.due))
    made.events.extend((one.starts, one.ends))


def _limit(one: Proposal) -> Content:
    """The time after the start, or before the moment that it announces; a date that is changed takes the place of the earlier one."""
    if not one.due:
        return {"within": str(one.within)}
    limit: Content = {"due": one.due, "ahead": str(one.within), "replace": True}
    subject = subject_of(one.starts)
    return limit | ({"per": subject} if subject_of(one.ends) == subject != "ticket" else {})


def _cadence(one: Proposal, key: str, name: str, sentence: str, words: str, made: _Made) -> None:
    if one.every in PERIODS:
        after: Content = {"within": str(one.within)} if one.within else {}
        rule: Content = {"cadence": key, "every": one.every} | after
        made.rules.append(rule | {"duty": in_three(sentence), "owner": _owner(one), "attest": {"by": [_owner(one)]}})


def _approval(one: Proposal, key: str, name: str, sentence: str, words: str, made: _Made) -> None:
    matter = _matter(one, sentence)
    made.rules.append(
        {
            "approval": key,
            "label": in_three(words),
            "subject": matter.subject,
            "verb": matter.verb,
            "steps": [{"role": role} for role in one.roles or (NOBODY,)],
        }
    )
    made.events.append(matter.event)


def _form(one: Proposal, key: str, name: str, sentence: str, words: str, made: _Made) -> None:
    matter = _matter(one, one.name + sentence)
    made.rules.append(
        {
            "form": f"form_{name}",
            "title": in_three(one.name),
            "subject": matter.subject,
            "verb": matter.verb,
            "fields": ["content"],
        }
    )
    made.events.append(matter.event)


def _indicator(one: Proposal, key: str, name: str, sentence: str, words: str, made: _Made) -> None:
    rule: Content = {
        "indicator": key,
        "label": in_three(one.name or sentence),
        "meaning": in_three(one.formula or sentence),
        "facts": "to_be_named",
        "denominator": "true",
        "numerator": "true",
    }
    if one.target is not None and one.target <= 100 and re.search("[%％]|百分之", sentence):
        rule["target"] = round(one.target / 100, 4)
    made.rules.append(rule | {"direction": one.direction})


def _checked(one: Proposal, key: str, name: str, sentence: str, words: str, made: _Made) -> None:
    made.checklist.append({"key": key, "text": in_three(sentence)})


_WRITERS: Mapping[str, Any] = {
    "clock": _clock,
    "open_clock": _clock,
    "cadence": _cadence,
    "approval": _approval,
    "form": _form,
    "indicator": _indicator,
    "gate": _checked,
    "consequence": _checked,
}


def _owner(one: Proposal) -> str:
    return next((role for role in one.roles if role != "customer_contact"), NOBODY)


def _matter(one: Proposal, words: str) -> Matter:
    around = words + "".join(one.item.titles)
    return next((matter for matter in MATTERS if re.search(matter.words, in_three(around)["zh-hans"])), OTHER)
