"""Customers, contacts, sites and machines: the verbs and what they leave behind."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nuoda.domain.customers import queries
from nuoda.domain.customers.actions import contacts, customers, merging, products, sites
from nuoda.domain.customers.models import Contact, Customer, InstalledProduct
from nuoda.domain.customers.pure import matters
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused, Stale
from nuoda.foundation.journal import queries as journal
from nuoda.foundation.journal.actions import dossiers
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.orgs.models import Dealer, Person

from . import factories
from .factories import AT

pytestmark = pytest.mark.django_db

COMPANY = new_id()
HQ = Actor(company_id=COMPANY, person_id=new_id(), roles=frozenset({"service_manager"}))
AGENT = Actor(company_id=COMPANY, person_id=new_id(), roles=frozenset({"agent"}))
LATER = AT + timedelta(hours=1)


def dealer(code: str = "D1") -> Dealer:
    return Dealer.objects.create(company_id=COMPANY, code=code, name=f"经销商{code}")


def told(row: Customer | InstalledProduct) -> list[str]:
    return list(Entry.objects.filter(case_id=row.pk).order_by("chain_seq").values_list("type", flat=True))


def test_a_customer_is_entered_and_found_by_name_pinyin_initials_and_code() -> None:
    with scoped(AGENT):
        row = factories.customer(AGENT, "苏州恒力机械有限公司", code="ERP-0042")
        assert row.number.startswith("KH-2026-")
        assert (row.pinyin, row.initials) == ("su zhou heng li ji xie you xian gong si", "szhljxyxgs")
        for text in ("恒力", "恆力", "szhl", "suzhouheng", "erp-0042", "0042", row.number):
            assert list(queries.customers_matching(AGENT, text)) == [row], text
        for text in ("hengli", "华为", "", "'", "s"):
            assert not list(queries.customers_matching(AGENT, text)), text
        assert told(row) == ["customer.created"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"name": "  "}, "name"), ({"name": "甲", "kind": "ghost"}, "kind"), ({"name": "甲", "level": "vip"}, "level")],
)
def test_bad_input_is_refused_by_field(fields: dict[str, str], field: str) -> None:
    with scoped(AGENT), pytest.raises(Invalid) as refusal:
        customers.create(actor=AGENT, at=AT, **fields)
    assert field in refusal.value.fields


def test_a_code_names_one_customer_only() -> None:
    with scoped(AGENT):
        factories.customer(AGENT, code="A1")
        with pytest.raises(Invalid) as refusal:
            factories.customer(AGENT, code="A1")
        assert "code" in refusal.value.fields
        other = factories.customer(AGENT)
        with pytest.raises(Invalid):
            customers.change(other.pk, actor=AGENT, at=AT, code="A1")
        assert Customer.objects.count() == 2


def test_a_change_keeps_title_and_words_true_and_is_recorded_once() -> None:
    with scoped(HQ):
        kit = factories.kit(HQ)
        customers.change(kit.customer.pk, actor=HQ, at=LATER, name="昆山恒远设备", region="")
        customers.change(kit.customer.pk, actor=HQ, at=LATER, name="昆山恒远设备")
        assert told(kit.customer).count("customer.changed") == 1
        assert [found.title for found in journal.search(HQ, "恒远", kinds=["customer"])] == ["昆山恒远设备"]
        assert not list(queries.customers_matching(HQ, "恒力"))
        assert list(queries.customers_matching(HQ, "王芳")) == [kit.customer]
        assert list(queries.installed_matching(HQ, "昆山")) == [kit.machine]


def test_a_stale_change_is_refused() -> None:
    with scoped(HQ):
        row = factories.customer(HQ)
        customers.change(row.pk, actor=HQ, at=LATER, seen=AT, region="江苏")
        with pytest.raises(Stale):
            customers.change(row.pk, actor=HQ, at=LATER, seen=AT, region="上海")


def test_only_leaders_deactivate_and_with_a_reason() -> None:
    with scoped(HQ):
        row = factories.customer(HQ)
        with pytest.raises(Refused) as refusal:
            customers.deactivate(row.pk, actor=AGENT, at=AT, reason="停业")
        assert refusal.value.code == "not_allowed"
        with pytest.raises(Invalid):
            customers.deactivate(row.pk, actor=HQ, at=AT, reason=" ")
        customers.deactivate(row.pk, actor=HQ, at=AT, reason="停业")
        with pytest.raises(Refused):
            customers.deactivate(row.pk, actor=HQ, at=AT, reason="停业")
        customers.reactivate(row.pk, actor=HQ, at=LATER)
        assert told(row) == ["customer.created", "customer.deactivated", "customer.reactivated"]


def test_a_caller_is_known_by_phone_and_by_its_last_four_digits() -> None:
    with scoped(HQ):
        kit = factories.kit(HQ)
        matters.register("installed_product")
        try:
            for text in ("138 1234 5678", "+8613812345678", "5678"):
                (caller,) = queries.find_by_phone(HQ, text)
                assert (caller.contact, caller.customer, caller.open_matters) == (kit.contact, kit.customer, 1), text
            dossiers.close(kit.machine.dossier, at=LATER)
            assert queries.find_by_phone(HQ, "5678")[0].open_matters == 0
        finally:
            matters.unregister("installed_product")
        for text in ("13812345679", "1234", "王芳", ""):
            assert queries.find_by_phone(HQ, text) == [], text
        contacts.deactivate(kit.contact.pk, actor=HQ, at=LATER)
        assert queries.find_by_phone(HQ, "5678") == []


def test_an_extension_is_no_obstacle_to_recognising_the_number() -> None:
    with scoped(HQ):
        row = factories.customer(HQ)
        contacts.add(row.pk, actor=HQ, at=AT, name="总机", phone="0512-65551234 转 801")
        assert [caller.contact.name for caller in queries.find_by_phone(HQ, "0512 6555 1234")] == ["总机"]
        assert queries.find_by_phone(HQ, "0512 6555 123") == []


def test_a_contact_becomes_a_person_who_may_log_in_only_at_its_own_customer() -> None:
    with scoped(HQ):
        kit, other = factories.kit(HQ), factories.customer(HQ)
        own = Person.objects.create(company_id=COMPANY, name="王芳", customer_id=kit.customer.pk, created_at=AT)
        strange = Person.objects.create(company_id=COMPANY, name="王芳", customer_id=other.pk, created_at=AT)
        with pytest.raises(Invalid):
            contacts.attach(kit.contact.pk, actor=HQ, at=AT, person_id=strange.pk)
        assert contacts.attach(kit.contact.pk, actor=HQ, at=AT, person_id=own.pk).person == own
        with pytest.raises(Refused):
            contacts.attach(kit.contact.pk, actor=HQ, at=AT, person_id=own.pk)


def test_there_is_one_main_contact() -> None:
    with scoped(HQ):
        row = factories.customer(HQ)
        first = contacts.add(row.pk, actor=HQ, at=AT, name="甲")
        second = contacts.add(row.pk, actor=HQ, at=AT, name="乙")
        assert (first.is_primary, second.is_primary) == (True, False)
        contacts.change(second.pk, actor=HQ, at=LATER, is_primary=True)
        assert list(Contact.objects.filter(customer=row, is_primary=True)) == [second]


def test_a_phone_that_is_none_is_refused_with_an_example() -> None:
    with scoped(HQ), pytest.raises(Invalid) as refusal:
        contacts.add(factories.customer(HQ).pk, actor=HQ, at=AT, name="甲", phone="明天再打")
    assert "0512" in str(refusal.value.fields["phone"])


def test_a_site_takes_both_coordinates_or_none_and_its_name_once() -> None:
    with scoped(HQ):
        row = factories.customer(HQ)
        with pytest.raises(Invalid):
            sites.add(row.pk, actor=HQ, at=AT, name="一厂", latitude=31.3)
        with pytest.raises(Invalid):
            sites.add(row.pk, actor=HQ, at=AT, name="一厂", latitude=131.3, longitude=120.6)
        first = sites.add(row.pk, actor=HQ, at=AT, name="一厂", latitude=31.3, longitude=120.6)
        with pytest.raises(Invalid):
            sites.add(row.pk, actor=HQ, at=AT, name="一厂")
        assert first.is_default
        sites.deactivate(first.pk, actor=HQ, at=AT)
        assert sites.add(row.pk, actor=HQ, at=AT, name="一厂").is_default


def test_a_serial_number_is_one_machine() -> None:
    with scoped(HQ):
        kit = factories.kit(HQ, serial="ｓｎ-8842-ax")
        assert kit.machine.serial == "SN-8842-AX"
        for text in ("8842", "sn-8842", "SN8842AX", kit.machine.number, kit.model.code, "恒力"):
            assert list(queries.installed_matching(HQ, text)) == [kit.machine], text
        with pytest.raises(Invalid) as refusal:
            products.register(
                actor=HQ, at=AT, customer_id=kit.customer.pk, model_id=kit.model.pk, serial=" sn-8842-AX "
            )
        assert "serial" in refusal.value.fields


def test_a_machine_is_not_installed_before_it_was_bought() -> None:
    with scoped(HQ):
        kit = factories.kit(HQ)
        with pytest.raises(Invalid):
            products.change(kit.machine.pk, actor=HQ, at=AT, installed_date=date(2025, 11, 2))
        changed = products.change(kit.machine.pk, actor=HQ, at=LATER, installed_date=date(2025, 11, 3), serial="X-1")
        assert list(queries.installed_matching(HQ, "x-1")) == [changed]


def test_an_agreed_warranty_needs_a_reason_and_a_leader() -> None:
    with scoped(HQ):
        kit = factories.kit(HQ)
        with pytest.raises(Invalid):
            products.agree_warranty(kit.machine.pk, actor=HQ, at=AT, until=date(2030, 1, 1))
        with pytest.raises(Refused):
            products.agree_warranty(kit.machine.pk, actor=AGENT, at=AT, until=date(2030, 1, 1), because="HT-1")
        row = products.agree_warranty(kit.machine.pk, actor=HQ, at=LATER, until=date(2030, 1, 1), because="HT-1")
        assert row.warranty_on(date(2029, 12, 31)).in_warranty
        row = products.agree_warranty(kit.machine.pk, actor=HQ, at=LATER, until=None)
        assert row.warranty_on(date(2029, 12, 31)).in_warranty is False


def test_waiting_for_parts_lengthens_the_warranty() -> None:
    with scoped(HQ):
        kit = factories.kit(HQ)
        products.add_waiting(kit.machine.pk, actor=HQ, at=AT, days=5)
        row = products.add_waiting(kit.machine.pk, actor=HQ, at=LATER, days=2)
        assert row.warranty_on(date(2026, 11, 10)).in_warranty
        assert not row.warranty_on(date(2026, 11, 11)).in_warranty


def test_a_machine_goes_to_another_customer_with_its_history() -> None:
    with scoped(HQ):
        kit, other = factories.kit(HQ), factories.customer(HQ, "昆山恒远设备")
        with pytest.raises(Invalid):
            products.hand_over(kit.machine.pk, actor=HQ, at=AT, customer_id=other.pk, site_id=kit.site.pk)
        products.hand_over(kit.machine.pk, actor=HQ, at=LATER, customer_id=other.pk, reason="转卖")
        row = queries.installed_product(HQ, id=kit.machine.pk)
        assert (row.customer, row.site) == (other, None)
        assert told(kit.machine) == ["installed_product.registered", "installed_product.handed_over"]
        assert list(queries.installed_matching(HQ, "昆山")) == [row]


def test_a_duplicate_is_merged_with_everything() -> None:
    with scoped(HQ):
        partner = dealer()
        kit = factories.kit(HQ)
        double = factories.kit(HQ, "苏州恒力(重复)", dealer_id=partner.pk)
        contacts.add(double.customer.pk, actor=HQ, at=AT, name="李雷", phone="13900001111")
        merging.merge(kit.customer.pk, actor=HQ, at=LATER, duplicate_id=double.customer.pk, reason="同一家")
        card = queries.card(HQ, kit.customer.number)
        assert [(row.name, row.is_primary) for row in card.contacts] == [("王芳", True), ("李雷", False)]
        assert {row.pk for row in card.installed} == {kit.machine.pk, double.machine.pk}
        assert [row.is_default for row in card.sites] == [True, False]
        assert card.dealers == [partner]
        gone = queries.customer(HQ, id=double.customer.pk)
        assert (gone.active, gone.merged_into) == (False, kit.customer)
        types = {entry.type for entry in queries.timeline(HQ, [kit.customer.pk, *card.merged_ids])}
        assert {"customer.merged", "customer.created", "contact.added"} <= types
        assert [caller.customer for caller in queries.find_by_phone(HQ, "13900001111")] == [kit.customer]
        with pytest.raises(Refused):
            customers.reactivate(double.customer.pk, actor=HQ, at=LATER)
        with pytest.raises(Refused):
            merging.merge(double.customer.pk, actor=HQ, at=LATER, duplicate_id=kit.customer.pk)


def test_a_customer_of_another_company_does_not_exist() -> None:
    stranger = Actor(company_id=new_id(), person_id=new_id(), roles=frozenset({"service_manager"}))
    with scoped(HQ):
        kit = factories.kit(HQ)
    with scoped(stranger):
        with pytest.raises(NotYours):
            queries.card(stranger, kit.customer.number)
        with pytest.raises(NotYours):
            customers.change(kit.customer.pk, actor=stranger, at=AT, region="x")
        with pytest.raises(NotYours):
            products.change(kit.machine.pk, actor=stranger, at=AT, serial="x")
        assert queries.find_by_phone(stranger, "5678") == []
        assert not queries.customers_matching(stranger, "恒力").exists()


def test_a_person_without_a_role_here_is_told_that_there_is_nothing() -> None:
    auditor = Actor(company_id=COMPANY, person_id=new_id(), roles=frozenset({"audit_admin"}))
    with scoped(auditor), pytest.raises(NotYours):
        customers.create(actor=auditor, at=AT, name="甲")
