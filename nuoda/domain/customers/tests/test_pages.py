"""The pages about customers: who opens them, what they show, what their forms do."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from nuoda.domain.customers.actions import customers as verbs
from nuoda.domain.customers.models import Contact, Customer, CustomerDealer, ImportRun, InstalledProduct, ProductModel
from nuoda.domain.customers.pure import matters
from nuoda.domain.parts.actions import parts
from nuoda.domain.parts.models import Part
from nuoda.foundation.base.access import scoped
from nuoda.foundation.journal.actions import dossiers
from nuoda.foundation.journal.pure.words import unnamed
from nuoda.foundation.orgs.tests import factories as people
from nuoda.foundation.ui.tests import kit

from . import factories
from .factories import AT

pytestmark = pytest.mark.django_db

WHO = ("lin", "wang", "zhao", "chen", "zhou", "shen", "ma", "he_ping", "system", "security", "audit")


@pytest.fixture
def here() -> SimpleNamespace:
    """The cast with one customer of the dealer 华东, its machine, a part and an import."""
    cast = people.cast()
    hq = people.actor(cast.wang)
    with scoped(hq):
        made = factories.kit(hq, dealer_id=cast.east.pk)
        part = parts.add(actor=hq, at=AT, code="P-1", name="聚焦镜片", unit="片", price_fen=12_850)
        run = ImportRun.objects.create(
            company_id=hq.company_id, type="customers", file_name="a.csv", content=b"", started_at=AT
        )
    return SimpleNamespace(cast=cast, hq=hq, kit=made, part=part, run=run)


def client(person: Any) -> Client:
    return people.login(Client(), person)


def addresses(here: SimpleNamespace) -> dict[str, str]:
    """Every page of the two rooms, by url name."""
    made = here.kit
    words: dict[str, list[Any]] = {
        "contact_change": [made.customer.number, made.contact.pk], "contact_end": [made.customer.number, made.contact.pk],
        "site_change": [made.customer.number, made.site.pk], "site_end": [made.customer.number, made.site.pk],
        "model_change": [made.model.pk], "category_change": [made.model.category_id], "import_template": ["customers"],
        "import_run": [here.run.pk], "import_start": [here.run.pk], "import_failed": [here.run.pk],
    }  # fmt: skip
    machine = {"installed_product", "installed_change", "installed_warranty", "installed_hand_over", "installed_retire"}
    found = {}
    for row in kit.who_opens():
        room, _colon, name = row.name.partition(":")
        if room == "customers":
            own = (
                [made.machine.number if name in machine else made.customer.number] if "number" in row.parameters else []
            )
            args = words.get(name, own)
            found[row.name] = reverse(row.name, args=args)
        elif room == "parts":
            found[row.name] = reverse(row.name, args=[here.part.pk] if row.parameters else [])
    return found


KEEPER_PAGES = {
    "customers:model_new", "customers:model_change", "customers:category_new", "customers:category_change",
    "customers:imports", "customers:import", "customers:import_template", "customers:import_run",
    "customers:import_start", "customers:import_failed", "parts:new", "parts:change",
}  # fmt: skip
CATALOGUE = {"customers:models", "customers:categories", "parts:parts"}
READING = {
    "customers:customers",
    "customers:customer",
    "customers:pick",
    "customers:installed",
    "customers:installed_product",
}
LEADING = {"customers:deactivate", "customers:reactivate", "customers:merge", "customers:installed_warranty"}


def test_every_page_opens_for_those_it_is_for_and_is_404_for_all_others(here: SimpleNamespace) -> None:
    pages = addresses(here)
    assert len(pages) > 30
    writing = set(pages) - KEEPER_PAGES - CATALOGUE - READING - LEADING
    allowed = {
        "lin": CATALOGUE | READING | writing,
        "wang": set(pages),
        "zhou": set(pages),
        "zhao": CATALOGUE | READING,
        "chen": CATALOGUE | READING,
        "shen": CATALOGUE | READING,
        "ma": CATALOGUE | READING | writing,
        "he_ping": CATALOGUE | READING | writing,
        "system": KEEPER_PAGES | CATALOGUE,
        "security": set(),
        "audit": set(),
    }
    about_it = {
        name for name, url in pages.items() if here.kit.customer.number in url or here.kit.machine.number in url
    }
    wrong = []
    for who in WHO:
        browser = client(getattr(here.cast, who))
        for name, url in pages.items():
            expected = 200 if name in allowed[who] else 404
            if name in about_it and who in ("zhao", "he_ping"):
                expected = 404  # not his customer
            if name == "customers:import_failed":
                expected = 404  # nothing failed
            if (got := browser.get(url).status_code) != expected:
                wrong.append((who, name, got, expected))
    assert wrong == []
    assert {Client().get(url).status_code for url in pages.values()} == {302}


def test_a_technician_opens_the_customer_of_his_case(here: SimpleNamespace) -> None:
    browser = client(here.cast.zhao)
    url = reverse("customers:customer", args=[here.kit.customer.number])
    assert browser.get(url).status_code == 404
    with scoped(here.hq):
        dossiers.share(here.kit.machine.dossier, person_id=here.cast.zhao.pk, at=AT)
    html = kit.page_is_sound(browser.get(url))
    assert "王芳" in html
    assert reverse("customers:change", args=[here.kit.customer.number]) not in html


def test_every_page_is_sound(here: SimpleNamespace) -> None:
    browser = client(here.cast.wang)
    for name, url in addresses(here).items():
        if name in ("customers:import_template", "customers:import_failed", "customers:pick"):
            continue
        try:
            kit.page_is_sound(browser.get(url))
        except AssertionError as wrong:
            raise AssertionError(f"{name}: {wrong}") from wrong


LISTS: dict[str, Callable[[Any], Any]] = {
    "customers:customers": lambda hq: factories.kit(hq),
    "customers:installed": lambda hq: factories.kit(hq),
    "customers:models": lambda hq: factories.model(hq),
    "customers:categories": lambda hq: factories.category(hq),
    "customers:imports": lambda hq: ImportRun.objects.create(
        company_id=hq.company_id, type="customers", file_name="a", content=b"x", started_at=AT
    ),
    "parts:parts": lambda hq: parts.add(
        actor=hq, at=AT, code=f"P{Part.objects.count()}", name="件", unit="个",
        model_ids=[factories.model(hq).pk], category_id=factories.category(hq).pk,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_a_list_asks_as_much_for_three_rows_as_for_one(name: str) -> None:
    cast = people.cast()
    hq = people.actor(cast.wang)

    def make() -> None:
        with scoped(hq):
            LISTS[name](hq)

    assert kit.same_queries(client(cast.wang), reverse(name), make) <= 14


def test_a_card_asks_as_much_for_three_machines_as_for_one(here: SimpleNamespace) -> None:
    def make() -> None:
        with scoped(here.hq):
            factories.products.register(
                actor=here.hq, at=AT, customer_id=here.kit.customer.pk, model_id=factories.model(here.hq).pk,
                serial=f"Q-{InstalledProduct.objects.count()}",
            )  # fmt: skip

    url = reverse("customers:customer", args=[here.kit.customer.number])
    assert kit.same_queries(client(here.cast.wang), url, make) <= 20


def test_the_card_shows_everything_that_happened(here: SimpleNamespace) -> None:
    matters.register("installed_product")
    try:
        html = kit.page_is_sound(
            client(here.cast.wang).get(reverse("customers:customer", args=[here.kit.customer.number]))
        )
    finally:
        matters.unregister("installed_product")
    for word in (
        "王芳",
        "138 1234 5678",
        "一号厂房",
        here.kit.machine.serial,
        here.kit.machine.number,
        "2026-11-03",
        "华东",
    ):
        assert word in html, word


@pytest.mark.parametrize(
    ("text", "found"), [("恒力", True), ("szhl", True), ("5678", True), ("王芳", True), ("没有", False)]
)
def test_the_list_searches_as_people_type(here: SimpleNamespace, text: str, found: bool) -> None:
    response = client(here.cast.lin).get(reverse("customers:customers"), {"q": text})
    assert [line.id for line in response.context["lines"]] == ([here.kit.customer.pk] if found else [])
    offered = client(here.cast.lin).get(reverse("customers:pick"), {"what": "customer", "duplicate": text})
    assert (here.kit.customer.number in offered.content.decode()) is found


@pytest.mark.parametrize(
    ("what", "text"), [("contact", "wang"), ("installed", "SN-"), ("model", "型号"), ("customer", "苏州")]
)
def test_pickers_offer_to_a_dealer_its_own_only(here: SimpleNamespace, what: str, text: str) -> None:
    for who, seen in (("ma", True), ("he_ping", what == "model")):
        answer = client(getattr(here.cast, who)).get(reverse("customers:pick"), {"what": what, "q": text})
        assert ("<option" in answer.content.decode()) is seen, who


def send(browser: Client, page: str, args: list[Any], **data: Any) -> int:
    """The status of a form that was sent."""
    return browser.post(reverse(page, args=args), data).status_code


def test_forms_do_what_they_say(here: SimpleNamespace) -> None:
    browser = client(here.cast.wang)
    answer = browser.post(reverse("customers:new"), {"name": "昆山恒远", "kind": "company", "level": "key"})
    with scoped(here.hq):
        row = Customer.objects.get(name="昆山恒远")
    assert answer["Location"] == reverse("customers:customer", args=[row.number])
    number = [row.number]
    card = {"kind": "company", "level": "key", "seen": row.changed_at.isoformat()}
    assert send(browser, "customers:change", number, **card, name="昆山恒远设备") == 302
    assert send(browser, "customers:change", number, **card, name="x") == 409
    assert send(browser, "customers:contact_add", number, name="李雷", phone="13900001111") == 302
    assert send(browser, "customers:contact_add", number, name="李雷", phone="abc") == 422
    assert send(browser, "customers:site_add", number, name="总部", latitude="31.1") == 422
    assert send(browser, "customers:site_add", number, name="总部") == 302
    assert send(browser, "customers:register", number, serial="K-1", model=here.kit.model.pk) == 302
    assert send(browser, "customers:register", number, serial="k-1", model=here.kit.model.pk) == 422
    assert send(browser, "customers:dealer_add", number, dealer=here.cast.west.pk) == 302
    assert send(browser, "customers:dealer_end", number, dealer=here.cast.west.pk, reason="x") == 302
    assert send(browser, "customers:merge", number, duplicate="没有这家") == 422
    assert send(browser, "customers:merge", number, duplicate=here.kit.customer.number, reason="同一家") == 302
    with scoped(here.hq):
        assert Customer.objects.get(pk=here.kit.customer.pk).merged_into_id == row.pk
        assert Contact.objects.get(name="李雷").phone == "+8613900001111"
        assert not CustomerDealer.objects.filter(dealer_id=here.cast.west.pk).exists()
    page = browser.get(reverse("customers:customer", args=[here.kit.customer.number]))
    assert reverse("customers:customer", args=number) in page.content.decode()
    assert send(browser, "customers:deactivate", number, reason="停业") == 302
    assert send(browser, "customers:reactivate", number) == 302


def test_machine_and_catalogue_forms_do_what_they_say(here: SimpleNamespace) -> None:
    browser = client(here.cast.zhou)
    with scoped(here.hq):
        other = factories.customer(here.hq, "另一家")
    number = [here.kit.machine.number]
    assert send(browser, "customers:installed_change", number, serial="N-1", model=here.kit.model.pk) == 302
    assert send(browser, "customers:installed_warranty", number, until="2030-01-01") == 422
    assert send(browser, "customers:installed_warranty", number, until="2030-01-01", because="HT-1") == 302
    assert send(browser, "customers:installed_hand_over", number, customer=f"{other.number} 另一家") == 302
    assert send(browser, "customers:installed_retire", number) == 302
    assert send(browser, "customers:installed_retire", number) == 409
    assert send(browser, "customers:category_new", [], code="weld", name_zh_hans="焊机") == 302
    model = {"category": here.kit.model.category_id, "warranty_months": 6, "warranty_from": "installation"}
    assert send(browser, "customers:model_new", [], **model, code="W1", name="焊机") == 302
    part = {"unit": "个", "price": "12.30", "models": [here.kit.model.pk]}
    assert send(browser, "parts:new", [], **part, code="P-2", name="滤芯") == 302
    assert send(browser, "customers:model_change", [here.kit.model.pk], **model, name="新名") == 302
    assert send(browser, "parts:change", [here.part.pk], name="镜片", unit="片", price="-1") == 422
    with scoped(here.hq):
        row = InstalledProduct.objects.get(serial="N-1")
        assert (row.customer_id, row.status, str(row.warranty_until)) == (other.pk, "retired", "2030-01-01")
        assert ProductModel.objects.get(pk=here.kit.model.pk).active is False
        assert Part.objects.get(code="P-2").price_fen == 1230


def test_a_dealer_sees_only_its_own_customers_and_cannot_reach_another(here: SimpleNamespace) -> None:
    own, other = client(here.cast.ma), client(here.cast.he_ping)
    assert [line.id for line in own.get(reverse("customers:customers")).context["lines"]] == [here.kit.customer.pk]
    assert list(other.get(reverse("customers:customers")).context["lines"]) == []
    assert send(other, "customers:change", [here.kit.customer.number], name="x") == 404
    assert send(own, "customers:deactivate", [here.kit.customer.number], reason="x") == 404
    with scoped(here.hq):
        verbs.link_dealer(here.kit.customer.pk, actor=here.hq, at=AT, dealer_id=here.cast.west.pk)
    assert send(other, "customers:contact_add", [here.kit.customer.number], name="赵云") == 302


def test_a_file_goes_from_the_upload_over_the_preview_to_the_customers(here: SimpleNamespace) -> None:
    browser = client(here.cast.system)
    content = "客户名称,电话\n甲公司,13812340000\n乙公司,明天\n".encode("gbk")
    answer = browser.post(
        reverse("customers:import"), {"type": "customers", "file": SimpleUploadedFile("客户.csv", content)}
    )
    page = kit.page_is_sound(browser.get(answer["Location"]))
    assert "明天" in page
    with scoped(here.hq):
        run = ImportRun.objects.exclude(pk=here.run.pk).get()
        assert not Customer.objects.filter(name="甲公司").exists()
    assert send(browser, "customers:import_start", [run.pk]) == 302
    assert send(browser, "customers:import_start", [run.pk]) == 409
    with scoped(here.hq):
        assert Customer.objects.filter(name="甲公司").exists()
    back = browser.get(reverse("customers:import_failed", args=[run.pk]))
    assert back.content[:2] == b"PK"
    refused = browser.post(
        reverse("customers:import"), {"type": "customers", "file": SimpleUploadedFile("a.exe", b"MZ")}
    )
    assert refused.status_code == 422


def test_every_event_has_its_word() -> None:
    from nuoda.foundation.base.pure.events import REGISTRY

    rooms = ("nuoda.domain.customers.", "nuoda.domain.parts.")
    ours = frozenset(name for name, event in REGISTRY.items() if event.__module__.startswith(rooms))
    assert len(ours) > 15
    assert not unnamed(ours)
