"""The form pages of tickets and work orders: each takes one form apart and calls one action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django import forms as django_forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.ui.web.pages import FormPage

from .. import access as rights
from .. import queries
from ..models import Ticket, WorkOrder

RECORDED = _("Recorded.")


class Act(FormPage):
    """A form page whose refusals about facts land at the form's own fields. Its button says what is done."""

    submit: Any = ""

    def get_submit(self) -> Any:
        return self.submit or self.title

    def act(self, cleaned: dict[str, Any]) -> Any:
        try:
            return self.do(cleaned)
        except Refused as refusal:
            names: Mapping[str, str] = getattr(self.form_class, "fact_fields", {})
            refusal.fields = {names.get(name, name): reason for name, reason in refusal.fields.items()}
            raise

    def do(self, cleaned: dict[str, Any]) -> Any:
        raise NotImplementedError


class TicketAct(Act):
    """About one ticket, named by its number in the address; locked while the action runs."""

    menu = "tickets"
    row: Ticket
    verb: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if cls.verb and "access" not in cls.__dict__:
            cls.access = rights.TICKET_VERBS[cls.verb] - rights.CUSTOMER
        super().__init_subclass__(**kwargs)

    def load(self, number: str, **kwargs: Any) -> Ticket:
        if self.request.method == "POST":
            return queries.hold(self.actor, number=number)
        return queries.ticket(self.actor, number=number)

    def done(self, result: Any) -> str:
        return reverse("service:ticket", args=[self.row.number])

    def back(self) -> str:
        return reverse("service:ticket", args=[self.row.number])


class WorkAct(Act):
    """About one work order; ticket and job are locked while the action runs."""

    menu = "jobs"
    row: WorkOrder
    verb: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if cls.verb and "access" not in cls.__dict__:
            cls.access = rights.WORK_VERBS[cls.verb]
        super().__init_subclass__(**kwargs)

    def load(self, number: str, **kwargs: Any) -> WorkOrder:
        if self.request.method == "POST":
            return queries.hold_work_order(self.actor, number=number)
        return queries.work_order(self.actor, number=number)

    def done(self, result: Any) -> str:
        return reverse("service:work_order", args=[self.row.number])

    def back(self) -> str:
        return reverse("service:work_order", args=[self.row.number])


def ticket_page(
    verb: str,
    title: Any,
    form: type[django_forms.Form],
    run: Callable[..., Any],
    *,
    submit: Any = None,
    danger: bool = False,
    clauses: tuple[str, ...] = (),
    done_text: Any = RECORDED,
) -> type[TicketAct]:
    """A page for a verb that needs nothing but its form: cleaned data are the action's arguments, empty ones left out."""

    def do(self: TicketAct, cleaned: dict[str, Any]) -> Any:
        return run(self.row, **_given(cleaned), actor=self.actor, at=self.at)

    return _page(TicketAct, verb, title, form, do, submit, danger, clauses, done_text)


def work_page(
    verb: str,
    title: Any,
    form: type[django_forms.Form],
    run: Callable[..., Any],
    *,
    submit: Any = None,
    danger: bool = False,
    clauses: tuple[str, ...] = (),
    done_text: Any = RECORDED,
) -> type[WorkAct]:
    """The same for a work order."""

    def do(self: WorkAct, cleaned: dict[str, Any]) -> Any:
        return run(self.row, **_given(cleaned), actor=self.actor, at=self.at)

    return _page(WorkAct, verb, title, form, do, submit, danger, clauses, done_text)


def _page(
    base: Any, verb: str, title: Any, form: Any, do: Any, submit: Any, danger: bool, clauses: Any, done_text: Any
) -> Any:
    name = "".join(part.title() for part in verb.split("_")) + base.__name__
    return type(
        name,
        (base,),
        {
            "__module__": __name__,
            "verb": verb,
            "title": title,
            "form_class": form,
            "do": do,
            "submit": submit or title,
            "danger": danger,
            "clauses": clauses,
            "done_text": done_text,
        },
    )


def _given(cleaned: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in cleaned.items() if value not in (None, "")}


def moment_or_now(told: datetime | None, at: datetime) -> datetime:
    """A told moment is taken as it is unless it lies ahead."""
    return at if told is None or told > at else told
