"""Rules in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.engine.rulebook.pure.rules import ClockRule
from nuoda.engine.rulebook.pure.telling import duration, limit, parameter_lines, rule_lines

from .test_policies import policies


def test_durations_in_three_languages() -> None:
    said = [duration(Duration.parse("2 working days"), language) for language in ("zh-hans", "zh-hant", "en")]
    assert said == ["2 个工作日", "2 個工作日", "2 working days"]


def test_a_clock_says_start_end_limit_owner_and_pauses() -> None:
    clause = policies()["manual"].clause("MN-3.2.1b")
    assert clause is not None
    [line] = rule_lines(clause.clocks()[1], "zh-hans", {"technician": "技术维修人员"})
    assert line.startswith("到场：“ticket.reported”或“ticket.reopened”之后 4 小时内须有“work_order.arrived”")
    assert "；责任人：技术维修人员；" in line
    assert "等待客户（最长 30 天）" in line
    assert "预警：用时过 50 % 时、到期前 1 小时提醒责任人、service_manager" in line


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("zh-hans", "发货前确认收货地址：“shipment.planned”之后，最迟在计划的发货时间前 24 小时须有“shipment.address_confirmed”"),
        ("zh-hant", "出貨前確認收貨地址：「shipment.planned」之後，最遲在預定的出貨時間前 24 小時須有「shipment.address_confirmed」"),
        ("en", "Confirm the address before shipping: after “shipment.planned”, “shipment.address_confirmed” at least 24 h before the planned ship"),
    ],
)  # fmt: skip
def test_a_limit_before_an_event_names_what_it_is_before(language: str, line: str) -> None:
    clause = policies()["manual"].clause("MN-2.3.1")
    assert clause is not None
    [told] = rule_lines(clause.clocks()[0], language)
    assert told.startswith(line)


def test_a_moment_that_nobody_named_is_the_promised_time() -> None:
    promised = ClockRule(
        key="x",
        subject="rocket",
        start=("rocket.planned",),
        end=("rocket.fuelled",),
        within=None,
        within_fact="starts_at",
    )
    assert [limit(promised, language) for language in ("zh-hans", "zh-hant", "en")] == [
        "承诺的时间",
        "承諾的時間",
        "the promised time",
    ]
    assert limit(replace(promised, ahead=Duration.parse("3 working days")), "zh-hans") == "承诺的时间前 3 个工作日"


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_every_rule_and_number_of_the_shipped_policies_can_be_told(language: str) -> None:
    for policy in policies().values():
        for clause in policy.clauses:
            for rule in clause.rules:
                assert all(line.strip() and "{" not in line for line in rule_lines(rule, language)), clause.id
            for parameter in clause.parameters:
                lines = parameter_lines(parameter, language)
                assert lines and all(lines), (clause.id, parameter.name)


def test_money_is_told_in_yuan() -> None:
    clause = policies()["manual"].clause("MN-3.3")
    assert clause is not None
    [limit] = [item for item in clause.parameters if item.name == "settlement_agent_limit"]
    assert parameter_lines(limit, "en")[0] == "¥500.00: " + limit.why["en"]
