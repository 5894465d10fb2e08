"""What the answers come to."""

from __future__ import annotations

import pytest

from ..pure.outcomes import finished, outcome


@pytest.mark.parametrize(
    ("score", "satisfied", "declined", "expected"),
    [
        (1, None, False, "dissatisfied"),
        (2, None, False, "dissatisfied"),
        (3, None, False, "satisfied"),
        (5, False, False, "dissatisfied"),
        (2, True, False, "dissatisfied"),
        (None, True, False, "satisfied"),
        (None, False, False, "dissatisfied"),
        (None, None, True, "declined"),
    ],
)
def test_score_and_word(score: int | None, satisfied: bool | None, declined: bool, expected: str) -> None:
    assert outcome(score, satisfied, limit=2, declined=declined) == expected


def test_nothing_said_is_no_result() -> None:
    with pytest.raises(ValueError):
        outcome(None, None, limit=2)


@pytest.mark.parametrize(
    ("answers", "done"), [(["a", "b"], True), (["a", " "], False), (["a"], False), (["a", "b", ""], True)]
)
def test_the_script_is_finished_when_every_question_has_an_answer(answers: list[str], done: bool) -> None:
    assert finished(["1", "2"], answers) is done
