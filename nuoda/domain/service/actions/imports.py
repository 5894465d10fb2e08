"""Taking in cases of another system: everything lands in the journal with the source's times, judged as if our book had been in force."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from uuid import UUID, uuid5

import yaml
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from nuoda.engine.rulebook import queries as rulebook
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.events import Event
from nuoda.foundation.base.pure.ids import id_at
from nuoda.foundation.base.pure.imports import Options, Problem, Report
from nuoda.foundation.base.pure.refusals import Invalid
from nuoda.foundation.journal.actions import dossiers, entries
from nuoda.foundation.journal.models import Dossier, Source

from .. import events, facts
from ..models import Ticket
from ..models.tickets import CHANNELS, KINDS, PAUSE_REASONS, SEVERITIES, SEVERITY_RANKS
from ..pure import incidents

_NAMESPACE = UUID("0b6f9f0e-6d2c-5a55-8a77-5f0a2a6e4d11")
_CAUSES = {
    "no_case": lambda: (_("The number of the case is missing."), _("Fill it in, or take the row out.")),
    "state": lambda: (_("The mapping does not know this state."), _("Add it to 'states' in the mapping.")),
    "moment": lambda: (_("This is not a moment."), _("Write it as the mapping's formats say.")),
    "short": lambda: (_("The row has fewer columns than the heading."), _("Mend the row.")),
}


_FIGURES = {
    "cases": pgettext_lazy("import", "cases"),
    "rows_read": pgettext_lazy("import", "rows read"),
    "closed": pgettext_lazy("import", "closed"),
    "solved_time_given": pgettext_lazy("import", "time of solution given"),
    "solved_time_from_row": pgettext_lazy("import", "time of solution taken from the row that shows it"),
    "paused": pgettext_lazy("import", "put on hold at least once"),
    "reopened": pgettext_lazy("import", "reopened"),
    "out_of_order": pgettext_lazy("import", "with rows out of order"),
    "updated_before_opened": pgettext_lazy("import", "updated before they were opened"),
    "source_kept": pgettext_lazy("import", "kept, as the source judged"),
    "source_missed": pgettext_lazy("import", "missed, as the source judged"),
    "events": pgettext_lazy("import", "events written"),
}


def run(path: Path, actor: Actor, options: Options) -> Report:
    """`nuoda import incidents FILE --mapping MAPPING`: one transaction a case; twice or after a kill: what is there is not doubled.

    Raises Invalid for a mapping or a file that cannot be used at all.
    """
    how = _mapping(options.mapping)
    report = Report()
    cases, rows = _read(path, how, report)
    importer = actor.as_origin("import")
    tally = {
        "cases": len(cases), "rows_read": rows, "closed": 0, "solved_time_given": 0, "solved_time_from_row": 0, "paused": 0,
        "reopened": 0, "out_of_order": 0, "updated_before_opened": 0, "source_kept": 0, "source_missed": 0, "events": 0,
    }  # fmt: skip
    report.total = len(cases)
    for done, (key, lines) in enumerate(cases.items(), 1):
        case = incidents.case(key, lines, how)
        _count(tally, case)
        if not options.dry_run:
            with scoped(importer) as at:
                outcome, written = take(case, actor=importer, at=at)
            report.count(outcome)
            tally["events"] += written
        options.progress(done, len(cases))
    report.failed = len({problem.row for problem in report.problems})
    report.more, report.words = tally, {code: str(word) for code, word in _FIGURES.items()}
    return report


def take(case: incidents.Case, *, actor: Actor, at: datetime) -> tuple[Literal["created", "updated", "unchanged"], int]:
    """Take in one case, or what is new of it; how many events were written.

    Emits the case's events with the source's times and `as_if` set to the versions it is judged by.
    """
    pk = uuid5(_NAMESPACE, f"{actor.company_id}/{case.key}")
    label = " ".join(f"{t.policy.code} {t.policy.version}" for t in rulebook.book(actor).tenures if t.until is None)
    known = Ticket.objects.select_related("dossier").filter(pk=pk).first()
    ticket = known or _ticket(case, pk, actor)
    if known is None:
        ticket.dossier = dossiers.open(
            kind="ticket", actor=actor, at=at, id=pk, title=case.subject, opened_at=case.events[0].at, search=[case.key]
        )
        ticket.save(force_insert=True)
    sources = [f"incident:{case.key}:{place}" for place in range(len(case.events))]
    there = set(Source.objects.filter(company_id=actor.company_id, source__in=sources).values_list("source", flat=True))
    state = _State(ticket)
    written = 0
    for place, happened in enumerate(case.events):
        state.enter(happened)
        if sources[place] in there:
            continue
        entries.record(
            _event(ticket, happened, case),
            dossier=ticket.dossier,
            actor=actor,
            at=at,
            happened_at=happened.at,
            facts=facts.of_ticket(ticket, reason=happened.reason),
            source=sources[place],
            as_if=label,
            id=id_at(at, place),
        )
        written += 1
    if written:
        ticket.save()
        closed = ticket.closed_at
        Dossier.objects.filter(pk=pk).update(closed_at=closed)
    return ("created" if known is None else "updated" if written else "unchanged"), written


class _State:
    """The ticket as it was after each event of the source."""

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket
        for name in ("answered_at", "responded_at", "solved_at", "closed_at", "paused_at"):
            setattr(ticket, name, None)
        ticket.state, ticket.pause_reason, ticket.reopened = "reported", "", 0

    def enter(self, happened: incidents.Happened) -> None:
        ticket, at = self.ticket, happened.at
        if happened.event == "answered":
            ticket.answered_at = ticket.answered_at or at
            ticket.state = "answered" if ticket.state == "reported" else ticket.state
        elif happened.event == "responded":
            ticket.responded_at = ticket.responded_at or at
        elif happened.event == "paused":
            ticket.paused_at, ticket.pause_reason = at, happened.reason
        elif happened.event == "resumed":
            ticket.paused_at, ticket.pause_reason = None, ""
        elif happened.event == "solved":
            ticket.state, ticket.solved_at = "solved", at
            ticket.paused_at, ticket.pause_reason = None, ""
        elif happened.event == "reopened":
            ticket.state, ticket.reopened = "answered", ticket.reopened + 1
            ticket.solved_at = ticket.closed_at = ticket.responded_at = None
        elif happened.event == "closed":
            ticket.state, ticket.closed_at = "closed", at
            ticket.paused_at, ticket.pause_reason = None, ""


def _ticket(case: incidents.Case, pk: UUID, actor: Actor) -> Ticket:
    return Ticket(
        pk=pk,
        company_id=actor.company_id,
        state="reported",
        kind=case.kind,
        severity=case.severity,
        severity_rank=SEVERITY_RANKS[case.severity],
        proposed_severity=case.severity,
        channel=case.channel,
        subject=case.subject[:120],
        reported_at=case.events[0].at,
        serial_text=case.key[:60],
    )


def _event(ticket: Ticket, happened: incidents.Happened, case: incidents.Case) -> Event:
    pk, kind = ticket.pk, happened.event
    if kind == "reported":
        return events.TicketReported(ticket=pk, kind=case.kind, severity=case.severity, channel=case.channel)
    if kind == "answered":
        return events.TicketAnswered(ticket=pk, channel=case.channel)
    if kind == "responded":
        return events.TicketResponded(ticket=pk, channel=case.channel)
    if kind == "paused":
        return events.TicketPaused(ticket=pk, reason=happened.reason)
    if kind == "resumed":
        return events.TicketResumed(ticket=pk, reason=happened.reason)
    if kind == "solved":
        return events.TicketSolved(ticket=pk, how="time_from_row" if happened.shown else "source")
    if kind == "reopened":
        return events.TicketReopened(ticket=pk, round=ticket.reopened + 1, reason="source")
    return events.TicketClosed(ticket=pk, kind=case.kind, severity=case.severity)


def _count(tally: dict[str, int], case: incidents.Case) -> None:
    solved = case.last("solved")
    tally["closed"] += case.has("closed")
    tally["solved_time_given"] += solved is not None and not solved.shown
    tally["solved_time_from_row"] += solved is not None and solved.shown
    tally["paused"] += case.has("paused")
    tally["reopened"] += case.has("reopened")
    for note in case.notes:
        tally[note] += 1
    if case.verdict is not None:
        tally["source_kept" if case.verdict else "source_missed"] += 1


def _mapping(path: Path | None) -> incidents.Plan:
    if path is None:
        raise Invalid(_("Say with --mapping FILE which column means what; docs/import_incidents.md shows one."))
    try:
        how = incidents.plan(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise Invalid(_("The mapping %(file)s cannot be read.") % {"file": path.name}) from error
    except (UnicodeDecodeError, yaml.YAMLError, incidents.MappingError, KeyError) as error:
        raise Invalid(_("The mapping cannot be used: %(error)s") % {"error": error}) from error
    codes = {meaning.pause for meaning in how.states.values() if meaning.pause} - set(PAUSE_REASONS)
    if codes:
        raise Invalid(
            _("The mapping names reasons for waiting that do not exist: %(codes)s")
            % {"codes": ", ".join(sorted(codes))}
        )
    for choice, known in ((how.kind, KINDS), (how.severity, SEVERITIES), (how.channel, CHANNELS)):
        if unknown := choice.codes - set(known):
            raise Invalid(
                _("The mapping names codes that do not exist: %(codes)s; there are %(known)s.")
                % {"codes": ", ".join(sorted(unknown)), "known": ", ".join(known)}
            )
    return how


def _read(path: Path, how: incidents.Plan, report: Report) -> tuple[dict[str, list[Mapping[str, str]]], int]:
    """Good rows by case, in the order of the file; the others are listed in the report."""
    cases: dict[str, list[Mapping[str, str]]] = {}
    count = 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in how.columns if name not in (reader.fieldnames or [])]
        if missing:
            raise Invalid(_("The file has no column %(columns)s.") % {"columns": ", ".join(missing)})
        for number, row in _numbered(reader):
            count += 1
            wrong = incidents.check(number, row, how)
            if wrong:
                for item in wrong:
                    cause, fix = _CAUSES[item.cause]()
                    report.problems.append(Problem(item.row, item.column, item.value, cause, fix))
                continue
            cases.setdefault(row[how.case].strip(), []).append(row)
    return cases, count


def _numbered(reader: Any) -> Iterator[tuple[int, dict[str, str]]]:
    for row in reader:
        yield reader.line_num, row
