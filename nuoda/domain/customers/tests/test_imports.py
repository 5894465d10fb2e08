"""Files come in row by row: what is wrong is named with row, column, cause and fix; twice is once."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from nuoda.domain.customers import queries
from nuoda.domain.customers.actions import imports as engine
from nuoda.domain.customers.actions import tables
from nuoda.domain.customers.models import Contact, Customer, ImportRun, InstalledProduct, ProductModel, Site
from nuoda.domain.customers.pure import cells
from nuoda.domain.parts.actions.tables import PARTS
from nuoda.domain.parts.models import Part
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure import imports, sheets
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused
from nuoda.foundation.orgs.models import Dealer

from . import factories
from .factories import AT

pytestmark = pytest.mark.django_db

COMPANY = new_id()
HQ = Actor(company_id=COMPANY, person_id=new_id(), roles=frozenset({"service_manager"}), language="en")
HEAD = "客户名称,客户编码,联系人,电话,详细地址\n"


def csv(text: str, encoding: str = "utf-8") -> bytes:
    return text.encode(encoding)


def xlsx(*lines: list[Any]) -> bytes:
    buffer = io.BytesIO()
    book = Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for number, line in enumerate(lines):
        for place, cell in enumerate(line):
            if isinstance(cell, tuple):
                sheet.write_formula(number, place, cell[0], None, cell[1])
            elif isinstance(cell, date):
                sheet.write_datetime(number, place, cell, day)
            elif isinstance(cell, str):
                sheet.write_string(number, place, cell)
            else:
                sheet.write_number(number, place, cell)
    book.close()
    return buffer.getvalue()


def brought(type_: str, name: str, content: bytes) -> ImportRun:
    with scoped(HQ) as at, translation.override(HQ.language):
        run = engine.preview(actor=HQ, at=at, type=type_, file_name=name, content=content)
        return engine.start(run.pk, actor=HQ, at=at)


def figures(run: ImportRun) -> tuple[int, int, int, int, int]:
    return run.total, run.created, run.updated, run.unchanged, run.failed


def test_a_preview_changes_nothing() -> None:
    with scoped(HQ) as at:
        run = engine.preview(
            actor=HQ, at=at, type="customers", file_name="a.csv", content=csv(HEAD + "甲,,,,\n,,,1,\n")
        )
        assert figures(run) == (2, 1, 0, 0, 1)
        assert (run.state, Customer.objects.count()) == ("previewed", 0)


def test_rows_come_in_and_a_second_time_nothing_doubles() -> None:
    text = HEAD + "苏州恒力,A1,王芳,13812345678,星湖街 328 号\n昆山恒远,,李雷,0512-65551234,\n"
    assert figures(brought("customers", "a.csv", csv(text))) == (2, 2, 0, 0, 0)
    assert figures(brought("customers", "a.csv", csv(text))) == (2, 0, 0, 2, 0)
    changed = text.replace("328", "330").replace("苏州恒力,", "苏州恒力机械,")
    assert figures(brought("customers", "a.csv", csv(changed))) == (2, 0, 1, 1, 0)
    with scoped(HQ):
        assert (Customer.objects.count(), Contact.objects.count(), Site.objects.count()) == (2, 2, 1)
        assert [caller.customer.name for caller in queries.find_by_phone(HQ, "5678")] == ["苏州恒力机械"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_text_files_in_the_encodings_that_offices_write(encoding: str) -> None:
    run = brought("customers", "客户.csv", csv(HEAD + "苏州恒力机械有限公司,,王芳,13812345678,\n", encoding))
    assert figures(run) == (1, 1, 0, 0, 0)
    with scoped(HQ):
        assert Customer.objects.get().name == "苏州恒力机械有限公司"


def test_a_file_from_taiwan_in_big5() -> None:
    run = brought(
        "customers", "客戶.csv", csv("客戶名稱;聯絡人;手機\n台中精機股份有限公司;陳美玲;0912345678\n", "big5")
    )
    assert figures(run) == (1, 1, 0, 0, 0)
    with scoped(HQ):
        assert Contact.objects.get().phone == "+886912345678"


def test_every_bad_row_says_where_why_and_what_to_do() -> None:
    with scoped(HQ):
        kit = factories.kit(HQ)
    content = xlsx(
        ["型号", "序列号", "客户", "购买日期", "安装日期"],
        [kit.model.code, "S-1", kit.customer.number, date(2025, 11, 3), "2025年11月20日"],
        [kit.model.code, "S-2", kit.customer.name, "2025-02-30", ""],
        ["没有", "S-3", kit.customer.number, "", ""],
        [kit.model.code, "", kit.customer.number, "", ""],
        [kit.model.code, "S-5", "没有这家", "", ""],
        [],
        [kit.model.code, "S-6", kit.customer.number, 45964, "2020-01-01"],
        [kit.model.code, ("=1/0", "#DIV/0!"), kit.customer.number, "", ""],
        [kit.model.code, ('="S-"&7', "S-7"), kit.customer.number, "=1+1", ""],
    )
    run = brought("installed", "设备.xlsx", content)
    assert figures(run) == (8, 1, 0, 0, 7)
    found = {(item["row"], item["column"]) for item in run.problems}
    assert found == {
        (3, "Purchase date"), (4, "Model"), (5, "Serial number"), (6, "Customer"), (8, "Installation date"),
        (9, "Serial number"), (10, "Purchase date"),
    }  # fmt: skip
    assert all(item["cause"] and item["fix"] for item in run.problems)
    by_row = {item["row"]: item for item in run.problems}
    assert by_row[3]["value"] == "2025-02-30"
    assert "no result" in by_row[9]["cause"]
    assert "formula" in by_row[10]["cause"]
    with scoped(HQ):
        row = InstalledProduct.objects.get(serial="S-1")
        assert (row.purchase_date, row.installed_date) == (date(2025, 11, 3), date(2025, 11, 20))


def test_a_formula_with_its_result_is_taken_by_its_result() -> None:
    content = xlsx(["客户名称", "电话"], [('="苏州"&"恒力"', "苏州恒力"), 13812345678])
    assert figures(brought("customers", "a.xlsx", content)) == (1, 1, 0, 0, 0)
    with scoped(HQ):
        assert Customer.objects.get().name == "苏州恒力"
        assert Contact.objects.get().phone == "+8613812345678"


def test_problems_are_said_in_the_persons_language() -> None:
    with scoped(HQ) as at:
        chinese = Actor(company_id=COMPANY, person_id=new_id(), roles=HQ.roles, language="zh-hans")
        with translation.override("zh-hans"):
            run = engine.preview(
                actor=chinese, at=at, type="customers", file_name="a.csv", content=csv("客户名称,电话\n甲,明天\n")
            )
    assert run.language == "zh-hans"
    (problem,) = run.problems
    assert problem["column"] == str(translation_of("Phone"))
    assert "明天" in problem["cause"]


def translation_of(text: str) -> str:
    with translation.override("zh-hans"):
        return translation.gettext(text)


def test_the_rows_that_were_not_taken_come_back_as_a_file_that_can_be_imported() -> None:
    content = csv("客户名称,电话,Notiz\n甲,13812345678,x\n乙,明天,y\n")
    run = brought("customers", "a.csv", content)
    table = imports.TABLES["customers"]
    with translation.override("en"):
        back = engine.failed_rows(table, engine.read(table, "a.csv", content), run.problems)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(back)).get_sheet_by_index(0).to_python()
    assert rows[0] == ["客户名称", "电话", "Notiz", "Row", "Not taken because"]
    assert rows[1][:4] == ["乙", "明天", "y", 3.0]
    assert "no phone number" in rows[1][4]
    assert figures(brought("customers", "b.xlsx", back)) == (1, 0, 0, 0, 1)


@pytest.mark.parametrize("type_", ["customers", "contacts", "products", "installed", "parts"])
@pytest.mark.parametrize("language", cells.LANGUAGES)
def test_every_template_is_understood_by_its_own_import(type_: str, language: str) -> None:
    table = imports.TABLES[type_]
    content = engine.template(table, language=language)
    with translation.override(language):
        ready = engine.read(table, "t.xlsx", content)
    assert set(ready.columns) == {item.key for item in table.fields}
    assert (ready.unknown, ready.rows) == ([], [])


def test_choices_are_taken_as_code_or_word_in_any_language() -> None:
    field = next(item for item in tables.CUSTOMERS.fields if item.key == "kind")
    for text in ("company", "COMPANY", " company "):
        assert cells.value(field, text) == "company"
    with translation.override("zh-hans"):
        said = str(dict(field.choices)["person"])
    assert cells.value(field, said) == "person"
    with pytest.raises(cells.Wrong) as wrong:
        cells.value(field, "政府")
    assert "政府" in wrong.value.cause


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("a.pdf", b"x", "kind"),
        ("a.xlsx", b"not a workbook", "damaged"),
        ("a.csv", b"", "empty"),
        ("a.csv", csv("甲,乙\n1,2\n"), "No row names"),
        ("a.csv", b"x" * (sheets.LIMIT_BYTES + 1), "too large"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(name: str, content: bytes, word: str) -> None:
    with scoped(HQ) as at, translation.override("en"):
        with pytest.raises(Invalid) as refusal:
            engine.preview(actor=HQ, at=at, type="customers", file_name=name, content=content)
        assert word in str(refusal.value.reason)
        assert ImportRun.objects.count() == 0


def test_a_large_file_goes_on_where_it_was_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "CHUNK", 3)
    deferred: list[dict[str, Any]] = []
    monkeypatch.setattr(
        engine.app,
        "configure_task",
        lambda name: type("T", (), {"defer": lambda self, **words: deferred.append(words)})(),
    )
    text = "客户名称\n" + "".join(f"客户{number}\n" for number in range(8))
    run = brought("customers", "a.csv", csv(text))
    assert (run.state, run.done) == ("waiting", 0)
    calls = 0
    real = engine._take

    def dying(*given: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        real(*given)

    monkeypatch.setattr(engine, "_take", dying)
    actor = engine.actor_from(deferred[0]["actor"])
    assert actor.roles == HQ.roles
    with pytest.raises(KeyboardInterrupt):
        engine.carry_on(run.pk, actor=actor)
    with scoped(HQ):
        assert Customer.objects.count() == 3
    read: list[str] = []
    plain = engine.read
    monkeypatch.setattr(engine, "read", lambda table, name, content: read.append(name) or plain(table, name, content))
    done = engine.carry_on(run.pk, actor=actor)
    assert len(read) == 1, "the file is understood once, not once for each chunk"
    assert (done.state, figures(done)) == ("done", (8, 8, 0, 0, 0))
    with scoped(HQ):
        assert Customer.objects.count() == 8
        with pytest.raises(Refused):
            engine.start(run.pk, actor=HQ, at=AT)


def test_catalogue_contacts_and_parts_come_in() -> None:
    with scoped(HQ):
        factories.category(HQ, "laser")
        Dealer.objects.create(company_id=COMPANY, code="D001", name="华东")
    assert figures(brought("customers", "a.csv", csv("客户名称,经销商\n甲,D001\n乙,D9\n"))) == (2, 1, 0, 0, 1)
    assert figures(brought("contacts", "a.csv", csv("客户,姓名,手机\n甲,王芳,13812345678\n"))) == (1, 1, 0, 0, 0)
    assert figures(brought("contacts", "a.csv", csv("客户,姓名,手机\n甲,王芳芳,138 1234 5678\n"))) == (1, 0, 1, 0, 0)
    models = csv(
        "型号,产品名称,类别,Warranty (months)\nNL-1,切割机,laser,24\nNL-2,焊机,nothing,12\nNL-3,焊机,laser,12.5\n"
    )
    assert figures(brought("products", "a.csv", models)) == (3, 1, 0, 0, 2)
    parts = csv('编码,名称,单位,价格,适用型号\nP1,滤芯,个,"1,128.50",NL-1\nP2,镜片,片,-1,\n')
    assert figures(brought("parts", "a.csv", parts)) == (2, 1, 0, 0, 1)
    assert figures(brought("parts", "a.csv", csv("编码,名称,单位,价格\nP1,滤芯,个,1128.50\n"))) == (1, 0, 0, 1, 0)
    with scoped(HQ):
        assert ProductModel.objects.get().warranty_months == 24
        part = Part.objects.get()
        assert (part.price_fen, [row.code for row in part.fits.all()]) == (112850, ["NL-1"])


def test_only_keepers_of_the_company_import() -> None:
    agent = Actor(company_id=COMPANY, person_id=new_id(), roles=frozenset({"agent"}))
    dealer = Actor(
        company_id=COMPANY, person_id=new_id(), roles=frozenset({"service_manager"}), reach="dealer", dealer_id=new_id()
    )
    for actor in (agent, dealer):
        with scoped(actor) as at, pytest.raises(Refused) as refusal:
            engine.preview(actor=actor, at=at, type="customers", file_name="a.csv", content=csv("客户名称\n甲\n"))
        assert refusal.value.code == "not_allowed"
    with scoped(HQ) as at, pytest.raises(NotYours):
        engine.preview(actor=HQ, at=at, type="nothing", file_name="a.csv", content=b"")


def test_the_command_line_takes_the_same_way(tmp_path: Path) -> None:
    file = tmp_path / "客户.csv"
    file.write_bytes(csv("客户名称,电话\n甲,13812345678\n乙,明天\n", "gbk"))
    seen: list[tuple[int, int]] = []
    failed = tmp_path / "failed.xlsx"
    source = imports.SOURCES["customers"]
    tried = source.run(file, HQ, imports.Options(dry_run=True))
    assert (tried.total, tried.created, tried.failed) == (2, 1, 1)
    with scoped(HQ):
        assert Customer.objects.count() == 0
    options = imports.Options(failed=failed, progress=lambda done, total: seen.append((done, total)))
    done = source.run(file, HQ, options)
    assert (done.created, done.failed, seen, failed.exists()) == (1, 1, [(2, 2)], True)
    assert PARTS.type in imports.SOURCES
