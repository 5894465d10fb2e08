"""What revisions do by themselves when others' events happen."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from nuoda.engine.approvals.models import Approval
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.journal.pure.subscriptions import Context, on
from nuoda.foundation.orgs.models import Person

from .actions import adoptions, readings
from .actions.drafts import MATTER, held


@on("policy.adopted")
def ask_to_read(entry: Entry, context: Context) -> None:
    """A version takes another's place, or a regulation comes new: whoever is bound by what changed is asked to read it.

    With what a company begins (it holds since before the company was there) nobody is asked.
    """
    if entry.origin != "live" or datetime.fromisoformat(str(entry.payload["since"])) < entry.happened_at:
        return
    replaced = entry.payload.get("replaces")
    ids = [UUID(str(found)) for found in (entry.payload["version_id"], replaced) if found is not None]
    rows = PolicyVersion.objects.select_related("policy").in_bulk(ids)
    old = rows[ids[1]] if replaced is not None else None
    readings.ask(version=rows[ids[0]], replaces=old, actor=context.actor, at=context.at)


@on("policy.adoption_cancelled")
def ask_no_more(entry: Entry, context: Context) -> None:
    """An adoption was taken back: nobody need read what will not bind."""
    readings.drop(UUID(str(entry.payload["version_id"])))


@on("role.granted")
def let_newcomers_read(entry: Entry, context: Context) -> None:
    """Somebody took a role: he reads what binds it."""
    if entry.origin != "live":
        return
    keeper = system(entry.company_id, book_revision=context.actor.book_revision)
    with scoped(keeper):
        person = Person.objects.filter(pk=UUID(str(entry.payload["person"]))).first()
        if person is not None:
            actor = replace(context.actor, reach="system")
            readings.resume(person=person, actor=actor, at=context.at)
            readings.ask_newcomer(person=person, role=str(entry.payload["role"]), actor=actor, at=context.at)


@on("person.deactivated", "role.revoked")
def let_those_who_left_read_no_more(entry: Entry, context: Context) -> None:
    """Somebody left or lost a role: he need not read what bound it."""
    with scoped(system(entry.company_id, book_revision=context.actor.book_revision)):
        person = Person.objects.filter(pk=UUID(str(entry.payload["person"]))).first()
        if person is not None:
            readings.end(person=person, actor=replace(context.actor, reach="system"), at=context.at)


@on("person.reactivated")
def let_those_who_came_back_read_on(entry: Entry, context: Context) -> None:
    """Somebody came back: what had fallen away unread is to be read again."""
    with scoped(system(entry.company_id, book_revision=context.actor.book_revision)):
        person = Person.objects.filter(pk=UUID(str(entry.payload["person"]))).first()
        if person is not None:
            readings.resume(person=person, actor=replace(context.actor, reach="system"), at=context.at)


@on("approval.sent_back", "approval.withdrawn")
def write_on(entry: Entry, context: Context) -> None:
    """The approval of a version was sent back or withdrawn: its draft is written again."""
    row = Approval.objects.filter(pk=UUID(str(entry.payload["approval"])), matter=MATTER).first()
    if row is not None:
        actor = replace(context.actor, reach="system")
        why = entry.type.partition(".")[2]
        adoptions.give_back(held(row.about_id, actor), actor=actor, at=context.at, why=why)
