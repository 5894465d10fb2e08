"""`nuoda rulebook`: what it says, in text and in JSON, and with which exit status."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from nuoda.cli import console
from nuoda.cli.commands import rulebook as command

from . import rules

MANUAL = rules.ROOT / "policies/manual/2.0.yaml"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setattr(console, "as_json", False)
    monkeypatch.setattr(console, "quiet", False)


def run(*words: str | Path) -> int:
    parser = argparse.ArgumentParser()
    command.arguments(parser)
    return command.handle(parser.parse_args([str(word) for word in words]))


def as_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, Any]:
    monkeypatch.setattr(console, "as_json", True)
    status = run(*words)
    return status, json.loads(capsys.readouterr().out)


def test_the_shipped_manual_has_no_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    status, found = as_json(monkeypatch, capsys, "lint", MANUAL)
    assert (status, found["errors"]) == (console.DONE, 0), found["findings"]


def test_a_mistake_makes_the_exit_status_1_and_is_told_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = MANUAL.read_text(encoding="utf-8")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(
        text.replace("require: has_problem && has_contact", "require: has_problm && has_contact"), encoding="utf-8"
    )
    assert run("lint", wrong) == console.REFUSED
    line = next(n for n, said in enumerate(wrong.read_text(encoding="utf-8").splitlines(), 1) if "has_problm" in said)
    assert f"{wrong}:{line}:18: error: undeclared reference to 'has_problm'" in capsys.readouterr().out


def test_strict_lint_minds_warnings_and_lets_notes_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clause = "- {id: SM-1, section: '1', text: {zh-hans: 办, zh-hant: 辦, en: do}, source: x, binds: [agent], waiting: trade}"
    head = MANUAL.read_text(encoding="utf-8").partition("definitions:")[0].replace("code: MN", "code: SM")
    quiet, vague = tmp_path / "quiet.yaml", tmp_path / "vague.yaml"
    quiet.write_text(f"{head}clauses:\n  {clause}\n", encoding="utf-8")
    vague.write_text(f"{head}clauses:\n  {clause.replace('办', '尽快办')}\n", encoding="utf-8")
    assert run("lint", "--strict", quiet) == console.DONE
    assert "note: waits for: trade [waits SM-1]" in capsys.readouterr().out
    assert run("lint", vague) == console.DONE
    assert run("lint", "--strict", vague) == console.REFUSED
    capsys.readouterr()
    _status, found = as_json(monkeypatch, capsys, "lint", quiet)
    assert (found["errors"], found["warnings"], len(found["findings"])) == (0, 0, 1)


def test_a_clause_is_shown_with_its_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", "MN-3.2.1b") == console.DONE
    assert "“work_order.arrived” within 4 h" in capsys.readouterr().out
    with pytest.raises(console.CommandError):
        run("show", "MN-99")


def test_coverage_counts_every_clause(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    status, found = as_json(monkeypatch, capsys, "coverage")
    assert status == console.DONE
    assert {name.split()[0]: sum(counts.values()) for name, counts in found["regulations"].items()} == {
        "manual": 32,
        "dealer-service": 66,
        "service-operations": 46,
        "service-selling": 58,
    }
    assert len({line["clause"] for line in found["clauses"]}) == 202


def test_coverage_says_for_each_clause_what_becomes_of_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _status, found = as_json(monkeypatch, capsys, "coverage")
    lines = {line["clause"]: line for line in found["clauses"]}
    urgent = lines["MN-3.2.1b"]
    assert (urgent["status"], urgent["kinds"][0], urgent["waits_for"]) == ("executed", "clock", None)
    assert {need["event"] for need in urgent["events"] if need["heard"]} >= {"ticket.reported", "work_order.arrived"}
    signed = lines["MN-2.2.2b"]
    assert (signed["status"], signed["kinds"]) == ("waiting", ["approval", "form"])
    assert {"event": "contract.signed", "heard": False} in signed["events"]
    assert signed["waits_for"]["zh-hans"] == "合同"


def test_the_schema_is_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    _status, found = as_json(monkeypatch, capsys, "schema")
    assert found["properties"]["clauses"]["items"]["properties"]["id"]


def test_format_writes_the_one_form(tmp_path: Path) -> None:
    text = MANUAL.read_text(encoding="utf-8")
    loose = tmp_path / "loose.yaml"
    loose.write_text(
        "# a remark\n" + text.replace("policy: manual\ncode: MN\n", "code: MN\npolicy: manual\n"), encoding="utf-8"
    )
    assert run("format", loose) == console.DONE
    assert loose.read_text(encoding="utf-8") == text
