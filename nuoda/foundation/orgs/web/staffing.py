"""Qualifications, leave, delegations: lists and forms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.ui.pure.tones import Chip
from nuoda.foundation.ui.web.pages import EVERYONE, Choice, Column, Days, Empty, Flag, ListPage, Tab

from .. import queries
from ..actions import staffing
from ..models import Person, Qualification
from ..pure import skills
from .cards import PeopleForm
from .forms import DayInput, MomentInput
from .mine import Press
from .people import READERS, organisation

RUNNERS = frozenset({"service_manager", "dealer_manager", "hq_support", "system_admin"})
SOON = 60
"""Days ahead of its end from which a qualification counts as expiring."""


def validity(row: Qualification) -> Chip:
    today = timezone.localdate()
    if row.valid_until is None:
        return Chip(_("valid"), "kept")
    if row.valid_until < today:
        return Chip(_("expired"), "missed")
    if row.valid_until < today + timedelta(days=SOON):
        return Chip(_("expires soon"), "near")
    return Chip(_("valid"), "kept")


def named(rows: QuerySet[Qualification], actor: Actor) -> QuerySet[Qualification]:
    """With `skill_name`: what the skill is called, else its code."""
    known = [When(skill=code, then=Value(name)) for code, name in skills.names(actor.company_id).items()]
    return rows.annotate(skill_name=Case(*known, default=F("skill"), output_field=CharField()))


class Qualifications(ListPage):
    """Who may work on what, and for how long; the first to expire first."""

    access = READERS
    title = gettext_lazy("Qualifications")
    menu = "qualifications"
    order = ("valid_until",)
    search_hint = gettext_lazy("Name, skill, certificate number")
    columns = (
        Column(
            key="person",
            label=gettext_lazy("Person"),
            sort="person__pinyin",
            link=lambda row: reverse("orgs:person", args=[row.person_id]),
        ),
        Column(key="organisation", label=gettext_lazy("Organisation"), value=lambda row: organisation(row.person)),
        Column(key="skill", label=gettext_lazy("Skill"), value="skill_name", sort="skill", grouped=True, wide=True),
        Column(key="certificate_no", label=gettext_lazy("Certificate number")),
        Column(key="valid_from", label=gettext_lazy("Valid from"), cell="date", shown=False),
        Column(key="valid_until", label=gettext_lazy("Valid until"), cell="date", sort="valid_until"),
        Column(key="state", label=gettext_lazy("State"), value=validity, cell="chip"),
    )
    filters = (
        Choice(
            name="state",
            label=gettext_lazy("State"),
            options=[("soon", gettext_lazy("expires soon")), ("expired", gettext_lazy("expired"))],
            where={
                "soon": lambda at: Q(
                    valid_until__gte=timezone.localdate(at),
                    valid_until__lt=timezone.localdate(at) + timedelta(days=SOON),
                ),
                "expired": lambda at: Q(valid_until__lt=timezone.localdate(at)),
            },
        ),
        Days(name="until", label=gettext_lazy("Valid until"), field="valid_until", moment=False),
    )
    tabs = (
        Tab(key="all", label=gettext_lazy("All")),
        Tab(key="soon", label=gettext_lazy("Expires soon"), address="state=soon"),
        Tab(key="expired", label=gettext_lazy("Expired"), address="state=expired"),
    )
    empty = Empty(text=gettext_lazy("No qualification fits. They are entered on a person's card."), icon="certificate")

    def rows(self, actor: Actor) -> Any:
        return named(queries.qualifications(actor), actor)

    def search(self, rows: Any, text: str) -> Any:
        asked = Q(person__name__icontains=text) | Q(skill_name__icontains=text) | Q(certificate_no__iexact=text)
        return rows.filter(asked | Q(skill__icontains=text))


class Leaves(ListPage):
    """Who is away, and when."""

    access = READERS
    title = gettext_lazy("Leave")
    menu = "leaves"
    order = ("-starts_at",)
    columns = (
        Column(
            key="person", label=gettext_lazy("Person"), sort="person__pinyin", wide=True,
            link=lambda row: reverse("orgs:person", args=[row.person_id]),
        ),
        Column(key="organisation", label=gettext_lazy("Organisation"), value=lambda row: organisation(row.person)),
        Column(key="starts_at", label=gettext_lazy("From"), cell="moment", sort="starts_at"),
        Column(key="ends_at", label=gettext_lazy("Until"), cell="moment", sort="ends_at"),
        Column(key="reason", label=gettext_lazy("Reason")),
    )  # fmt: skip
    filters = (
        Flag(name="now", label=gettext_lazy("Away now"), where=lambda actor, at: Q(starts_at__lte=at, ends_at__gt=at)),
        Days(name="from", label=gettext_lazy("From"), field="starts_at"),
    )
    empty = Empty(text=gettext_lazy("Nobody is away. Leave is entered on a person's card."), icon="calendar")

    def rows(self, actor: Actor) -> Any:
        return queries.leaves(actor)


class Delegations(ListPage):
    """Who acts for whom."""

    access = READERS
    title = gettext_lazy("Delegations")
    menu = "delegations"
    order = ("-starts_at",)
    columns = (
        Column(key="giver", label=gettext_lazy("For whom"), sort="giver__pinyin"),
        Column(key="taker", label=gettext_lazy("Who acts"), sort="taker__pinyin"),
        Column(key="role", label=gettext_lazy("Role"), value="role_label", wide=True),
        Column(key="starts_at", label=gettext_lazy("From"), cell="moment", sort="starts_at"),
        Column(key="ends_at", label=gettext_lazy("Until"), cell="moment", sort="ends_at"),
        Column(key="revoked_at", label=gettext_lazy("Taken back"), cell="moment", shown=False),
    )
    filters = (
        Flag(
            name="now",
            label=gettext_lazy("In force now"),
            where=lambda actor, at: Q(starts_at__lte=at, ends_at__gt=at, revoked_at=None),
        ),
    )
    empty = Empty(text=gettext_lazy("Nobody acts for another."), icon="user-check")

    def rows(self, actor: Actor) -> Any:
        return queries.delegations(actor)


class QualifyForm(forms.Form):
    skill = forms.ChoiceField(label=gettext_lazy("Skill"), required=False)
    other = forms.CharField(label=gettext_lazy("Or another skill"), max_length=40, required=False)
    certificate_no = forms.CharField(label=gettext_lazy("Certificate number"), max_length=60, required=False)
    valid_from = forms.DateField(label=gettext_lazy("Valid from"), widget=DayInput())
    valid_until = forms.DateField(label=gettext_lazy("Valid until"), widget=DayInput(), required=False)

    def __init__(self, *args: Any, known: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = sorted(known.items(), key=lambda item: item[1])
        self.fields["skill"].choices = [("", _("— choose —")), *named]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        data["skill"] = data.pop("other", "").strip() or data.get("skill", "")
        return data


class Qualify(PeopleForm):
    access = RUNNERS
    title = gettext_lazy("Enter a qualification")
    form_class = QualifyForm
    done_text = gettext_lazy("The qualification is entered.")

    def form_kwargs(self) -> dict[str, Any]:
        return {"known": skills.names(self.actor.company_id)}

    def check(self, row: Person) -> None:
        if not queries.runs(self.actor, row):
            raise NotYours

    def act(self, cleaned: dict[str, Any]) -> Any:
        return staffing.qualify(person_id=self.row.pk, **cleaned, actor=self.actor, at=self.at)


class Withdraw(Press):
    access = RUNNERS
    said = gettext_lazy("The qualification is withdrawn.")

    def act(self, row_id: UUID, at: datetime) -> None:
        staffing.withdraw(id=row_id, day=timezone.localdate(at), actor=self.actor, at=at)

    def target(self) -> str:
        return reverse("orgs:qualifications")


class LeaveForm(forms.Form):
    starts_at = forms.DateTimeField(label=gettext_lazy("From"), widget=MomentInput())
    ends_at = forms.DateTimeField(label=gettext_lazy("Until"), widget=MomentInput())
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=60, required=False)


class PlanLeave(PeopleForm):
    access = EVERYONE
    title = gettext_lazy("Enter leave")
    form_class = LeaveForm
    done_text = gettext_lazy("The leave is entered.")

    def load(self, **kwargs: Any) -> Any:
        row = Person.objects.filter(company_id=self.actor.company_id, pk=kwargs["id"], customer_id=None).first()
        if row is None or not (row.pk == self.actor.person_id or queries.runs(self.actor, row)):
            raise NotYours
        return row

    def act(self, cleaned: dict[str, Any]) -> Any:
        return staffing.plan_leave(person_id=self.row.pk, **cleaned, actor=self.actor, at=self.at)

    def done(self, result: Any) -> str:
        return self.back()

    def back(self) -> str:
        if self.actor.roles & READERS:
            return reverse("orgs:person", args=[self.row.pk])
        return reverse("orgs:account")


class CancelLeave(Press):
    access = EVERYONE
    said = gettext_lazy("The leave is taken back.")

    def act(self, row_id: UUID, at: datetime) -> None:
        staffing.cancel_leave(id=row_id, actor=self.actor, at=at)

    def target(self) -> str:
        return reverse("orgs:leaves") if self.actor.roles & READERS else reverse("orgs:account")
