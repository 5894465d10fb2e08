"""Deadlines in words: badges for pages, and the derivation line by line for page, API and command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from nuoda.foundation.journal.pure.words import EventWord, word
from nuoda.foundation.ui.pure.tones import ClockBadge
from nuoda.foundation.ui.templatetags import words

from ..models import Deadline
from ..pure.explaining import Ahead, Explanation, Passed, Piece
from ..pure.values import Pause
from ..queries import Explained

STATES: Mapping[str, Any] = {
    "open": pgettext_lazy("deadline", "open"),
    "paused": pgettext_lazy("deadline", "paused"),
    "kept": pgettext_lazy("deadline", "kept"),
    "missed": pgettext_lazy("deadline", "missed"),
    "withdrawn": pgettext_lazy("deadline", "withdrawn"),
    "waived": pgettext_lazy("deadline", "waived"),
}
EVENTS = {
    "deadline.warned": EventWord(pgettext_lazy("event", "time limit is near"), "clock", "near"),
    "deadline.missed": EventWord(pgettext_lazy("event", "time limit missed"), "alert-triangle", "missed"),
    "deadline.miss_withdrawn": EventWord(pgettext_lazy("event", "missed time limit withdrawn"), "refresh"),
    "deadline.waived": EventWord(pgettext_lazy("event", "released from a time limit"), "circle-check"),
    "deadline.released": EventWord(
        pgettext_lazy("event", "owed by the role: whoever owed the time limit has left"), "users", "near"
    ),
    "deadline.handed_over": EventWord(pgettext_lazy("event", "time limit handed over"), "transfer", "info"),
    "calendar.changed": EventWord(pgettext_lazy("event", "working calendar changed"), "calendar"),
}
CAUSES: Mapping[str, Any] = {
    "end": gettext_lazy("done in time"),
    "due": gettext_lazy("not done by the due time"),
    "cancelled": gettext_lazy("the matter was cancelled"),
    "reassessed": gettext_lazy("the facts changed; another time limit applies"),
    "replaced": gettext_lazy("replaced by a newer promise"),
    "waived": gettext_lazy("released from it"),
    "revised": gettext_lazy("a new version of the regulation does not ask for it"),
}


def label(texts: Mapping[str, str], otherwise: str) -> str:
    """A text of the rulebook in the language of the page."""
    language = (get_language() or "zh-hans").lower()
    return texts.get(language) or texts.get("zh-hans") or texts.get("en") or otherwise


def badge(row: Deadline, *, explain: bool = True) -> ClockBadge:
    """A deadline as pages show it; `explain` links to its derivation (needs `row.dossier`)."""
    late = row.state == "missed" and row.done_at is not None and row.cause != "waived"
    state = "kept_late" if late else row.state
    near = row.next_action_at if row.state == "open" and row.next_action_at != row.due_at else None
    return ClockBadge(
        label=label(row.label, row.ref),
        state="near" if state == "open" and row.warned else state,
        due=row.due_at,
        clause=row.clause_id,
        url=f"{reverse('clocks:explanation', args=[row.dossier.number])}#d-{row.pk}" if explain else "",
        met=row.done_at,
        near_at=near,
        paused_reason=STATES["paused"] if row.state == "paused" else "",
    )


def amount(value: timedelta) -> str:
    """An exact length: '1 d 3 h 10 min', seconds only where there are any."""
    seconds = int(value.total_seconds())
    days, seconds = divmod(seconds, 86_400)
    hours, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    said = []
    if days:
        said.append(ngettext("%(n)d day", "%(n)d days", days) % {"n": days})
    if hours:
        said.append(_("%(n)d h") % {"n": hours})
    if minutes or not (days or hours or seconds):
        said.append(_("%(n)d min") % {"n": minutes})
    if seconds:
        said.append(_("%(n)d s") % {"n": seconds})
    return " ".join(said)


def within(spelled: str) -> str:
    """'4 working hours' of a clause in the language of the page."""
    number, _space, unit = spelled.partition(" ")
    names = {
        "min": _("%(n)s minutes"),
        "h": _("%(n)s hours"),
        "d": _("%(n)s days"),
        "working min": _("%(n)s working minutes"),
        "working hours": _("%(n)s working hours"),
        "working days": _("%(n)s working days"),
        "calendar months": _("%(n)s calendar months"),
    }
    return names.get(unit, "%(n)s") % {"n": number}


def ahead(spelled: str) -> str:
    """'24 h' of a clause that counts back from a promised moment, in the language of the page."""
    return _("%(length)s ahead") % {"length": within(spelled)}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a derivation: what it is, what it says, and for a counted piece its length."""

    label: str
    text: str
    amount: str = ""
    kind: str = "fact"


def lines(explained: Explained, names: Mapping[UUID, str] | None = None) -> list[Line]:
    """The derivation of a stored deadline, line by line; times in the current time zone."""
    d = explained.derivation
    found = derived(d, names)
    if explained.row.as_if:
        found.append(Line(_("Note"), _("Imported: judged as if the regulations had been in force."), "", "note"))
    if explained.row.late_recorded:
        found.append(Line(_("Note"), _("An event of it was recorded late."), "", "note"))
    if not (explained.stands and d.agrees):
        found.append(Line(_("Attention"), _("The stored deadline differs from what the journal says."), "", "wrong"))
    return found


def derived(d: Explanation, names: Mapping[UUID, str] | None = None) -> list[Line]:
    """What was counted, line by line, whether it is stored or only tried out."""
    turn = _("round %(n)d") % {"n": d.round}
    found = [
        Line(_("Clause"), _("%(clause)s, version %(version)s") % {"clause": d.clause_id, "version": d.version}),
        Line(_("Began"), f"{words.moment(d.started_at)} · {word(d.start_type).label} · {turn}"),
    ]
    found += [Line(_("New version"), _passed(move)) for move in d.moves]
    if d.promised_at is not None:
        found.append(Line(_("Promised"), words.moment(d.promised_at), "" if d.ahead else amount(d.budget)))
    else:
        found.append(Line(_("Time limit"), within(d.within), amount(d.budget)))
    if d.calendar:
        found.append(Line(_("Calendar"), _calendar(d)))
    if d.ahead is not None:
        found += _ahead(d.ahead)
    found += [Line(_("Counted"), _stretch(piece), amount(piece.amount), "piece") for piece in d.pieces]
    if d.remaining:
        found.append(Line(_("Still to count"), _("the clock stands still"), amount(d.remaining), "piece"))
    found.append(Line(_("Sum"), "", amount(d.total + d.remaining), "sum"))
    found += [Line(_("Pause"), _pause(pause, names or {})) for pause in d.pauses]
    if d.due_at is not None:
        found.append(Line(_("Due"), words.due(d.due_at), "", "due"))
    found.append(Line(_("Result"), _result(d), "" if d.used is None else amount(d.used), "result"))
    if d.provisional:
        found.append(Line(_("Note"), _("Provisional: the official days of the year are not known yet."), "", "note"))
    return found


def _ahead(found: Ahead) -> list[Line]:
    """A limit before the promised moment, counted back from it; and whether it became known too late."""
    said = [Line(_("Counted back"), _stretch(piece), amount(piece.amount), "piece") for piece in found.pieces]
    back = _("%(limit)s, back to %(moment)s") % {"limit": ahead(found.limit), "moment": words.moment(found.moment)}
    said.append(Line(_("Time limit"), back, amount(found.total), "sum"))
    if found.late:
        late = _("It became known too late for %(limit)s: due by the promised time itself.")
        said.append(Line(_("Note"), late % {"limit": ahead(found.limit)}, "", "note"))
    return said


def _passed(move: Passed) -> str:
    said = {
        "convert": _("converted under version %(version)s at %(moment)s, counted anew from its start"),
        "restart": _("restarted under version %(version)s at %(moment)s, counted from then on"),
        "withdraw": _("withdrawn by version %(version)s at %(moment)s"),
    }[move.way] % {"version": move.version, "moment": words.moment(move.at)}
    if move.within and move.within_before and move.within != move.within_before:
        said += f" · {within(move.within_before)} → {within(move.within)}"
    if move.ahead and move.ahead_before and move.ahead != move.ahead_before:
        said += f" · {ahead(move.ahead_before)} → {ahead(move.ahead)}"
    return said


def _calendar(d: Explanation) -> str:
    return _("version %(version)d, %(zone)s") % {"version": d.calendar_version, "zone": d.zone}


def _stretch(piece: Piece) -> str:
    begin, end = timezone.localtime(piece.from_at), timezone.localtime(piece.to_at)
    if begin.date() == end.date():
        return f"{words.day(begin)} {_clock(begin)}–{_clock(end)}"
    return f"{words.day(begin)} {_clock(begin)} – {words.day(end)} {_clock(end)}"


def _clock(at: datetime) -> str:
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"


def _pause(pause: Pause, names: Mapping[UUID, str]) -> str:
    end = words.moment(pause.until) if pause.until is not None else _("no end yet")
    who = names.get(UUID(pause.author), "") if pause.author else ""
    what = _("the clock stood still") if pause.stops else _("the clock went on (the clause does not list this reason)")
    return " · ".join(
        part for part in (reason(pause.reason), f"{words.moment(pause.from_at)} – {end}", who, what) if part
    )


def reason(code: str) -> str:
    """A reason code in words, as far as it is one of the common ones."""
    known = {
        "customer": _("waiting for the customer"),
        "waiting_customer": _("waiting for the customer"),
        "parts": _("waiting for parts"),
        "waiting_parts": _("waiting for parts"),
    }
    return known.get(code, code)


def _result(d: Explanation) -> str:
    said = str(STATES[d.state])
    if d.cause:
        said = _("%(state)s: %(cause)s") % {"state": said, "cause": CAUSES[d.cause]}
    if d.ended_at is not None and d.state != "missed":
        said += f" · {words.moment(d.ended_at)}"
    if d.state == "missed":
        if d.cause == "waived" and d.done_at is not None:
            said += f" · {words.moment(d.done_at)}"
        elif d.late_by is not None and d.done_at is not None:
            said += " · " + _("done %(moment)s, %(late)s late") % {
                "moment": words.moment(d.done_at),
                "late": amount(d.late_by),
            }
        else:
            said += " · " + _("not done yet")
    return said


def as_data(explained: Explained, names: Mapping[UUID, str] | None = None) -> dict[str, Any]:
    """The derivation for machines: moments in ISO 8601 of the calendar's zone, lengths in seconds, and the lines."""
    d = explained.derivation
    zone = ZoneInfo(d.zone)

    def plain(value: Any) -> Any:
        if isinstance(value, datetime):
            return value.astimezone(zone).isoformat()
        if isinstance(value, timedelta):
            return value.total_seconds()
        if isinstance(value, UUID):
            return str(value)
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [plain(item) for item in value]
        return value

    data = {key: plain(value) for key, value in asdict(d).items()}
    data["label"] = dict(d.label)
    data["dossier"] = explained.row.dossier.number
    data["owner_role"] = explained.row.owner_role
    data["stands"] = explained.stands
    data["lines"] = [asdict(line) for line in lines(explained, names)]
    return data
