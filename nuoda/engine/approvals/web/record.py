"""One approval: the content as it was put before the approvers, the chain, what everybody said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.journal.pure import kinds
from nuoda.foundation.ui.pure.tones import ClockBadge
from nuoda.foundation.ui.web.pages import Crumb, Do, Event, Fact, Header, RecordPage, Section
from nuoda.foundation.ui.web.pages import Step as Stage

from .. import access, queries
from ..access import STAFF
from ..actions import decisions
from ..models import Approval, Round, Step
from ..models.steps import VERDICTS
from . import words

LOOKS = {
    "submitted": ("send", "info"), "approved": ("check", "kept"), "granted": ("checks", "kept"),
    "rejected": ("x", "missed"), "sent_back": ("arrow-back-up", "near"), "returned": ("arrow-back-up", "near"),
    "withdrawn": ("arrow-back-up", "neutral"),
    "transferred": ("transfer", "info"), "signer_added": ("user-plus", "info"), "reminded": ("bell", "near"),
    "copied": ("copy", "neutral"), "lapsed": ("history", "near"),
}  # fmt: skip
"""Icon and tone of each act."""
STAGES: dict[str, Literal["done", "now", "next", "skipped"]] = {"open": "now", "approved": "done", "waiting": "next"}

SHORT = 40
"""Letters of a value that fits beside others; a longer one has a line of its own."""


class ApprovalPage(RecordPage):
    """The page of an approval, for those who decide, those who asked, and those who may read it later."""

    access = STAFF
    menu = "approvals"
    place = "approval"
    help = "approvals"
    sections = (
        Section(key="content", label=_("What is to be approved"), facts="content", icon="file-text"),
        Section(
            key="chain",
            label=_("Who approves, and why"),
            template="approvals/_chain.html",
            load="chain",
            icon="sitemap",
        ),
        Section(
            key="rounds", label=_("Earlier rounds"), template="approvals/_rounds.html", load="earlier", icon="history"
        ),
    )
    rail = (Section(key="about", label=_("The request"), facts="request_facts", icon="info-circle"),)

    row: Approval

    def load(self, **kwargs: Any) -> Approval:
        return queries.approval(self.actor, kwargs["number"], at=self.at)

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Approvals"), reverse("approvals:mine"))]

    @cached_property
    def chain_steps(self) -> list[Step]:
        return queries.steps(self.row)

    @cached_property
    def rounds(self) -> list[Round]:
        return queries.rounds(self.row)

    def header(self) -> Header:
        return Header(
            number=self.row.dossier.number,
            title=f"{words.matter(self.row)} · {self.row.about.title}",
            chips=[words.state_chip(self.row)],
            subtitle=gettext("submitted by %(name)s") % {"name": self.row.submitter.name},
        )

    def steps(self) -> Sequence[Stage]:
        stages = [Stage(label=_("submitted"), state="done", at=self.row.submitted_at)]
        for step in self.chain_steps:
            stages.append(
                Stage(label=words.role(step.role), state=STAGES.get(step.state, "skipped"), at=step.decided_at)
            )
        done = self.row.state == "approved"
        stages.append(
            Stage(label=_("approved"), state="done" if done else "next", at=self.row.decided_at if done else None)
        )
        return stages

    def clocks(self) -> Sequence[ClockBadge]:
        return [
            ClockBadge(label=words.role(step.role), state="open", due=step.due_at, clause=step.clause)
            for step in self.chain_steps
            if step.state == "open" and step.due_at is not None
        ]

    def moves(self) -> Sequence[Do]:
        seat = queries.seat_of(self.row, self.actor, self.at)
        found: list[Do] = []
        if seat is not None:
            found += [
                self.do("approve", _("Approve"), icon="check", primary=True),
                self.do("reject", _("Reject"), icon="x", danger=True),
                self.do("send_back", _("Send back"), icon="arrow-back-up"),
                self.do("transfer", _("Transfer"), icon="transfer"),
                self.do("add_signer", _("Add a signer"), icon="user-plus"),
            ]
        if self.actor.person_id == self.row.submitter_id:
            if self.row.state == "pending":
                found.append(self.do("remind", _("Remind"), icon="bell"))
            if self.row.state in ("sent_back", "lapsed"):
                url = reverse("approvals:submit", args=[self.row.matter, self.row.about.number])
                found.append(Do(label=_("Submit again"), url=url, icon="send", primary=True, dialog=False))
            if self.row.state in ("pending", "sent_back", "lapsed"):
                found.append(self.do("withdraw", _("Withdraw"), icon="arrow-back-up", danger=True))
        elif seat is None and self.row.state == "pending":
            reason = (
                decisions.words_of_barred()
                if queries.had_a_part(self.row, self.actor)
                else _("You are not asked to decide here now.")
            )
            found.append(Do(label=_("Approve"), reason=reason, clauses=self.row.clauses))
        if access.submit(self.actor):
            found.append(self.do("copy", _("Send a copy"), icon="copy"))
        return found

    def do(self, verb: str, label: Any, **more: Any) -> Do:
        return Do(label=label, url=reverse(f"approvals:{verb}", args=[self.row.dossier.number]), key=verb, **more)

    def content(self) -> list[Fact]:
        return shown(self.rounds[-1])

    def chain(self) -> dict[str, Any]:
        asked = {seat.person_id for step in self.chain_steps for seat in step.seats.all() if step.state == "open"}
        away = queries.stand_ins(asked, self.at)
        lines = []
        for step in self.chain_steps:
            seats = [(seat, away.get(seat.person_id, "")) for seat in step.seats.all()]
            lines.append(
                {
                    "step": step,
                    "role": words.role(step.role),
                    "chip": words.step_chip(step),
                    "seats": seats,
                    "why": [words.why(note, self.row.matter) for note in step.why],
                }
            )
        return {"lines": lines}

    def earlier(self) -> dict[str, Any] | None:
        if len(self.rounds) < 2:
            return None
        return {"rounds": [(item, shown(item)) for item in reversed(self.rounds[:-1])]}

    def request_facts(self) -> list[Fact]:
        kept = self.rounds[-1]
        return [
            Fact(label=_("Concerns"), value=self.row.about.number, url=place_of(self.row.about)),
            Fact(label=_("Submitted by"), value=self.row.submitter.name),
            Fact(label=_("Submitted at"), value=self.row.submitted_at, cell="moment"),
            Fact(label=_("Round"), value=self.row.round, cell="number"),
            Fact(label=_("Fingerprint of the content"), value=kept.content_hash[:16], copy=True),
        ]

    def timeline(self) -> Iterable[Event]:
        events = []
        for item in reversed(queries.said(self.row, self.actor)):
            act = item.decision
            icon, tone = LOOKS[act.verdict]
            what = str(VERDICTS[act.verdict])
            if act.other is not None:
                what = f"{what}: {act.other.name}"
            who = act.person.name if act.person else ""
            if act.on_behalf_of is not None:
                who = gettext("%(name)s for %(other)s") % {"name": who, "other": act.on_behalf_of.name}
            clauses = [act.step.clause] if act.step is not None and act.step.clause else []
            events.append(
                Event(
                    happened_at=act.decided_at,
                    what=what,
                    who=who,
                    text=item.comment,
                    icon=icon,
                    tone=tone,
                    clauses=clauses,
                )
            )
        return events


def shown(kept: Round) -> list[Fact]:
    """The lines of a kept content, as the approvers saw them."""
    found = []
    for row in kept.content["rows"]:
        value = row["value"]
        if row["kind"] in ("moment", "date") and isinstance(value, str):
            moment = datetime.fromisoformat(value)
            value = moment if row["kind"] == "moment" else moment.date()
        long = isinstance(value, str) and len(value) > SHORT
        found.append(Fact(label=gettext(row["label"]), value=value, cell=row["kind"], wide=long))
    return found


def place_of(dossier: Dossier) -> str | None:
    """The page of the subject, when its app has one."""
    name = kinds.url_name(dossier.kind)
    if name is None:
        return None
    try:
        return reverse(name, kwargs={"number": dossier.number})
    except NoReverseMatch:
        return None
