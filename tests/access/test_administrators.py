"""The three administrators see accounts, rights and records, and no customer's matter (docs/decisions/0023)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from nuoda.domain.care.models import FollowUp
from nuoda.domain.customers import queries as customers
from nuoda.domain.customers.models import Contact, Customer, InstalledProduct, Site
from nuoda.domain.service import queries as service
from nuoda.domain.service.facts import _of_kind
from nuoda.engine.approvals.models import Approval
from nuoda.engine.measures.api.indicators import OfCases, list_indicator_cases
from nuoda.engine.papers.models import Attachment, Paper
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import ADMINISTRATORS, Actor
from nuoda.foundation.base.pure.operations import Call
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.journal import queries as journal
from nuoda.foundation.journal.models import Dossier, Entry
from nuoda.foundation.orgs.pure.roles import EXCLUSIVE
from nuoda.foundation.orgs.tests import factories as people

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


BEHIND_FIGURES = (
    ("reports:cases", ()),
    ("reports:entries", ()),
    ("reports:refusals", ()),
    ("reports:clause", ("MN-3.2.1a",)),
    ("measures:cases", ("DL-5.2b", "on_time_repair", "2026-03", "company", "denominator")),
    ("duties:audit", ("",)),
)
"""Pages on which a figure opens the cases that make it; '' stands for the audit's own number."""


def test_behind_a_figure_an_auditor_finds_the_number_and_not_the_matter() -> None:
    """The manager is the control: he reads on the same page what each matter is about."""
    made = world()
    stage, cast = made.stage, made.stage.cast
    with scoped(system(cast.company.pk)):
        titles = set(Dossier.objects.filter(kind__in=("ticket", "work_order")).values_list("title", flat=True)) - {""}
        numbers = set(Dossier.objects.filter(kind__in=("ticket", "work_order")).values_list("number", flat=True))
    told = (stage.kit.customer.name, stage.kit.contact.name, *titles)
    auditor, manager = people.login(Client(), cast.audit), people.login(Client(), cast.chen)
    for page, about in BEHIND_FIGURES:
        address = reverse(page, args=[one or made.audit.number for one in about])
        for url in (
            (address, f"{address}?export=csv") if page.endswith(("cases", "entries", "refusals")) else (address,)
        ):
            open_to, kept = manager.get(url).content.decode(), auditor.get(url)
            assert kept.status_code == 200, url
            shown = kept.content.decode()
            known = {number for number in numbers if number in open_to}
            assert any(word in open_to for word in told) or page == "reports:clause", (
                f"{url}: the control reads what it is about"
            )
            assert [word for word in told if word in shown] == [], url
            assert {number for number in numbers if number in shown} == known, f"{url}: numbers stay"
            assert not any(f"/tickets/{number}" in shown or f"/work-orders/{number}" in shown for number in numbers), (
                url
            )


def test_a_program_of_an_auditor_gets_the_number_of_a_case_and_not_its_title() -> None:
    made = world()
    cast = made.stage.cast
    rows = {}
    for person in (cast.audit, cast.chen):
        actor = made.stage.actor(person)
        with scoped(actor) as at:
            call = Call(actor, at)
            query = OfCases(period="2026-03")
            rows[person] = list_indicator_cases(call, clause="DL-5.2b", key="on_time_repair", query=query).items
    assert [row.case.number for row in rows[cast.audit]] == [row.case.number for row in rows[cast.chen]] != []
    assert {row.case.name for row in rows[cast.audit]} == {""} and all(row.case.name for row in rows[cast.chen])


def test_the_roles_kept_apart_are_these_three() -> None:
    assert set(EXCLUSIVE) == ADMINISTRATORS
