"""Models and migrations agree, and migrations are named by intent."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.questioner import NonInteractiveMigrationQuestioner
from django.db.migrations.state import ProjectState
from django.utils import translation

from . import rules


def missing(state: ProjectState) -> dict[str, list[str]]:
    """Changes of our models that no migration makes, by app."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    detector = MigrationAutodetector(loader.project_state(), state, NonInteractiveMigrationQuestioner())
    with translation.override(None):  # labels are compared as they stand in the code
        found = detector.changes(graph=loader.graph)
    return {
        app: [str(operation) for migration in found[app] for operation in migration.operations]
        for app in found
        if rules.height(app) >= 0
    }


def test_no_migration_is_missing() -> None:
    assert missing(ProjectState.from_apps(apps)) == {}


def test_a_missing_migration_is_found() -> None:
    state = ProjectState.from_apps(apps)
    state.add_field("journal", "dossier", "surprise", models.IntegerField(null=True), preserve_default=True)
    assert list(missing(state)) == ["journal"]


@pytest.mark.django_db
def test_no_migration_is_pending_in_the_tests_database() -> None:
    from nuoda.cli import schema

    assert schema.pending() == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("nuoda_app",)


def test_migrations_are_named_by_intent() -> None:
    machine_made = re.compile(r"^\d{4}_(auto_|alter_|initial$|\w+_\d{8}_\d{4})")
    names = [path for path in Path(rules.ROOT, "nuoda").glob("*/*/migrations/0*.py") if machine_made.match(path.stem)]
    assert names == []
    assert machine_made.match("0002_auto_20261121_1200")
