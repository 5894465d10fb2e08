"""The dealer's job: 华东 looks after its own ticket with its own technician, and 西部 never hears of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from nuoda.domain.customers.actions import merging
from nuoda.domain.customers.models import Customer
from nuoda.domain.customers.queries import matters_of, open_matters
from nuoda.domain.customers.tests import factories as customers
from nuoda.domain.service import queries
from nuoda.domain.service.actions import tickets
from nuoda.domain.service.models import PartUsed, Ticket, WorkOrder
from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.papers.models import Paper
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused
from nuoda.foundation.journal.models import Dossier, Entry
from nuoda.foundation.orgs.models import Person
from nuoda.foundation.orgs.tests import factories as people

pytestmark = pytest.mark.django_db

KINDS: tuple[type[Any], ...] = (Ticket, WorkOrder, PartUsed, Deadline, Paper, Entry, Dossier)


@pytest.fixture
def stage() -> Stage:
    return Stage.set(local(5, 10))


def dealers(stage: Stage, **told: Any) -> Ticket:
    return stage.report(dealer_id=stage.cast.east.pk, **told)


def of_case(stage: Stage, ticket: Ticket, person: Person, *, filtered: bool) -> dict[str, int]:
    """Rows of the case that a person comes to by kind: through the app's own filter, or with that switched off."""
    with stage.acting(person) as (actor, _at):
        found = {}
        for kind in KINDS:
            see: Callable[[Any], Any] | None = getattr(kind, "visible_to", None)
            rows = see(actor) if filtered and see is not None else kind.objects.all()
            key = "dossier_id" if kind is Ticket else "case_id"
            found[kind.__name__] = rows.filter(**{key: ticket.pk}).count()
        return found


def test_the_dealers_manager_sends_his_own_technician_and_the_other_dealer_sees_nothing(stage: Stage) -> None:
    ticket = dealers(stage)
    assert ticket.dealer_id == stage.cast.east.pk
    assert ("马超", "ticket_urgent") in stage.told()
    stage.after(minutes=5)
    job = stage.repaired(ticket, stage.cast.wu, manager=stage.cast.ma)
    assert (job.state, job.dealer_id, stage.ticket(ticket).state) == ("completed", stage.cast.east.pk, "solved")

    for filtered in (True, False):
        seen = of_case(stage, ticket, stage.cast.ma, filtered=filtered)
        assert min(seen.values()) > 0, seen
        assert set(of_case(stage, ticket, stage.cast.he_ping, filtered=filtered).values()) == {0}
        assert set(of_case(stage, ticket, stage.cast.zhao, filtered=filtered).values()) == {0}
    assert of_case(stage, ticket, stage.cast.wang, filtered=False) == of_case(
        stage, ticket, stage.cast.ma, filtered=False
    ), "negative control: the same statements find everything when the wall is the company's"
    for stranger in (stage.cast.he_ping, stage.cast.zhao):
        with stage.acting(stranger) as (actor, _at):
            for find in (queries.ticket, queries.hold):
                with pytest.raises(NotYours):
                    find(actor, id=ticket.pk)
            with pytest.raises(NotYours):
                queries.hold_work_order(actor, id=job.pk)
            assert not queries.open_tickets(actor).exists()


def test_a_technician_of_the_company_is_not_sent_to_a_dealers_ticket(stage: Stage) -> None:
    ticket = dealers(stage)
    for manager in (stage.cast.wang, stage.cast.ma):
        with pytest.raises(Refused) as refusal:
            stage.dispatch(ticket, stage.cast.zhao, manager)
        assert refusal.value.clauses == ("DL-2.2",)
    with stage.acting(stage.cast.ma) as (actor, at):
        names = [person.name for person, _why in queries.suggestions(actor, queries.ticket(actor, id=ticket.pk), at=at)]
    assert names == ["吴迪"], "only his own are suggested"
    assert stage.dispatch(ticket, stage.cast.wu, stage.cast.ma).technician_id == stage.cast.wu.pk
    own = stage.report()
    with pytest.raises(Refused) as refusal:
        stage.dispatch(
            own, stage.cast.wu, starts_at=stage.now + timedelta(hours=5), ends_at=stage.now + timedelta(hours=6)
        )
    assert refusal.value.clauses == ("DL-2.2",), "nor is the dealer's man sent for the company"


def test_a_dealers_man_without_certificate_is_not_sent(stage: Stage) -> None:
    novice = people.person("新手", "technician", dealer=stage.cast.east)
    with pytest.raises(Refused) as refusal:
        stage.dispatch(dealers(stage), novice, stage.cast.ma)
    assert refusal.value.clauses == ("DL-2.2b",)


def test_a_miss_at_the_dealers_goes_to_his_manager_and_to_no_other(stage: Stage) -> None:
    ticket = dealers(stage)
    stage.after(hours=5)
    stage.tick()
    told = stage.told()
    assert {("马超", "deadline_missed"), ("周敏", "deadline_missed")} <= told
    assert not [name for name, _template in told if name == "何平"]
    assert stage.clocks(ticket, stage.cast.ma)["MN-3.2.1b/on_site#1"].state == "missed"
    assert stage.clocks(ticket, stage.cast.he_ping) == {}


def test_a_matter_handed_to_a_dealer_takes_everything_along(stage: Stage) -> None:
    ticket = stage.report()
    job = stage.dispatch(ticket, stage.cast.zhao)
    stage.work(job, "contact")
    stage.work(job, "prepare")
    stage.after(minutes=40)
    stage.work(job, "arrive")
    stage.note(job)
    stage.work(job, "leave_unfinished", reason="needs_expert")
    before = stage.clocks(ticket)
    with stage.acting(stage.cast.ma) as (actor, _at):
        assert not Customer.visible_to(actor).exists()
    assert set(of_case(stage, ticket, stage.cast.ma, filtered=False).values()) == {0}

    stage.act(stage.cast.wang, "hand_over", ticket, to_dealer=stage.cast.east, reason="near")
    row = stage.ticket(ticket)
    assert (row.dealer_id, row.keeper_id) == (stage.cast.east.pk, None)
    seen = of_case(stage, ticket, stage.cast.ma, filtered=False)
    assert min(seen.values()) > 0, seen
    with stage.acting(stage.cast.ma) as (actor, _at):
        assert set(Dossier.objects.filter(case_id=ticket.pk).values_list("kind", flat=True)) == {"ticket", "work_order"}
        assert Paper.objects.filter(form="service_order").count() == 1
        assert [customer.name for customer in Customer.visible_to(actor)] == [stage.kit.customer.name]
    assert set(of_case(stage, ticket, stage.cast.he_ping, filtered=False).values()) == {0}
    after = stage.clocks(ticket, stage.cast.ma)
    assert {key: after[key].due_at for key in before} == {key: row.due_at for key, row in before.items()}
    assert after["DL-3.2a/dispatch_urgent#1"].due_at == stage.now + timedelta(minutes=30)

    stage.after(minutes=10)
    second = stage.dispatch(ticket, stage.cast.wu, stage.cast.ma)
    assert second.visit == 2
    assert stage.clocks(ticket)["DL-3.2a/dispatch_urgent#1"].state == "kept"


def test_a_dealer_passes_a_matter_to_no_other_dealer(stage: Stage) -> None:
    ticket = dealers(stage)
    with pytest.raises(Refused) as refusal:
        stage.act(stage.cast.ma, "hand_over", ticket, to_dealer=stage.cast.west)
    assert refusal.value.code == "not_allowed"
    with pytest.raises(Invalid):
        stage.act(stage.cast.wang, "hand_over", ticket, to_person=stage.cast.he_ping)
    stage.act(stage.cast.ma, "hand_over", ticket, to_person=stage.cast.zhou)
    assert stage.ticket(ticket).keeper_id == stage.cast.zhou.pk


def test_the_dealer_sees_the_customer_of_his_ticket_and_that_it_is_open(stage: Stage) -> None:
    with stage.acting(stage.cast.ma) as (actor, _at):
        assert not Customer.visible_to(actor).exists()
    ticket = dealers(stage)
    with stage.acting(stage.cast.ma) as (actor, _at):
        assert Customer.visible_to(actor).get().pk == stage.kit.customer.pk
        assert open_matters(actor, [stage.kit.customer.pk]) == {stage.kit.customer.pk: 1}
        assert [row.number for row in matters_of(actor, stage.kit.customer.pk)] == [ticket.number]
    with stage.acting(stage.cast.he_ping) as (actor, _at):
        assert not Customer.visible_to(actor).exists()
    dealers(stage)
    with stage.acting(stage.cast.wang):
        linked = Entry.objects.filter(type="customer.dealer_linked")
        assert linked.count() == 1, "the second ticket is not the first dealing"


def test_two_cards_of_one_customer_bring_their_matters_together(stage: Stage) -> None:
    with stage.acting(stage.cast.wang) as (actor, at):
        twin = customers.kit(actor, "恒力机械（苏州）", at=at)
        skill = twin.model.category.code
    ticket = dealers(stage, product=twin.machine, contact=twin.contact, site=twin.site)
    people.qualification(stage.cast.wu, skill)
    stage.dispatch(ticket, stage.cast.wu, stage.cast.ma)
    contact = people.contact(stage.kit.customer.pk, of=stage.cast.company)
    with stage.acting(contact) as (actor, _at):
        assert not Ticket.visible_to(actor).exists()
    with stage.acting(stage.cast.wang) as (actor, at):
        merging.merge(stage.kit.customer.pk, actor=actor, at=at, duplicate_id=twin.customer.pk, reason="同一家")
    owed = len(stage.clocks(ticket))
    with stage.acting(contact) as (actor, _at):
        assert queries.ticket(actor, id=ticket.pk).customer_id == stage.kit.customer.pk
        assert Deadline.visible_to(actor).filter(case_id=ticket.pk).count() == owed > 0
        assert [row.state for row in WorkOrder.objects.all()] == ["assigned"]
        assert [row.form for row in Paper.objects.all()] == ["service_order"]


def test_who_may_not_see_it_cannot_change_it_either(stage: Stage) -> None:
    """The wall of the database behind the app's own: the row of another dealer cannot be written."""
    ticket = dealers(stage)
    row = stage.ticket(ticket)
    with stage.acting(stage.cast.he_ping) as (actor, at), pytest.raises(Refused):
        tickets.promise(row, due_at=at + timedelta(hours=1), actor=actor, at=at)
    assert stage.entries(ticket, "ticket.promised") == []
    with stage.acting(stage.cast.ma) as (actor, at):
        tickets.promise(row, due_at=at + timedelta(hours=1), actor=actor, at=at)
    assert len(stage.entries(ticket, "ticket.promised")) == 1
