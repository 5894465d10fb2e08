"""Drafts: the list, beginning one, one draft with everything that can be done with it, and its way into force."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from nuoda.engine.approvals import queries as approvals
from nuoda.engine.approvals.models import Approval
from nuoda.engine.approvals.web import words as approval_words
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.access import may_adopt
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure.documents import PolicyError
from nuoda.engine.rulebook.pure.facts import SUBJECTS
from nuoda.engine.rulebook.pure.telling import labels
from nuoda.engine.rulebook.pure.unsaid import unsaid
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid
from nuoda.foundation.ui.web.pages import Column, Crumb, Empty, FormPage, Link, ListPage, Page, Step

from .. import queries
from ..access import WRITERS
from ..actions import adoptions, drafts
from ..models import Draft
from ..pure import editing
from . import words
from .outcomes import of_policy

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
    empty = Empty(
        text=_("Nobody is writing a new version. Begin with the one in force; it binds until the new one is approved."),
        link=Link(label=_("New draft"), url=lambda actor: reverse("revisions:begin")),
    )

    def rows(self, actor: Actor) -> Any:
        return queries.drafts(actor).order_by()

    def row_url(self, row: Draft) -> str:
        return reverse("revisions:draft", args=[row.dossier.number])


class BeginForm(forms.Form):
    version = forms.ChoiceField(label=_("Begin from"))
    empty = forms.BooleanField(label=_("Take over nothing but title, roles and scope"), required=False)
    clause = forms.CharField(required=False, widget=forms.HiddenInput)
    """Whose form is opened first."""

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
        known = {clause["id"] for clause in row.content["clauses"]}
        self.first = cleaned["clause"] if cleaned["clause"] in known and not cleaned["empty"] else ""
        return drafts.begin_from(version=row, empty=cleaned["empty"], actor=self.actor, at=self.at)

    def done(self, result: Draft) -> str:
        number = result.dossier.number
        return reverse("revisions:clause", args=[number, self.first]) if self.first else draft_url(number)

    def back(self) -> str:
        return reverse("revisions:drafts")


def draft_url(number: str) -> str:
    return reverse("revisions:draft", args=[number])


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
            found = editing.whole(file.read().decode("utf-8"), SUBJECTS)
        except UnicodeDecodeError as error:
            raise Invalid(_t("The file is not UTF-8 text."), fields={"file": _t("Not UTF-8.")}) from error
        except PolicyError as error:
            found = editing.Checked({}, tuple(error.problems))
        if found.problems:
            said = words.told(found.problems)
            raise Invalid(_t("The file is not a regulation as this program writes it."), fields={"file": said})
        content = found.content
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
            outcomes = of_policy(policy, self.actor, self.at)
            context |= {
                "before": before,
                "redline": words.shown(redline),
                "clauses": [
                    (
                        clause.id,
                        clause.text["zh-hans"],
                        kinds.get(clause.id),
                        len(outcomes.get(clause.id, [])),
                        sum(not outcome.right for outcome in outcomes.get(clause.id, [])),
                    )
                    for clause in policy.clauses
                ],
                "apart": [
                    (clause["id"], numbers)
                    for clause in version.content["clauses"]
                    if clause["id"] in kinds and (numbers := unsaid(clause))
                ],
                "wrong": [o for found in outcomes.values() for o in found if not o.right],
                "examples": sum(len(found) for found in outcomes.values()),
                "editable": self.row.state == "editing" and version.status == "draft",
                "steps": steps(self.row, version, self.at),
                "deeds": deeds(self.row, version, self.actor, self.at),
                "trials": self.contributed("version.trials", version),
                "ways": [(-1, "arrow-up"), (1, "arrow-down")],
                "approvals": Approval.visible_to(self.actor).filter(about_id=self.row.pk).select_related("dossier"),
            }
        return self.answer(context=context)

    def get_title(self) -> Any:
        return self.row.dossier.title

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Revisions"), reverse("revisions:drafts"))]


def steps(row: Draft, version: PolicyVersion, at: datetime) -> list[Step]:
    """The way of a draft into force, and where it stands; nothing of one that was thrown away or taken back."""
    binds = version.in_force_from is not None and version.in_force_from <= at
    place = {"editing": 0, "submitted": 1, "adopted": 3 if binds else 2}.get(row.state)
    if place is None:
        return []
    way = (_("Written"), _("Approval"), _("Waits for its date"), words.STATUSES["in_force"].label)
    last = len(way) - 1
    return [
        Step(
            label=label,
            state="done" if number < place or place == last else "now" if number == place else "next",
            at=version.in_force_from if number == last and row.state == "adopted" else None,
        )
        for number, label in enumerate(way)
    ]


def deeds(row: Draft, version: PolicyVersion, actor: Actor, at: datetime) -> list[tuple[str, Any, str]]:
    """What can be done now: the address, its words, and the look of its button."""
    found: list[tuple[str, Any, str]] = []
    if row.state == "editing":
        found += [
            ("submit", _("Submit for adoption"), "btn-primary"),
            ("discard", _("Throw away"), "nu-danger rv-last"),
        ]
    if row.state == "submitted":
        found.append(("take_back", _("Take back to change it"), ""))
    if row.state == "adopted" and may_adopt(actor) and version.in_force_from is not None and version.in_force_from > at:
        found.append(("cancel", _("Take the adoption back"), "nu-danger rv-last"))
    return [(reverse(f"revisions:{name}", args=[row.dossier.number]), label, look) for name, label, look in found]


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
    intro = _(
        "It goes to the approvers whom the clause names, with the changes below; until they decide the version in force goes on."
    )
    clauses = ("MN-0",)
    form_class = CommentForm
    template = "revisions/submit.html"
    done_text = _("The draft is submitted.")

    def more(self) -> dict[str, Any]:
        version = self.row.draft_of
        if version is None:
            return {}
        before = queries.before(version)
        clauses = [clause for row in (version, before) if row for clause in rulebook.policy_of(row).clauses]
        called = {f"{c.id}/{key}": label for c in clauses for key, label in labels(c.rules, language()).items()}
        affected = queries.affected(self.actor, version, self.at)
        return {
            "redline": words.shown(queries.redline(before, version, language())),
            "version": version,
            "takes_back": adoptions.takes_back(self.row, version),
            "chain": approval_words.asked(
                approvals.explain(self.actor, drafts.MATTER, self.row.dossier, self.at), drafts.MATTER
            ),
            "affected": [(item.ref.partition("/")[0], called.get(item.ref, item.ref), item) for item in affected],
            "duties": [
                (item.ref.partition("/")[0], called.get(item.ref, item.ref), item.open, words.DUTIES[item.way])
                for item in queries.affected_duties(self.actor, version)
            ],
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
    intro = _("Everything that was written in it is lost. The version in force stays as it is.")
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
