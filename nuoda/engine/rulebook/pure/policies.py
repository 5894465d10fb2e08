"""A policy as plain values: what a policy file says, read and resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from nuoda.foundation.base.pure.events import REGISTRY

from .durations import Duration
from .facts import SUBJECTS
from .factsets import FACT_SETS
from .rules import (
    ApprovalRule,
    CadenceRule,
    ClauseStatus,
    ClockRule,
    ConsequenceRule,
    FormRule,
    GateRule,
    IndicatorRule,
    Rule,
    Text,
)
from .schema import LANGUAGES

ParameterKind = Literal["duration", "int", "decimal", "money", "code", "text", "texts", "list", "weights", "decision"]

VAGUE_WORDS = tuple(
    "及时 定期 尽快 立即 马上 迅速 快速 当场 适时 规定时间 合理 必要时 视情况 有关人员 重大".split()  # noqa: SIM905
)
"""Words that bind nobody until a definition says what they mean."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One row of a decision: the first row whose condition holds gives the answer."""

    when: str
    then: str
    why: Text


@dataclass(frozen=True, slots=True)
class Decision:
    """A declared choice (for example the proposed severity) over the facts of a subject."""

    subject: str
    choices: tuple[Choice, ...]
    otherwise: str
    why: Text


ParameterValue = (
    Duration | int | float | str | Text | tuple[Text, ...] | tuple[str, ...] | Mapping[str, float] | Decision
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number, text or table that the product reads from the book; money is fen."""

    name: str
    kind: ParameterKind
    value: ParameterValue
    why: Text


@dataclass(frozen=True, slots=True)
class Definition:
    """What a word means, in all clauses or in the named ones."""

    word: str
    means: Text
    clauses: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    why: Text | None = None
    """Why this and not another meaning, where the source leaves it open."""

    def covers(self, clause_id: str) -> bool:
        return not self.clauses or clause_id in self.clauses


@dataclass(frozen=True, slots=True)
class CheckItem:
    """A line of an audit checklist by which a person attests the clause."""

    key: str
    text: Text


@dataclass(frozen=True, slots=True)
class GateExample:
    name: Text
    subject: str
    verb: str
    facts: Mapping[str, Any]
    refused: tuple[str, ...]
    """Keys of the clause's gates that refuse; empty: the clause lets it pass."""


@dataclass(frozen=True, slots=True)
class ApprovalExample:
    name: Text
    subject: str
    verb: str
    facts: Mapping[str, Any]
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecisionExample:
    name: Text
    parameter: str
    facts: Mapping[str, Any]
    answer: str


@dataclass(frozen=True, slots=True)
class ConsequenceExample:
    name: Text
    on: str
    facts: Mapping[str, Any]
    follows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndicatorExample:
    """A few rows and the figure they make; None: not assessed. `n` counts the rows of the denominator."""

    name: Text
    indicator: str
    rows: tuple[Mapping[str, Any], ...]
    figure: float | None
    n: int | None = None


@dataclass(frozen=True, slots=True)
class ExampleEvent:
    """`at` is local time of the company (no zone)."""

    at: datetime
    event: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExpectedDeadline:
    """The deadline of `clock` in `round` (from 1): its due time and state; `state: none` says that none exists."""

    clock: str
    due: datetime | None
    state: Literal["open", "kept", "missed", "paused", "withdrawn", "none"]
    round: int = 1


@dataclass(frozen=True, slots=True)
class ClockExample:
    """Events of one case and the deadlines they make; judged `as_of` (default: the last event)."""

    name: Text
    events: tuple[ExampleEvent, ...]
    expect: tuple[ExpectedDeadline, ...]
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class CadenceExample:
    """The duty of the period that a day lies in: when it is due, and how it stands when it was (or was not) `done`.

    Moments are local times of the company. `as_of` None: once it can be judged.
    """

    name: Text
    cadence: str
    day: date
    due: datetime
    state: Literal["open", "met", "missed"]
    done: datetime | None = None
    as_of: datetime | None = None


Example = (
    GateExample
    | ApprovalExample
    | DecisionExample
    | ConsequenceExample
    | ClockExample
    | IndicatorExample
    | CadenceExample
)


def is_live(rule: Rule) -> bool:
    """Whether the program carries the rule out: an indicator once its fact set is published, a cadence once somebody may attest it or
    something emits an event that meets it. An audit is attested, not carried out."""
    if isinstance(rule, IndicatorRule):
        return rule.facts in FACT_SETS
    if isinstance(rule, CadenceRule):
        return rule.attest is not None or any(event in REGISTRY for event in rule.met_by)
    return True


def can_open(rule: CadenceRule) -> bool:
    """Whether anything can do the duty that a cadence asks for: somebody's word, an event that is emitted, an audit of cases that there are.

    What nothing can do is not asked for.
    """
    named = [*rule.met_by, *([rule.audit.of] if rule.audit is not None else [])]
    return rule.attest is not None or any(event in REGISTRY for event in named)


def is_heard(rule: Rule) -> bool:
    """Whether the events and subjects that a rule names are there already."""
    if isinstance(rule, ClockRule):
        return any(one in REGISTRY for one in rule.start) and any(one in REGISTRY for one in rule.end)
    if isinstance(rule, GateRule | ApprovalRule | FormRule):
        return rule.subject in SUBJECTS
    return not isinstance(rule, ConsequenceRule) or rule.on in REGISTRY


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a clause waits for: the business part that is to come, and the events it will emit."""

    words: Text
    events: tuple[str, ...] = ()

    @classmethod
    def of(cls, item: Mapping[str, Any] | str | None) -> Waiting | None:
        """As a file writes it; a single word stands for itself in every language."""
        if item is None:
            return None
        if isinstance(item, str):
            return cls(dict.fromkeys(LANGUAGES, item))
        return cls(item["for"], tuple(item["events"]))


@dataclass(frozen=True, slots=True)
class Clause:
    id: str
    section: str
    text: Text
    source: str
    binds: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    checklist: tuple[CheckItem, ...] = ()
    examples: tuple[Example, ...] = ()
    informative: bool = False
    waiting: Waiting | None = None
    """What its rules wait for before they can run."""
    undefined: tuple[str, ...] = ()
    """Vague words in its text that no definition covers."""

    @property
    def status(self) -> ClauseStatus:
        """Undefined words come first: a rule on a word nobody defined would pretend to know."""
        if self.undefined:
            return "undefined"
        if self.attested:
            return "attested"
        if self.runs:
            return "executed"
        if self.waiting or any(isinstance(rule, CadenceRule | IndicatorRule) for rule in self.rules):
            return "waiting"
        if self.checklist:
            return "attested"
        return "informative" if self.informative else "waiting"

    @property
    def runs(self) -> bool:
        """Whether it has a rule of a kind that runs, or gives the product a number or text to work with.

        Of a clause that waits, only what the program already emits or declares counts.
        """
        if self.waiting is not None:
            return any(is_live(rule) and is_heard(rule) for rule in self.rules)
        return bool(self.parameters) or any(is_live(rule) for rule in self.rules)

    @property
    def attested(self) -> bool:
        """Whether a checklist is all that keeps it, and a cadence has people go through it."""
        others = (CadenceRule, ConsequenceRule)  # what follows a miss keeps nothing
        live = [rule for rule in self.rules if is_live(rule) and not isinstance(rule, others)]
        asked = any(isinstance(rule, CadenceRule) and can_open(rule) for rule in self.rules)
        return bool(self.checklist) and asked and not live

    @property
    def obliged(self) -> tuple[str, ...]:
        """The roles it binds, and those that by its rules owe a time limit or a periodic duty."""
        owners = (rule.owner for rule in self.rules if isinstance(rule, ClockRule | CadenceRule))
        return tuple(dict.fromkeys([*self.binds, *(owner for owner in owners if owner)]))

    def clocks(self) -> tuple[ClockRule, ...]:
        return tuple(rule for rule in self.rules if isinstance(rule, ClockRule))

    def approvals(self) -> tuple[ApprovalRule, ...]:
        return tuple(rule for rule in self.rules if isinstance(rule, ApprovalRule))

    def indicators(self) -> tuple[IndicatorRule, ...]:
        return tuple(rule for rule in self.rules if isinstance(rule, IndicatorRule))


@dataclass(frozen=True, slots=True)
class RoleName:
    code: str
    name: Text


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of one regulation."""

    code: str
    """Short code before the clause ids: 'MN'."""
    name: str
    """Folder name: 'manual'."""
    version: str
    effective: date
    title: Text
    department: Text
    scope: Text
    note: Text
    roles: tuple[RoleName, ...]
    definitions: tuple[Definition, ...]
    clauses: tuple[Clause, ...]
    hash: str
    withdraws: tuple[str, ...] = ()
    """Clocks of the version before ('MN-3.2.1b/on_site') that this one has no more, and whose open deadlines end with
    it; those of other clocks that are gone stay as they are."""

    def clause(self, clause_id: str) -> Clause | None:
        return next((clause for clause in self.clauses if clause.id == clause_id), None)

    def counts(self) -> dict[ClauseStatus, int]:
        """The coverage meter: clauses by status."""
        found: dict[ClauseStatus, int] = dict.fromkeys(
            ("executed", "attested", "informative", "undefined", "waiting"), 0
        )
        for clause in self.clauses:
            found[clause.status] += 1
        return found
