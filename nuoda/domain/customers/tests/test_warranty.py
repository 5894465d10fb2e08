"""Warranty is computed with its reason."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from nuoda.domain.customers.pure.warranty import Warranty, months_later, warranty


def asked(**given: object) -> Warranty:
    known: dict[str, object] = {
        "on": date(2026, 3, 15), "months": 12, "counts_from": "purchase", "purchase_date": date(2025, 3, 15),
        "installed_date": None,
    }  # fmt: skip
    return warranty(**(known | given))  # type: ignore[arg-type]


def test_the_last_day_is_the_same_day_of_the_month_and_still_counts() -> None:
    assert asked().in_warranty and asked().until == date(2026, 3, 15)
    assert not asked(on=date(2026, 3, 16)).in_warranty


@pytest.mark.parametrize(
    ("start", "months", "until"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2023, 12, 31), 2, date(2024, 2, 29)),
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
        (date(2025, 3, 15), 0, date(2025, 3, 15)),
        (date(2025, 12, 1), 1, date(2026, 1, 1)),
    ],
)
def test_months_clamp_to_the_end_of_the_month(start: date, months: int, until: date) -> None:
    assert months_later(start, months) == until
    assert asked(purchase_date=start, months=months).until == until


def test_it_counts_from_the_installation_when_the_model_says_so() -> None:
    found = asked(counts_from="installation", installed_date=date(2025, 4, 1))
    assert (found.until, found.reason.code) == (date(2026, 4, 1), "installation")


def test_the_other_date_stands_in_and_the_reason_says_so() -> None:
    found = asked(counts_from="installation")
    assert (found.until, found.reason.code) == (date(2026, 3, 15), "purchase_instead")
    found = asked(purchase_date=None, installed_date=date(2025, 5, 1))
    assert (found.until, found.reason.code) == (date(2026, 5, 1), "installation_instead")


def test_without_any_date_it_is_not_in_warranty_and_asks_for_a_proof() -> None:
    found = asked(purchase_date=None)
    assert (found.in_warranty, found.until, found.reason.code) == (False, None, "unknown")
    with translation.override("en"):
        assert "proof of purchase" in str(found.reason)


def test_an_agreed_day_stands_instead_of_the_computed_one() -> None:
    found = asked(agreed_until=date(2028, 1, 1), agreed_because="HT-2025-31")
    assert (found.in_warranty, found.until) == (True, date(2028, 1, 1))
    assert "HT-2025-31" in str(found.reason)
    assert not asked(agreed_until=date(2026, 1, 1), agreed_because="x").in_warranty


def test_days_waited_for_parts_are_added() -> None:
    found = asked(on=date(2026, 3, 25), waited_days=10)
    assert (found.in_warranty, found.until) == (True, date(2026, 3, 25))
    with translation.override("en"):
        assert "10 days" in str(found.reason)
    assert not asked(on=date(2026, 3, 25), waited_days=9).in_warranty
