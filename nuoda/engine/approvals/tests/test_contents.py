"""The hash of what was approved."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ..pure.contents import Content, Row, digest

FACTS = st.dictionaries(st.text(max_size=6), st.one_of(st.integers(), st.booleans(), st.text(max_size=6)), max_size=5)


@given(FACTS)
def test_the_order_of_facts_does_not_matter(facts: dict[str, object]) -> None:
    turned = dict(reversed(facts.items()))
    assert digest(Content(facts).snapshot()) == digest(Content(turned).snapshot())


def test_the_language_of_the_labels_does_not_matter_but_every_value_does() -> None:
    base = Content({"amount": 1}, (Row("金额", 100, "money"),))
    assert digest(base.snapshot()) == digest(Content({"amount": 1}, (Row("amount", 100, "money"),)).snapshot())
    for other in (
        Content({"amount": 2}, base.rows),
        Content({"amount": True}, base.rows),
        Content({"amount": 1}, (Row("金额", 101, "money"),)),
        Content({"amount": 1}, (Row("金额", "100", "money"),)),
        Content({"amount": 1}, ()),
    ):
        assert digest(base.snapshot()) != digest(other.snapshot())


def test_a_value_that_is_no_number_has_no_hash() -> None:
    with pytest.raises(ValueError):
        digest(Content({"x": float("nan")}).snapshot())


def test_the_context_chooses_the_chain_and_is_not_approved() -> None:
    here, there = (
        Content({"amount": 1}, context={"state": "working"}),
        Content({"amount": 1}, context={"state": "solved"}),
    )
    assert here.known == {"amount": 1, "state": "working"}
    assert digest(here.snapshot()) == digest(there.snapshot())
    assert here.snapshot()["context"] == {"state": "working"}
