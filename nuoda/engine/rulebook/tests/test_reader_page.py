"""The reader's page: paste or upload, confirm, take away or keep; nothing is lost on the way."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure import checking, documents, facts, loading
from nuoda.engine.rulebook.pure.reading.proposals import KINDS
from nuoda.engine.rulebook.pure.reading.reader import read
from nuoda.engine.rulebook.tests.test_pages import cast  # noqa: F401 — a fixture
from nuoda.engine.rulebook.tests.test_reading import HERE, texts
from nuoda.engine.rulebook.web import proposed
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.orgs.tests import factories
from nuoda.foundation.ui.tests.kit import page_is_sound

pytestmark = pytest.mark.django_db

ADDRESS = "/rulebook/reader"
TEXT = "第一条 客户报修后，工程师须在4小时内到达现场。\n第二条 合同须经法务部门审核。\n第三条 每季度盘点配件。\n第四条 及时通知客户。\n"
DRAFT = {
    "regulation": "", "title": "租赁设备维保细则", "department": "服务部", "policy": "rental-service", "code": "KY",
    "version": "1.0", "effective": "2027-01-01",
}  # fmt: skip


def sent(text: str = TEXT, *, drop: tuple[int, ...] = (), **changes: str) -> dict[str, Any]:
    """What the browser sends after the page was shown: the text, each proposal's fields, the draft's card."""
    with translation.override("zh-hans"):
        rows = proposed.rows(read(text), None)
    fields = {one.name: one.value for row in rows for one in row.fields}
    keeps = {f"p{row.index}-keep": "1" for row in rows if row.index not in drop}
    return {"text": text, **fields, **keeps, **DRAFT, **changes}


@pytest.fixture
def author(client: Client, cast: factories.Cast) -> Client:  # noqa: F811
    factories.login(client, cast.shen)
    client.cookies["django_language"] = "zh-hans"
    return client


def versions(cast: factories.Cast, **wanted: str) -> list[PolicyVersion]:  # noqa: F811
    """Versions of the company as its own people see them."""
    with scoped(system(cast.company.pk)):
        return list(PolicyVersion.objects.filter(**wanted).select_related("policy").order_by("made_at"))


def post(client: Client, data: dict[str, Any], step: str) -> Any:
    return client.post(ADDRESS, {**data, "step": step}, headers={"accept-language": "zh-hans"})


def test_pasted_text_is_shown_with_marks_and_proposals(author: Client) -> None:
    page_is_sound(author.get(ADDRESS))
    response = post(author, {"text": TEXT}, "read")
    page_is_sound(response)
    page = response.content.decode()
    assert response.status_code == 200
    assert page.count('<fieldset class="nu-card rd-row') == 4
    assert '<a class="rd-mark" id="m0" href="#p0"' in page and "4小时内到达现场</mark>" in page
    assert 'value="4 小时"' in page and 'value="法务人员"' in page


def test_a_file_is_read_in_its_own_code_page(author: Client) -> None:
    upload = SimpleUploadedFile("r.txt", TEXT.encode("gb18030"))
    page = author.post(ADDRESS, {"step": "read", "text": "", "file": upload}).content.decode()
    assert "4小时内到达现场" in page


@pytest.mark.parametrize("upload", [b"%PDF-1.7", b""])
def test_a_file_that_cannot_be_read_leaves_the_pasted_text(author: Client, upload: bytes) -> None:
    response = author.post(ADDRESS, {"step": "read", "text": TEXT, "file": SimpleUploadedFile("r.pdf", upload or b" ")})
    assert response.status_code == 422
    assert "工程师须在4小时内到达现场" in response.content.decode()


def test_nothing_to_read_is_said(author: Client) -> None:
    response = post(author, {"text": "  "}, "read")
    assert response.status_code == 422
    assert "粘贴" in response.content.decode()


def test_the_confirmed_proposals_are_downloaded_as_a_policy_that_loads(author: Client) -> None:
    response = post(author, sent(drop=(2,), **{"p0-within": "2 小时", "p0-roles": "售后服务经理"}), "download")
    assert response.status_code == 200
    assert response["Content-Disposition"] == 'attachment; filename="rental-service-1.0.yaml"'
    document = loading.read(response.content.decode())
    assert checking.check(document, facts.SUBJECTS) == []
    policy = loading.build(document)
    assert [clause.id for clause in policy.clauses] == ["KY-1", "KY-2", "KY-3"]
    (clock,) = policy.clauses[0].clocks()
    assert (str(clock.within), clock.owner, clock.end) == ("2 h", "service_manager", ("work_order.arrived",))
    assert policy.clauses[1].waiting is not None
    assert policy.clauses[2].undefined == ("及时",)


AHEAD = "第一条 停机前2小时，维修人员须联系客户。"


def test_a_limit_before_an_event_becomes_a_clock_once_its_moment_is_chosen(author: Client) -> None:
    page = post(author, {"text": AHEAD}, "read").content.decode()
    assert "条文没有写明在哪个时间之前" in page and '<option value="约定的上门时间">' in page
    assert 'name="p0-due"' in page and 'name="p0-starts"' not in page
    one = {"text": AHEAD, "p0-keep": "1", "p0-ends": "work_order.contacted"}
    identity = {name: value for name, value in sent().items() if not name.startswith("p") or name == "policy"}
    wrong = post(author, {**identity, **one, "p0-due": "明年"}, "download")
    assert wrong.status_code == 422 and "请从列表中选择时间" in wrong.content.decode()
    response = post(author, {**identity, **one, "p0-due": "约定的上门时间"}, "download")
    assert response.status_code == 200, response.content.decode()[-2000:]
    [clock] = loading.load(response.content.decode()).clauses[0].clocks()
    assert (clock.start, clock.within_fact, str(clock.ahead)) == (("work_order.appointed",), "starts_at", "2 h")
    written = post(author, {**identity, **one, "p0-due": ""}, "download")
    assert loading.load(written.content.decode()).clauses[0].clocks() == ()


def test_kept_it_is_a_draft_of_a_new_regulation(author: Client, cast: factories.Cast) -> None:  # noqa: F811
    response = post(author, sent(), "keep")
    assert response.status_code == 302
    [row] = versions(cast, policy__name="rental-service")
    assert (row.status, row.version, row.content["code"], len(row.content["clauses"])) == ("draft", "1.0", "KY", 4)
    assert response["Location"].startswith("/revisions/drafts/XD-")
    assert "租赁设备维保细则" in author.get(response["Location"]).content.decode()


def test_kept_for_an_existing_regulation_it_adds_clauses_to_what_is_in_force(
    author: Client,
    cast: factories.Cast,  # noqa: F811
) -> None:
    [manual] = versions(cast, policy__name="manual", status="in_force")
    before = manual.content["clauses"]
    response = post(author, sent(regulation=str(manual.policy_id), version="2.9"), "keep")
    assert response.status_code == 302
    [draft] = versions(cast, policy__name="manual", version="2.9")
    assert draft.content["clauses"][: len(before)] == before
    assert [clause["id"] for clause in draft.content["clauses"][len(before) :]] == ["MN-6", "MN-7", "MN-8", "MN-9"]
    [manual] = versions(cast, policy__name="manual", status="in_force")
    assert manual.content["clauses"] == before


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"p0-within": "马上"}, "“4 小时”"),
        ({"p0-ends": "arrived"}, "order.placed"),
        ({"p1-roles": "某某"}, "没有认识的角色"),
        ({"title": ""}, "必填"),
        ({"policy": ""}, "新制度"),
        ({"code": "ky"}, "有效"),
        ({"policy": "manual"}, "已有这个简称"),
        ({"code": "MN"}, "另一项制度"),
        ({"version": "one"}, "有效"),
    ],
)
def test_what_is_wrong_is_said_and_everything_typed_stays(
    author: Client,
    cast: factories.Cast,  # noqa: F811
    change: dict[str, str],
    told: str,
) -> None:
    data = sent(drop=(3,), **{"p2-roles": "仓储物流人员", **change})
    response = post(author, data, "keep")
    page = response.content.decode()
    assert response.status_code == 422
    assert told in page
    assert 'value="仓储物流人员"' in page
    assert 'name="p3-keep" value="1">' in page and 'name="p2-keep" value="1" checked>' in page
    assert all(f'name="{name}" value="{value}"' in page for name, value in change.items() if value)
    assert versions(cast, status="draft") == []


def test_dropping_everything_keeps_no_draft(author: Client, cast: factories.Cast) -> None:  # noqa: F811
    response = post(author, sent(drop=(0, 1, 2, 3)), "keep")
    assert response.status_code == 422
    assert versions(cast, status="draft") == []


def test_a_long_text_is_read_part_by_part(author: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nuoda.engine.rulebook.web.reader.MOST", 3)
    response = post(author, {"text": TEXT}, "read")
    page_is_sound(response)
    page = response.content.decode()
    assert 'value="part-0"' in page and 'value="part-1"' in page and 'value="part-2"' not in page
    second = post(author, {"text": TEXT}, "part-1").content.decode()
    assert second.count('<fieldset class="nu-card rd-row') == 1
    assert "及时通知客户" in second and "4小时内到达现场" not in second
    piece = TEXT[TEXT.index("第四条") :]
    with translation.override("zh-hans"):
        rows = proposed.rows(read(piece, cut=True), None)
    fields = {one.name: one.value for row in rows for one in row.fields}
    kept = post(author, {"text": piece, "cut": "1", "p0-keep": "1", **fields, **DRAFT}, "download")
    assert [clause.id for clause in loading.load(kept.content.decode()).clauses] == ["KY-1"]


def test_what_is_open_is_named_and_counted(author: Client) -> None:
    page = post(author, {"text": TEXT}, "read").content.decode()
    assert "其中 2 条原文没有说清" in page
    assert "原文没有写明的数字" in page
    assert page.count("rd-doubtful") == 2
    assert 'class="rd-unsure"' in page


CIRCUMSTANCE = "第一条 偏远地区客户报修后，工程师须在48小时内到达现场。\n"


@pytest.mark.parametrize(
    ("changes", "conditions"),
    [
        ({}, None),
        ({"p0-circumstance": ""}, ["true"]),
        ({"p0-when": 'severity == "general"'}, ['severity == "general"']),
    ],
)
def test_a_limit_under_a_circumstance_runs_only_with_a_condition(
    author: Client, changes: dict[str, str], conditions: list[str] | None
) -> None:
    response = post(author, sent(CIRCUMSTANCE, **changes), "download")
    document = loading.read(response.content.decode())
    assert checking.check(document, facts.SUBJECTS) == []
    (clause,) = loading.build(document).clauses
    assert [clock.when for clock in clause.clocks()] == (conditions or [])
    assert (len(clause.parameters) == 1) is (conditions is None)
    names = [example.name["en"] for example in clause.examples]
    assert [name.rpartition(": ")[2] for name in names] == (["kept", "missed"] if conditions else [])


def test_a_condition_that_cannot_be_read_is_told_at_its_field(author: Client, cast: factories.Cast) -> None:  # noqa: F811
    response = post(author, sent(CIRCUMSTANCE, **{"p0-when": "remote == true"}), "keep")
    assert response.status_code == 422
    assert "条件在第" in response.content.decode()
    assert versions(cast, status="draft") == []


def test_only_authors_open_it(client: Client, cast: factories.Cast) -> None:  # noqa: F811
    for someone, status in ((cast.shen, 200), (cast.wang, 200), (cast.lin, 404), (cast.ma, 404)):
        factories.login(client, someone)
        assert client.get(ADDRESS).status_code == status


# -- what becomes of proposals


def test_every_kind_has_its_fields_and_words() -> None:
    assert set(proposed.FIELDS) == set(proposed.KINDS) == set(KINDS)


def test_pieces_put_together_are_the_text() -> None:
    reading = read((HERE / "unseen_regulation.txt").read_text(encoding="utf-8"))
    cut = list(proposed.pieces(reading))
    assert "".join(piece.text for piece in cut) == reading.text
    assert sorted(index for piece in cut for index in piece.first) == list(range(len(reading.proposals)))


def test_the_four_regulations_become_policies_that_load(author: Client) -> None:
    for text, _lines in texts():
        response = post(author, sent(text), "download")
        assert response.status_code == 200
        document = loading.read(response.content.decode())
        assert checking.check(document, facts.SUBJECTS) == []
        loading.build(document)
        assert documents.export(document.content) == response.content.decode()
