"""Policy files become policies: rules with their durations, numbers and conditions resolved."""

from __future__ import annotations

from datetime import date

from . import documents, examples
from .conditions import Constant, resolve
from .documents import Content, Document, Path, PolicyError, Problem
from .durations import Duration
from .facts import subject_of
from .policies import (
    VAGUE_WORDS,
    CheckItem,
    Choice,
    Clause,
    Decision,
    Definition,
    Parameter,
    ParameterValue,
    Policy,
    RoleName,
    Waiting,
)
from .rules import (
    ApprovalRule,
    ApprovalStep,
    Attestation,
    CadenceRule,
    ClockRule,
    ConsequenceRule,
    Drawing,
    FormRule,
    GateRule,
    IndicatorRule,
    PauseReason,
    Rule,
    Rung,
    Warning,
)

_NONE = Duration(1, "min")
"""Stands in for a duration that could not be read, until the problems are told."""


def load(text: str) -> Policy:
    """Read a policy file; raises PolicyError with every problem and its place."""
    return build(read(text))


def read(text: str) -> Document:
    """Read a policy file as a document that fits the schema; raises PolicyError."""
    document = documents.parse(text)
    if problems := documents.validate(document):
        raise PolicyError(problems)
    return document


def of_content(content: Content) -> Policy:
    """The policy of stored content (the same as of its exported file)."""
    return build(Document(content))


def build(document: Document) -> Policy:
    """The policy of a document that fits the schema; raises PolicyError."""
    return _Builder(document).policy()


def constants(content: Content) -> dict[str, Constant]:
    """Numbers and codes of the policy that its conditions may name."""
    found: dict[str, Constant] = {}
    for clause in content["clauses"]:
        for parameter in clause.get("parameters", ()):
            if parameter["kind"] in ("int", "decimal", "money", "code"):
                found[parameter["name"]] = parameter["value"]
    return found


def _many(value: str | list[str] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


class _Builder:
    """One pass over a document; keeps going after a problem, so that all are told at once."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.content = document.content
        self.constants = constants(self.content)
        self.problems: list[Problem] = []
        self.durations = {
            parameter["name"]: parameter["value"]
            for clause in self.content["clauses"]
            for parameter in clause.get("parameters", ())
            if parameter["kind"] == "duration"
        }

    def policy(self) -> Policy:
        content = self.content
        definitions = tuple(
            Definition(
                item["word"], item["means"], _many(item.get("clauses")), _many(item.get("parameters")), item.get("why")
            )
            for item in content.get("definitions", ())
        )
        effective = self._date(content["effective"], ("effective",))
        clauses = tuple(
            self.clause(clause, ("clauses", index), definitions) for index, clause in enumerate(content["clauses"])
        )
        if self.problems:
            raise PolicyError(self.problems)
        return Policy(
            code=content["code"],
            name=content["policy"],
            version=content["version"],
            effective=effective,
            title=content["title"],
            department=content["department"],
            scope=content["scope"],
            note=content["note"],
            roles=tuple(RoleName(role["code"], role["name"]) for role in content["roles"]),
            definitions=definitions,
            clauses=clauses,
            hash=documents.digest(content),
            withdraws=_many(content.get("withdraws")),
        )

    def clause(self, item: Content, path: Path, definitions: tuple[Definition, ...]) -> Clause:
        said = item["text"]["zh-hans"]
        covered = {definition.word for definition in definitions if definition.covers(item["id"])}
        return Clause(
            id=item["id"],
            section=item["section"],
            text=item["text"],
            source=item["source"],
            binds=_many(item["binds"]),
            rules=tuple(self.rule(rule, (*path, "rules", index)) for index, rule in enumerate(item.get("rules", ()))),
            parameters=tuple(
                self.parameter(parameter, (*path, "parameters", index))
                for index, parameter in enumerate(item.get("parameters", ()))
            ),
            checklist=tuple(CheckItem(line["key"], line["text"]) for line in item.get("checklist", ())),
            examples=tuple(examples.read(example) for example in item.get("examples", ())),
            informative=item.get("informative", False),
            waiting=Waiting.of(item.get("waiting")),
            undefined=tuple(word for word in VAGUE_WORDS if word in said and word not in covered),
        )

    def parameter(self, item: Content, path: Path) -> Parameter:
        kind, value = item["kind"], item["value"]
        read: ParameterValue = value
        if kind == "duration":
            read = self.duration(value, (*path, "value")) or _NONE
        elif kind in ("texts", "list"):
            read = tuple(value)
        elif kind == "decimal":
            read = float(value)
        elif kind == "decision":
            read = Decision(
                value["subject"],
                tuple(Choice(self.condition(row["when"]), row["then"], row["why"]) for row in value["choose"]),
                value["otherwise"],
                value["why"],
            )
        return Parameter(item["name"], kind, read, item["why"])

    def duration(self, text: str | None, path: Path) -> Duration | None:
        if text is None:
            return None
        try:
            return Duration.parse(self.durations.get(text, text))
        except ValueError as error:
            self.problems.append(self.document.problem(path, str(error)))
            return None

    def condition(self, text: str | None) -> str:
        return "true" if text is None else resolve(text, self.constants)

    def _date(self, text: str, path: Path) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            self.problems.append(self.document.problem(path, str(error)))
            return date.min

    def rule(self, item: Content, path: Path) -> Rule:
        if "clock" in item:
            return self.clock(item, path)
        if "gate" in item:
            return GateRule(
                key=item["gate"],
                subject=item["subject"],
                verb=item["verb"],
                require=self.condition(item["require"]),
                otherwise=item["otherwise"],
                when=self.condition(item.get("when")),
                fields=_many(item.get("fields")),
            )
        if "approval" in item:
            return ApprovalRule(
                key=item["approval"],
                subject=item["subject"],
                verb=item["verb"],
                steps=tuple(
                    ApprovalStep(
                        role=step["role"],
                        mode=step.get("mode", "any"),
                        when=self.condition(step.get("when")),
                        within=self.duration(step.get("within"), (*path, "steps", index, "within")),
                        of=step.get("of", "company"),
                    )
                    for index, step in enumerate(item["steps"])
                ),
                when=self.condition(item.get("when")),
                if_empty=item.get("if_empty", "up"),
                if_self=item.get("if_self", "up"),
                label=item["label"],
            )
        if "form" in item:
            return FormRule(
                key=item["form"],
                subject=item["subject"],
                form=item["form"],
                verb=item["verb"],
                when=self.condition(item.get("when")),
                fields=_many(item["fields"]),
                state=item.get("state", "issued"),
                title=item["title"],
            )
        if "cadence" in item:
            return self.cadence(item, path)
        if "indicator" in item:
            return self.indicator(item, path)
        return ConsequenceRule(
            key=item["consequence"],
            on=item["on"],
            tell=_many(item.get("tell")),
            when=self.condition(item.get("when")),
            of=item.get("of"),
            template=item.get("template", ""),
            do=item.get("do"),
            ladder=tuple(
                Rung(self.duration(rung["after"], (*path, "ladder", index, "after")) or _NONE, _many(rung["tell"]))
                for index, rung in enumerate(item.get("ladder", ()))
            ),
        )

    def cadence(self, item: Content, path: Path) -> CadenceRule:
        attest, audit = item.get("attest"), item.get("audit")
        return CadenceRule(
            key=item["cadence"],
            every=item["every"],
            duty=item["duty"],
            owner=item["owner"],
            met_by=_many(item.get("met_by")),
            within=self.duration(item.get("within"), (*path, "within")),
            per=item.get("per", "company"),
            when=self.condition(item.get("when")),
            times=self.count(item.get("times", 1), (*path, "times")),
            grace=self.duration(item.get("grace"), (*path, "grace")),
            attest=None
            if attest is None
            else Attestation(_many(attest.get("by")), attest.get("evidence", True), attest.get("confirm", "")),
            audit=None
            if audit is None
            else Drawing(
                audit["of"], self.count(audit["size"], (*path, "audit", "size")), self.condition(audit.get("when"))
            ),
            opened=_many(item.get("opened")),
            warnings=tuple(
                self.warning(warning, (*path, "warnings", index))
                for index, warning in enumerate(item.get("warnings", ()))
            ),
            missed=_many(item.get("missed")),
            transition=item.get("transition", "keep"),
        )

    def count(self, value: int | str, path: Path) -> int:
        """A whole number, or the parameter of that name."""
        found = self.constants.get(value) if isinstance(value, str) else value
        if isinstance(found, bool) or not isinstance(found, int) or found < 1:
            self.problems.append(self.document.problem(path, f"not a number from 1 on: {value!r}"))
            return 1
        return found

    def indicator(self, item: Content, path: Path) -> IndicatorRule:
        target = item.get("target")
        if isinstance(target, str):
            target = self.constants.get(target)
            if isinstance(target, str | bool) or target is None:
                self.problems.append(self.document.problem((*path, "target"), "no number of this policy has this name"))
                target = None
        return IndicatorRule(
            key=item["indicator"],
            facts=item["facts"],
            denominator=self.condition(item["denominator"]),
            numerator=item.get("numerator") and self.condition(item["numerator"]),
            aggregate=item.get("aggregate"),
            of=item.get("of"),
            dated=item.get("dated"),
            target=None if target is None else float(target),
            direction=item.get("direction", "up"),
            period=item.get("period", "month"),
            units=_many(item.get("units")) or ("company", "dealer"),
            settles=self.duration(item.get("settles"), (*path, "settles")),
            label=item["label"],
            meaning=item.get("meaning", {}),
        )

    def clock(self, item: Content, path: Path) -> ClockRule:
        start = _many(item["start"])
        if ("within" in item) == ("due" in item):
            self.problems.append(self.document.problem((*path, "within"), "a clock says either 'within' or 'due'"))
        if "ahead" in item and "due" not in item:
            reason = "'ahead' counts back from the moment that 'due' names, and there is none"
            self.problems.append(self.document.problem((*path, "ahead"), reason))
        return ClockRule(
            key=item["clock"],
            subject=item.get("subject") or subject_of(start[0]),
            start=start,
            end=_many(item["end"]),
            within=self.duration(item.get("within"), (*path, "within")),
            within_fact=item.get("due"),
            ahead=self.duration(item.get("ahead"), (*path, "ahead")),
            when=self.condition(item.get("when")),
            end_when=self.condition(item.get("end_when")),
            per=item.get("per"),
            reassess=_many(item.get("reassess")),
            cancel=_many(item.get("cancel")),
            replace=item.get("replace", False),
            pauses=tuple(
                PauseReason(pause["reason"], self.duration(pause.get("limit"), (*path, "pauses", index, "limit")))
                for index, pause in enumerate(item.get("pauses", ()))
            ),
            owner=item["owner"],
            warnings=tuple(
                self.warning(warning, (*path, "warnings", index))
                for index, warning in enumerate(item.get("warnings", ()))
            ),
            missed=_many(item.get("missed")),
            transition=item.get("transition", "keep"),
            calendar=item.get("calendar", "owner"),
            label=item["label"],
        )

    def warning(self, item: Content, path: Path) -> Warning:
        if ("share" in item) == ("before" in item):
            self.problems.append(self.document.problem(path, "a warning says either 'share' or 'before'"))
        return Warning(
            share=item.get("share"),
            before=self.duration(item.get("before"), (*path, "before")),
            tell=_many(item.get("tell")),
        )
