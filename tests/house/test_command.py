"""The `nuoda` command: help, examples, exit codes, and how it fails."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nuoda.cli import console, dispatch

from . import rules

NAMES = dispatch.names()


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


def nuoda(*words: str, data: Path, **values: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("NUODA_", "DATABASE_"))}
    environment |= {"NUODA_DATA": str(data), "LC_ALL": "C.UTF-8", "PYTHONPATH": str(rules.ROOT), **values}
    command = [sys.executable, "-m", "nuoda.cli", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    module = dispatch.load(name)
    assert len(module.examples) >= 2
    assert all(f"nuoda {name}" in example for example in module.examples)
    assert dispatch.main([name, "--help"]) == console.DONE
    text = capsys.readouterr().out
    assert module.help in text
    assert all(example in text for example in module.examples)
    assert all(option in text for option in ("--json", "--quiet", "--debug", "130"))


@pytest.mark.parametrize("name", NAMES)
def test_wrong_usage_is_2(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch.main([name, "--no-such-option"]) == console.USAGE
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "usage: nuoda" in captured.err
    assert "Error: " in captured.err


def test_a_mistyped_command_is_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch.main(["migrat"]) == console.USAGE
    assert "nuoda migrate" in capsys.readouterr().err


def test_without_an_installation_it_says_what_to_do(tmp_path: Path) -> None:
    done = nuoda("check", data=tmp_path)
    assert done.returncode == console.UNREACHABLE
    assert "nuoda run" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_fault_shows_its_trace_only_when_asked(tmp_path: Path) -> None:
    values = {"DATABASE_URL": "mysql://x/y", "DATABASE_OWNER_URL": "mysql://x/y"}
    plain = nuoda("check", data=tmp_path, **values)
    assert plain.returncode != 0
    assert "Traceback" not in plain.stderr
    assert "postgres://" in plain.stderr
    assert "Traceback" in nuoda("check", "--debug", data=tmp_path, **values).stderr


def test_an_unreachable_database_is_3(tmp_path: Path) -> None:
    url = f"postgres://nobody@/nothing?host={tmp_path}"
    done = nuoda("check", data=tmp_path, DATABASE_URL=url, DATABASE_OWNER_URL=url)
    assert done.returncode == console.UNREACHABLE, done.stderr


def test_doctor_speaks_json(tmp_path: Path) -> None:
    done = nuoda("doctor", "--json", data=tmp_path)
    report = json.loads(done.stdout)
    assert {finding["state"] for finding in report["findings"]} <= {"ok", "warning", "error"}
    assert done.returncode == (console.DONE if report["ok"] else console.REFUSED)


def test_the_terminals_language_is_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    from nuoda.cli.texts import gettext

    words = {}
    for locale in ("C", "zh_CN.UTF-8", "zh_TW.UTF-8"):
        monkeypatch.setenv("LC_ALL", locale)
        words[locale] = gettext("verify the invariants of the data; changes nothing")
    assert len(set(words.values())) == 3


def test_chinese_columns_are_aligned() -> None:
    assert list(console.table([["中文", "x"], ["abcd", "y"]])) == ["中文  x", "abcd  y"]
