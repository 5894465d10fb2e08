"""Drafts: the list, beginning one, one draft with everything that can be done with it, and its way into force."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from nuoda.engine.approvals.models import Approval
from nuoda.engine.clocks import queries as clocks
from nuoda.engine.clocks.pure import situations as clocked
from nuoda.engine.measures.pure import situations as measured
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.access import may_adopt
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure import documents, situations
from nuoda.engine.rulebook.pure.facts import SUBJECTS
from nuoda.engine.rulebook.pure.factsets import FACT_SETS
from nuoda.engine.rulebook.pure.policies import Policy as Read
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid
from nuoda.foundation.ui.web.pages import Column, Crumb, Empty, FormPage, Link, ListPage, Page

from .. import queries
from ..access import WRITERS
from ..actions import adoptions, drafts
from ..models import Draft
from . import words

LARGEST = 2_000_000
"""Bytes of an uploaded file: ten times the longest shipped regulation."""


class Drafts(ListPage):
    """All drafts, the one changed last at the top."""

    access = WRITERS
    menu = "drafts"
    title = _("Revisions of the regulations")
    order = ("-changed_at",)
    columns = (
        Column(key="number", label=_("Number"), value="dossier.number"),
        Column(key="title", label=_("Regulation"), value="dossier.title", wide=True),
        Column(key="state", label=_("State"), value=words.state_chip, sort="state", grouped=True),
        Column(key="writer", label=_("Changed by"), value=lambda row: row.writer.name if row.writer else "—"),
        Column(key="changed", label=_("Changed"), value="changed_at", cell="moment", sort="changed_at"),
    )
    links = (
        Link(label=_("New draft"), url=lambda actor: reverse("revisions:begin"), primary=True),
        Link(label=_("Upload a file"), url=lambda actor: reverse("revisions:upload"), icon="upload"),
        Link(label=_("Compare versions"), url=lambda actor: reverse("revisions:compare"), icon="file-text"),
    )
    empty = Empty(text=_("Nobody is writing a new version."))

    def rows(self, actor: Actor) -> Any:
        return queries.drafts(actor).order_by()

    def row_url(self, row: Draft) -> str:
        return reverse("revisions:draft", args=[row.dossier.number])


class BeginForm(forms.Form):
    version = forms.ChoiceField(label=_("Begin from"))
    empty = forms.BooleanField(label=_("Take over nothing but title, roles and scope"), required=False)

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].choices = choices  # type: ignore[attr-defined]


class Begin(FormPage):
    """Begin a draft from a version of a regulation."""

    access = WRITERS
    menu = "drafts"
    title = _("New draft")
    submit = _("Begin")
    form_class = BeginForm

    def form_kwargs(self) -> dict[str, Any]:
        current = {row.pk for row in rulebook.in_force(self.actor, self.at)}
        rows = sorted(rulebook.versions(self.actor), key=lambda row: (row.policy.code, row.pk not in current))
        return {
            "choices": [
                (str(row.pk), f"{words.title(row)} {row.version} · {words.status_chip(row, self.at).label}")
                for row in rows
            ]
        }

    def act(self, cleaned: dict[str, Any]) -> Draft:
        row = queries.version(self.actor, cleaned["version"])
        return drafts.begin_from(version=row, empty=cleaned["empty"], actor=self.actor, at=self.at)

    def done(self, result: Draft) -> str:
        return reverse("revisions:draft", args=[result.dossier.number])

    def back(self) -> str:
        return reverse("revisions:drafts")


class UploadForm(forms.Form):
    file = forms.FileField(label=_("File (YAML)"), help_text=_("A regulation as this program writes it."))


class Upload(FormPage):
    """Begin a draft from a file, of a regulation that is known or of a new one."""

    access = WRITERS
    menu = "drafts"
    title = _("Upload a regulation")
    submit = _("Upload")
    form_class = UploadForm

    def act(self, cleaned: dict[str, Any]) -> Draft:
        file = cleaned["file"]
        if file.size > LARGEST:
            raise Invalid(_t("The file is larger than a regulation can be."), fields={"file": _t("Too large.")})
        try:
            content = documents.parse(file.read().decode("utf-8")).content
        except UnicodeDecodeError as error:
            raise Invalid(_t("The file is not UTF-8 text."), fields={"file": _t("Not UTF-8.")}) from error
        except documents.PolicyError as error:
            raise Invalid(str(error), fields={"file": str(error)}) from error
        policy = drafts.policy_for(content, actor=self.actor)
        return drafts.begin(policy=policy, content=content, actor=self.actor, at=self.at)

    def done(self, result: Draft) -> str:
        return reverse("revisions:draft", args=[result.dossier.number])

    def back(self) -> str:
        return reverse("revisions:drafts")


class DraftPage(Page):
    """One draft: its clauses, what it changes, how its examples come out, and its way into force."""

    access = WRITERS
    menu = "drafts"
    template = "revisions/draft.html"
    row: Draft

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        self.row = queries.draft(self.actor, number=number)
        version = self.row.draft_of
        context: dict[str, Any] = {"row": self.row, "version": version, "chip": words.state_chip(self.row)}
        if version is not None:
            policy = rulebook.policy_of(version)
            before = queries.before(version)
            redline = queries.redline(before, version, language())
            kinds = {change.clause_id: words.KINDS[change.kind] for change in redline.changes}
            outcomes = tried(policy, self.actor, self.at)
            context |= {
                "before": before,
                "redline": words.shown(redline),
                "clauses": [
                    (clause.id, clause.text["zh-hans"], kinds.get(clause.id), outcomes.get(clause.id, []))
                    for clause in policy.clauses
                ],
                "wrong": [o for found in outcomes.values() for o in found if not o.right],
                "examples": sum(len(found) for found in outcomes.values()),
                "editable": self.row.state == "editing" and version.status == "draft",
                "deeds": deeds(self.row, version, self.actor, self.at),
                "trials": self.contributed("version.trials", version),
                "approvals": Approval.visible_to(self.actor).filter(about_id=self.row.pk).select_related("dossier"),
            }
        return self.answer(context=context)

    def get_title(self) -> Any:
        return self.row.dossier.title

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Revisions"), reverse("revisions:drafts"))]


def tried(policy: Read, actor: Actor, at: Any) -> dict[str, list[situations.Outcome]]:
    """The examples of every clause, run; by clause."""
    calendar = clocks.calendar_of(actor, dealer_id=None, at=at)
    found: dict[str, list[situations.Outcome]] = {}
    for outcome in (
        *situations.run(policy, SUBJECTS),
        *clocked.run(policy, SUBJECTS, calendar),
        *measured.run(policy, FACT_SETS),
    ):
        found.setdefault(outcome.clause_id, []).append(outcome)
    return found


def deeds(row: Draft, version: PolicyVersion, actor: Actor, at: Any) -> list[tuple[str, Any, bool]]:
    """What can be done now: the address, its words, whether it is the main thing."""
    found: list[tuple[str, Any, bool]] = []
    if row.state == "editing":
        found += [("submit", _("Submit for adoption"), True), ("discard", _("Throw away"), False)]
    if row.state == "submitted":
        found.append(("take_back", _("Take back to change it"), False))
    if row.state == "adopted" and may_adopt(actor) and version.in_force_from is not None and version.in_force_from > at:
        found.append(("cancel", _("Take the adoption back"), False))
    return [(reverse(f"revisions:{name}", args=[row.dossier.number]), label, main) for name, label, main in found]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3, "data_wide": "1"})
    )


class CommentForm(forms.Form):
    comment = forms.CharField(
        label=_("For the approvers"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "data_wide": "1"}),
    )


class Deed(FormPage):
    """A form about one draft."""

    access = WRITERS
    menu = "drafts"
    row: Draft

    def load(self, **kwargs: Any) -> Draft:
        return queries.draft(self.actor, number=kwargs["number"])

    def done(self, result: Any) -> str:
        return self.back()

    def back(self) -> str:
        return reverse("revisions:draft", args=[self.row.dossier.number])

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Revisions"), reverse("revisions:drafts")), Crumb(self.row.dossier.title, self.back())]


class Submit(Deed):
    """Submit the draft to be put into force."""

    title = _("Submit for adoption")
    submit = _("Submit")
    clauses = ("MN-0",)
    form_class = CommentForm
    template = "revisions/submit.html"
    done_text = _("The draft is submitted.")

    def more(self) -> dict[str, Any]:
        version = self.row.draft_of
        if version is None:
            return {}
        before = queries.before(version)
        return {
            "redline": words.shown(queries.redline(before, version, language())),
            "version": version,
            "affected": queries.affected(self.actor, version, self.at),
        }

    def act(self, cleaned: dict[str, Any]) -> Draft:
        return adoptions.submit(draft=self.row, comment=cleaned["comment"], actor=self.actor, at=self.at)


class TakeBack(Deed):
    """Take a submitted draft back to change it."""

    title = _("Take the draft back")
    submit = _("Take back")
    intro = _("Whoever was asked to approve it need not decide any more.")

    def act(self, cleaned: dict[str, Any]) -> Draft:
        return adoptions.take_back(draft=self.row, actor=self.actor, at=self.at)


class Discard(Deed):
    """Throw a draft away."""

    title = _("Throw the draft away")
    submit = _("Throw away")
    danger = True
    done_text = _("The draft is thrown away.")

    def act(self, cleaned: dict[str, Any]) -> Draft:
        return drafts.discard(draft=self.row, actor=self.actor, at=self.at)


class Cancel(Deed):
    """Take an adoption back before it takes effect."""

    access = frozenset({"director"})
    title = _("Take the adoption back")
    submit = _("Take back")
    danger = True
    form_class = ReasonForm
    done_text = _("The adoption is taken back; the version in force goes on.")

    def act(self, cleaned: dict[str, Any]) -> Draft:
        return adoptions.cancel(draft=self.row, reason=cleaned["reason"], actor=self.actor, at=self.at)
