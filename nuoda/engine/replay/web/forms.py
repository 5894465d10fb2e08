"""Asking for a replay and for a shadow run, and stopping them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.base.pure.refusals import Invalid, NotYours
from nuoda.foundation.ui.web.pages import Crumb, FormPage

from .. import queries
from ..access import TRIERS
from ..actions import replays, shadows
from ..models import Replay, Shadow
from ..models.replays import TRIED
from . import words

LARGEST = 2_000_000
"""Bytes of an uploaded file: ten times the longest shipped regulation."""
QUARTER = 92
"""Days offered at first."""


class PeriodForm(forms.Form):
    """The days of the past that are looked at."""

    first_day = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(label=_("Last day (included)"), widget=forms.DateInput(attrs={"type": "date"}))
    imports = forms.BooleanField(label=_("Also imported cases, judged as if"), required=False)


class VersionForm(forms.Form):
    version = forms.ChoiceField(label=_("Version to try"))

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].choices = choices  # type: ignore[attr-defined]


class AskForm(VersionForm, PeriodForm):
    field_order = ("version", "first_day", "last_day", "imports")


class FileForm(PeriodForm):
    file = forms.FileField(label=_("Policy file (YAML)"), help_text=_("A policy file as this program exports it."))
    field_order = ("file", "first_day", "last_day", "imports")


class _Versions(FormPage):
    """A form that begins with a version that binds nobody yet."""

    def candidates(self) -> list[PolicyVersion]:
        return list(rulebook.versions(self.actor).filter(status__in=TRIED))

    def form_kwargs(self) -> dict[str, Any]:
        return {"choices": [(str(row.pk), self.said(row)) for row in self.candidates()]}

    def said(self, row: PolicyVersion) -> str:
        title = row.content["title"]
        return f"{title.get(language()) or title['zh-hans']} {row.version} · {row.get_status_display()}"

    def chosen(self, pk: str) -> PolicyVersion:
        row = next((row for row in self.candidates() if str(row.pk) == pk), None)
        if row is None:
            raise NotYours()
        return row


class Ask(_Versions):
    """Try a draft or a published version on a period."""

    access = TRIERS
    menu = "replays"
    title = _("Replay a period")
    submit = _("Replay")
    form_class = AskForm
    done_text = _("The replay is under way.")

    def initial(self) -> dict[str, Any]:
        today = timezone.localtime(self.at).date()
        return {
            "version": self.request.GET.get("version", ""),
            "first_day": (today - timedelta(days=QUARTER)).isoformat(),
            "last_day": today.isoformat(),
        }

    def act(self, cleaned: dict[str, Any]) -> Replay:
        version = self.chosen(cleaned.pop("version"))
        return replays.ask(version=version, actor=self.actor, at=self.at, **cleaned)

    def done(self, result: Replay) -> str:
        return reverse("replay:replay", args=[result.pk])

    def back(self) -> str:
        return reverse("replay:replays")

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Replay"), self.back())]


class AskFile(FormPage):
    """Try a file on a period, without keeping it as a draft."""

    access = TRIERS
    menu = "replays"
    title = _("Replay with a file")
    submit = _("Replay")
    form_class = FileForm
    done_text = _("The replay is under way.")

    def initial(self) -> dict[str, Any]:
        today = timezone.localtime(self.at).date()
        return {"first_day": (today - timedelta(days=QUARTER)).isoformat(), "last_day": today.isoformat()}

    def act(self, cleaned: dict[str, Any]) -> Replay:
        file = cleaned.pop("file")
        if file.size > LARGEST:
            raise Invalid(_t("This file is too large for a regulation."), fields={"file": _t("The file is too large.")})
        try:
            text = file.read().decode("utf-8")
        except UnicodeDecodeError as error:
            raise Invalid(
                _t("This file is not text in UTF-8."), fields={"file": _t("This file is not text in UTF-8.")}
            ) from error
        return replays.ask(text=text, actor=self.actor, at=self.at, **cleaned)

    def done(self, result: Replay) -> str:
        return reverse("replay:replay", args=[result.pk])

    def back(self) -> str:
        return reverse("replay:replays")

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Replay"), self.back())]


class Cancel(FormPage):
    """Stop a replay."""

    access = TRIERS
    menu = "replays"
    title = _("Stop the replay")
    submit = pgettext_lazy("replay", "Stop")
    form_class = forms.Form
    done_text = _("The replay is stopped.")
    row: Replay

    def load(self, **kwargs: Any) -> Replay:
        return queries.replay(self.actor, kwargs["id"])

    def act(self, cleaned: dict[str, Any]) -> Replay:
        return replays.cancel(self.row, actor=self.actor, at=self.at)

    def done(self, result: Replay) -> str:
        return self.back()

    def back(self) -> str:
        return reverse("replay:replay", args=[self.row.pk])

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Replay"), reverse("replay:replays")), Crumb(words.title(self.row), self.back())]


class StartShadow(_Versions):
    """Run a version beside the regulation in force from now on."""

    access = TRIERS
    menu = "shadows"
    title = _("Start a shadow run")
    submit = pgettext_lazy("replay", "Start")
    form_class = VersionForm
    done_text = _("The shadow run has begun. Nobody is told what it misses.")

    def initial(self) -> dict[str, Any]:
        return {"version": self.request.GET.get("version", "")}

    def act(self, cleaned: dict[str, Any]) -> Shadow:
        return shadows.start(version=self.chosen(cleaned["version"]), actor=self.actor, at=self.at)

    def done(self, result: Shadow) -> str:
        return reverse("replay:shadow", args=[result.pk])

    def back(self) -> str:
        return reverse("replay:shadows")

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Shadow runs"), self.back())]


class StopShadow(FormPage):
    """End a shadow run."""

    access = TRIERS
    menu = "shadows"
    title = _("Stop the shadow run")
    submit = pgettext_lazy("replay", "Stop")
    form_class = forms.Form
    done_text = _("The shadow run has ended; what it counted stays.")
    row: Shadow

    def load(self, **kwargs: Any) -> Shadow:
        return queries.shadow(self.actor, kwargs["id"])

    def act(self, cleaned: dict[str, Any]) -> Shadow:
        return shadows.stop(self.row, actor=self.actor, at=self.at)

    def done(self, result: Shadow) -> str:
        return self.back()

    def back(self) -> str:
        return reverse("replay:shadow", args=[self.row.pk])

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Shadow runs"), reverse("replay:shadows")), Crumb(words.title(self.row), self.back())]
