"""`nuoda import`: what it knows, what it says, what it leaves behind."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

import pytest

from nuoda.cli import console
from nuoda.cli.commands import import_
from nuoda.domain.customers.models import Customer
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.orgs.tests import factories

pytestmark = pytest.mark.django_db


def parsed(*words: str) -> Namespace:
    parser = ArgumentParser()
    import_.arguments(parser)
    return parser.parse_args(words)


@pytest.fixture
def as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "as_json", True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "客户.csv"
    made.write_bytes("客户名称,电话\n甲,13812345678\n乙,明天\n".encode("gbk"))
    return made


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_it_names_what_can_be_imported(as_json: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert import_.handle(parsed("--list")) == console.DONE
    assert {"customers", "contacts", "products", "installed", "parts"} <= set(told(capsys))


def test_a_dry_run_changes_nothing_and_a_run_says_what_it_left_out(
    as_json: None, capsys: pytest.CaptureFixture[str], file: Path, tmp_path: Path
) -> None:
    own = factories.company()
    assert import_.handle(parsed("customers", str(file), "--dry-run")) == console.REFUSED
    assert told(capsys)["created"] == 1
    with scoped(system(own.pk)):
        assert not Customer.objects.exists()
    left = tmp_path / "left.xlsx"
    assert import_.handle(parsed("customers", str(file), "--failed", str(left))) == console.REFUSED
    report = told(capsys)
    assert (report["total"], report["created"], report["failed"]) == (2, 1, 1)
    assert (report["problems"][0]["row"], report["problems"][0]["value"]) == (3, "明天")
    assert left.read_bytes()[:2] == b"PK"
    with scoped(system(own.pk)):
        assert [row.name for row in Customer.objects.all()] == ["甲"]


def test_what_cannot_be_meant_is_said(file: Path) -> None:
    factories.company()
    for words, code in (
        ((), console.USAGE),
        (("nothing", str(file)), console.USAGE),
        (("customers", "not-there.csv"), console.REFUSED),
        (("customers", str(file), "--company", "没有"), console.REFUSED),
    ):
        with pytest.raises(console.CommandError) as error:
            import_.handle(parsed(*words))
        assert error.value.code == code, words
