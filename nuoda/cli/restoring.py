"""Restoring a backup: on trial into a scratch PostgreSQL, or in earnest into an empty data folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from psycopg import sql

from nuoda.config import binaries, cluster

from . import archive, console
from .texts import _


def trial(source: Path) -> dict[str, int]:
    """Unpack, verify and restore into a scratch cluster; how many rows each table has there."""
    with tempfile.TemporaryDirectory(prefix="nuoda-try-") as name:
        folder = Path(name)
        os.chmod(folder, 0o711)  # noqa: S103  as root, PostgreSQL's own user passes through
        archive.verify(source, folder / "unpacked")
        with archive.scratch(folder / "database") as scratch:
            archive.load(folder / "unpacked" / archive.DUMP, scratch, cluster.DATABASE)
            return rows(scratch)


def rows(of: cluster.Cluster, database: str = cluster.DATABASE) -> dict[str, int]:
    """Rows of each table, partitions counted in their parent."""
    counted = {}
    with of.connect(cluster.ADMIN, database) as connection:
        tables = connection.execute(
            """SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE nspname = 'public' AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1"""
        ).fetchall()
        for (table,) in tables:
            row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
            counted[table] = row[0] if row else 0
    return counted


def restore(source: Path, data: Path) -> dict[str, Any]:
    """Make a data folder from a backup; the manifest. The folder must not hold an installation yet.

    Everything is verified and unpacked aside first, so that a damaged backup leaves nothing behind.
    """
    target = cluster.at(data)
    if target.exists:
        raise console.CommandError(
            _("{folder} holds an installation already. Restore into another folder: NUODA_DATA=… nuoda restore").format(
                folder=data
            )
        )
    data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=data, prefix=".restore-") as name:
        unpacked = Path(name)
        manifest = archive.verify(source, unpacked)
        with cluster.locked(target):
            target.create()
            target.start()
            try:
                archive.load(unpacked / archive.DUMP, target, cluster.DATABASE)
            except BaseException:
                target.stop()
                shutil.rmtree(target.folder, ignore_errors=True)
                raise
            target.stop()
        if (unpacked / "files").exists():
            shutil.copytree(unpacked / "files", data / "files", dirs_exist_ok=True)
    return manifest


def upgrade(data: Path) -> tuple[int, int]:
    """Move a data folder to the newest PostgreSQL here by dump and restore; the old and the new major version.

    The old data is kept beside the new until somebody removes it.
    """
    old = cluster.at(data)
    newest = binaries.choose()
    before = old.major
    if newest.major <= before:
        return before, before
    with tempfile.TemporaryDirectory(dir=data, prefix=".upgrade-") as name, cluster.locked(old):
        old.start()
        try:
            serving, databases = old.serving, old.databases()
            counts = {database: rows(old, database) for database in databases}
            for database in databases:
                _dump(old, database, Path(name) / f"{database}.dump", newest)
        finally:
            old.stop()
        fresh = cluster.Cluster(old.folder.with_name(f"{old.folder.name}-{newest.major}"))
        shutil.rmtree(fresh.folder, ignore_errors=True)
        fresh.create(programs=newest)
        fresh.start()
        try:
            for database in databases:
                if database != cluster.DATABASE:
                    fresh.clone(cluster.DATABASE, database)
            for database in databases:
                archive.load(Path(name) / f"{database}.dump", fresh, database)
                if rows(fresh, database) != counts[database]:
                    raise console.CommandError(
                        _("The upgraded database has other row counts; the old one stays in use.")
                    )
            fresh.serve(serving)
        finally:
            fresh.stop()
        kept = old.folder.with_name(f"{old.folder.name}-{before}-kept")
        old.folder.rename(kept)
        fresh.folder.rename(old.folder)
    return before, newest.major


def _dump(of: cluster.Cluster, database: str, target: Path, programs: binaries.Programs) -> None:
    import subprocess

    values = of.parameters(cluster.OWNER, database)
    command = [programs.path("pg_dump"), "--format=custom", "--no-owner", "--host", values["host"], "--port"]
    command += [str(values["port"]), "--username", values["user"], "--dbname", database, "--file", str(target)]
    done = subprocess.run(command, env={**os.environ, "PGPASSWORD": values["password"]}, capture_output=True, text=True)
    if done.returncode:
        raise console.CommandError(_("The database could not be dumped: {text}").format(text=done.stderr.strip()))
