"""A technician is held back at the door; the board counts it and tells who, when and what was missing."""

from __future__ import annotations

import re

import pytest

from nuoda.domain.service.tests.stage import Stage

from .hands import DESK, PHONE, Hands

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AGREED = "MN-3.2.2a"


def test_what_held_a_technician_back_stands_on_the_board(stage: Stage, hand: Hands) -> None:
    job = stage.dispatch(stage.report(production_stopped=False), stage.cast.zhao)
    stage.work(job, "contact")
    stage.work(job, "prepare")
    zhao = hand(stage.cast.zhao, PHONE)
    for _try in range(2):
        zhao.go(f"/work-orders/{job.number}/arrive/")
        zhao.tap("button", "我已到场")
        refusal = zhao.page.get_by_role("alert")
        refusal.wait_for()
        assert AGREED in refusal.inner_text()
    zhao.look("refused check-in")
    wang = hand(stage.cast.wang, DESK)
    page = wang.page
    wang.go("/compliance/")
    number = page.locator(f'tr[data-clause="{AGREED}"] a[href*="/compliance/refusals/"]')
    assert number.inner_text().strip() == "1", "two tries in a row are one refusal"
    page.locator(f'tr[data-clause="{AGREED}"] th a').click()
    page.wait_for_url(re.compile(rf"/compliance/clauses/{AGREED}"))
    gates = page.locator(".rp-gates")
    for word in ("关口", "共尝试 2 次", "待办", "赵磊", job.number):
        assert word in gates.inner_text(), word
    wang.look("clause with its gates")
    gates.locator('a[data-n="1"]').first.click()
    page.wait_for_url(re.compile("/compliance/refusals/"))
    wang.says("关口拦下的办理")
    row = page.locator("tbody tr").first.inner_text()
    assert job.number in row and "赵磊" in row and "待办" in row
    wang.look("list of refusals")
