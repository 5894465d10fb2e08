"""`nuoda replay`: a draft on a period, replay against life, and what is wrong usage."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from nuoda.cli import console
from nuoda.cli.commands import replay as command
from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.replay.tests.trying import FIRST_DAY, LAST_DAY, ON_SITE, arrived, manual
from nuoda.foundation.base.access import scoped, system

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setattr(console, "as_json", False)
    monkeypatch.setattr(console, "quiet", False)


@pytest.fixture
def stage() -> Stage:
    stage = Stage.set(local(3, 9))
    arrived(stage, 3)
    return stage


def run(*words: str | Path) -> int:
    parser = argparse.ArgumentParser()
    command.arguments(parser)
    return command.handle(parser.parse_args([str(word) for word in words]))


def as_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, Any]:
    monkeypatch.setattr(console, "as_json", True)
    status = run(*words)
    return status, json.loads(capsys.readouterr().out)


def test_a_draft_on_a_period(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "manual.yaml"
    file.write_text(manual(), encoding="utf-8")
    words = ("--policy", file, "--from", FIRST_DAY.isoformat(), "--to", LAST_DAY.isoformat())
    status, found = as_json(monkeypatch, capsys, *words)
    assert status == console.DONE
    [replay] = found["replays"]
    [clause] = [item for item in replay["clauses"] if item["ref"] == ON_SITE]
    assert (clause["life"]["missed"], clause["draft"]["missed"]) == (0, 1)
    [changed] = replay["changed"]
    assert (changed["kind"], changed["life"]["state"], changed["draft"]["state"]) == ("worse", "kept", "missed")
    monkeypatch.setattr(console, "as_json", False)
    assert run(*words) == console.DONE
    assert "It cannot know how people" in capsys.readouterr().out


def test_replay_against_life(stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    status, found = as_json(monkeypatch, capsys, "--live")
    assert (status, found["live"][0]["differences"]) == (console.DONE, [])
    with scoped(system(stage.cast.company.pk)):
        Deadline.objects.filter(ref=ON_SITE).update(round=7)
    status, found = as_json(monkeypatch, capsys, "--live")
    [difference] = found["live"][0]["differences"]
    assert status == console.REFUSED
    assert (difference["ref"], difference["what"], difference["stored"], difference["journal"]) == (
        ON_SITE,
        "round",
        "7",
        "1",
    )


def test_wrong_usage_and_a_wrong_file(stage: Stage, tmp_path: Path) -> None:
    with pytest.raises(console.CommandError) as usage:
        run("--from", "2026-01-01")
    assert usage.value.code == console.USAGE
    file = tmp_path / "wrong.yaml"
    file.write_text("policy: [", encoding="utf-8")
    with pytest.raises(console.CommandError) as wrong:
        run("--policy", file, "--from", "2026-01-01", "--to", "2026-02-01")
    assert wrong.value.code == console.REFUSED
