"""My approvals: what waits for me, what I asked for, what I have decided, what I was given to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.access import now
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal import queries as journal
from nuoda.foundation.ui.pure.menu import allowed
from nuoda.foundation.ui.web.pages import Bulk, Choice, Column, Days, Empty, ListPage

from .. import queries
from ..access import READERS, STAFF
from ..actions import decisions
from ..models import Approval, Step
from ..pure.matters import MATTERS
from ..states import APPROVAL
from . import words

BOXES = (
    ("mine", _("Waiting for me"), STAFF),
    ("submitted", _("Submitted by me"), STAFF),
    ("decided", _("Decided by me"), STAFF),
    ("copies", _("Copies for me"), STAFF),
    ("all", _("All that I may read"), READERS),
)


class Box(ListPage):
    """What the lists of approvals share."""

    access = STAFF
    menu = "approvals"
    box: ClassVar[str] = ""
    order: ClassVar[Sequence[str]] = ("-submitted_at",)
    search_hint = _("Number or title")
    columns: ClassVar[Sequence[Column]] = (
        Column(
            key="number",
            label=_("Number"),
            value="dossier.number",
            sort="dossier__number",
            link=lambda row: address(row),
        ),
        Column(key="matter", label=_("Matter"), value=words.matter, sort="matter", grouped=True),
        Column(key="title", label=_("Title"), value="about.title", wide=True),
        Column(key="about", label=_("Concerns"), value="about.number"),
        Column(key="submitter", label=_("Submitted by"), value="submitter.name", sort="submitter__pinyin"),
        Column(key="state", label=_("State"), value=words.state_chip, cell="chip", sort="state", grouped=True),
        Column(key="due", label=_("To be decided by"), value="due_at", cell="moment"),
        Column(key="submitted", label=_("Submitted at"), value="submitted_at", cell="moment", sort="submitted_at"),
        Column(key="decided", label=_("Decided at"), value="decided_at", cell="moment", shown=False),
        Column(key="round", label=_("Round"), value="round", cell="number", shown=False),
    )
    filters = (
        Choice(name="state", label=_("State"), field="state", options=lambda actor: APPROVAL.choices),
        Choice(
            name="matter",
            label=_("Matter"),
            field="matter",
            options=lambda actor: [(code, item.label) for code, item in MATTERS.items()],
        ),
        Days(name="submitted", label=_("Submitted at"), field="submitted_at"),
    )

    def found(self, actor: Actor) -> QuerySet[Approval]:
        raise NotImplementedError

    def rows(self, actor: Actor) -> QuerySet[Any]:
        due = Step.objects.filter(approval=OuterRef("pk"), state="open").values("due_at")[:1]
        return self.found(actor).annotate(due_at=Subquery(due))

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        hits = journal.search(self.actor, text, kinds=["approval"], limit=200).values("pk")
        return rows.filter(pk__in=list(hits.values_list("pk", flat=True)))

    def row_url(self, row: Approval) -> str:
        return address(row)

    def row_tone(self, row: Any) -> str:
        late = row.state == "pending" and row.due_at is not None and row.due_at < self.at
        return "missed" if late else ""

    def view_tabs(self, saved: Sequence[Any], state: Any, request: HttpRequest) -> list[dict[str, Any]]:
        """The boxes, each with an address of its own, then the saved views of this one."""
        boxes = [
            {
                "label": label,
                "url": reverse(f"approvals:{name}"),
                "lit": name == self.box and not state.view,
                "own": None,
            }
            for name, label, roles in BOXES
            if allowed(roles, self.actor.roles)
        ]
        return boxes + super().view_tabs(saved, state, request)


class Waiting(Box):
    """待我审批."""

    box = "mine"
    title = _("Waiting for my approval")
    bulk = (
        Bulk(
            key="approve",
            label=_("Approve"),
            question=_("Approve all chosen requests as they are?"),
            run=lambda id, actor, at: decisions.approve(approval_id=id, actor=actor, at=at),
        ),
    )
    empty = Empty(text=_("Nothing waits for your approval."), icon="circle-check")

    def found(self, actor: Actor) -> QuerySet[Approval]:
        # A post opens its scope after this page was made: it has no time of its own yet.
        return queries.waiting_for(actor, getattr(self, "at", None) or now())


class Submitted(Box):
    """我发起的."""

    box = "submitted"
    title = _("Submitted by me")
    empty = Empty(text=_("You have not asked for an approval yet."))

    def found(self, actor: Actor) -> QuerySet[Approval]:
        return queries.submitted_by(actor)


class Decided(Box):
    """已处理."""

    box = "decided"
    title = _("Decided by me")
    empty = Empty(text=_("You have not decided anything yet."))

    def found(self, actor: Actor) -> QuerySet[Approval]:
        return queries.decided_by(actor)


class Copies(Box):
    """抄送我的."""

    box = "copies"
    title = _("Copies for me")
    empty = Empty(text=_("Nobody has sent you a copy."))

    def found(self, actor: Actor) -> QuerySet[Approval]:
        return queries.copied_to(actor)


class Everything(Box):
    """Every approval that the role may read."""

    access = READERS
    box = "all"
    title = _("All approvals")
    empty = Empty(text=_("No approval was asked for yet."))

    def found(self, actor: Actor) -> QuerySet[Approval]:
        return queries.all_visible(actor, getattr(self, "at", None) or now())


def address(row: Approval) -> str:
    return reverse("approvals:approval", args=[row.dossier.number])
