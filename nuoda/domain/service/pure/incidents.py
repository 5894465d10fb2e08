"""Event logs of other systems: rows of updates become the events of cases.

A mapping says which column means what (see `docs/import_incidents.md`). Rows of one case are put into the order of
their moments; where those are equal, the file's order decides. Nothing is invented: a time that the source does not
give is taken from the row that shows the state, and marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any, Literal
from zoneinfo import ZoneInfo

Event = Literal["reported", "answered", "responded", "paused", "resumed", "solved", "reopened", "closed"]
EVENTS: tuple[Event, ...] = ("reported", "answered", "responded", "paused", "resumed", "solved", "reopened", "closed")


class MappingError(ValueError):
    """A mapping that cannot be used; the text says where and why."""


@dataclass(frozen=True, slots=True)
class StateMeaning:
    """What entering a state of the source means: events, and the reason for which work waits while it lasts."""

    events: tuple[Event, ...] = ()
    pause: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A code of ours: a constant, or by the value of a column."""

    column: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    otherwise: str = ""

    @property
    def codes(self) -> frozenset[str]:
        """Every code that may come out."""
        return frozenset({*self.values.values(), self.otherwise})

    def of(self, row: Mapping[str, str]) -> str:
        return self.values.get(row.get(self.column, ""), self.otherwise) if self.column else self.otherwise


@dataclass(frozen=True, slots=True)
class Plan:
    """A mapping, read: column names by meaning."""

    case: str
    moment: str
    state: str
    opened: str
    closed: str
    solved: str
    formats: tuple[str, ...]
    zone: ZoneInfo
    unknown: frozenset[str]
    states: Mapping[str, StateMeaning]
    kind: Choice
    severity: Choice
    channel: Choice
    subject: tuple[str, ...]
    reopened: str = ""
    """Column with the source's own count of reopenings: a row that leaves 'solved' without raising it is out of place."""
    verdict: str = ""
    """Column in which the source's own tool judged the agreement (TRUE: kept)."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the file must have."""
        named = (
            self.case,
            self.moment,
            self.state,
            self.opened,
            self.closed,
            self.solved,
            *self.subject,
            self.reopened,
            self.verdict,
        )
        return tuple(
            dict.fromkeys(
                name for name in (*named, self.kind.column, self.severity.column, self.channel.column) if name
            )
        )


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of a case. `shown` is True where the source gives no time of its own and the row that shows the state stands in."""

    event: Event
    at: datetime
    reason: str = ""
    shown: bool = False


@dataclass(slots=True)
class Case:
    """A case of the source with its events in order."""

    key: str
    kind: str
    severity: str
    channel: str
    subject: str
    events: list[Happened]
    verdict: bool | None = None
    """The source's own judgement: kept or not."""
    notes: list[str] = field(default_factory=list)
    """Codes of irregularities: out_of_order, updated_before_opened."""

    def has(self, event: Event) -> bool:
        return any(happened.event == event for happened in self.events)

    def first(self, event: Event) -> Happened | None:
        return next((happened for happened in self.events if happened.event == event), None)

    def last(self, event: Event) -> Happened | None:
        return next((happened for happened in reversed(self.events) if happened.event == event), None)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that cannot be read: its number in the file (the heading is row 1), column, value and a cause code."""

    row: int
    column: str
    value: str
    cause: str


def plan(content: Any) -> Plan:
    """A mapping from its YAML content; raises MappingError."""
    if not isinstance(content, Mapping):
        raise MappingError("a mapping is a list of names and values")
    missing = [name for name in ("case", "moment", "state", "opened", "states", "formats") if not content.get(name)]
    if missing:
        raise MappingError(f"missing: {', '.join(missing)}")
    if not isinstance(content["states"], Mapping):
        raise MappingError("states: write the name of each state with what entering it means")
    states = {}
    for name, meaning in content["states"].items():
        given = meaning or {}
        if not isinstance(given, Mapping) or set(given) - {"events", "pause"}:
            raise MappingError(f"state {name!r}: write 'events' (a list) and 'pause' (a reason)")
        unknown = set(given.get("events") or ()) - set(EVENTS)
        if unknown:
            raise MappingError(f"state {name!r}: no such event: {', '.join(sorted(unknown))}")
        states[str(name)] = StateMeaning(tuple(given.get("events") or ()), str(given.get("pause") or ""))
    subject = content.get("subject") or []
    return Plan(
        case=content["case"],
        moment=content["moment"],
        state=content["state"],
        opened=content["opened"],
        closed=content.get("closed") or "",
        solved=content.get("solved") or "",
        formats=tuple([content["formats"]] if isinstance(content["formats"], str) else content["formats"]),
        zone=ZoneInfo(content.get("zone") or "UTC"),
        unknown=frozenset(map(str, content.get("unknown") or ("", "?"))),
        states=states,
        kind=_choice(content, "kind", "fault"),
        severity=_choice(content, "severity", "general"),
        channel=_choice(content, "channel", "api"),
        subject=tuple([subject] if isinstance(subject, str) else subject),
        reopened=content.get("reopened") or "",
        verdict=content.get("verdict") or "",
    )


def _choice(content: Mapping[str, Any], name: str, otherwise: str) -> Choice:
    given = content.get(name)
    if given is None or isinstance(given, str):
        return Choice(otherwise=given or otherwise)
    if not isinstance(given, Mapping) or not given.get("column") or not isinstance(given.get("values"), Mapping):
        raise MappingError(f"{name}: write a code, or 'column' and 'values'")
    values = {str(k): str(v) for k, v in given["values"].items()}
    return Choice(str(given["column"]), values, str(given.get("otherwise") or otherwise))


def moment(text: str, how: Plan) -> datetime | None:
    """A moment of the source, None where it says unknown; raises ValueError."""
    plain = text.strip()
    if plain in how.unknown:
        return None
    for form in how.formats:
        try:
            return datetime.strptime(plain, form).replace(tzinfo=how.zone)
        except ValueError:
            continue
    raise ValueError(plain)


def check(number: int, row: Mapping[str, str | None], how: Plan) -> list[Wrong]:
    """What is wrong with a row; empty for a good one."""
    found = []
    if not (row.get(how.case) or "").strip():
        found.append(Wrong(number, how.case, "", "no_case"))
    state = (row.get(how.state) or "").strip()
    if state not in how.states:
        found.append(Wrong(number, how.state, state, "state"))
    for column in (how.moment, how.opened, how.solved, how.closed):
        text = row.get(column) if column else ""
        if text is None:
            found.append(Wrong(number, column, "", "short"))
            continue
        try:
            read = moment(text, how)
        except ValueError:
            found.append(Wrong(number, column, text, "moment"))
            continue
        if read is None and column == how.moment:
            found.append(Wrong(number, column, text, "moment"))
    return found


def case(key: str, rows: Sequence[Mapping[str, str]], how: Plan) -> Case:
    """The case that good rows of one key tell, in the order of the file."""
    times = [_known(row[how.moment], how) for row in rows]
    order = sorted(range(len(rows)), key=lambda place: (times[place], place))
    notes = ["out_of_order"] if any(times[a] > times[b] for a, b in pairwise(range(len(rows)))) else []
    last = rows[order[-1]]
    opened = next((found for row in rows if (found := moment(row[how.opened], how))), None) or times[order[0]]
    if min(times) < opened:
        notes.append("updated_before_opened")
        opened = min(times)
    events = [Happened("reported", opened)]
    counts = [_count(row.get(how.reopened, "")) for row in rows]
    events += _walk([(times[place], rows[place][how.state].strip(), counts[place]) for place in order], how)
    solved = moment(last[how.solved], how) if how.solved else None
    closed = moment(last[how.closed], how) if how.closed else None
    events = _settled(events, solved, closed)
    return Case(
        key=key,
        kind=how.kind.of(last),
        severity=how.severity.of(rows[order[0]]),
        channel=how.channel.of(last),
        subject=" · ".join(last[name] for name in how.subject if last[name] not in how.unknown) or key,
        events=events,
        verdict={"TRUE": True, "FALSE": False}.get(last[how.verdict].strip().upper()) if how.verdict else None,
        notes=notes,
    )


def _count(text: str) -> int:
    return int(text) if text.strip().isdigit() else 0


def _known(text: str, how: Plan) -> datetime:
    found = moment(text, how)
    if found is None:
        raise ValueError(text)
    return found


def _walk(updates: Iterable[tuple[datetime, str, int]], how: Plan) -> list[Happened]:
    """Events that the sequence of (moment, state, reopenings so far) tells."""
    events: list[Happened] = []
    done: set[Event] = set()
    state, pause, reopenings = "", "", 0
    for at, new, count in updates:
        if new == state:
            continue
        before, meaning = how.states.get(state, StateMeaning()), how.states[new]
        leaves_solved = "solved" in before.events and not {"solved", "closed"} & set(meaning.events)
        if leaves_solved and how.reopened and count <= reopenings:
            continue
        reopenings = max(reopenings, count)
        if pause and pause != meaning.pause:
            events.append(Happened("resumed", at, pause))
            pause = ""
        if leaves_solved:
            events.append(Happened("reopened", at))
            done -= {"answered", "responded", "solved"}
        for event in meaning.events:
            if event not in done:
                events.append(Happened(event, at, shown=event in ("solved", "closed")))
                done.add(event)
        if meaning.pause and not pause:
            pause = meaning.pause
            events.append(Happened("paused", at, pause))
        state = new
    return events


def _settled(events: list[Happened], solved: datetime | None, closed: datetime | None) -> list[Happened]:
    """The events with the source's own final times of solution and closing put in, in order of time."""
    final = list(events)
    if solved is not None:
        _put(final, "solved", solved)
    elif closed is not None and not any(e.event == "solved" for e in final):
        final.append(Happened("solved", closed, shown=True))
    if closed is not None:
        _put(final, "closed", closed)
    # Stable: events of one moment keep the order in which they were told.
    return sorted(final, key=lambda happened: happened.at)


def _put(events: list[Happened], event: Event, at: datetime) -> None:
    """Replace the last occurrence by one with the source's own time; add it before the closing where there is none."""
    for place in range(len(events) - 1, -1, -1):
        if events[place].event == event:
            events[place] = Happened(event, at)
            return
    closing = next((place for place, happened in enumerate(events) if happened.event == "closed"), len(events))
    events.insert(closing, Happened(event, at))
