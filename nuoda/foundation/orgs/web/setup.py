"""The first start: a company, its administrator, the checklist of first steps, many people at once."""

from __future__ import annotations

import io
import ipaddress
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from python_calamine import CalamineWorkbook

from nuoda.foundation.base import access
from nuoda.foundation.base.pure.refusals import Invalid, Refused
from nuoda.foundation.ui.web.pages import PUBLIC, FormPage, Page

from ..actions import beginnings, companies, rosters
from ..models import Company
from ..pure.onboarding import first_steps
from ..pure.roster import read, split
from .people import KEEPERS


class BeginForm(forms.Form):
    company = forms.CharField(label=gettext_lazy("Name of the company"), max_length=120)
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=60,
        help_text=gettext_lazy("You become the system administrator. Others are invited afterwards."),
    )
    username = forms.CharField(label=gettext_lazy("Your account"), max_length=150, initial="admin")
    email = forms.EmailField(label=gettext_lazy("Your e-mail"), required=False)


class Setup(Page):
    """While there is no company: makes one, with its administrator's one-time link. Afterwards: the checklist of the first steps.

    Making a company is open only at the machine itself; from elsewhere the one-time link that `nuoda init` prints is the way in.
    """

    kind = "setup"
    access = PUBLIC
    template = "orgs/setup.html"
    title = gettext_lazy("First steps")

    def get(self, request: HttpRequest) -> HttpResponse:
        if not Company.objects.exists():
            return self.answer("orgs/begin.html", {"form": BeginForm(), "here": self.here(request)})
        actor = request.actor  # type: ignore[attr-defined]
        if actor is None:
            return HttpResponseRedirect(f"{reverse('account_login')}?next={request.path}")
        if not actor.has("system_admin"):
            raise Http404
        with access.scoped(actor):
            return self.answer(context={"steps": checklist(actor), "company": Company.objects.get(pk=actor.company_id)})

    def post(self, request: HttpRequest) -> HttpResponse:
        if Company.objects.exists() or not self.here(request):
            raise Http404
        form = BeginForm(request.POST)
        if form.is_valid():
            try:
                token = beginnings.begin(**form.cleaned_data)
            except Refused as refusal:
                form.add_error(next(iter(refusal.fields), None), str(refusal.reason))
            else:
                return HttpResponseRedirect(reverse("orgs:link", args=[token]))
        return self.answer("orgs/begin.html", {"form": form, "here": True}, status=422)

    @staticmethod
    def here(request: HttpRequest) -> bool:
        """Whether the browser runs on the server's own machine (behind a proxy this cannot be known)."""
        try:
            near = ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
        except ValueError:
            return False
        return near and not settings.TRUSTED_PROXIES and "X-Forwarded-For" not in request.headers


def checklist(actor: Any) -> list[dict[str, Any]]:
    """The first steps with what is done, from real rows; runs in the actor's scope."""
    return [
        {"step": step, "done": step.done(actor), "url": reverse(step.url_name) if step.url_name else ""}
        for step in first_steps()
    ]


class CompanyForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    short_name = forms.CharField(label=gettext_lazy("Short name"), max_length=40, required=False)
    phone = forms.CharField(label=gettext_lazy("Service phone"), max_length=40, required=False)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=[
            (zone, zone) for zone in ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Macau", "Asia/Taipei", "Asia/Singapore")
        ],
    )


class CompanyCard(FormPage):
    """The company's card."""

    access = frozenset({"system_admin"})
    title = gettext_lazy("Company")
    menu = "company"
    form_class = CompanyForm
    done_text = gettext_lazy("The card is changed.")

    def load(self, **kwargs: Any) -> Company:
        return Company.objects.get(pk=self.actor.company_id)

    def initial(self) -> dict[str, Any]:
        return {key: getattr(self.row, key) for key in CompanyForm.base_fields}

    def act(self, cleaned: dict[str, Any]) -> Company:
        return companies.change(values=cleaned, actor=self.actor, at=self.at)

    def done(self, result: Any) -> str:
        return reverse("orgs:setup")

    def back(self) -> str:
        return reverse("orgs:setup")


class RosterForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Paste from a spreadsheet"),
        required=False,
        widget=forms.Textarea(attrs={"rows": "8"}),
        help_text=gettext_lazy(
            "One person a line: name, roles, e-mail, phone, dealer. A heading line may name the columns."
        ),
    )
    file = forms.FileField(label=gettext_lazy("Or a file (.xlsx, .csv)"), required=False)
    mail = forms.BooleanField(label=gettext_lazy("Send the links by e-mail"), required=False, initial=True)


class InviteMany(FormPage):
    """Everybody of a pasted table or a file, or nobody."""

    access = KEEPERS
    title = gettext_lazy("Invite many")
    menu = "people"
    form_class = RosterForm
    submit = gettext_lazy("Invite")
    wide = True

    def act(self, cleaned: dict[str, Any]) -> int:
        try:
            lines = read(self.table(cleaned))
        except ValueError as error:
            raise Invalid(_("Nothing could be read: paste lines or choose a file with a column of names.")) from error
        invited = rosters.invite_all(lines=lines, by_mail=cleaned["mail"], actor=self.actor, at=self.at)
        self.done_text = _("%(n)d people are invited.") % {"n": len(invited)}
        return len(invited)

    @staticmethod
    def table(cleaned: dict[str, Any]) -> list[list[Any]]:
        """The rows of the file, or of the pasted text."""
        upload = cleaned["file"]
        if upload is None:
            return split(cleaned["text"])
        content = upload.read(5 * 1024 * 1024)
        if content[:2] == b"PK":
            try:
                return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
            except Exception as error:  # calamine has one class for every broken file
                raise ValueError("no spreadsheet") from error
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return split(content.decode(encoding))
            except UnicodeDecodeError:
                continue
        raise ValueError("no text")

    def done(self, result: int) -> str:
        return reverse("orgs:people")

    def back(self) -> str:
        return reverse("orgs:people")
