"""The three administrators see accounts, rights and records, and no customer's matter (docs/decisions/0023)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from nuoda.domain.care.models import FollowUp
from nuoda.domain.customers import queries as customers
from nuoda.domain.customers.models import Contact, Customer, InstalledProduct, Site
from nuoda.domain.service import queries as service
from nuoda.domain.service.facts import _of_kind
from nuoda.engine.approvals.models import Approval
from nuoda.engine.papers.models import Attachment, Paper
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import ADMINISTRATORS, Actor
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.journal import queries as journal
from nuoda.foundation.journal.models import Dossier, Entry
from nuoda.foundation.orgs.pure.roles import EXCLUSIVE

from .world import World, world

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def found(made: World, actor: Actor) -> dict[str, bool]:
    """What the actor finds of the world's matters, by what it is."""
    kit, ticket = made.stage.kit, made.reported
    rows: Mapping[str, Any] = {
        "customer": Customer.visible_to(actor).filter(pk=kit.customer.pk),
        "contact": Contact.visible_to(actor).filter(pk=kit.contact.pk),
        "site": Site.visible_to(actor).filter(pk=kit.site.pk),
        "machine": InstalledProduct.visible_to(actor).filter(pk=kit.machine.pk),
        "follow-up": FollowUp.visible_to(actor).filter(pk=made.follow_up.pk),
        "approval": Approval.visible_to(actor).filter(pk=made.approval.pk),
        "paper": Paper.visible_to(actor).filter(pk=made.paper.pk),
        "file": Attachment.visible_to(actor).filter(pk=made.attachment.pk),
        "search by number": journal.search(actor, ticket.number),
        "search by name": journal.search(actor, kit.customer.name),
        "dossier of an approval": Dossier.visible_to(actor).filter(pk=made.approval.pk),
    }
    one: Mapping[str, Callable[[], Any]] = {
        "ticket": lambda: service.ticket(actor, number=ticket.number),
        "ticket to change": lambda: service.hold(actor, id=ticket.pk),
        "work order": lambda: service.work_order(actor, number=made.job.number),
        "short address": lambda: journal.dossier(actor, number=ticket.number),
        "customer's card": lambda: customers.card(actor, kit.customer.number),
    }
    with scoped(actor):
        return {name: query.exists() for name, query in rows.items()} | {
            name: _told(question) for name, question in one.items()
        }


def _told(question: Callable[[], Any]) -> bool:
    try:
        question()
    except NotYours:
        return False
    return True


def test_administrators_find_no_matter_and_others_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the manager as the control who finds every one of them, what administrators keep, and what leaks without the rule."""
    made = world()
    stage, cast = made.stage, made.stage.cast
    manager = found(made, stage.actor(cast.wang))
    assert all(manager.values()), manager
    imported = {"customer", "contact", "site", "machine", "customer's card"}
    for person, kept in ((cast.security, set()), (cast.audit, set()), (cast.system, imported)):
        seen = {name for name, known in found(made, stage.actor(person)).items() if known}
        assert seen == kept, person.name
    for person in (cast.security, cast.audit, cast.system):
        held = stage.actor(person)
        both = replace(held, roles=held.roles | {"service_manager"})
        assert all(found(made, both).values()), "a business role gives its scope"

    auditor = stage.actor(cast.audit)
    with scoped(auditor):
        assert _of_kind()(auditor).filter(pk=made.reported.pk).exists(), "figures count what is not read"
        assert FollowUp.counted_for(auditor).filter(pk=made.follow_up.pk).exists()
        assert Entry.visible_to(auditor).filter(case_id=made.reported.pk).exists(), "the journal can be proved"
        assert journal.dossier(auditor, number=made.duty.number)
    with scoped(system(cast.company.pk)):
        attested = Attachment.objects.get(dossier_id=made.claimed.pk)
    with scoped(auditor):
        assert Attachment.visible_to(auditor).filter(pk=attested.pk).exists(), "what shows that a duty was done"

    # Negative control: with nobody taken for an administrator alone, all three find the ticket by its number.
    monkeypatch.setattr(Actor, "only_administers", False)
    for person in (cast.system, cast.security, cast.audit):
        leaked = found(made, stage.actor(person))
        assert leaked["search by number"] and leaked["ticket"] and leaked["paper"], person.name


def test_the_roles_kept_apart_are_these_three() -> None:
    assert set(EXCLUSIVE) == ADMINISTRATORS
