"""Lists: what I owe, everybody's duties, audits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.db.models import Case, DateTimeField, ExpressionWrapper, F, Q, QuerySet, Value, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal import queries as journal
from nuoda.foundation.orgs import queries as orgs
from nuoda.foundation.ui.pure.menu import allowed
from nuoda.foundation.ui.web.pages import Choice, Column, Days, Empty, Flag, Link, ListPage
from nuoda.foundation.ui.web.pages.filters import Filter

from .. import queries
from ..access import AUDITORS, READERS, WATCHERS
from ..models import Audit, Obligation
from ..states import AUDIT
from . import words

ALL = WATCHERS | {"dealer_manager"}
"""Who sees what others owe: in the company, or at his dealer."""
FAR = datetime(2200, 1, 1, tzinfo=UTC)
"""Later than any due time."""
BOXES = (
    ("mine", _("My duties"), READERS),
    ("all", _("All duties"), ALL),
    ("audits", _("Audits"), ALL),
)


def clauses(actor: Actor) -> list[tuple[str, str]]:
    """Clauses that ask for something now or did."""
    found = Obligation.visible_to(actor).order_by("clause_id").values_list("clause_id", flat=True).distinct()
    return [(clause_id, clause_id) for clause_id in found]


def periods(actor: Actor) -> list[tuple[str, str]]:
    """Periods with duties, the newest first."""
    rows = (
        Obligation.visible_to(actor).order_by("-period_end", "-period").values_list("period", "period_end").distinct()
    )
    return [(code, words.period(code)) for code in dict.fromkeys(code for code, _end in rows[:200])]


def this_week(actor: Actor, at: datetime) -> Q:
    """Due in the company's week, Monday to Sunday, and not done yet."""
    today = at.astimezone(orgs.zone(actor)).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    return queries.OWED & Q(due_at__gt=monday, due_at__lte=monday + timedelta(days=7))


class Box(ListPage):
    """What the lists of this room share: their tabs."""

    menu = "duties"
    box: ClassVar[str] = ""
    search_hint = _("Number, duty, unit")
    kinds: ClassVar[tuple[str, ...]] = ("duty",)

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        hits = journal.search(self.actor, text, kinds=self.kinds, limit=200)
        return rows.filter(pk__in=list(hits.values_list("pk", flat=True)))

    def view_tabs(self, saved: Sequence[Any], state: Any, request: HttpRequest) -> list[dict[str, Any]]:
        """The lists, each with an address of its own, then the saved views of this one."""
        boxes = [
            {"label": label, "url": reverse(f"duties:{name}"), "lit": name == self.box and not state.view, "own": None}
            for name, label, roles in BOXES
            if allowed(roles, self.actor.roles)
        ]
        return boxes + super().view_tabs(saved, state, request)


class Duties(Box):
    """What the lists of duties share."""

    order: ClassVar[Sequence[str]] = ("turn",)
    columns: ClassVar[Sequence[Column]] = (
        Column(
            key="number",
            label=_("Number"),
            value="dossier.number",
            sort="dossier__number",
            link=lambda row: reverse("duties:duty", args=[row.dossier.number]),
        ),
        Column(key="duty", label=_("Duty"), value=lambda row: words.text(row.label, row.ref), wide=True),
        Column(key="state", label=_("State"), value=words.state_chip, cell="chip", sort="state", grouped=True),
        Column(key="due", label=_("Due"), value="due_at", cell="due", sort="due_at"),
        Column(key="who", label=pgettext_lazy("duty", "who"), value=lambda row: words.several(row.who)),
        Column(key="unit", label=_("Unit"), value="unit_name", sort="unit_name", grouped=True),
        Column(
            key="period",
            label=_("Period"),
            value=lambda row: words.period(row.period),
            sort="period_start",
            grouped=True,
        ),
        Column(key="owner", label=_("Owed by"), value=words.owner, sort="owner_role", grouped=True),
        Column(key="clause", label=_("Clause"), value="clause_id", sort="clause_id", grouped=True),
        Column(key="done", label=_("Done"), value="done_at", cell="moment", sort="done_at", shown=False),
        Column(key="opened", label=_("Began"), value="opens_at", cell="moment", sort="opens_at", shown=False),
    )
    filters: ClassVar[Sequence[Filter]] = (
        Choice(name="state", label=_("State"), field="state", options=list(Obligation.State.choices)),
        Choice(name="clause", label=_("Clause"), field="clause_id", options=clauses),
        Choice(name="period", label=_("Period"), field="period", options=periods),
        Flag(name="late", label=_("Missed and not done yet"), where=Q(state="missed", done_at=None)),
        Flag(name="week", label=_("Due this week"), where=this_week),
        Days(name="due", label=_("Due"), field="due_at"),
    )

    def found(self, actor: Actor) -> QuerySet[Obligation]:
        raise NotImplementedError

    def rows(self, actor: Actor) -> QuerySet[Any]:
        """`turn`: what is still owed first, the longest due at the top; then what is settled, the latest due first."""
        settled = ExpressionWrapper(Value(FAR) + (Value(FAR) - F("due_at")), output_field=DateTimeField())
        owed = When(queries.OWED, then=F("due_at"))
        return self.found(actor).annotate(turn=Case(owed, default=settled, output_field=DateTimeField()))

    def dress(self, rows: Sequence[Any]) -> None:
        names = queries.names_of_owners(self.actor, rows)
        for row in rows:
            row.who = names[row.pk]

    def row_url(self, row: Obligation) -> str:
        return reverse("duties:duty", args=[row.dossier.number])

    def row_tone(self, row: Obligation) -> str:
        late = row.state == "missed" and row.done_at is None
        return "missed" if late else "near" if row.state == "open" and row.warned else ""


class Mine(Duties):
    """我的周期义务: what the person owes by himself or by a role."""

    access = READERS
    box = "mine"
    title = _("My duties")
    empty = Empty(
        text=_("You owe no periodic duty."),
        link=Link(
            label=_("All duties"),
            url=lambda actor: reverse("duties:all") if allowed(ALL, actor.roles) else "",
            icon="list",
        ),
        icon="circle-check",
    )

    def found(self, actor: Actor) -> QuerySet[Obligation]:
        return queries.obligations(actor, own=True)


def _ours(actor: Actor, at: datetime) -> Q:
    return Q(dealer_id=actor.dealer_id)


class Everybody(Duties):
    """周期义务: everybody's, as far as one sees the company."""

    access = ALL
    box = "all"
    title = _("All duties")
    filters = (*Duties.filters, Flag(name="ours", label=_("Owed by my organisation"), where=_ours))
    empty = Empty(text=_("No clause has asked for a periodic duty yet."))

    def found(self, actor: Actor) -> QuerySet[Obligation]:
        return queries.obligations(actor)


class Audits(Box):
    """抽查."""

    access = ALL
    box = "audits"
    title = _("Audits")
    kinds = ("audit",)
    order = ("-drawn_at",)
    search_hint = _("Number, clause, unit")
    columns = (
        Column(
            key="number",
            label=_("Number"),
            value="dossier.number",
            sort="dossier__number",
            link=lambda row: reverse("duties:audit", args=[row.dossier.number]),
        ),
        Column(key="title", label=_("What is checked"), value=words.checked, wide=True),
        Column(key="clause", label=_("Clause"), value="clause_id", sort="clause_id", grouped=True),
        Column(key="unit", label=_("Unit"), value="unit_name", sort="unit_name", grouped=True),
        Column(key="size", label=_("Cases drawn"), value="size", cell="number", sort="size"),
        Column(key="passed", label=pgettext_lazy("audit", "kept"), value="passed", cell="number", sort="passed"),
        Column(key="failed", label=_("Not kept"), value="failed", cell="number", sort="failed"),
        Column(key="state", label=_("State"), value=words.audit_chip, cell="chip", sort="state", grouped=True),
        Column(key="drawn", label=_("Drawn"), value="drawn_at", cell="moment", sort="drawn_at"),
        Column(key="signed", label=_("Signed off"), value="signed_at", cell="moment", sort="signed_at"),
    )
    filters = (
        Choice(name="state", label=_("State"), field="state", options=lambda actor: AUDIT.choices),
        Choice(name="clause", label=_("Clause"), field="clause_id", options=lambda actor: audited(actor)),
        Flag(name="spot", label=_("Spot checks"), where=Q(obligation=None)),
        Days(name="signed", label=_("Signed off"), field="signed_at"),
    )
    links = (
        Link(label=_("Draw a spot check"), url=lambda actor: reverse("duties:draw"), primary=True, roles=AUDITORS),
    )
    empty = Empty(text=_("No audit has been drawn yet."))

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return queries.audits(actor)

    def row_url(self, row: Audit) -> str:
        return reverse("duties:audit", args=[row.dossier.number])

    def row_tone(self, row: Audit) -> str:
        return "missed" if row.failed else ""


def audited(actor: Actor) -> list[tuple[str, str]]:
    """Clauses with audits."""
    found = Audit.visible_to(actor).order_by("clause_id").values_list("clause_id", flat=True).distinct()
    return [(clause_id, clause_id) for clause_id in found]
