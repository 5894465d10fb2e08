"""时限诚信: places where a clock may have been kept on paper only, for whoever supervises; and people compared fairly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from nuoda.engine.clocks.web.views import dossier_url
from nuoda.engine.clocks.web.words import amount, reason
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.pure.book import NotInForce
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.orgs import queries as orgs
from nuoda.foundation.ui.pure.tones import Chip
from nuoda.foundation.ui.web.pages import (
    Choice,
    Column,
    Crumb,
    Days,
    Do,
    Empty,
    Fact,
    Flag,
    FormPage,
    Header,
    Link,
    ListPage,
    Page,
    RecordPage,
    Section,
    Tab,
)
from nuoda.foundation.ui.web.pages import states as addresses

from .. import queries
from ..access import SUPERVISORS, may_mark
from ..actions import findings
from ..models import Finding
from ..models.findings import PATTERNS
from ..pure import spans
from ..pure.integrity import PATTERNS as CODES
from . import board, scoping

MARKERS = frozenset({"service_manager", "quality_supervisor", "director"})
WHY = {
    "late_pause": gettext_lazy(
        "A clock that is stopped when it is nearly over may hide a miss. See why it was stopped, and whether the "
        "customer was really waited for."
    ),
    "quick_close": gettext_lazy(
        "A matter that comes back soon after it was called solved may have been closed to stop its clock. See whether "
        "the customer had confirmed."
    ),
    "back_dated": gettext_lazy(
        "The deed was recorded after the time had run out and says that it happened before. See what else tells when "
        "it happened: a photo, a signature, the place."
    ),
    "lowered": gettext_lazy(
        "A lower severity took a stricter time limit away when it was about to run out. See whether the reason given "
        "is true."
    ),
    "not_asked": gettext_lazy(
        "Something says that the customer may be unhappy, and nobody asked him. A survey that leaves out the unhappy "
        "says nothing."
    ),
}
SIGNS = {
    "score": gettext_lazy("low rating"),
    "complaint": gettext_lazy("complaint"),
    "reopened": gettext_lazy("opened again"),
    "missed": gettext_lazy("missed time limits"),
}
ASKED = {
    "none": gettext_lazy("no follow-up was planned"),
    "planned": gettext_lazy("the follow-up was never made"),
    "unreachable": gettext_lazy("not reached"),
    "cancelled": gettext_lazy("the follow-up was cancelled"),
}


def say(row: Finding) -> str:
    """What was found, in one sentence of numbers."""
    facts = row.facts
    match row.pattern:
        case "late_pause":
            return _("paused with %(left)s left (%(reason)s)") % {
                "left": span(facts["left"]),
                "reason": reason(facts["reason"]),
            }
        case "quick_close":
            return _("opened again %(after)s after it was called solved") % {"after": span(facts["after"])}
        case "back_dated":
            values = {"late": span(facts["recorded_after"]), "past": span(facts["past_due"])}
            return _("recorded %(late)s after it is said to have happened, %(past)s after the time") % values
        case "lowered":
            return _("severity lowered with %(left)s left") % {"left": span(max(facts["left"], 0))}
    signs = "、".join(str(SIGNS[sign]) for sign in str(facts["signs"]).split())
    return f"{signs}: {ASKED.get(str(facts['asked']), facts['asked'])}"


def span(seconds: int) -> str:
    return amount(timedelta(seconds=seconds - seconds % 60 if seconds >= 60 else seconds))


def chip(row: Finding) -> Chip:
    return Chip(PATTERNS[row.pattern], "neutral" if row.looked_at else "near")


class Findings(ListPage):
    """What was found, newest first."""

    access = SUPERVISORS
    title = gettext_lazy("Clock integrity")
    menu = "findings"
    order = ("-happened_at",)
    columns = (
        Column(key="happened", label=gettext_lazy("When"), value="happened_at", cell="moment", sort="happened_at"),
        Column(key="pattern", label=gettext_lazy("Pattern"), value=chip, cell="chip", sort="pattern", grouped=True),
        Column(key="number", label=gettext_lazy("Case"), value="dossier.number", link=lambda row: row.case_url or None),
        Column(key="what", label=gettext_lazy("What looks wrong"), value=say, wide=True),
        Column(key="who", label=gettext_lazy("Who"), value="person.name"),
        Column(key="clause", label=gettext_lazy("Clause"), value="clause_id"),
        Column(key="looked", label=pgettext_lazy("finding", "Looked at"), value="looked_at", cell="moment", sort="looked_at"),
        Column(key="by", label=gettext_lazy("Looked at by"), value="looked_by.name"),
    )  # fmt: skip
    filters = (
        Days(name="happened", label=gettext_lazy("Period"), field="happened_at"),
        Choice(name="pattern", label=gettext_lazy("Pattern"), options=list(PATTERNS.items()), field="pattern"),
        Choice(name="person", label=gettext_lazy("Who"), options=lambda actor: people(actor), field="person_id"),
        Flag(name="new", label=gettext_lazy("Not looked at"), where=Q(looked_at=None)),
    )
    tabs = (
        Tab(key="all", label=gettext_lazy("All")),
        Tab(key="new", label=gettext_lazy("Not looked at"), address="new=1"),
    )
    links = (
        Link(label=gettext_lazy("By person"), url=lambda actor: reverse("reports:people"), icon="users"),
        Link(
            label=gettext_lazy("Look through a period"), url=lambda actor: reverse("reports:examine"), icon="search",
            roles=MARKERS,
        ),
    )  # fmt: skip
    empty = Empty(
        text=gettext_lazy("Nothing was found. Every night the last weeks are looked through."), icon="shield-check"
    )

    def rows(self, actor: Any) -> Any:
        return Finding.visible_to(actor).select_related("dossier", "person", "looked_by")

    def dress(self, rows: Sequence[Any]) -> None:
        for row in rows:
            # Customers' matters do not exist for whoever only administers: their pages would answer that there is none.
            row.case_url = "" if self.actor.only_administers else dossier_url(row.dossier)

    def row_url(self, row: Finding) -> str:
        return reverse("reports:finding", args=[row.pk])


def people(actor: Any) -> list[tuple[str, str]]:
    """Who is named in any finding."""
    named = Finding.visible_to(actor).exclude(person=None).values_list("person_id", "person__name").distinct()
    return sorted(((str(pk), name) for pk, name in named), key=lambda pair: pair[1])


class FindingPage(RecordPage):
    """One finding: what speaks for it, where the evidence stands, what came of it."""

    access = SUPERVISORS
    menu = "findings"
    place = "finding"
    sections = (
        Section(key="what", label=gettext_lazy("What looks wrong"), facts="what", icon="search"),
        Section(key="looked", label=pgettext_lazy("finding", "Looked at"), facts="looked", icon="eye"),
    )
    row: Finding

    def load(self, **kwargs: Any) -> Finding | None:
        rows = Finding.visible_to(self.actor).select_related("dossier", "person", "looked_by")
        return rows.filter(pk=kwargs["id"]).first()

    def header(self) -> Header:
        return Header(
            number=self.row.dossier.number, title=say(self.row), chips=[chip(self.row)], subtitle=WHY[self.row.pattern]
        )

    def moves(self) -> Sequence[Do]:
        if self.row.looked_at is not None or not may_mark(self.actor):
            return []
        url = reverse("reports:look_at", args=[self.row.pk])
        return [Do(label=gettext_lazy("Say what you found"), icon="eye", url=url, primary=True)]

    def what(self) -> Iterable[Fact]:
        row = self.row
        yield Fact(label=_("When"), value=row.happened_at, cell="moment")
        yield Fact(label=_("Who"), value=row.person.name if row.person else "")
        title = "" if self.actor.only_administers else row.dossier.title
        case = f"{row.dossier.number} {title}".strip()
        closed = self.actor.only_administers  # customers' matters do not exist for him, nor do their pages
        yield Fact(label=_("Case"), value=case, url=None if closed else dossier_url(row.dossier) or None)
        if row.clause_id:
            yield Fact(label=_("Clause"), value=row.clause_id, url=reverse("rulebook:clause", args=[row.clause_id]))
        if not closed:
            anchor = f"#d-{row.deadline_id}" if row.deadline_id else ""
            url = reverse("clocks:explanation", args=[row.dossier.number]) + anchor
            yield Fact(label=_("Derivation"), value=_("how it was counted"), url=url)
        yield Fact(label=_("Found"), value=row.found_at, cell="moment")

    def looked(self) -> Iterable[Fact]:
        if self.row.looked_at is None:
            yield Fact(label=pgettext("finding", "Looked at"), value=_("not yet"))
            return
        yield Fact(label=pgettext("finding", "Looked at"), value=self.row.looked_at, cell="moment")
        yield Fact(label=_("Who"), value=self.row.looked_by.name if self.row.looked_by else "")
        yield Fact(label=_("Remark"), value=self.row.remark, wide=True)

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Clock integrity"), reverse("reports:findings"))]


class RemarkForm(forms.Form):
    remark = forms.CharField(
        label=gettext_lazy("What you found"),
        widget=forms.Textarea(attrs={"rows": 4, "data_wide": "1"}),
        max_length=2000,
    )


class LookAt(FormPage):
    """Say what came of a finding."""

    access = MARKERS
    title = gettext_lazy("Say what you found")
    menu = "findings"
    form_class = RemarkForm
    submit = gettext_lazy("Mark as looked at")
    done_text = gettext_lazy("It is marked as looked at; your remark stands in the journal.")
    row: Finding

    @property
    def intro(self) -> str:
        return f"{self.row.dossier.number} · {say(self.row)}"

    def load(self, **kwargs: Any) -> Finding:
        row = Finding.visible_to(self.actor).select_related("dossier").filter(pk=kwargs["id"]).first()
        if row is None:
            raise NotYours()
        return row

    def act(self, cleaned: dict[str, Any]) -> Finding:
        return findings.look_at(self.row, remark=cleaned["remark"], actor=self.actor, at=self.at)

    def done(self, result: Finding) -> str:
        return self.back()

    def back(self) -> str:
        return reverse("reports:finding", args=[self.row.pk])


class PeriodForm(forms.Form):
    since = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("Until"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and not since <= until <= since + timedelta(days=366):
            self.add_error("until", _("Choose a period of a year at most that does not end before it begins."))
        return cleaned


class Examine(FormPage):
    """Look through a period now."""

    access = MARKERS
    title = gettext_lazy("Look through a period")
    menu = "findings"
    form_class = PeriodForm
    submit = gettext_lazy("Look")
    done_text = gettext_lazy("The period was looked through.")
    intro = gettext_lazy("Every night the last weeks are looked through by themselves. Here you choose another period.")

    def initial(self) -> dict[str, Any]:
        period = spans.before(spans.month(timezone.localdate(self.at)))
        return {"since": period.first, "until": period.last}

    def act(self, cleaned: dict[str, Any]) -> int:
        since, until = (scoping.moment(cleaned["since"]), scoping.moment(cleaned["until"] + timedelta(days=1)))
        return findings.examine(since=since, until=min(until, self.at), actor=self.actor, at=self.at)

    def done(self, result: int) -> str:
        return self.back()

    def back(self) -> str:
        return reverse("reports:findings")


class People(Page):
    """Findings by person, each beside how often he did the thing at all: who does more is named more often."""

    kind = "board"
    access = SUPERVISORS
    title = gettext_lazy("Clock integrity by person")
    menu = "findings"
    template = "reports/people.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        state = addresses.read(request.GET, scoping.FILTERS[:1], (), self.actor)
        period = scoping.span(state, self.at)
        since, until = scoping.moment(period.first), scoping.moment(period.after)
        found = queries.findings_by_person(self.actor, since, until)
        least = self.least()
        names = orgs.names(self.actor, found)
        days = {"happened.from": [period.first.isoformat()], "happened.to": [period.last.isoformat()]}
        lines: list[dict[str, Any]] = []
        for person, counts in found.items():
            cells: list[dict[str, Any]] = []
            for code in CODES:
                n, acts = counts.get(code, (0, 0))
                url = scoping.address(reverse("reports:findings"), days, pattern=code, person=str(person)) if n else ""
                share = f"{100 * n / acts:.0f}%" if least is not None and acts >= least else ""
                cells.append({"n": n, "acts": acts, "share": share, "url": url})
            lines.append({"name": names.get(person, ""), "cells": cells, "sum": sum(cell["n"] for cell in cells)})
        lines.sort(key=lambda line: (-line["sum"], line["name"]))
        return self.answer(
            context={
                "lines": lines,
                "patterns": [PATTERNS[code] for code in CODES],
                "period": period,
                "presets": board.presets(state, period, self.at),
                "least": least,
            }
        )

    def least(self) -> int | None:
        """So many acts make a share; None when the regulations in force do not say."""
        try:
            return rulebook.book(self.actor).value("integrity_fair_sample", self.at, int)
        except NotInForce:
            return None

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Clock integrity"), reverse("reports:findings"))]
