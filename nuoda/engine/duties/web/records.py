"""One duty with its derivation; one audit with its sample."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from nuoda.engine.clocks.web.words import within
from nuoda.engine.papers.models import Attachment
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.events import REGISTRY
from nuoda.foundation.base.pure.rates import wilson
from nuoda.foundation.journal import queries as journal
from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.journal.pure.words import word
from nuoda.foundation.orgs import queries as orgs
from nuoda.foundation.orgs.models import Person
from nuoda.foundation.ui.pure.tones import ClockBadge
from nuoda.foundation.ui.templatetags import words as cells
from nuoda.foundation.ui.web.pages import Crumb, Do, Event, Fact, Header, RecordPage, Section

from .. import access, queries
from ..access import READERS
from ..models import Attestation, Audit, Obligation
from . import words
from .lists import ALL


def timeline(actor: Actor, dossier: Dossier) -> Iterable[Event]:
    """What happened, newest first, with who did it and what he wrote."""
    rows = journal.timeline(actor, case_id=dossier.case_id, since=dossier.recorded_at, limit=100)
    rows.sort(key=lambda row: row.happened_at, reverse=True)
    remarks = journal.remarks(actor, rows)
    people = orgs.names(actor, [row.actor_id for row in rows])
    for row in rows:
        said = word(row.type)
        yield Event(
            happened_at=row.happened_at,
            recorded_at=row.recorded_at,
            what=said.label,
            who=people.get(row.actor_id, "") if row.actor_id else "",
            text=remarks.get(row.id, ""),
            icon=said.icon,
            tone=said.tone,
            clauses=row.clauses,
        )


class DutyPage(RecordPage):
    """周期义务: what a clause asks for one period, how the due time follows, and what did it."""

    access = READERS
    menu = "duties"
    place = "duty"
    sections = (
        Section(key="derivation", label=_("How it follows from the clause"), facts="derivation", icon="scale"),
        Section(key="proof", label=_("What did it"), template="duties/_proof.html", load="proof", icon="checks"),
        Section(
            key="ladder",
            label=_("Escalation"),
            template="duties/_ladder.html",
            load="ladder",
            icon="arrow-up",
        ),
    )
    rail = (Section(key="about", label=_("The duty"), facts="about", icon="info-circle"),)
    row: Obligation

    def load(self, **kwargs: Any) -> Obligation:
        return queries.obligation(self.actor, number=kwargs["number"])

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Duties"), reverse("duties:mine"))]

    def header(self) -> Header:
        return Header(
            number=self.row.dossier.number,
            title=words.text(self.row.label, self.row.ref),
            chips=[words.state_chip(self.row)],
            subtitle=f"{words.period(self.row.period)} · {self.row.unit_name}",
        )

    def clocks(self) -> Sequence[ClockBadge]:
        return [words.badge(self.row, link=False)] if self.row.state not in ("waived", "withdrawn") else []

    @cached_property
    def waiting(self) -> Attestation | None:
        return next((row for row in self.found[1] if row.state == "waits"), None)

    @cached_property
    def found(self) -> tuple[list[Any], list[Attestation]]:
        return queries.proofs(self.row)

    def moves(self) -> Sequence[Do]:
        row, rule = self.row, queries.rule_of(self.row)
        found: list[Do] = []
        audit = getattr(row, "audit", None)
        if audit is not None and not self.actor.roles.isdisjoint(ALL):
            url = reverse("duties:audit", args=[audit.dossier.number])
            found.append(Do(label=_("Go to the audit"), url=url, icon="checklist", primary=row.owed, dialog=False))
        left = self.left
        if left is not None and row.owed and access.hand_over(self.actor, left.dealer_id):
            url = f"{reverse('duties:hand_over', args=[left.pk])}?only=duty-{row.pk}"
            found.append(Do(label=pgettext_lazy("duty", "Hand over"), url=url, icon="transfer", dialog=False))
        if rule is not None and rule.attest is not None and row.owed:
            if self.waiting is not None:
                mine = queries.confirms(self.actor, row) and self.waiting.person_id != self.actor.person_id
                if mine:
                    found += [
                        self.do("confirm", _("Confirm"), icon="check", primary=True),
                        self.do("reject", _("Do not accept"), icon="x", danger=True),
                    ]
                else:
                    reason = gettext("It waits for the %(role)s to confirm it.") % {
                        "role": words.role(rule.attest.confirm)
                    }
                    found.append(Do(label=_("Confirm"), reason=reason, clauses=[row.clause_id]))
            elif queries.attests(self.actor, row):
                found.append(self.do("attest", _("Say that it is done"), icon="writing", primary=True))
            else:
                by = words.roles(rule.attest.by or (rule.owner,))
                reason = gettext("The clause lets this be said by: %(roles)s.") % {"roles": by}
                found.append(Do(label=_("Say that it is done"), reason=reason, clauses=[row.clause_id]))
        if access.waive(self.actor) and row.state in ("open", "claimed") and row.done_at is None:
            own = queries.owes(self.actor, row)
            reason = gettext("You owe this yourself. Ask somebody else who answers for the keeping of the clauses.")
            if own:
                found.append(Do(label=_("Waive"), reason=reason, clauses=[row.clause_id]))
            else:
                found.append(self.do("waive", _("Waive"), icon="circle-check", danger=True))
        return found

    def do(self, verb: str, label: Any, **more: Any) -> Do:
        return Do(label=label, url=reverse(f"duties:{verb}", args=[self.row.dossier.number]), key=verb, **more)

    def derivation(self) -> list[Fact]:
        row, rule = self.row, queries.rule_of(self.row)
        stretch = words.stretch(row.period_start, row.period_end)
        lines = [
            Fact(
                label=_("Clause"),
                value=f"{row.clause_id} · {words.text(row.version.content['title'])} {row.version.version}",
                wide=True,
                url=reverse("rulebook:clause", args=[row.clause_id]),
            ),
            Fact(label=_("Period"), value=f"{words.period(row.period)} · {stretch}", wide=True),
            Fact(label=_("Began"), value=row.opens_at, cell="moment"),
        ]
        if rule is not None:
            lines += [
                Fact(label=_("What does it"), value=words.needed(rule), wide=True),
                Fact(label=_("Due"), value=f"{cells.due(row.due_at)} · {words.due_because(rule)}", wide=True),
            ]
        if rule is not None and any(name in REGISTRY for name in rule.met_by):
            counts = f"{cells.moment(row.counts_from)} – {cells.moment(row.counts_until)}"
            lines.append(Fact(label=_("What happens here counts"), value=counts, wide=True))
            lines.append(Fact(label=_("Counted"), value=f"{row.counted} / {row.times}"))
        if row.provisional:
            said = _("Provisional: the official days of the year are not known yet.")
            lines.append(Fact(label=_("Note"), value=said, wide=True))
        if row.state == "withdrawn":
            lines.append(Fact(label=_("Withdrawn"), value=words.CAUSES.get(row.cause, ""), wide=True))
        lines.append(Fact(label=_("Result"), value=self.result(), wide=True))
        return lines

    def result(self) -> str:
        said = str(words.state_chip(self.row).label)
        return f"{said} · {cells.moment(self.row.done_at)}" if self.row.done_at is not None else said

    def proof(self) -> dict[str, Any] | None:
        evidence, attested = self.found
        if not evidence and not attested:
            return None
        people = orgs.names(self.actor, [item.actor_id for item in evidence])
        wanted = {pk for row in attested for pk in row.files}
        files = {row.pk: row for row in Attachment.visible_to(self.actor).filter(pk__in=wanted, removed_at=None)}
        return {
            "evidence": [
                {
                    "row": item,
                    "what": word(item.type).label,
                    "who": people.get(item.actor_id, "") if item.actor_id else "",
                    "url": words.address(item.dossier) if item.dossier else "",
                    "did": str(item.entry_id) == self.row.done_by,
                }
                for item in evidence
            ],
            "attested": [
                {
                    "row": row,
                    "chip": words.attestation_chip(row),
                    "files": [files[pk] for pk in row.files if pk in files],
                    "did": str(row.pk) == self.row.done_by,
                }
                for row in attested
            ],
        }

    @cached_property
    def left(self) -> Person | None:
        """Who owes it in person, or did until he left."""
        person_id = self.row.owner_person_id or self.row.left_by_id
        return Person.visible_to(self.actor).filter(pk=person_id).first() if person_id is not None else None

    def ladder(self) -> dict[str, Any] | None:
        return ladder(self.actor, self.row.pk)

    def about(self) -> list[Fact]:
        row = self.row
        return [
            Fact(label=_("Owed by"), value=words.owner(row)),
            Fact(
                label=pgettext("duty", "who"), value=words.several(queries.names_of_owners(self.actor, [row])[row.pk])
            ),
            *([Fact(label=_("Left behind by"), value=self.left.name)] if self.left and row.left_by_id else []),
            Fact(label=_("Unit"), value=row.unit_name),
            Fact(label=_("Due"), value=row.due_at, cell="due"),
            Fact(label=_("Done"), value=row.done_at, cell="moment"),
        ]

    def timeline(self) -> Iterable[Event]:
        return timeline(self.actor, self.row.dossier)


def ladder(actor: Actor, about_id: Any) -> dict[str, Any] | None:
    """The ladders of a miss with their steps, for its page."""
    rows = queries.escalations(actor, [about_id])
    if not rows:
        return None
    return {
        "ladders": [
            {
                "row": row,
                "ended": row.get_ended_display() if row.ended else "",
                "steps": [
                    {
                        "roles": words.roles(step["tell"]),
                        "after": within(step["after"]),
                        "at": datetime.fromisoformat(step["at"]),
                        "told_at": datetime.fromisoformat(step["told_at"]) if "told_at" in step else None,
                    }
                    for step in row.steps
                ],
            }
            for row in rows
        ]
    }


class AuditPage(RecordPage):
    """抽查: the sample, how it was drawn, what was found, the figures."""

    access = ALL
    menu = "duties"
    place = "audit"
    sections = (
        Section(key="cases", label=_("The sample"), template="duties/_cases.html", load="sample", icon="checklist"),
        Section(key="drawing", label=_("How it was drawn"), facts="drawing", icon="scan"),
    )
    rail = (Section(key="result", label=_("Result"), facts="result", icon="chart-bar"),)
    row: Audit

    def load(self, **kwargs: Any) -> Audit:
        return queries.audit(self.actor, number=kwargs["number"])

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Audits"), reverse("duties:audits"))]

    def header(self) -> Header:
        stretch = words.stretch(self.row.period_start, self.row.period_end)
        return Header(
            number=self.row.dossier.number,
            title=words.checked(self.row),
            chips=[words.audit_chip(self.row)],
            subtitle=f"{self.row.unit_name} · {stretch}",
        )

    def clocks(self) -> Sequence[ClockBadge]:
        return [words.badge(self.row.obligation)] if self.row.obligation is not None else []

    @property
    def mine(self) -> bool:
        return self.row.state == "drawn" and queries.holds(self.actor, (self.row.auditor_role,), self.row.dealer_id)

    @cached_property
    def cases(self) -> list[Any]:
        return queries.cases(self.row)

    def moves(self) -> Sequence[Do]:
        if not self.mine:
            return []
        left = [case for case in self.cases if not case.verdict]
        url = reverse("duties:sign", args=[self.row.dossier.number])
        if left:
            check = reverse("duties:check", args=[self.row.dossier.number, left[0].position])
            reason = gettext("%(count)d cases are not checked yet.") % {"count": len(left)}
            return [
                Do(label=_("Check the next case"), url=check, icon="checklist", primary=True, dialog=False),
                Do(label=_("Sign off"), reason=reason, clauses=[self.row.clause_id]),
            ]
        return [Do(label=_("Sign off"), url=url, icon="signature", primary=True, key="sign")]

    def sample(self) -> dict[str, Any]:
        items = [(item["key"], words.text(item["text"], item["key"])) for item in self.row.items]
        lines = []
        for case in self.cases:
            marks = {mark.item: mark for mark in case.marks.all()}
            check = reverse("duties:check", args=[self.row.dossier.number, case.position]) if self.mine else ""
            lines.append(
                {
                    "case": case,
                    "chip": words.verdict_chip(case),
                    "url": "" if self.actor.only_administers else words.address(case.about),
                    "check": check,
                    "marks": [(label, marks[key], words.mark_chip(marks[key])) for key, label in items if key in marks],
                }
            )
        unchecked = any(not case.verdict for case in self.cases)
        return {"lines": lines, "items": [label for _key, label in items], "unchecked": unchecked}

    def drawing(self) -> list[Fact]:
        row = self.row
        return [
            Fact(
                label=_("Clause"),
                value=f"{row.clause_id} · {words.text(row.version.content['title'])} {row.version.version}",
                wide=True,
                url=reverse("rulebook:clause", args=[row.clause_id]),
            ),
            Fact(label=_("Drawn from"), value=gettext("%(count)d cases with “%(event)s”") % {
                "count": len(row.frame), "event": word(row.of).label,
            }, wide=True),
            Fact(label=_("Drawn"), value=f"{row.size} / {row.wanted}"),
            Fact(label=_("Drawn at"), value=row.drawn_at, cell="moment"),
            Fact(label=_("Seed"), value=row.seed, copy=True, wide=True,
                 hint=_("Whoever sorts the cases by SHA-256 of “seed:case” finds the same sample first.")),
            Fact(label=_("Fingerprint of the cases drawn from"), value=row.frame_hash, copy=True, wide=True),
        ]  # fmt: skip

    def result(self) -> list[Fact]:
        row = self.row
        lines = [Fact(label=_("Checked by"), value=words.role(row.auditor_role))]
        if row.state == "withdrawn":
            return [*lines, Fact(label=_("Fell away"), value=words.AUDIT_CAUSES.get(row.cause, ""), wide=True)]
        if row.state != "signed":
            left = sum(1 for case in self.cases if not case.verdict)
            return [*lines, Fact(label=_("Still to check"), value=left, cell="number")]
        assessed = row.passed + row.failed
        lines += [
            Fact(label=pgettext("audit", "kept"), value=row.passed, cell="number"),
            Fact(label=pgettext("audit", "not kept"), value=row.failed, cell="number"),
            Fact(label=_("Not applicable"), value=row.not_applicable, cell="number"),
        ]
        if assessed:
            low, high = wilson(row.passed, assessed)
            share = f"{row.passed / assessed:.0%} ({low:.0%}–{high:.0%})"
            lines.append(Fact(label=_("Share kept (95 % interval)"), value=share))
        else:
            lines.append(Fact(label=_("Share kept (95 % interval)"), value=_("not assessed")))
        if row.obligation is not None:
            url = reverse("duties:duty", args=[row.obligation.dossier.number])
            lines.append(Fact(label=_("Duty"), value=row.obligation.dossier.number, url=url))
        return [
            *lines,
            Fact(label=_("Signed off by"), value=row.signed_by.name if row.signed_by else ""),
            Fact(label=_("Signed off"), value=row.signed_at, cell="moment"),
            Fact(label=_("What it showed"), value=row.conclusion, wide=True),
        ]

    def timeline(self) -> Iterable[Event]:
        return timeline(self.actor, self.row.dossier)
