"""The seven kinds of rule a clause can carry, as plain values.

Loaded from policy files by `loading`, bound to a clause and version as `BoundRule`, applied by the
engines above: clocks (`nuoda.engine.clocks.pure.fold`), states (gates), approvals, papers (forms),
notices (consequences). Nothing here knows Django, the clock or the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from .durations import Duration

Text = Mapping[str, str]
"""A text by language: 'zh-hans' (authoritative), 'zh-hant', 'en'."""

ClauseStatus = Literal["executed", "attested", "informative", "undefined", "waiting"]


@dataclass(frozen=True, slots=True)
class Warning:
    """A moment before the due time at which somebody is told.

    Exactly one of `share` (of the budget used up, 0 < share < 1) and `before` (time left) is given.
    """

    share: float | None = None
    before: Duration | None = None
    tell: tuple[str, ...] = ()
    """Roles told; empty means the owner of the deadline."""


@dataclass(frozen=True, slots=True)
class PauseReason:
    """A reason that may stop the clock, with the longest time it may do so (None: no limit)."""

    reason: str
    limit: Duration | None = None


@dataclass(frozen=True, slots=True)
class ClockRule:
    """After `start`, `end` must happen within a time."""

    key: str
    subject: str
    start: tuple[str, ...]
    """Event types that open a deadline; each occurrence opens a new round."""
    end: tuple[str, ...]
    """Event types that keep it, when they happened at or before the due time."""
    within: Duration | None
    """None when `within_fact` names the fact or payload field with the promised moment."""
    within_fact: str | None = None
    ahead: Duration | None = None
    """With `within_fact`: so long before the promised moment (docs/decisions/0026)."""
    when: str = "true"
    """CEL condition over the subject's facts at the start (or at a reassessment)."""
    end_when: str = "true"
    """CEL condition over the subject's facts at the ending event."""
    per: str | None = None
    """Payload field that start and end must share (for example 'work_order')."""
    reassess: tuple[str, ...] = ()
    """Event types after which `when` is evaluated anew, from the original start."""
    cancel: tuple[str, ...] = ()
    """Event types that withdraw the deadline while it is open."""
    replace: bool = False
    """A new start of the same key withdraws an open earlier round (a promised time renewed)."""
    pauses: tuple[PauseReason, ...] = ()
    owner: str = ""
    """Role that owes it."""
    warnings: tuple[Warning, ...] = ()
    missed: tuple[str, ...] = ()
    """Roles told when it is missed; consequences may say more."""
    transition: Literal["keep", "convert", "restart"] = "keep"
    """What becomes of open deadlines when a version with a changed rule takes effect."""
    calendar: Literal["owner", "company"] = "owner"
    label: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GateRule:
    """Transition `verb` of `subject` is refused unless `require` holds."""

    key: str
    subject: str
    verb: str
    require: str
    otherwise: Text
    when: str = "true"
    fields: tuple[str, ...] = ()
    """Facts the refusal is about, so that a form can mark them."""


@dataclass(frozen=True, slots=True)
class ApprovalStep:
    role: str
    mode: Literal["any", "all"] = "any"
    when: str = "true"
    within: Duration | None = None
    of: Literal["company", "dealer", "department"] = "company"


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """Transition `verb` of `subject` waits for a chain of people, in order."""

    key: str
    subject: str
    verb: str
    steps: tuple[ApprovalStep, ...]
    when: str = "true"
    if_empty: Literal["refuse", "skip", "up"] = "up"
    if_self: Literal["refuse", "skip", "up"] = "up"
    label: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FormRule:
    """Document `form` must exist, with `fields`, in `state`, when `verb` of `subject` is done and `when` holds."""

    key: str
    subject: str
    form: str
    verb: str
    when: str = "true"
    fields: tuple[str, ...] = ()
    state: Literal["issued", "signed"] = "issued"
    title: Text = field(default_factory=dict)


Every = Literal["day", "week", "month", "quarter", "half_year", "year"]


@dataclass(frozen=True, slots=True)
class Attestation:
    """How a person may say that a duty was done."""

    by: tuple[str, ...] = ()
    """Roles that may say so; empty: the role that owes it."""
    evidence: bool = True
    """Whether a file has to prove it."""
    confirm: str = ""
    """Role of another person who has to confirm it; empty: nobody."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """How the cases of an audit are drawn: at random among the dossiers on which `of` happened in the period."""

    of: str
    """Event type."""
    size: int
    """Cases drawn; all of them when there are fewer."""
    when: str = "true"
    """CEL condition over the facts of that event."""


@dataclass(frozen=True, slots=True)
class CadenceRule:
    """Every period, `owner` must do this, for each unit of `per`.

    Without `within` it is due by the end of the period and what happens in the period counts. With `within` it is about the
    period that has ended: due so long after its end, and what happens in the period that follows counts.
    """

    key: str
    every: Every
    duty: Text
    owner: str
    met_by: tuple[str, ...] = ()
    """Event types that do it."""
    within: Duration | None = None
    """Time after the end of the period; working days count from the first one after it."""
    per: str = "company"
    """What owes it or what it is about: company, organisation (the company and each dealer), dealer, team, person (each holder of the
    role), or a kind of subject that an app offers."""
    when: str = "true"
    """CEL condition over the facts of the events of `met_by`."""
    times: int = 1
    """How many events of a period it takes."""
    grace: Duration | None = None
    """Time after the due time before it counts as missed; what is done in it is kept."""
    attest: Attestation | None = None
    audit: Drawing | None = None
    """The checklist of the clause is gone through on a random sample; signing it off does the duty."""
    opened: tuple[str, ...] = ()
    """Roles told when it begins; empty: nobody."""
    warnings: tuple[Warning, ...] = ()
    missed: tuple[str, ...] = ()
    """Roles told when it is missed; empty: the owner."""
    transition: Literal["keep", "convert", "restart", "end"] = "keep"
    """What becomes of duties that are open when a version with this changed cadence takes effect (see `revisions.duty_turns`)."""


@dataclass(frozen=True, slots=True)
class IndicatorRule:
    """A figure over the rows of a fact set: a rate (`numerator` of `denominator`), or an aggregate `of` a column.

    A row belongs to the period in which its `dated` moment lies. An empty denominator is not assessed.
    """

    key: str
    facts: str
    """Name of the published fact set."""
    denominator: str
    """Condition over the set's columns: which rows count."""
    numerator: str | None = None
    aggregate: Literal["mean", "median", "p90", "sum"] | None = None
    of: str | None = None
    """Number column of an aggregate; rows without a value do not count."""
    dated: str | None = None
    """Moment column that places a row in a period; None: the set's own."""
    target: float | None = None
    """Reached when the figure is at least (direction up) or at most (down) this; a share for rates."""
    direction: Literal["up", "down"] = "up"
    period: Literal["month", "quarter", "year"] = "month"
    units: tuple[str, ...] = ("company", "dealer")
    """By whom the figure is told apart (see `factsets.UNITS`)."""
    settles: Duration | None = None
    """How long after its end a period is closed, so that what it began can come to its result."""
    label: Text = field(default_factory=dict)
    meaning: Text = field(default_factory=dict)
    """The formula in words."""


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of a ladder: so long after the due time, while what is owed is still not done, these roles are told."""

    after: Duration
    tell: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConsequenceRule:
    """When `on` is recorded (an event type, or 'missed'/'warned' of a clock or cadence), roles are told and an effect is done."""

    key: str
    on: str
    tell: tuple[str, ...] = ()
    when: str = "true"
    of: str | None = None
    """Key of a clock or cadence of the same clause, for `on: missed` and `on: warned`."""
    template: str = ""
    do: str | None = None
    """Name of a registered effect ('follow_up.contact', …)."""
    ladder: tuple[Rung, ...] = ()
    """Who is told, one after another, while a miss stays undone."""


Rule = ClockRule | GateRule | ApprovalRule | FormRule | CadenceRule | IndicatorRule | ConsequenceRule


@dataclass(frozen=True, slots=True)
class BoundRule:
    """A rule in its place: the clause and policy version it comes from."""

    version_id: UUID
    policy: str
    version: str
    clause_id: str
    rule: Rule

    @property
    def ref(self) -> str:
        """Stable name of the rule across versions: 'MN-3.2.1b/on_site'."""
        return f"{self.clause_id}/{self.rule.key}"
