"""Duties in words: states, periods, units, roles, and how a due time came about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from nuoda.engine.clocks.web.words import within
from nuoda.engine.rulebook.pure.rules import CadenceRule
from nuoda.foundation.base.pure.events import REGISTRY
from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.journal.pure import kinds, words
from nuoda.foundation.journal.pure.words import EventWord
from nuoda.foundation.orgs.pure.roles import ROLES
from nuoda.foundation.ui.pure.tones import Chip, ClockBadge

from ..models import Attestation, Audit, AuditCase, AuditMark, Obligation
from ..states import AUDIT

TONES = {
    "open": "info", "claimed": "near", "met": "kept", "missed": "missed", "waived": "neutral", "withdrawn": "neutral",
}  # fmt: skip
VERDICTS = {"": "neutral", "pass": "kept", "fail": "missed", "na": "neutral"}
EVENTS = {
    "duty.opened": EventWord(pgettext_lazy("event", "duty begins"), "calendar-event", "info"),
    "duty.warned": EventWord(pgettext_lazy("event", "duty is due soon"), "clock", "near"),
    "duty.missed": EventWord(pgettext_lazy("event", "duty missed"), "alert-triangle", "missed"),
    "duty.miss_withdrawn": EventWord(pgettext_lazy("event", "missed duty withdrawn"), "refresh"),
    "duty.met": EventWord(pgettext_lazy("event", "duty done"), "circle-check", "kept"),
    "duty.undone": EventWord(pgettext_lazy("event", "duty is open again"), "arrow-back-up", "near"),
    "duty.attested": EventWord(pgettext_lazy("event", "duty attested"), "writing", "info"),
    "duty.confirmed": EventWord(pgettext_lazy("event", "attestation confirmed"), "user-check", "kept"),
    "duty.rejected": EventWord(pgettext_lazy("event", "attestation not accepted"), "x", "missed"),
    "duty.waived": EventWord(pgettext_lazy("event", "released from a duty"), "circle-check"),
    "duty.revised": EventWord(pgettext_lazy("event", "duty passed under a new version"), "refresh", "info"),
    "duty.released": EventWord(pgettext_lazy("event", "owed by the role: whoever owed it has left"), "users", "near"),
    "duty.handed_over": EventWord(pgettext_lazy("event", "duty handed over"), "transfer", "info"),
    "owed.left_behind": EventWord(pgettext_lazy("event", "something is left behind"), "users", "near"),
    "duty.withdrawn": EventWord(pgettext_lazy("event", "duty withdrawn"), "x"),
    "duty.escalated": EventWord(pgettext_lazy("event", "missed duty escalated"), "arrow-up", "missed"),
    "deadline.escalated": EventWord(pgettext_lazy("event", "missed time limit escalated"), "arrow-up", "missed"),
    "audit.drawn": EventWord(pgettext_lazy("event", "sample drawn"), "scan", "info"),
    "audit.marked": EventWord(pgettext_lazy("event", "case checked"), "checklist"),
    "audit.withdrawn": EventWord(pgettext_lazy("event", "audit fell away"), "x"),
    "audit.signed": EventWord(pgettext_lazy("event", "audit signed off"), "signature", "kept"),
}

CAUSES = {
    "no_cases": gettext_lazy("No case of the period could have been checked."),
    "revised": gettext_lazy("It ended with the version that asked for it: the version that followed says so."),
    "unjudged": gettext_lazy("The rule that says which cases are checked could not be answered: see its clause."),
}
"""Why a duty was withdrawn."""
AUDIT_CAUSES = {
    "revised": gettext_lazy("The duty that it was drawn for ended with its version."),
    "waived": gettext_lazy("The duty that it was drawn for was waived."),
}
"""Why an audit fell away."""


def register() -> None:
    words.register(EVENTS)


def text(texts: Mapping[str, str], otherwise: str = "") -> str:
    """A text of the rulebook in the language of the page."""
    language = (get_language() or "zh-hans").lower()
    return texts.get(language) or texts.get("zh-hans") or otherwise


def state_chip(row: Obligation) -> Chip:
    if row.state == "missed" and row.done_at is not None:
        return Chip(gettext_lazy("done late"), "missed")
    return Chip(Obligation.State(row.state).label, TONES[row.state])


def audit_chip(row: Audit) -> Chip:
    return Chip(AUDIT.label(row.state), AUDIT.colour(row.state))


def verdict_chip(case: AuditCase) -> Chip:
    return Chip(AuditCase.Verdict(case.verdict).label, VERDICTS[case.verdict])


def mark_chip(mark: AuditMark) -> Chip:
    return Chip(AuditCase.Verdict(mark.result).label, VERDICTS[mark.result])


def attestation_chip(row: Attestation) -> Chip:
    tone = {"stands": "kept", "waits": "near", "confirmed": "kept", "rejected": "missed"}[row.state]
    return Chip(Attestation.State(row.state).label, tone)


def role(code: str) -> str:
    return str(ROLES[code].label) if code in ROLES else code


def roles(codes: Any) -> str:
    return _(", ").join(role(code) for code in codes)


def owner(row: Obligation) -> str:
    """Who owes it: the person it is about, else the role."""
    return (
        row.unit_name
        if row.owner_person_id is not None and row.owner_person_id == row.unit_id
        else role(row.owner_role)
    )


def several(names: Sequence[str], most: int = 3) -> str:
    """Some names, and how many there are when there are more."""
    said = _(", ").join(names[:most])
    return _("%(names)s and others (%(n)d)") % {"names": said, "n": len(names)} if len(names) > most else said


def period(code: str) -> str:
    """'2026-Q4' as people say it."""
    year, _dash, rest = code.partition("-")
    if not rest:
        return _("year %(year)s") % {"year": year}
    if rest[0] == "Q":
        return _("quarter %(n)s of %(year)s") % {"n": rest[1:], "year": year}
    if rest[0] == "H":
        half = _("first half of %(year)s") if rest == "H1" else _("second half of %(year)s")
        return half % {"year": year}
    if rest[0] == "W":
        return _("week %(n)s of %(year)s") % {"n": int(rest[1:]), "year": year}
    month, _dash, day = rest.partition("-")
    return code if day else _("%(month)s/%(year)s") % {"month": int(month), "year": year}


def stretch(since: datetime, until: datetime) -> str:
    """The days of a half-open time; a time that does not begin and end at midnight to the minute."""
    first, last = timezone.localtime(since), timezone.localtime(until)
    if first.time() == last.time() == time():
        last -= timedelta(days=1)
        return f"{first:%Y-%m-%d}" if first.date() == last.date() else f"{first:%Y-%m-%d} – {last:%Y-%m-%d}"
    return f"{first:%Y-%m-%d %H:%M} – {last:%Y-%m-%d %H:%M}"


def checked(row: Audit) -> str:
    """What an audit goes through: its title without clause and unit, which stand beside it."""
    return row.dossier.title.removeprefix(row.clause_id).removesuffix(f"· {row.unit_name}").strip()


def badge(row: Obligation, *, link: bool = True) -> ClockBadge:
    """A duty as homes and records show it."""
    state = {"met": "kept", "claimed": "open", "missed": "missed"}.get(row.state, row.state)
    if row.state == "missed" and row.done_at is not None:
        state = "kept_late"
    return ClockBadge(
        label=text(row.label, row.ref),
        state=state,
        due=row.due_at,
        clause=row.clause_id,
        url=reverse("duties:duty", args=[row.dossier.number]) if link else "",
        met=row.done_at,
        near_at=min(row.warn_at) if row.warn_at and row.state == "open" else None,
    )


def needed(rule: CadenceRule) -> str:
    """What does the duty, as a sentence."""
    ways = []
    heard = [name for name in rule.met_by if name in REGISTRY]  # what nothing emits yet would only puzzle
    if heard:
        named = _(" / ").join(str(words.word(name).label) for name in heard)
        ways.append(
            _("“%(event)s” at least %(times)d times in the period") % {"event": named, "times": rule.times}
            if rule.times > 1
            else _("“%(event)s” in the period") % {"event": named}
        )
    if rule.attest is not None:
        said = _("an attestation by %(roles)s") % {"roles": roles(rule.attest.by or (rule.owner,))}
        if rule.attest.evidence:
            said += _(", with evidence")
        if rule.attest.confirm:
            said += _(", confirmed by %(role)s") % {"role": role(rule.attest.confirm)}
        ways.append(said)
    if rule.audit is not None:
        ways.append(_("an audit of %(size)d cases, signed off") % {"size": rule.audit.size})
    return _("; or ").join(ways)


def due_because(rule: CadenceRule) -> str:
    """How the due time follows from the period."""
    if rule.within is None:
        said = _("by the end of the period")
    else:
        said = _("%(within)s after the end of the period") % {"within": within(str(rule.within))}
    if rule.grace is not None:
        said += _(", counted as missed %(grace)s later") % {"grace": within(str(rule.grace))}
    return said


def address(dossier: Dossier) -> str:
    """The page of a dossier, '' when its kind has none."""
    name = kinds.url_name(dossier.kind)
    return reverse(name, args=[dossier.number]) if name else ""
