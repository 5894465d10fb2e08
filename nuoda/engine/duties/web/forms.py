"""One form for each thing that can be done with a duty or an audit."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.orgs import queries as orgs
from nuoda.foundation.orgs.models import Dealer
from nuoda.foundation.ui.web.pages import FormPage

from .. import queries
from ..access import AUDITORS, READERS
from ..actions import attestations, audits
from ..actions.audits import Mark
from ..models import Attestation, Audit, AuditCase, Obligation
from . import words
from .lists import ALL

WIDE = {"rows": 3, "data_wide": "1"}
KINDS = "image/jpeg,image/png,image/webp,application/pdf,.docx,.xlsx,.txt,.csv"


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once; cleaned to a list."""

    widget = FilesInput(attrs={"multiple": True, "accept": KINDS})

    def clean(self, data: Any, initial: Any = None) -> Any:
        found = data if isinstance(data, list | tuple) else [data] if data else []
        if not found and not self.required:
            return []
        return [super(FilesField, self).clean(one, initial) for one in found] or [super().clean(None, initial)]


def named(file: UploadedFile[bytes]) -> tuple[str, bytes]:
    return file.name or "", file.read()


class AttestForm(forms.Form):
    statement = forms.CharField(label=_("What you did"), max_length=4000, widget=forms.Textarea(attrs=WIDE))
    happened_at = forms.DateTimeField(
        label=_("When it was done"),
        required=False,
        help_text=_("Left empty: now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    evidence = FilesField(label=_("Evidence"), required=False)

    def __init__(self, *args: Any, proved: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["evidence"].required = proved


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs=WIDE))


class NoteForm(forms.Form):
    note = forms.CharField(label=_("Remark"), required=False, max_length=1000, widget=forms.Textarea(attrs=WIDE))


class RejectForm(forms.Form):
    note = forms.CharField(label=_("Why it is not accepted"), max_length=1000, widget=forms.Textarea(attrs=WIDE))


class ConclusionForm(forms.Form):
    conclusion = forms.CharField(label=_("What the audit showed"), max_length=4000, widget=forms.Textarea(attrs=WIDE))


class CheckForm(forms.Form):
    """For each item of the checklist: the result, a remark, a photo."""

    def __init__(self, *args: Any, items: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, text in items:
            self.fields[f"{key}_result"] = forms.ChoiceField(
                label=text,
                choices=[(value, label) for value, label in AuditCase.Verdict.choices if value],
                widget=forms.RadioSelect(attrs={"data_wide": "1"}),
            )
            self.fields[f"{key}_remark"] = forms.CharField(
                label=gettext("Remark: %(item)s") % {"item": text}, required=False, max_length=400
            )
            self.fields[f"{key}_photo"] = forms.FileField(
                label=gettext("Photo: %(item)s") % {"item": text},
                required=False,
                widget=forms.FileInput(attrs={"data-photo": "1", "accept": "image/*"}),
            )


class DrawForm(forms.Form):
    clause = forms.ChoiceField(label=_("Checklist"))
    since = forms.DateField(label=_("First day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    until = forms.DateField(label=_("Final day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    unit = forms.ChoiceField(label=_("Whose cases"))

    def __init__(self, *args: Any, clauses: list[tuple[str, str]], units: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clause"].choices = clauses  # type: ignore[attr-defined]
        self.fields["unit"].choices = units  # type: ignore[attr-defined]


class Deed(FormPage):
    """A form about one duty."""

    access = READERS
    menu = "duties"
    row: Obligation

    def load(self, **kwargs: Any) -> Obligation:
        row = queries.obligation(self.actor, number=kwargs["number"])
        if not self.may(row):
            raise NotYours()
        return row

    def may(self, row: Obligation) -> bool:
        return True

    def back(self) -> str:
        return reverse("duties:duty", args=[self.row.dossier.number])

    def done(self, result: Any) -> str:
        return self.back()


class Attest(Deed):
    title = _("Say that it is done")
    submit = _("It is done")
    icon = "writing"
    form_class = AttestForm
    done_text = _("Your word is recorded.")

    @property
    def intro(self) -> str:
        rule = queries.rule_of(self.row)
        return words.needed(rule) if rule is not None else ""

    def form_kwargs(self) -> dict[str, Any]:
        rule = queries.rule_of(self.row)
        return {"proved": rule is not None and rule.attest is not None and rule.attest.evidence}

    def may(self, row: Obligation) -> bool:
        return queries.attests(self.actor, row)

    def act(self, cleaned: dict[str, Any]) -> Attestation:
        return attestations.attest(
            self.row.pk,
            statement=cleaned["statement"],
            files=[named(file) for file in cleaned["evidence"]],
            happened_at=cleaned["happened_at"],
            actor=self.actor,
            at=self.at,
        )


class Deciding(Deed):
    """Confirming, or not, what waits for it."""

    waiting: Attestation

    def may(self, row: Obligation) -> bool:
        found = row.attestations.select_related("person").filter(state="waits").first()
        if found is None or not queries.confirms(self.actor, row) or found.person_id == self.actor.person_id:
            return False
        self.waiting = found
        return True

    @property
    def intro(self) -> str:
        return f"{self.waiting.person.name}: {self.waiting.statement}"


class Confirm(Deciding):
    title = _("Confirm that it is done")
    submit = _("Confirm")
    icon = "check"
    form_class = NoteForm
    done_text = _("It is confirmed.")

    def act(self, cleaned: dict[str, Any]) -> Attestation:
        return attestations.confirm(self.waiting.pk, note=cleaned["note"], actor=self.actor, at=self.at)


class Reject(Deciding):
    title = _("Do not accept")
    submit = _("Do not accept")
    danger = True
    form_class = RejectForm
    done_text = _("It does not count.")

    def act(self, cleaned: dict[str, Any]) -> Attestation:
        return attestations.reject(self.waiting.pk, note=cleaned["note"], actor=self.actor, at=self.at)


class Waive(Deed):
    access = frozenset({"quality_supervisor", "director"})
    title = _("Waive a duty")
    submit = _("Waive")
    danger = True
    form_class = ReasonForm
    done_text = _("The duty was waived; the reason stands in the journal.")

    def act(self, cleaned: dict[str, Any]) -> Obligation:
        return attestations.waive(self.row.pk, reason=cleaned["reason"], actor=self.actor, at=self.at)


class AuditDeed(FormPage):
    """A form about one audit, for the role that goes through it."""

    access = ALL
    menu = "duties"
    row: Audit

    def load(self, **kwargs: Any) -> Audit:
        row = queries.audit(self.actor, number=kwargs["number"])
        if row.state != "drawn" or not queries.holds(self.actor, (row.auditor_role,), row.dealer_id):
            raise NotYours()
        return row

    def back(self) -> str:
        return reverse("duties:audit", args=[self.row.dossier.number])

    def done(self, result: Any) -> str:
        return self.back()


class Check(AuditDeed):
    """One case, item by item; then the next one."""

    submit = _("Save")
    icon = "checklist"
    wide = True
    form_class = CheckForm
    case: AuditCase

    def load(self, **kwargs: Any) -> Audit:
        row = super().load(**kwargs)
        found = row.cases.select_related("about").prefetch_related("marks").filter(position=kwargs["position"]).first()
        if found is None:
            raise NotYours()
        self.case = found
        return row

    def get_title(self) -> str:
        return gettext("Case %(place)d of %(count)d") % {"place": self.kwargs["position"], "count": self.row.size}

    @property
    def intro(self) -> str:
        about = self.case.about
        return about.number if self.actor.only_administers else f"{about.number} {about.title}"

    def form_kwargs(self) -> dict[str, Any]:
        return {"items": [(item["key"], words.text(item["text"], item["key"])) for item in self.row.items]}

    def initial(self) -> dict[str, Any]:
        found = {}
        for mark in self.case.marks.all():
            found[f"{mark.item}_result"], found[f"{mark.item}_remark"] = mark.result, mark.remark
        return found

    def act(self, cleaned: dict[str, Any]) -> AuditCase:
        marks = {}
        for item in self.row.items:
            key, photo = item["key"], cleaned[f"{item['key']}_photo"]
            marks[key] = Mark(
                cleaned[f"{key}_result"], cleaned[f"{key}_remark"], named(photo) if photo is not None else None
            )
        return audits.mark(self.row.pk, self.case.pk, marks=marks, actor=self.actor, at=self.at)

    def done(self, result: Any) -> str:
        left = self.row.cases.filter(verdict="").order_by("position").first()
        if left is None:
            return self.back()
        return reverse("duties:check", args=[self.row.dossier.number, left.position])


class Sign(AuditDeed):
    title = _("Sign the audit off")
    submit = _("Sign off")
    icon = "signature"
    form_class = ConclusionForm
    intro = _("After that nothing can be changed any more.")
    done_text = _("The audit is signed off.")

    def act(self, cleaned: dict[str, Any]) -> Audit:
        return audits.sign(self.row.pk, conclusion=cleaned["conclusion"], actor=self.actor, at=self.at)


class Draw(FormPage):
    """飞行检查: a spot check of one's own accord."""

    access = AUDITORS
    menu = "duties"
    title = _("Draw a spot check")
    submit = _("Draw")
    icon = "scan"
    form_class = DrawForm
    intro = _("The cases are drawn at random; how many, and from what, the clause says.")
    done_text = _("The sample is drawn.")
    EVERYBODY: ClassVar[str] = "all"

    def form_kwargs(self) -> dict[str, Any]:
        found = queries.checklists(self.actor, self.at)
        clauses = [(b.clause_id, f"{b.clause_id} {words.text(clause.clause.text)}") for clause, b in found]
        dealers = [
            (str(row.pk), str(row)) for row in Dealer.visible_to(self.actor).filter(active=True).order_by("code")
        ]
        own: list[tuple[str, Any]] = [(self.EVERYBODY, _("everybody’s")), ("", _("the company’s own"))]
        return {"clauses": clauses, "units": own + dealers}

    def initial(self) -> dict[str, Any]:
        today = self.at.astimezone(orgs.zone(self.actor)).date()
        return {"since": today - timedelta(days=30), "until": today - timedelta(days=1), "unit": self.EVERYBODY}

    def act(self, cleaned: dict[str, Any]) -> Audit:
        zone = orgs.zone(self.actor)
        unit = cleaned["unit"]
        return audits.draw_spot(
            clause_id=cleaned["clause"],
            since=datetime.combine(cleaned["since"], time(), zone),
            until=datetime.combine(cleaned["until"] + timedelta(days=1), time(), zone),
            dealer_id=UUID(unit) if unit not in ("", self.EVERYBODY) else None,
            everybody=unit == self.EVERYBODY,
            actor=self.actor,
            at=self.at,
        )

    def done(self, result: Audit) -> str:
        return reverse("duties:audit", args=[result.dossier.number])

    def back(self) -> str:
        return reverse("duties:audits")
