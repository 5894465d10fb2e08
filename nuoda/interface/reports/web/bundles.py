"""Evidence packs and event logs: asked for, made in the background, downloaded, verified."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuoda.engine.rulebook.pure.telling import text
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.ui.pure.tones import Chip
from nuoda.foundation.ui.web.pages import (
    Choice,
    Column,
    Crumb,
    Do,
    Empty,
    Fact,
    FormPage,
    Header,
    Link,
    ListPage,
    Page,
    RecordPage,
    Section,
)

from .. import queries
from ..access import EVIDENCE
from ..actions import bundles, evidence
from ..models import Bundle
from ..models.bundles import KINDS
from ..pure.tallies import chapter
from . import scoping

FAULTS = {
    "unmade": gettext_lazy("The journal knows nothing of this file."),
    "gone": gettext_lazy("The file is not in the store any more."),
    "file": gettext_lazy("The file is not the one that was made."),
    "manifest": gettext_lazy("The list of parts was changed."),
    "changed": gettext_lazy("This part was changed."),
    "missing": gettext_lazy("This part is missing."),
    "added": gettext_lazy("This part was added later."),
    "broken": gettext_lazy("The file cannot be read."),
}


PARTS = {
    "evidence.pdf": gettext_lazy("to read and print"),
    "evidence.xlsx": gettext_lazy("the same as tables, with every case"),
    "events.jsonocel": gettext_lazy("event log"),
    "events.csv": gettext_lazy("event log"),
}


def state(row: Bundle) -> Chip:
    if row.ready_at:
        return Chip(_("ready"), "kept")
    return Chip(_("failed"), "missed") if row.failed_at else Chip(_("being made"), "info")


def about(row: Bundle) -> str:
    given = row.parameters
    return f"{given.get('target', '')} {given['since']} – {given['until']}".strip()


class Bundles(ListPage):
    """What was made to be handed on."""

    access = EVIDENCE
    title = gettext_lazy("Evidence and event logs")
    menu = "bundles"
    order = ("-asked_at",)
    refresh = 15
    columns = (
        Column(key="number", label=gettext_lazy("Number"), value="dossier.number"),
        Column(key="kind", label=gettext_lazy("Kind"), value="get_kind_display", sort="kind", grouped=True),
        Column(key="about", label=gettext_lazy("About"), value=about, wide=True),
        Column(key="state", label=gettext_lazy("State"), value=state, cell="chip"),
        Column(key="size", label=gettext_lazy("Size (KB)"), value=lambda row: round(row.size / 1024) or None, cell="number"),
        Column(key="by", label=gettext_lazy("Ordered by"), value="asked_by.name"),
        Column(key="asked", label=gettext_lazy("Asked for"), value="asked_at", cell="moment", sort="asked_at"),
    )  # fmt: skip
    filters = (Choice(name="kind", label=gettext_lazy("Kind"), options=list(KINDS.items()), field="kind"),)
    links = (
        Link(label=gettext_lazy("Evidence pack"), url=lambda actor: reverse("reports:ask_evidence"), primary=True),
        Link(label=gettext_lazy("Event log"), url=lambda actor: reverse("reports:ask_log"), icon="download"),
    )
    empty = Empty(
        text=gettext_lazy(
            "Nothing was made yet. An evidence pack shows an auditor what a clause said and what became of it."
        ),
        link=Link(label=gettext_lazy("Evidence pack"), url=lambda actor: reverse("reports:ask_evidence"), primary=True),
    )

    def rows(self, actor: Any) -> Any:
        return Bundle.visible_to(actor).select_related("dossier", "asked_by")

    def row_url(self, row: Bundle) -> str:
        return reverse("reports:bundle", args=[row.dossier.number])


class BundlePage(RecordPage):
    """One bundle: its parts with their hashes, and whether it is still as it was made."""

    access = EVIDENCE
    menu = "bundles"
    place = "bundle"
    sections = (
        Section(
            key="making", label=gettext_lazy("being made"), template="reports/_making.html", load="making", icon="clock"
        ),
        Section(key="what", label=gettext_lazy("What was asked for"), facts="what", icon="file-text"),
        Section(
            key="parts",
            label=gettext_lazy("Contents of the file"),
            template="reports/_parts.html",
            load="parts",
            icon="list",
        ),
    )
    rail = (
        Section(
            key="proof",
            label=gettext_lazy("Verified now"),
            template="reports/_proof.html",
            load="proof",
            icon="shield-check",
        ),
    )
    row: Bundle

    def load(self, **kwargs: Any) -> Bundle | None:
        rows = Bundle.visible_to(self.actor).select_related("dossier", "asked_by")
        return rows.filter(dossier__number=kwargs["number"]).first()

    def header(self) -> Header:
        return Header(
            number=self.row.dossier.number,
            title=_("%(kind)s: %(about)s") % {"kind": self.row.get_kind_display(), "about": about(self.row)},
            chips=[state(self.row)],
        )

    def moves(self) -> Sequence[Do]:
        if not self.row.ready_at:
            return []
        url = reverse("reports:download", args=[self.row.dossier.number])
        return [Do(label=gettext_lazy("Download"), icon="download", url=url, primary=True, dialog=False)]

    def what(self) -> Iterable[Fact]:
        row, given = self.row, self.row.parameters
        yield Fact(label=_("Period"), value=f"{given['since']} – {given['until']}", wide=True)
        if "target" in given:
            yield Fact(label=_("About"), value=self.target(given["target"]), wide=True)
            yield Fact(
                label=_("Sample"),
                value=_("%(each)d of each clause, seed %(seed)d") % {"each": given["sample"], "seed": given["seed"]},
            )
            limit = evidence.ORIGINALS // (1024 * 1024)
            yield Fact(label=_("Originals"), value=_("up to %(n)d MB in the file, the rest listed with its hash") % {"n": limit} if given["originals"] else _("listed with their hashes"))  # fmt: skip  # noqa: E501
        yield Fact(label=_("Ordered by"), value=row.asked_by.name)
        yield Fact(label=_("Asked for"), value=row.asked_at, cell="moment")
        if row.ready_at:
            yield Fact(label=_("Made"), value=row.ready_at, cell="moment")
            yield Fact(label="SHA-256", value=row.digest, copy=True, wide=True)
        if row.failed_at:
            yield Fact(
                label=_("Failed"),
                value=row.failed_at,
                cell="moment",
                hint=_("Ask for it again; if it fails again, tell the administrator."),
            )

    def target(self, code: str) -> str:
        """What the pack is about, in words: a regulation, a chapter or a clause."""
        titles = dict(scoping.policies(self.actor))
        if code in titles:
            return titles[code]
        clause = next((one for one in queries.clauses_in_force(self.actor, self.at) if one.clause.id == code), None)
        if clause is not None:
            return f"{code} {text(clause.clause.text, language())}"
        return scoping.chapter_word(code, titles) if code == chapter(code) else code

    def making(self) -> dict[str, Any] | None:
        """Shown until it is made; the page looks again by itself."""
        return {} if not self.row.ready_at and not self.row.failed_at else None

    def parts(self) -> dict[str, Any] | None:
        if not self.row.ready_at:
            return None
        found = sorted(self.row.manifest.get("parts", {}).items())
        return {"parts": [(name, PARTS.get(name, ""), part) for name, part in found]}

    def proof(self) -> dict[str, Any] | None:
        if not self.row.ready_at:
            return None
        return {"faults": [(FAULTS[code], part) for code, part in bundles.verified(self.row)]}

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Evidence and event logs"), reverse("reports:bundles"))]


class Download(Page):
    """The file of a bundle, streamed from the store."""

    access = EVIDENCE

    def get(self, request: HttpRequest, number: str) -> HttpResponseBase:
        row = bundles.bundle(self.actor, number=number)
        file = bundles.opened(row, actor=self.actor)
        return FileResponse(file, as_attachment=True, filename=row.name, content_type="application/zip")


class LogForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=[(key, KINDS[key]) for key in ("ocel", "csv")],
        widget=forms.RadioSelect,
        initial="ocel",
    )
    since = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("Until"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


class EvidenceForm(forms.Form):
    target = forms.ChoiceField(label=gettext_lazy("Regulation, chapter or clause"))
    since = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("Until"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    sample = forms.IntegerField(
        label=gettext_lazy("Cases of each clause"),
        min_value=evidence.SAMPLE[0],
        max_value=evidence.SAMPLE[1],
        initial=5,
    )
    seed = forms.IntegerField(
        label=gettext_lazy("Seed of the draw"),
        min_value=0,
        max_value=2**31 - 1,
        initial=1,
        help_text=gettext_lazy("The auditor may name any number; the same number draws the same cases again."),
    )
    originals = forms.BooleanField(
        label=gettext_lazy("With papers and files of the drawn cases"), required=False, initial=True
    )

    def __init__(self, *args: Any, actor: Any, texts: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = queries.clause_ids(actor)
        choice: Any = self.fields["target"]
        choice.choices = [
            (_("Regulation"), scoping.policies(actor)),
            (_("Chapter"), scoping.chapters(actor)),
            (_("Clause"), [(one, titled(one, texts.get(one, ""))) for one in known if one != chapter(one)]),
        ]


TITLED = 28
"""Characters of a clause's text that tell it from others in a list of choices (presentation only)."""


def titled(clause_id: str, told: str) -> str:
    """A clause as a choice: its id and how its text begins."""
    return f"{clause_id} {told[:TITLED]}{'…' if len(told) > TITLED else ''}".strip()


class Ask(FormPage):
    """What the two ways of asking share."""

    access = EVIDENCE
    menu = "bundles"
    submit = gettext_lazy("Make it")
    done_text = gettext_lazy("It is being made; this page shows when it is ready.")

    def initial(self) -> dict[str, Any]:
        today = timezone.localdate(self.at)
        asked = self.request.GET
        return {
            "until": asked.get("until", today),
            "since": asked.get("since", today - timedelta(days=scoping.DAYS - 1)),
            "target": asked.get("target", ""),
        }

    def done(self, result: Bundle) -> str:
        return reverse("reports:bundle", args=[result.dossier.number])

    def back(self) -> str:
        return reverse("reports:bundles")


class AskEvidence(Ask):
    """Ask for an evidence pack."""

    title = gettext_lazy("Evidence pack")
    form_class = EvidenceForm
    intro = gettext_lazy(
        "A PDF and a spreadsheet: what the clauses said in the period, what became of them, and a random sample with its "
        "proofs. Whoever receives it can check that nothing was changed."
    )

    def form_kwargs(self) -> dict[str, Any]:
        found = queries.clauses_in_force(self.actor, self.at)
        return {"actor": self.actor, "texts": {one.clause.id: text(one.clause.text, language()) for one in found}}

    def act(self, cleaned: dict[str, Any]) -> Bundle:
        return bundles.ask(kind="evidence", parameters=cleaned, actor=self.actor, at=self.at)


class AskLog(Ask):
    """Ask for an event log."""

    title = gettext_lazy("Event log")
    form_class = LogForm
    intro = gettext_lazy(
        "Everything that happened in the period, without personal data, for programs that study processes."
    )

    def act(self, cleaned: dict[str, Any]) -> Bundle:
        return bundles.ask(kind=cleaned["kind"], parameters=cleaned, actor=self.actor, at=self.at)
