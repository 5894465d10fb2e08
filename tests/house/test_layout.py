"""Names, sizes and directions in the source tree. Each rule is also shown a tree that breaks it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps as registry
from django.db import models

from . import rules

PACKAGE = rules.ROOT / "nuoda"
REGISTRY_HOST = "names a package registry's host; each machine has its own settings"
FORBIDDEN = {
    r"https?://[\w.]*(?:" + r"pypi|" + r"npmjs|" + r"pythonhosted" + r")\.": REGISTRY_HOST,
    r"(?<![\w/.])/work/" + "main": "a path of one machine",
}


def write(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_only_rooms_of_the_house() -> None:
    assert list(rules.strange_names(PACKAGE)) == []


def test_a_junk_drawer_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "engine/clocks/utils.py")
    write(tmp_path / "engine/clocks/actions/helpers.py")
    write(tmp_path / "engine/clocks/stuff/x.py")
    assert len(list(rules.strange_names(tmp_path))) == 4


def test_no_file_beyond_the_wall() -> None:
    assert list(rules.long_files(rules.ROOT)) == []


def test_a_long_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "long.py", "x = 1\n" * 401)
    write(tmp_path / "tests/test_long.py", "x = 1\n" * 600)
    assert list(rules.long_files(tmp_path)) == ["long.py: 401 lines, the wall is at 400"]


def test_only_config_reads_the_environment() -> None:
    assert list(rules.environment_readers(PACKAGE)) == []


def test_a_reader_of_the_environment_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "engine/clocks/queries.py", "import os\nx = os.environ['X']\n")
    write(tmp_path / "config/env.py", "import os\nx = os.environ['X']\n")
    write(tmp_path / "cli/run.py", "import os\nx = {**os.environ, 'A': '1'}\n")
    assert list(rules.environment_readers(tmp_path)) == ["engine/clocks/queries.py:2: reads the environment"]


def test_templates_take_nothing_from_above() -> None:
    assert list(rules.upward_templates(PACKAGE)) == []


def test_a_template_from_above_is_refused(tmp_path: Path) -> None:
    write(
        tmp_path / "engine/clocks/templates/clocks/x.html",
        "{% include 'service/_ticket.html' %}{% extends 'ui/page.html' %}",
    )
    assert list(rules.upward_templates(tmp_path)) == [
        "engine/clocks/templates/clocks/x.html: takes service/_ticket.html from above"
    ]


def upward_keys(tables: list[type[models.Model]]) -> list[str]:
    """Foreign keys to a model of a higher room."""
    found = []
    for table in tables:
        for field in table._meta.get_fields():
            other = getattr(field, "related_model", None)
            if not getattr(field, "concrete", False) or not isinstance(other, type):
                continue
            mine, theirs = rules.height(table._meta.app_label), rules.height(other._meta.app_label)
            if mine >= 0 and theirs > mine:
                found.append(f"{table._meta.label}.{field.name} points up to {other._meta.label}")
    return found


def test_foreign_keys_point_down() -> None:
    tables = [table for table in registry.get_models() if rules.height(table._meta.app_label) >= 0]
    assert len(tables) > 5
    assert upward_keys(tables) == []


def test_a_foreign_key_up_is_refused() -> None:
    from django.test.utils import isolate_apps

    with isolate_apps("nuoda.foundation.base", "nuoda.foundation.journal"):

        class Above(models.Model):
            class Meta:
                app_label = "journal"

        class Below(models.Model):
            above = models.ForeignKey(Above, on_delete=models.PROTECT)

            class Meta:
                app_label = "base"

        assert upward_keys([Below, Above]) == ["base.Below.above points up to journal.Above"]


def test_nothing_names_a_registry_or_one_machine() -> None:
    assert list(rules.strange_words(rules.ROOT, FORBIDDEN)) == []


def test_a_registry_is_found(tmp_path: Path) -> None:
    write(tmp_path / "a.md", "see https://" + "pypi.example.org/simple")
    assert len(list(rules.strange_words(tmp_path, FORBIDDEN))) == 1


# -- the import contract

LINT = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]


@pytest.fixture
def small_house(tmp_path: Path) -> Path:
    """A package with the project's contract and two rooms."""
    shutil.copy(rules.ROOT / "pyproject.toml", tmp_path)
    for floor in ("cli", "config", "interface", "domain", "engine", "foundation"):
        write(tmp_path / "nuoda" / floor / "__init__.py")
    write(tmp_path / "nuoda/__init__.py")
    for app in ("foundation/base", "engine/clocks", "domain/customers", "interface/api"):
        for room in ("", "pure", "models", "actions", "web"):
            write(tmp_path / "nuoda" / app / room / "__init__.py")
        write(tmp_path / "nuoda" / app / "apps.py")
    return tmp_path


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(LINT, cwd=folder, capture_output=True, text=True, env={"PYTHONPATH": str(folder)})


def test_the_import_contract_holds() -> None:
    done = lint(rules.ROOT)
    assert done.returncode == 0, done.stdout


def test_a_clean_small_house_passes(small_house: Path) -> None:
    done = lint(small_house)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("nuoda/foundation/base/actions/up.py", "import nuoda.engine.clocks.models"),
        ("nuoda/engine/clocks/pure/up.py", "import nuoda.engine.clocks.models"),
        ("nuoda/engine/clocks/models/up.py", "from nuoda.engine.clocks import actions"),
        ("nuoda/domain/surprise/__init__.py", ""),
        ("nuoda/engine/clocks/leftovers.py", ""),
    ],
)
def test_the_import_contract_refuses(small_house: Path, path: str, text: str) -> None:
    write(small_house / path, text + "\n")
    assert lint(small_house).returncode == 1
