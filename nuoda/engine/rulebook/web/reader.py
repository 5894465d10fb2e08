"""条文识别: a regulation pasted or uploaded, its proposals beside the text; what the author confirms becomes a draft."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.events import REGISTRY
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused
from nuoda.foundation.journal.pure import kinds
from nuoda.foundation.ui.web.pages import Crumb, Page

from .. import queries
from ..actions import proposals
from ..models import Policy
from ..pure import documents
from ..pure.reading import files, skeleton
from ..pure.reading.parts import parts
from ..pure.reading.proposals import Proposal, Reading
from ..pure.reading.reader import read
from ..pure.telling import text
from . import proposed
from .menu import AUTHORS
from .views import language

MOST = 140
"""Proposals that one page can carry: a form may have a thousand fields at most, and a proposal has up to seven."""
REASONS = {
    "empty": gettext_lazy("There is no text to read. Paste the regulation or choose a file."),
    "large": gettext_lazy("This is too long for a regulation (10 MB or 500,000 characters at most). Give it in parts."),
    "bomb": gettext_lazy(
        "The file grows without measure when it is unpacked, so it was not read. Paste the text instead."
    ),
    "active": gettext_lazy(
        "The file carries active content, so it was not read. Save it again as plain .docx or .txt."
    ),
    "locked": gettext_lazy("The file is protected by a password. Save it without one and choose it again."),
    "broken": gettext_lazy(
        "The file is damaged and cannot be read. Open it in Word, save it again, or paste the text."
    ),
    "type": gettext_lazy("Only text and .docx can be read. Save the file as one of these, or paste the text."),
}


class SourceForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Text of the regulation"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": "14", "data_wide": "1"}),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a file (.docx, .txt)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".docx,.txt,text/plain"}),
    )


class DraftForm(forms.Form):
    regulation = forms.ChoiceField(label=gettext_lazy("Becomes"), required=False)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=80)
    department = forms.CharField(label=gettext_lazy("Issued by"), max_length=40)
    policy = forms.RegexField(
        r"^[a-z][a-z0-9-]{1,39}$",
        label=gettext_lazy("Short name"),
        required=False,
        help_text=gettext_lazy("For a new regulation: small letters, such as rental-service."),
    )
    code = forms.RegexField(
        r"^[A-Z]{2}$",
        label=gettext_lazy("Letters before the clauses"),
        required=False,
        help_text=gettext_lazy("For a new regulation: two capitals, such as KY."),
    )
    version = forms.RegexField(r"^\d+(\.\d+)*$", label=gettext_lazy("Version"), initial="1.0")
    effective = forms.DateField(
        label=gettext_lazy("Effective date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, known: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["regulation"].choices = [("", gettext_lazy("a new regulation")), *known]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("policy", "code"):
            if not cleaned.get("regulation") and not cleaned.get(name) and name not in self.errors:
                self.add_error(name, gettext_lazy("A new regulation needs this."))
        return cleaned


class Reader(Page):
    """Paste or upload, look at the proposals beside the text, keep or drop each, take the result away or keep it."""

    access = AUTHORS
    menu = "reader"
    title = gettext_lazy("Read a regulation")
    template = "rulebook/reader.html"
    cut = False
    """Whether the text is a part of a longer one."""

    def crumbs(self) -> list[Crumb]:
        return [Crumb(gettext_lazy("Regulations"), reverse("rulebook:regulations"))]

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.answer(context={"source": SourceForm()})

    def post(self, request: HttpRequest) -> HttpResponse:
        with scoped(self.actor) as self.at:
            try:
                words = self._words(request)
            except files.Unreadable as error:
                source = SourceForm({"text": request.POST.get("text", "")})
                source.is_valid()
                source.add_error("file" if "file" in request.FILES else "text", str(REASONS[error.code]))
                return self.answer(context={"source": source}, status=422)
            step, cut = request.POST.get("step", "read"), request.POST.get("cut") == "1"
            if step.startswith("part-"):
                words, cut = self._part(words, step), True
            reading = read(words, cut=cut)
            self.cut = cut
            first = step == "read" or step.startswith("part-")
            found = proposed.rows(reading, None if first else request.POST.dict())
            draft = self._draft(None if first else request.POST)
            if first:
                return self._show(reading, found, draft, 200)
        return self._settle(request, reading, found, draft)

    @staticmethod
    def _words(request: HttpRequest) -> str:
        """The text of the file, or the pasted one; raises Unreadable."""
        upload = request.FILES.get("file")
        if upload is not None:
            return files.text_of(upload.read(files.MOST_BYTES + 1))
        return files.text_of(request.POST.get("text", "").encode())

    @staticmethod
    def _part(words: str, step: str) -> str:
        """The part of a long text that was chosen; the whole of it for one that is not there."""
        try:
            one = parts(read(words), MOST)[int(step.removeprefix("part-"))]
        except (ValueError, IndexError):
            return words
        return words[one.start : one.end]

    def _draft(self, sent: Any) -> DraftForm:
        known = []
        for row in queries.in_force(self.actor, self.at):
            known.append((str(row.policy_id), text(queries.policy_of(row).title, language())))
        day = self.at.date()
        return DraftForm(sent, known=known, initial={"version": "1.0", "effective": day})

    def _settle(
        self, request: HttpRequest, reading: Reading, found: list[proposed.Row], draft: DraftForm
    ) -> HttpResponse:
        """Download or keep; whatever is wrong comes back with everything that was typed."""
        kept = proposed.confirmed(found)
        if not any(row.keep for row in found):
            draft.add_error(None, _("Keep at least one proposal."))
        wrong = sum(row.wrong for row in found)
        if wrong:
            draft.add_error(
                None, _("%(n)d proposals have a field that cannot be read; they are marked below.") % {"n": wrong}
            )
        if not draft.is_valid() or wrong or not kept:
            return self._again(reading, found, draft)
        try:
            with scoped(self.actor) as self.at:
                content = self._content(reading, kept, draft.cleaned_data)
                if request.POST.get("step") == "download":
                    return self._file(content)
                regulation = draft.cleaned_data["regulation"] or None
                row, dossier = proposals.keep(content=content, policy_id=regulation, actor=self.actor, at=self.at)
                url = f"{reverse('rulebook:policy', args=[row.policy.name])}?version={row.version}"
                if dossier is not None and (address := kinds.url_name(dossier.kind)):
                    url = reverse(address, args=[dossier.number])
        except NotYours:
            draft.add_error(None, _("You may read regulations here, but not keep drafts. Download it and hand it on."))
            return self._again(reading, found, draft)
        except Refused as refusal:
            named = {key: reason for key, reason in refusal.fields.items() if key in draft.fields}
            for key, reason in named.items():
                draft.add_error(key, str(reason))
            if not named:
                draft.add_error(None, str(refusal.reason))
            return self._again(reading, found, draft)
        messages.success(request, _("The draft is kept. Nothing is in force until it is adopted."))
        return HttpResponseRedirect(url)

    def _content(self, reading: Reading, kept: list[Proposal], cleaned: dict[str, Any]) -> documents.Content:
        identity = skeleton.Identity(
            cleaned["policy"],
            cleaned["code"],
            cleaned["version"],
            cleaned["effective"],
            cleaned["title"],
            cleaned["department"],
        )
        if not cleaned["regulation"]:
            return skeleton.fresh(reading.text, kept, identity, REGISTRY)
        policy = Policy.visible_to(self.actor).get(pk=cleaned["regulation"])
        current = queries.in_force(self.actor, self.at)
        base = next((row.content for row in current if row.policy_id == policy.pk), None)
        if base is None:
            raise Invalid(_("No version of this regulation is in force to which the clauses could be added."))
        return skeleton.added(reading.text, kept, base, identity, REGISTRY)

    @staticmethod
    def _file(content: documents.Content) -> HttpResponse:
        answer = HttpResponse(documents.export(content), content_type="application/yaml; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{content["policy"]}-{content["version"]}.yaml"'
        return answer

    def _again(self, reading: Reading, found: list[proposed.Row], draft: DraftForm) -> HttpResponse:
        with scoped(self.actor) as self.at:
            return self._show(reading, found, draft, 422)

    def _show(self, reading: Reading, found: list[proposed.Row], draft: DraftForm, status: int) -> HttpResponse:
        if len(found) > MOST:
            return self.answer(context={"reading": reading, "parts": parts(reading, MOST), "total": len(found)})
        vague: dict[str, int] = {}
        for one in reading.vague:
            vague[one.word] = vague.get(one.word, 0) + 1
        return self.answer(
            context={
                "reading": reading,
                "cut": self.cut,
                "rows": found,
                "unsure": sum(bool(row.doubts) for row in found),
                "missing": [row for row in found if row.missing],
                "pieces": list(proposed.pieces(reading)),
                "draft": draft,
                "events": proposed.event_choices(),
                "moments": proposed.moment_choices(),
                "periods": proposed.PERIODS.items(),
                "vague": vague.items(),
            },
            status=status,
        )
