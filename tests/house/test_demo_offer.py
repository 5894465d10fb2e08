"""The demo company of the first start: offered once, again when the start was killed before it stood, never over another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nuoda.cli.commands import run
from nuoda.config import cluster, env


class Answer:
    def __init__(self, founded: bool) -> None:
        self.founded = founded

    def __enter__(self) -> Answer:
        return self

    def __exit__(self, *problem: object) -> None:
        pass

    def execute(self, query: str) -> Answer:
        return self

    def fetchone(self) -> tuple[bool]:
        return (self.founded,)


class Database:
    """What a start asks of the private PostgreSQL; `killed` raises in the middle."""

    def __init__(self, *, founded: bool = False, killed: str = "") -> None:
        self.founded, self.killed = founded, killed
        self.done: list[str] = []

    def connect(self, role: str) -> Answer:
        assert role == cluster.OWNER
        return Answer(self.founded)

    def __getattr__(self, verb: str) -> Any:
        def do(*databases: str) -> None:
            self.done.append(verb)
            if verb == self.killed:
                raise KeyboardInterrupt

        return do


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(env, "data", lambda: tmp_path)
    return tmp_path


def test_the_first_start_offers_it_and_the_second_does_not(data: Path) -> None:
    (data / "demo.offer").touch()
    first = Database()
    run._offer_demo(first)  # type: ignore[arg-type]
    assert first.done == ["drop", "clone", "serve"]
    assert [path.name for path in data.iterdir()] == ["demo.wanted"]
    (data / "accounts.txt").touch()
    second = Database()
    run._offer_demo(second)  # type: ignore[arg-type]
    assert second.done == [], "a demo that people can log in to is left alone, however far it came"


@pytest.mark.parametrize("killed", ["drop", "clone", "serve"])
def test_a_start_that_was_killed_is_made_up_for(data: Path, killed: str) -> None:
    (data / "demo.offer").touch()
    with pytest.raises(KeyboardInterrupt):
        run._offer_demo(Database(killed=killed))  # type: ignore[arg-type]
    again = Database()
    run._offer_demo(again)  # type: ignore[arg-type]
    assert again.done == ["drop", "clone", "serve"]


def test_a_demo_that_nobody_can_log_in_to_begins_anew(data: Path) -> None:
    (data / "demo.wanted").touch()
    again = Database()
    run._offer_demo(again)  # type: ignore[arg-type]
    assert again.done == ["drop", "clone", "serve"]


def test_a_company_of_one_s_own_is_not_hidden_behind_the_demo(data: Path) -> None:
    (data / "demo.offer").touch()
    own = Database(founded=True)
    run._offer_demo(own)  # type: ignore[arg-type]
    assert own.done == []
    assert list(data.iterdir()) == []


def test_without_an_offer_nothing_happens(data: Path) -> None:
    plain = Database()
    run._offer_demo(plain)  # type: ignore[arg-type]
    assert plain.done == []
