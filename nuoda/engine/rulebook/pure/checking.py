"""What a policy says, checked against what the apps declare: conditions, subjects, verbs, roles, references."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .conditions import Condition, ConditionError, Constant
from .documents import Content, Document, Path, Problem
from .facts import Subject, WrongFact, subject_of
from .factsets import FACT_SETS, NUMBERS
from .loading import constants

PEOPLE = ("assignee", "customer_contact", "owner")
"""Words beside the role codes that a rule may tell: the holder of the matter, the customer, who owes the deadline."""


def check(document: Document, subjects: Mapping[str, Subject], *, complete: bool = True) -> list[Problem]:
    """Every mistake that makes the policy unfit to run, with its place; the document fits the schema.

    With `complete=False` a subject that no app declares is passed over: its rules cannot be reached either.
    """
    return sorted(_Checker(document, subjects, complete).problems())


class _Checker:
    def __init__(self, document: Document, subjects: Mapping[str, Subject], complete: bool) -> None:
        self.document = document
        self.subjects = subjects
        self.complete = complete
        self.waits = False
        """Whether the clause at hand waits for a business part: its subjects may still be to come."""
        self.content = document.content
        self.constants: dict[str, Constant] = constants(self.content)
        self.roles = {role["code"] for role in self.content["roles"]}

    def problem(self, path: Path, reason: str) -> Problem:
        return self.document.problem(path, reason)

    def problems(self) -> Iterator[Problem]:
        clauses = self.content["clauses"]
        yield from self._unique(((clause["id"], ("clauses", i, "id")) for i, clause in enumerate(clauses)), "clause")
        yield from self._unique(
            (
                (parameter["name"], ("clauses", i, "parameters", k, "name"))
                for i, clause in enumerate(clauses)
                for k, parameter in enumerate(clause.get("parameters", ()))
            ),
            "parameter",
        )
        for index, clause in enumerate(clauses):
            yield from self._clause(clause, ("clauses", index))
        yield from self._definitions()
        yield from self._withdraws()

    def _unique(self, named: Iterator[tuple[str, Path]], what: str) -> Iterator[Problem]:
        seen: set[str] = set()
        for name, path in named:
            if name in seen:
                yield self.problem(path, f"the {what} {name} stands twice")
            seen.add(name)

    def _definitions(self) -> Iterator[Problem]:
        known = {clause["id"] for clause in self.content["clauses"]}
        names = {p["name"] for clause in self.content["clauses"] for p in clause.get("parameters", ())}
        for index, item in enumerate(self.content.get("definitions", ())):
            for key, wanted in (("clauses", known), ("parameters", names)):
                for place, name in enumerate(item.get(key, ())):
                    if name not in wanted:
                        yield self.problem(("definitions", index, key, place), f"there is no {name}")

    def _withdraws(self) -> Iterator[Problem]:
        """Only what is gone can be withdrawn: what a clock or cadence that is still there has open is its own matter."""
        there = {
            f"{clause['id']}/{rule[kind]}": kind
            for clause in self.content["clauses"]
            for rule in clause.get("rules", ())
            for kind in ("clock", "cadence")
            if kind in rule
        }
        for index, ref in enumerate(self.content.get("withdraws", ())):
            if ref in there:
                yield self.problem(("withdraws", index), f"the {there[ref]} {ref} is still there: give it a transition")

    def _clause(self, clause: Content, path: Path) -> Iterator[Problem]:
        if not clause["id"].startswith(self.content["code"] + "-"):
            yield self.problem((*path, "id"), f"does not begin with {self.content['code']}-")
        yield from self._people(clause["binds"], (*path, "binds"))
        self.waits = "waiting" in clause
        rules = clause.get("rules", [])
        yield from self._unique(((_key(rule), (*path, "rules", i)) for i, rule in enumerate(rules)), "rule")
        for index, rule in enumerate(rules):
            yield from self._rule(rule, clause, (*path, "rules", index))
        for index, parameter in enumerate(clause.get("parameters", ())):
            if parameter["kind"] == "decision":
                yield from self._decision(parameter["value"], (*path, "parameters", index, "value"))
        for index, example in enumerate(clause.get("examples", ())):
            yield from self._example(example, clause, (*path, "examples", index))

    def _people(self, codes: list[str], path: Path) -> Iterator[Problem]:
        for index, code in enumerate(codes):
            if code not in self.roles and code not in PEOPLE:
                yield self.problem((*path, index), f"no role {code!r} is declared")

    def _subject(self, name: str, path: Path) -> Iterator[Problem]:
        if name not in self.subjects and self.complete and not self.waits:
            yield self.problem(path, f"no app declares the subject {name!r}")

    def _condition(self, holder: Mapping[str, Any], key: str, subject: str, path: Path) -> Iterator[Problem]:
        if key not in holder:
            return
        if subject not in self.subjects:
            yield from self._subject(subject, (*path, key))
            return
        yield from self._compiled(holder, key, self.subjects[subject], path)

    def _compiled(self, holder: Mapping[str, Any], key: str, subject: Subject, path: Path) -> Iterator[Problem]:
        if key not in holder:
            return
        try:
            Condition.compile(holder[key], subject, self.constants)
        except ConditionError as error:
            yield self.document.problem((*path, key), error.reason, error.line, error.column)

    def _rule(self, rule: Content, clause: Content, path: Path) -> Iterator[Problem]:
        if "clock" in rule:
            yield from self._clock(rule, path)
        elif "consequence" in rule:
            yield from self._consequence(rule, clause, path)
        elif "cadence" in rule:
            yield from self._cadence(rule, clause, path)
        elif "indicator" in rule:
            yield from self._indicator(rule, path)
        else:
            yield from self._subject(rule["subject"], (*path, "subject"))
            subject = self.subjects.get(rule["subject"])
            if subject and subject.verbs and rule["verb"] not in subject.verbs:
                yield self.problem((*path, "verb"), f"{subject.name} has no verb {rule['verb']!r}")
            yield from self._condition(rule, "when", rule["subject"], path)
            yield from self._condition(rule, "require", rule["subject"], path)
            if subject and "gate" in rule:
                for index, name in enumerate(rule.get("fields", ())):
                    if name not in subject.fields:
                        yield self.problem((*path, "fields", index), f"{subject.name} has no fact {name!r}")
            for index, step in enumerate(rule.get("steps", ())):
                yield from self._condition(step, "when", rule["subject"], (*path, "steps", index))
                yield from self._people([step["role"]], (*path, "steps", index))

    def _indicator(self, rule: Content, path: Path) -> Iterator[Problem]:
        """The formula against the columns of its fact set; a set that nobody publishes is lint's to tell."""
        if ("numerator" in rule) == ("aggregate" in rule):
            yield self.problem(path, "an indicator says either 'numerator' or 'aggregate'")
        if ("of" in rule) != ("aggregate" in rule):
            yield self.problem(path, "'of' names the column of an 'aggregate', and only of one")
        target = self.constants.get(rule.get("target"), rule.get("target"))  # type: ignore[arg-type]
        if "numerator" in rule and isinstance(target, int | float) and not 0 <= target <= 1:
            yield self.problem((*path, "target"), "the target of a rate is a share between 0 and 1")
        known = FACT_SETS.get(rule["facts"])
        if known is None:
            return
        for key in ("denominator", "numerator"):
            yield from self._compiled(rule, key, known.subject, path)
        for key, kinds in (("of", NUMBERS), ("dated", ("moment",))):
            column = known.columns.get(rule.get(key, ""))
            if key in rule and (column is None or column.kind not in kinds):
                wanted = "number" if key == "of" else "moment"
                yield self.problem((*path, key), f"{known.name} has no {wanted} {rule[key]!r}")
        for index, unit in enumerate(rule.get("units", ())):
            if unit != "company" and unit not in known.units:
                yield self.problem((*path, "units", index), f"{known.name} cannot be told apart by {unit}")

    def _clock(self, rule: Content, path: Path) -> Iterator[Problem]:
        subject = rule.get("subject") or subject_of(_many(rule["start"])[0])
        yield from self._people([rule["owner"], *rule.get("missed", ())], path)
        for warning in rule.get("warnings", ()):
            yield from self._people(warning.get("tell", []), path)
        yield from self._condition(rule, "when", subject, path)
        for event in _many(rule["start"]) if "due" in rule and not self.waits else ():
            known = self.subjects.get(subject_of(event))
            if known is not None and rule["due"] not in known.announces(event):
                yield self.problem((*path, "due"), f"the event {event} announces no moment {rule['due']!r}")
        if "when" in rule:
            for event in _many(rule["start"]) + _many(rule.get("reassess", [])):
                if subject_of(event) != subject:
                    yield self.problem(path, f"the condition speaks of {subject}, but {event} carries other facts")
        if "end_when" in rule:
            ends = {subject_of(event) for event in _many(rule["end"])}
            if len(ends) > 1:
                yield self.problem((*path, "end_when"), "the ending events carry facts of different subjects")
            else:
                yield from self._condition(rule, "end_when", ends.pop(), path)

    def _cadence(self, rule: Content, clause: Content, path: Path) -> Iterator[Problem]:
        attest = rule.get("attest", {})
        confirm = [attest["confirm"]] if "confirm" in attest else []
        yield from self._people([rule["owner"], *attest.get("by", ()), *confirm], path)
        yield from self._people([*rule.get("opened", ()), *rule.get("missed", ())], path)
        for warning in rule.get("warnings", ()):
            yield from self._people(warning.get("tell", []), path)
        deeds = _many(rule.get("met_by", []))
        if "when" in rule:
            subjects = {subject_of(event) for event in deeds}
            if len(subjects) == 1:
                yield from self._condition(rule, "when", subjects.pop(), path)
            else:
                yield self.problem((*path, "when"), "a condition needs events of one subject in 'met_by'")
        if "times" in rule and not deeds:
            yield self.problem((*path, "times"), "'times' counts the events of 'met_by'")
        if "audit" in rule:
            yield from self._condition(rule["audit"], "when", subject_of(rule["audit"]["of"]), (*path, "audit"))
            if not clause.get("checklist"):
                yield self.problem(
                    (*path, "audit"), "an audit goes through the checklist of its clause, which has none"
                )
            if "within" not in rule or "met_by" in rule or "attest" in rule:
                yield self.problem(
                    (*path, "audit"), "an audit is drawn after the period: with 'within', and nothing else meets it"
                )

    def _consequence(self, rule: Content, clause: Content, path: Path) -> Iterator[Problem]:
        yield from self._people(rule.get("tell", []), path)
        if not rule.get("tell") and not rule.get("do") and not rule.get("ladder"):
            yield self.problem(path, "a consequence tells somebody or does something")
        if rule.get("tell") and not rule.get("template"):
            yield self.problem(path, "who is told needs the name of a template")
        for index, rung in enumerate(rule.get("ladder", ())):
            yield from self._people(rung["tell"], (*path, "ladder", index))
        if "ladder" in rule and rule["on"] != "missed":
            yield self.problem((*path, "ladder"), "a ladder begins with what is missed")
        clocks = {item["clock"]: item for item in clause.get("rules", ()) if "clock" in item}
        cadences = {item["cadence"] for item in clause.get("rules", ()) if "cadence" in item}
        timed = rule["on"] in ("missed", "warned")
        if timed != ("of" in rule):
            yield self.problem(path, "'of' names the clock or cadence of 'missed' or 'warned', and only of those")
        elif timed and rule["of"] in cadences:
            if "when" in rule:
                yield self.problem((*path, "when"), "a duty has no facts that a condition could ask about")
        elif timed and rule["of"] not in clocks:
            yield self.problem((*path, "of"), f"the clause has no clock or cadence {rule['of']!r}")
        else:
            clock = clocks.get(rule.get("of", ""))
            subject = (
                subject_of(rule["on"])
                if clock is None
                else clock.get("subject") or subject_of(_many(clock["start"])[0])
            )
            yield from self._condition(rule, "when", subject, path)

    def _decision(self, decision: Content, path: Path) -> Iterator[Problem]:
        for index, row in enumerate(decision["choose"]):
            yield from self._condition(row, "when", decision["subject"], (*path, "choose", index))

    def _example(self, example: Content, clause: Content, path: Path) -> Iterator[Problem]:
        rules = clause.get("rules", [])

        def named(kind: str, wanted: list[str], key: str) -> Iterator[Problem]:
            known = {rule[kind] for rule in rules if kind in rule}
            for name in wanted:
                if name not in known:
                    yield self.problem((*path, key), f"the clause has no {kind} {name!r}")

        if "refused" in example or "steps" in example:
            yield from self._facts(example["facts"], example["subject"], path)
            if "refused" in example:
                yield from named("gate", example["refused"], "refused")
        elif "answer" in example:
            decision = next((p for p in clause.get("parameters", ()) if p["name"] == example["decide"]), None)
            if decision is None or decision["kind"] != "decision":
                yield self.problem((*path, "decide"), f"the clause has no decision {example['decide']!r}")
            else:
                yield from self._facts(example["facts"], decision["value"]["subject"], path)
        elif "day" in example:
            yield from named("cadence", [example["cadence"]], "cadence")
        elif "figure" in example:
            yield from self._rows(example, rules, path)
        elif "follows" in example:
            yield from named("consequence", example["follows"], "follows")
            yield from self._facts(example["facts"], subject_of(example["on"]), path)
        else:
            yield from named("clock", [item["clock"] for item in example["expect"]], "expect")
            for index, event in enumerate(example["events"]):
                yield from self._facts(event.get("facts", {}), subject_of(event["event"]), (*path, "events", index))

    def _rows(self, example: Content, rules: list[Content], path: Path) -> Iterator[Problem]:
        rule = next((rule for rule in rules if rule.get("indicator") == example["indicator"]), None)
        if rule is None:
            yield self.problem((*path, "indicator"), f"the clause has no indicator {example['indicator']!r}")
            return
        known = FACT_SETS.get(rule["facts"])
        for index, row in enumerate(example["rows"] if known else ()):
            try:
                known.subject.check(row)  # type: ignore[union-attr]
            except WrongFact as error:
                yield self.problem((*path, "rows", index), str(error))

    def _facts(self, facts: Mapping[str, Any], subject: str, path: Path) -> Iterator[Problem]:
        known = self.subjects.get(subject)
        if known is None or not facts:
            return
        try:
            known.check(facts)
        except WrongFact as error:
            yield self.problem((*path, "facts"), str(error))


def _key(rule: Content) -> str:
    """Kind and key: rules of one clause may not share both."""
    for kind in ("clock", "gate", "approval", "form", "cadence", "indicator", "consequence"):
        if kind in rule:
            return f"{kind} {rule[kind]}"
    return ""


def _many(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
