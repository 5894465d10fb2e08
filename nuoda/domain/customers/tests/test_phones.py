"""A phone number has one written form."""

from __future__ import annotations

import pytest

from nuoda.domain.customers.pure import phones
from nuoda.domain.customers.pure.search import query


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("138-1234-5678", "+8613812345678", "138 1234 5678"),
        ("+86 138 1234 5678", "+8613812345678", "138 1234 5678"),
        ("0086 13812345678", "+8613812345678", "138 1234 5678"),
        ("8613812345678", "+8613812345678", "138 1234 5678"),
        ("１３８１２３４５６７８", "+8613812345678", "138 1234 5678"),
        ("0512-65551234", "+8651265551234", "0512-65551234"),
        ("(010) 6555 1234", "+861065551234", "010-65551234"),
        ("0512-65551234-801", "+8651265551234x801", "0512-65551234 x801"),
        ("0512-65551234 转 801", "+8651265551234x801", "0512-65551234 x801"),
        ("400-820-1234", "+864008201234", "400 820 1234"),
        ("0912 345 678", "+886912345678", "+886 912 345 678"),
        ("+886 0912345678", "+886912345678", "+886 912 345 678"),
        ("+852 9123 4567", "+85291234567", "+852 9123 4567"),
        ("65551234", "65551234", "65551234"),
    ],
)
def test_one_form(typed: str, kept: str, shown: str) -> None:
    assert phones.normalise(typed) == kept
    assert phones.shown(kept) == shown
    assert phones.normalise(kept) == kept
    assert phones.tail("+8651265551234x801") == "1234"


@pytest.mark.parametrize("text", ["", "王芳", "12", "1381234567890123456", "138O1234567"])
def test_what_is_no_phone_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        phones.normalise(text)


def test_a_search_text_becomes_beginnings_and_pairs() -> None:
    assert query("szh") == "'szh':*"
    assert query("138-1234-5678") == "'8613812345678':*"
    assert query("5678") == "'5678':*"
    assert query("恒力") == "'恒力' & '恒' & '力'"
    assert query("sn2024001234") == "'sn2024001234':*"
    assert query("'; --") == ""
