"""The reader: times that run before an event, and the dates that they run before."""

from __future__ import annotations

from datetime import date

import pytest

from nuoda.engine.rulebook.pure import checking, documents, loading
from nuoda.engine.rulebook.pure.reading import skeleton
from nuoda.engine.rulebook.pure.reading.reader import read

from .subjects import SUBJECTS


def test_time_before_an_event() -> None:
    (one,) = [p for p in read("第一条 发货前24小时通知客户确认收货地址。").proposals if p.kind == "clock"]
    assert (one.ahead, str(one.within)) == (True, "24 h")
    assert (one.starts, one.due, one.ends) == ("shipment.planned", "ships_at", "shipment.address_confirmed")
    assert (one.start, one.end) == (4, 21), "the date is part of what says it"


@pytest.mark.parametrize(
    "text",
    [
        "上门前2小时，维修人员须联系客户。",
        "维修人员上门服务须提前2小时联系客户确认。",
        "维修人员应在约定上门时间2小时前致电客户。",
        "工程师到场前至少2小时电话告知客户。",
    ],
)
def test_a_date_that_the_text_names_is_what_the_time_runs_before(text: str) -> None:
    one = next(p for p in read("第一条 " + text).proposals if p.kind == "clock")
    assert (one.ahead, str(one.within)) == (True, "2 h")
    assert (one.starts, one.due, one.ends) == ("work_order.appointed", "starts_at", "work_order.contacted")


def test_a_limit_ends_where_its_words_end() -> None:
    text = "第一条 上门前2小时，维修人员须联系客户。"
    [one] = [p for p in read(text).proposals if p.kind == "clock"]
    assert text[one.start : one.end] == "上门前2小时，维修人员须联系客户"


def test_what_is_due_before_a_named_date_becomes_a_clock() -> None:
    text = "第一条 上门前2小时，维修人员须联系客户。"
    identity = skeleton.Identity("visits", "VS", "1.0", date(2026, 1, 1), "上门办法", "服务部")
    content = skeleton.fresh(text, read(text).proposals, identity, ["work_order.appointed", "work_order.contacted"])
    [clause] = content["clauses"]
    [rule] = clause["rules"]
    assert {name: rule[name] for name in ("start", "end", "due", "ahead", "per", "replace")} == {
        "start": "work_order.appointed", "end": "work_order.contacted", "due": "starts_at", "ahead": "2 h",
        "per": "work_order", "replace": True,
    }  # fmt: skip
    assert len(clause["examples"]) == 2 and "waiting" not in clause
    assert not checking.check(loading.read(documents.export(content)), SUBJECTS)
