"""Migrations and static files, and a cheap way to know that neither needs anything."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nuoda.config import cluster, env

from . import console
from .texts import _

PACKAGES = ("django", "django-allauth", "procrastinate", "django-cotton", "whitenoise")


def fingerprint() -> str:
    """A hash of what migrations and collected static files are made from: names, sizes and times only."""
    key = hashlib.sha256(" ".join(f"{name}={version(name)}" for name in PACKAGES).encode())
    package = env.ROOT / "nuoda"
    for pattern in ("*/*/migrations/*.py", "*/*/apps.py", "*/*/static/**/*"):
        for path in sorted(package.glob(pattern)):
            if path.is_file():
                state = path.stat()
                key.update(f"{path.relative_to(package)} {state.st_size} {state.st_mtime_ns}\n".encode())
    return key.hexdigest()


def _stamp_file() -> Path:
    return env.data() / "schema.json"


def current() -> bool:
    """True when the last `migrate` ran over exactly these files and the database still stands as it left it."""
    import psycopg

    try:
        stamp = json.loads(_stamp_file().read_text(encoding="utf-8"))
        if stamp["fingerprint"] != fingerprint():
            return False
        private = cluster.at(env.data())
        url = env.get("DATABASE_URL")
        connection = psycopg.connect(url) if url else private.connect(database=private.serving)
        with connection:
            row = connection.execute("SELECT count(*) FROM django_migrations").fetchone()
        return row is not None and row[0] == stamp["applied"]
    except (OSError, ValueError, KeyError, psycopg.Error):
        return False


def stamp() -> None:
    """Remember that database and files fit."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_migrations")
        (applied,) = cursor.fetchone()
    part = _stamp_file().with_suffix(".part")
    part.write_text(json.dumps({"fingerprint": fingerprint(), "applied": applied}), encoding="utf-8")
    part.replace(_stamp_file())


def databases() -> list[str]:
    """The databases to migrate: all of the private cluster's, or the one of DATABASE_URL."""
    from django.db import connection

    if env.get("DATABASE_URL"):
        return [str(connection.settings_dict["NAME"])]
    return cluster.at(env.data()).databases()


@contextlib.contextmanager
def connected(database: str) -> Iterator[None]:
    """Django's connection points at this database within the block."""
    from django.db import connection

    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = database
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def pending() -> list[str]:
    """Names of the migrations that have not run, in their order."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return [str(migration) for migration, _back in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def migrate() -> list[str]:
    """Run what is pending, with progress; the names."""
    from django.core.management import call_command

    names = pending()
    if not names:
        return []
    with console.Progress(_("Preparing the database"), len(names)) as progress:
        _watched(progress)
        call_command("migrate", verbosity=0, interactive=False)
    return names


def _watched(progress: console.Progress) -> None:
    """Count each migration as it is applied."""
    from django.db.migrations import executor

    original = executor.MigrationExecutor.apply_migration

    def apply(self: Any, state: Any, migration: Any, *args: Any, **options: Any) -> Any:
        result = original(self, state, migration, *args, **options)
        progress.step(remark=str(migration))
        return result

    executor.MigrationExecutor.apply_migration = apply  # type: ignore[method-assign]


def collect() -> None:
    """Static files with hashed names and compressed copies into NUODA_DATA/static."""
    from django.core.management import call_command

    call_command("collectstatic", verbosity=0, interactive=False, clear=False)
