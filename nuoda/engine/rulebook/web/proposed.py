"""One proposal as the author sees and edits it: its fields, what he typed, and what is wrong with it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuoda.foundation.base.pure.events import REGISTRY
from nuoda.foundation.journal.pure.words import word

from ..pure import facts
from ..pure.conditions import Condition, ConditionError
from ..pure.durations import Duration
from ..pure.reading import vocabulary
from ..pure.reading.doubts import MISSING, doubts
from ..pure.reading.letters import plain
from ..pure.reading.proposals import Proposal, Reading
from ..pure.reading.quantities import quantities
from ..pure.reading.wording import EVENT_NAMES, MOMENT_NAMES, ROLE_NAMES
from ..pure.telling import duration, moment_name
from .views import language

KINDS: dict[str, Any] = {
    "clock": gettext_lazy("Time limit"),
    "open_clock": gettext_lazy("Time limit without a number"),
    "approval": gettext_lazy("Approval"),
    "form": gettext_lazy("Document"),
    "cadence": gettext_lazy("Recurring duty"),
    "indicator": gettext_lazy("Indicator"),
    "gate": gettext_lazy("Condition to be met"),
    "consequence": gettext_lazy("Consequence"),
}
PERIODS: dict[str, Any] = {
    "regular": gettext_lazy("regularly (not said how often)"),
    "day": gettext_lazy("every day"),
    "week": gettext_lazy("every week"),
    "month": gettext_lazy("every month"),
    "quarter": gettext_lazy("every quarter"),
    "half_year": gettext_lazy("every half-year"),
    "year": gettext_lazy("every year"),
}
FIELDS: dict[str, tuple[str, ...]] = {
    "clock": ("within", "starts", "ends", "roles"),
    "open_clock": ("within", "starts", "ends", "roles"),
    "approval": ("roles",),
    "form": ("name", "roles"),
    "cadence": ("every", "roles"),
    "indicator": ("name", "target"),
    "gate": ("roles",),
    "consequence": ("roles",),
}
LABELS: dict[str, Any] = {
    "within": gettext_lazy("Time"),
    "circumstance": gettext_lazy("Only if, in the words of the text"),
    "when": gettext_lazy("The same as a condition"),
    "starts": gettext_lazy("Starts with"),
    "due": gettext_lazy("Before which moment"),
    "ends": gettext_lazy("Ends with"),
    "roles": gettext_lazy("Roles bound"),
    "name": gettext_lazy("Name"),
    "every": gettext_lazy("How often"),
    "target": gettext_lazy("Target"),
}
CONDITIONAL = ("clock", "open_clock")
"""Kinds whose circumstance becomes a condition of the rule."""
DOUBTS: dict[str, Any] = {
    "time": gettext_lazy("The text gives no time that can be counted. Fill it in, or it stays text only."),
    "range": gettext_lazy("The text gives a range; the longer end is taken as the limit."),
    "start": gettext_lazy("It is not said from when the time runs. Choose the event, or it stays a written limit."),
    "end": gettext_lazy("It is not clear what ends it. Choose the event, or it stays a written limit."),
    "same": gettext_lazy("It starts and ends with the same event. Choose another."),
    "inferred": gettext_lazy(
        "From when the time runs was taken from what stands before, not from the sentence. Check it."
    ),
    "ahead": gettext_lazy(
        "The time runs before an event, and the text does not name the date. Choose the moment, or it stays a written limit."
    ),
    "condition": gettext_lazy(
        "It holds only under this circumstance, which no fact tells. Write a condition, or empty the words if it always holds; "
        "otherwise it stays a written limit."
    ),
    "nobody": gettext_lazy("The text binds nobody. Name a role, or the service manager owes it."),
    "unknown": gettext_lazy("The text names %(people)s, who are none of the known roles. Choose roles."),
    "period": gettext_lazy("It is not said how often. Choose a period, or no duty comes of it."),
    "target": gettext_lazy("The text gives no target."),
}
_EVENT = re.compile(r"^[a-z_]+\.[a-z_]+$")


@dataclass(slots=True)
class Field:
    name: str
    label: Any
    value: str
    kind: str = "text"
    """'text', 'event', 'moment', 'period'."""
    error: str = ""


@dataclass(slots=True)
class Row:
    """A proposal with the author's decision."""

    index: int
    proposal: Proposal
    quote: str
    keep: bool
    fields: list[Field] = field(default_factory=list)
    edited: Proposal | None = None
    """The proposal as the author left it; None while a field cannot be read."""

    @property
    def kind(self) -> Any:
        return KINDS[self.proposal.kind]

    @property
    def wrong(self) -> bool:
        return self.keep and any(one.error for one in self.fields)

    @property
    def doubts(self) -> list[Any]:
        """What to look at, in words."""
        one = self.edited or self.proposal
        return [DOUBTS[code] % {"people": "、".join(one.people)} for code in doubts(one)]

    @property
    def missing(self) -> bool:
        """Whether the text leaves a number open."""
        return self.keep and any(code in MISSING for code in doubts(self.edited or self.proposal))


def rows(reading: Reading, sent: Mapping[str, str] | None) -> list[Row]:
    """All proposals; `sent` is what the author sent back, None when he sees them for the first time."""
    found = []
    for index, one in enumerate(reading.proposals):
        row = Row(index, one, reading.text[one.start : one.end], sent is None or f"p{index}-keep" in sent)
        names = _names(one)
        for name in names:
            shown = _shown(one, name)
            key = f"p{index}-{name}"
            value = shown if sent is None else sent.get(key, shown).strip()
            row.fields.append(Field(key, LABELS[name], value, _FORMS.get(name, "text")))
        _edit(row, names)
        found.append(row)
    return found


def confirmed(found: list[Row]) -> list[Proposal]:
    """The kept proposals as the author left them, without those that have a field that cannot be read."""
    return [row.edited for row in found if row.keep and row.edited is not None]


def _names(one: Proposal) -> tuple[str, ...]:
    """The fields of a proposal; the circumstance only where the text says one, and the moment before which a time runs, in the place
    of the event that announces it."""
    conditional = one.kind in CONDITIONAL and (one.circumstance or one.when)
    names = [("due" if name == "starts" and one.ahead else name) for name in FIELDS[one.kind]]
    return (*names, *(("circumstance", "when") if conditional else ()))


def _edit(row: Row, names: tuple[str, ...]) -> None:
    """Take what the author typed; what cannot be read is told at its field."""
    values: dict[str, Any] = {}
    for name, one in zip(names, row.fields, strict=True):
        if one.value == _shown(row.proposal, name):
            continue
        try:
            values[name] = _READERS[name](one.value)
        except ValueError as error:
            one.error = str(error)
    if "due" in values:
        values["starts"], values["due"] = values["due"]
    edited = replace(row.proposal, **values)
    if "starts" in values:
        edited = replace(edited, inferred=False)
    if "roles" in values:
        edited = replace(edited, people=())
    if "when" in values and (told := _fault(edited)):
        row.fields[names.index("when")].error = told
    if not any(one.error for one in row.fields):
        row.edited = edited


def _fault(one: Proposal) -> str:
    """What is wrong with a condition that the author wrote, against the facts of what the time starts with."""
    if not one.when:
        return ""
    subject = facts.SUBJECTS.get(facts.subject_of(one.starts)) if one.starts else None
    if subject is None:
        return _("The event from which the time runs tells no facts that a condition could ask about.")
    try:
        Condition.compile(one.when, subject)
    except ConditionError as error:
        return _("The condition cannot be read at column %(column)d: %(reason)s") % {
            "column": error.column,
            "reason": error.reason,
        }
    return ""


def event_name(event: str) -> str:
    """What people call an event; one that nobody named shows its own name."""
    return EVENT_NAMES[event][language()] if event in EVENT_NAMES and event not in REGISTRY else str(word(event).label)


def event_choices() -> dict[str, str]:
    """Names of every event that the program emits or the reader knows → the event."""
    known = {item.event for item in (*vocabulary.STARTS, *vocabulary.ENDS)} | set(REGISTRY)
    return {event_name(event): event for event in sorted(known)}


def moment_choices() -> dict[str, tuple[str, str]]:
    """Names of every moment that an event announces, or will announce → the event and its field."""
    known = [
        (event, field)
        for subject in facts.SUBJECTS.values()
        for event, moments in subject.moments.items()
        for field in moments
    ]
    return {moment_name(*one, language()): one for one in sorted({*known, *MOMENT_NAMES})}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text and the proposals that it made; `first` are those whose words begin here."""

    text: str
    proposals: tuple[int, ...]
    first: tuple[int, ...]
    unsure: bool = False


def pieces(reading: Reading) -> Iterator[Piece]:
    """The text cut where marks begin or end."""
    cuts = {0, len(reading.text)}
    for one in reading.proposals:
        cuts |= {one.start, one.end}
    ordered = sorted(cuts)
    for start, end in itertools.pairwise(ordered):
        inside = tuple(i for i, one in enumerate(reading.proposals) if one.start <= start and end <= one.end)
        first = tuple(index for index in inside if reading.proposals[index].start == start)
        yield Piece(reading.text[start:end], inside, first, any(doubts(reading.proposals[index]) for index in inside))


def _shown(one: Proposal, name: str) -> str:
    if name == "roles":
        return " → ".join(ROLE_NAMES[role][language()] for role in one.roles)
    if name == "target":
        return "" if one.target is None else f"{one.target:g}"
    if name == "due":
        return moment_name(one.starts, one.due, language()) if one.due else ""
    value = getattr(one, name)
    if name == "within":
        return "" if value is None else duration(value, language())
    return event_name(value) if name in ("starts", "ends") and value else str(value)


def _time(text: str) -> Duration | None:
    if not text:
        return None
    times = [one.duration for one in quantities(plain(text)) if one.duration]
    try:
        return times[0] if times else Duration.parse(text)
    except ValueError:
        raise ValueError(_("Write a time such as “4 小时”, “2 个工作日”, “30 min”, “2 working days”.")) from None


def _event(text: str) -> str:
    named = event_choices().get(text, text)
    if named and not _EVENT.match(named):
        raise ValueError(_("Choose an event of the list, or write a new one as two words with a dot: order.placed."))
    return named


def _moment(text: str) -> tuple[str, str]:
    found = moment_choices().get(text)
    if text and found is None:
        raise ValueError(_("Choose a moment of the list."))
    return found or ("", "")


def _people(text: str) -> tuple[str, ...]:
    found: list[str] = []
    for part in re.split(r"[→,，、;；]", text):
        name = part.strip()
        known = [code for code, names in ROLE_NAMES.items() if name in names.values()]
        found += known[:1] or vocabulary.roles_in(plain(name))
    if text and not found:
        raise ValueError(_("No known role is named here. Known roles: %(roles)s") % {"roles": _known()})
    return tuple(dict.fromkeys(found))


def _known() -> str:
    return "、".join(names["zh-hans"] for names in ROLE_NAMES.values())


def _target(text: str) -> float | None:
    if not text:
        return None
    try:
        return float(text.rstrip("%％"))
    except ValueError:
        raise ValueError(_("Write the target as a number, such as 95.")) from None


def _every(text: str) -> str:
    if text not in PERIODS:
        raise ValueError(_("Choose how often."))
    return text


_FORMS = {"starts": "event", "ends": "event", "due": "moment", "every": "period"}
_READERS: dict[str, Any] = {
    "within": _time,
    "starts": _event,
    "due": _moment,
    "ends": _event,
    "roles": _people,
    "name": str,
    "circumstance": str,
    "when": str,
    "target": _target,
    "every": _every,
}
