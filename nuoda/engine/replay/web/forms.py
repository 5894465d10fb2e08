"""Asking for a replay and for a shadow run, and stopping them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nuoda.engine.revisions.pure import editing
from nuoda.engine.revisions.web.words import told
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure.documents import PolicyError
from nuoda.engine.rulebook.pure.facts import SUBJECTS
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.base.pure.refusals import Invalid, NotYours
from nuoda.foundation.ui.web.pages import Crumb, FormPage

from ..access import TRIERS
from ..actions import replays, shadows
from ..models import Replay, Shadow
from ..models.replays import TRIED
from .trials import REPLAY, SHADOW, Kind

LARGEST = 2_000_000
"""Bytes of an uploaded file: ten times the longest shipped regulation."""
QUARTER = 92
"""Days offered at first."""


class PeriodForm(forms.Form):
    """The days of the past that are looked at."""

    first_day = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(label=_("Last day (included)"), widget=forms.DateInput(attrs={"type": "date"}))
    imports = forms.BooleanField(label=_("Also imported cases, judged as if"), required=False)


def presets(today: date) -> list[tuple[Any, date, date]]:
    """Periods that are asked for often: words, first day, last day."""
    month = today.replace(day=1)
    quarter = month.replace(month=month.month - (month.month - 1) % 3)
    before = [start - timedelta(days=1) for start in (quarter, month)]
    first = before[0].replace(day=1, month=before[0].month - 2)
    return [
        (_("Last quarter"), first, before[0]),
        (_("This quarter"), quarter, today),
        (_("Last month"), before[1].replace(day=1), before[1]),
        (_("The last three months"), today - timedelta(days=QUARTER), today),
    ]


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


class _Period(FormPage):
    """A form that asks for a replay of a period."""

    access = TRIERS
    menu = "replays"
    submit = _("Replay")
    done_text = _("The replay is under way.")

    def today(self) -> date:
        return timezone.localtime(self.at).date()

    def initial(self) -> dict[str, Any]:
        """The last quarter of a year, unless the address says another period."""
        asked, today = self.request.GET, self.today()
        return {
            "version": asked.get("version", ""),
            "first_day": asked.get("first_day") or (today - timedelta(days=QUARTER)).isoformat(),
            "last_day": asked.get("last_day") or today.isoformat(),
        }

    def more(self) -> dict[str, Any]:
        version = self.request.GET.get("version", "")
        offered = [
            (label, urlencode({"version": version, "first_day": first, "last_day": last}), first, last)
            for label, first, last in presets(self.today())
        ]
        return {"presets": offered, "form_template": "replay/_ask_fields.html"}

    def done(self, result: Replay) -> str:
        return REPLAY.url(result)

    def back(self) -> str:
        return reverse(REPLAY.listed)

    def crumbs(self) -> list[Crumb]:
        return [REPLAY.crumb()]


class Ask(_Versions, _Period):
    """Try a draft or a published version on a period."""

    title = _("Replay a period")
    form_class = AskForm

    def act(self, cleaned: dict[str, Any]) -> Replay:
        version = self.chosen(cleaned.pop("version"))
        return replays.ask(version=version, actor=self.actor, at=self.at, **cleaned)


class AskFile(_Period):
    """Try a file on a period, without keeping it as a draft."""

    title = _("Replay with a file")
    form_class = FileForm

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
        try:
            problems = editing.whole(text, SUBJECTS).problems
        except PolicyError as error:
            problems = tuple(error.problems)
        if problems:
            raise Invalid(_t("This file has mistakes."), fields={"file": told(problems)})
        return replays.ask(text=text, actor=self.actor, at=self.at, **cleaned)


class StartShadow(_Versions):
    """Run a version beside the regulation in force from now on."""

    access = TRIERS
    menu = "shadows"
    title = _("Start a shadow run")
    submit = pgettext_lazy("replay", "Start")
    intro = _("Each case is judged by this version too, from now on. Nobody is warned or told, and nothing follows.")
    form_class = VersionForm
    done_text = _("The shadow run has begun. Nobody is told what it misses.")

    def initial(self) -> dict[str, Any]:
        return {"version": self.request.GET.get("version", "")}

    def more(self) -> dict[str, Any]:
        return {"form_template": "replay/_ask_fields.html"}

    def act(self, cleaned: dict[str, Any]) -> Shadow:
        return shadows.start(version=self.chosen(cleaned["version"]), actor=self.actor, at=self.at)

    def done(self, result: Shadow) -> str:
        return SHADOW.url(result)

    def back(self) -> str:
        return reverse(SHADOW.listed)

    def crumbs(self) -> list[Crumb]:
        return [SHADOW.crumb()]


class _Stop(FormPage):
    """Stop a trial; what it found until then stays."""

    access = TRIERS
    submit = pgettext_lazy("replay", "Stop")
    trial: Kind
    row: Any

    def load(self, **kwargs: Any) -> Any:
        return self.trial.find(self.actor, kwargs["id"])

    def done(self, result: Any) -> str:
        return self.back()

    def back(self) -> str:
        return self.trial.url(self.row)

    def crumbs(self) -> list[Crumb]:
        return self.trial.crumbs(self.row)


class Cancel(_Stop):
    """Stop a replay."""

    menu = "replays"
    title = _("Stop the replay")
    intro = _("What was found so far stays; the remaining cases are not looked at.")
    done_text = _("The replay is stopped.")
    trial = REPLAY

    def act(self, cleaned: dict[str, Any]) -> Replay:
        return replays.cancel(self.row, actor=self.actor, at=self.at)


class StopShadow(_Stop):
    """End a shadow run."""

    menu = "shadows"
    title = _("Stop the shadow run")
    intro = _("What it counted stays. A run that has ended cannot go on; another one can be started.")
    done_text = _("The shadow run has ended; what it counted stays.")
    trial = SHADOW

    def act(self, cleaned: dict[str, Any]) -> Shadow:
        return shadows.stop(self.row, actor=self.actor, at=self.at)
