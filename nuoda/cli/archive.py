"""Backups: one file with the database (pg_dump's custom format), the uploaded files and a manifest of hashes.

The archive is a tar: `manifest.json` last, so that it can name the SHA-256 of every member written before it.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, cast

from nuoda.config import binaries, cluster, env

from . import console
from .texts import _

MANIFEST = "manifest.json"
DUMP = "database.dump"
FORMAT = 1


class _Hashing(io.RawIOBase):
    """A reader that hashes what passes through it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.hash = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self.file.read(size)
        self.hash.update(block)
        return block


def server(role: str = cluster.OWNER) -> tuple[list[str], dict[str, str]]:
    """pg_dump's arguments for the database in use, and the environment with the password (never on a command line)."""
    url = env.get("DATABASE_OWNER_URL") or env.get("DATABASE_URL")
    if url:
        given = env.database(url)
        values = {key: str(given[key]) for key in ("HOST", "PORT", "USER", "NAME", "PASSWORD")}
    else:
        private = cluster.at(env.data())
        found = private.parameters(role, private.serving)
        keys = {"HOST": "host", "PORT": "port", "USER": "user", "NAME": "dbname", "PASSWORD": "password"}
        values = {key: str(found[name]) for key, name in keys.items()}
    options = ["--username", values["USER"], "--dbname", values["NAME"]]
    options += ["--host", values["HOST"]] if values["HOST"] else []
    options += ["--port", values["PORT"]] if values["PORT"] else []
    return options, {**os.environ, "PGPASSWORD": values["PASSWORD"]}


def tool(name: str, major: int | None = None) -> str:
    """A client program that is at least as new as the server it talks to."""
    usable = [programs for programs in binaries.available() if major is None or programs.major >= major]
    if not usable:
        raise console.CommandError(_("No {name} of PostgreSQL {major} or newer found.").format(name=name, major=major))
    return min(usable, key=lambda programs: programs.major).path(name)


def server_major() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        (major,) = cursor.fetchone()
    return int(major)


def write(target: Path) -> dict[str, Any]:
    """Write a backup of the database in use and of all uploaded files to `target`; its manifest.

    It appears under its name only when complete. Uploaded files are written once and never changed, so that taking them
    after the dump misses nothing that the dump knows.
    """
    files = env.data() / "files"
    members: dict[str, dict[str, Any]] = {}
    part = target.with_name(f".{target.name}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with (
            os.fdopen(descriptor, "wb") as raw,
            tarfile.open(fileobj=raw, mode="w") as tar,
            tempfile.TemporaryDirectory(dir=target.parent) as work,
        ):
            dump = Path(work) / DUMP
            _dump(dump)
            _add(tar, DUMP, dump, members)
            paths = sorted(path for path in files.rglob("*") if path.is_file()) if files.exists() else []
            with console.Progress(_("Files"), len(paths)) as progress:
                for path in paths:
                    _add(tar, f"files/{path.relative_to(files).as_posix()}", path, members)
                    progress.step()
            manifest = {
                "format": FORMAT,
                "program": env.version(),
                "postgresql": server_major(),
                "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "members": members,
            }
            data = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
            entry = tarfile.TarInfo(MANIFEST)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
            tar.close()
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return manifest


def _dump(target: Path) -> None:
    options, environment = server()
    command = [tool("pg_dump", server_major()), *options, "--format=custom", "--no-owner", "--file", str(target)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise console.CommandError(_("The database could not be dumped: {text}").format(text=done.stderr.strip()))


def _add(tar: tarfile.TarFile, name: str, path: Path, members: dict[str, dict[str, Any]]) -> None:
    with path.open("rb") as file:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mtime, entry.mode = path.stat().st_size, int(path.stat().st_mtime), 0o600
        hashing = _Hashing(file)
        tar.addfile(entry, cast("IO[bytes]", hashing))
    members[name] = {"sha256": hashing.hash.hexdigest(), "bytes": entry.size}


def verify(source: Path, folder: Path | None = None) -> dict[str, Any]:
    """Read the whole archive against its manifest, and unpack it into `folder` when given; the manifest.

    Raises CommandError that names what is damaged: a missing manifest, a member with another hash, one too many or few.
    """
    seen: dict[str, str] = {}
    manifest: dict[str, Any] | None = None
    try:
        with tarfile.open(source, "r:") as tar:
            for entry in tar:
                if not entry.isfile() or entry.name.startswith("/") or ".." in Path(entry.name).parts:
                    raise _damaged(source, _("{name} does not belong into a backup").format(name=entry.name))
                stream = tar.extractfile(entry)
                if stream is None:
                    continue
                if entry.name == MANIFEST:
                    manifest = json.loads(stream.read())
                    continue
                seen[entry.name] = _copy(stream, folder / entry.name if folder else None)
    except (tarfile.TarError, EOFError, ValueError, KeyError) as problem:
        raise _damaged(source, str(problem)) from None
    if manifest is None:
        raise _damaged(source, _("its manifest is missing, the file was cut off"))
    if manifest.get("format") != FORMAT:
        raise _damaged(source, _("its format {found} is not known here").format(found=manifest.get("format")))
    for name, expected in manifest["members"].items():
        if name not in seen:
            raise _damaged(source, _("{name} is missing").format(name=name))
        if seen[name] != expected["sha256"]:
            raise _damaged(source, _("{name} was changed after the backup").format(name=name))
    for name in seen.keys() - manifest["members"].keys():
        raise _damaged(source, _("{name} is not in the manifest").format(name=name))
    return manifest


def _damaged(source: Path, reason: str) -> console.CommandError:
    return console.CommandError(_("{file} is not a usable backup: {reason}.").format(file=source, reason=reason))


def _copy(stream: IO[bytes], target: Path | None) -> str:
    digest = hashlib.sha256()
    with contextlib.ExitStack() as stack:
        file = None
        if target is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            file = stack.enter_context(target.open("wb"))
        while block := stream.read(1 << 20):
            digest.update(block)
            if file is not None:
                file.write(block)
    return digest.hexdigest()


def load(dump: Path, into: cluster.Cluster, database: str) -> None:
    """Read a dump into an empty database of a running private cluster, as its owner. Raises CommandError."""
    values = into.parameters(cluster.OWNER, database)
    command = [tool("pg_restore", into.major), "--no-owner", "--exit-on-error", "--single-transaction"]
    command += ["--host", values["host"], "--port", str(values["port"]), "--username", values["user"]]
    command += ["--dbname", database, str(dump)]
    done = subprocess.run(command, env={**os.environ, "PGPASSWORD": values["password"]}, capture_output=True, text=True)
    if done.returncode:
        raise console.CommandError(
            _("The database could not be restored: {text}").format(text=done.stderr.strip()[-800:])
        )


@contextlib.contextmanager
def scratch(folder: Path) -> Iterator[cluster.Cluster]:
    """A private cluster for trying a backup; gone afterwards."""
    trial = cluster.Cluster(folder, dict(cluster.TESTING))
    trial.create(sync=False)
    trial.start()
    try:
        yield trial
    finally:
        trial.stop()
