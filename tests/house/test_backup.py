"""Backup and restore: what comes back is what was there, and a damaged archive is refused with its reason."""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nuoda.cli import archive, console, restoring
from nuoda.config import cluster


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that PostgreSQL's own user can reach when the tests run as root."""
    import tempfile

    made = Path(tempfile.mkdtemp(prefix="nuoda-backup-"))
    os.chmod(made, 0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def backup(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A backup of a small installation: one table with three rows and two uploaded files."""
    data = folder / "data"
    monkeypatch.setenv("NUODA_DATA", str(data))
    monkeypatch.setattr(archive, "server_major", lambda: source.major)
    source = cluster.Cluster(data / "database", dict(cluster.TESTING))
    source.create(sync=False)
    source.start()
    try:
        with source.connect(cluster.OWNER) as connection:
            connection.execute("CREATE TABLE things (name text)")
            connection.execute("INSERT INTO things VALUES ('龘'), ('𠮷'), ('c')")
        (data / "files/ab").mkdir(parents=True)
        (data / "files/ab/photo.jpg").write_bytes(b"\xff\xd8photo")
        (data / "files/签名.svg").write_text("<svg/>")
        archive.write(folder / "backup.tar")
        yield folder / "backup.tar"
    finally:
        source.stop()


def test_what_was_there_comes_back(backup: Path, folder: Path) -> None:
    assert restoring.trial(backup)["things"] == 3
    target = folder / "restored"
    manifest = restoring.restore(backup, target)
    assert set(manifest["members"]) == {"database.dump", "files/ab/photo.jpg", "files/签名.svg"}
    assert (target / "files/ab/photo.jpg").read_bytes() == b"\xff\xd8photo"
    restored = cluster.at(target)
    restored.start()
    try:
        with restored.connect() as connection:  # the application may read what the owner restored
            assert connection.execute("SELECT name FROM things ORDER BY name COLLATE \"C\"").fetchall() == [
                ("c",), ("龘",), ("𠮷",),
            ]  # fmt: skip
    finally:
        restored.stop()


def test_an_installation_is_never_overwritten(backup: Path, folder: Path) -> None:
    with pytest.raises(console.CommandError, match="already"):
        restoring.restore(backup, folder / "data")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    with tarfile.open(path) as tar:
        member = tar.getmember("files/ab/photo.jpg")
    content[member.offset_data] ^= 1
    path.write_bytes(content)


def _add(path: Path) -> None:
    extra = path.with_name("extra")
    extra.write_text("x")
    with tarfile.open(path, "a") as tar:
        tar.add(extra, "files/extra")


def _escape(path: Path) -> None:
    extra = path.with_name("extra")
    extra.write_text("x")
    with tarfile.open(path, "a") as tar:
        tar.add(extra, "files/../../extra")


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (_cut, "not a usable backup"),
        (_flip, "photo.jpg was changed"),
        (_add, "not in the manifest"),
        (_escape, "belong"),
    ],
)
def test_a_damaged_backup_is_refused(backup: Path, folder: Path, damage: Any, reason: str) -> None:
    damage(backup)
    with pytest.raises(console.CommandError, match=reason):
        restoring.restore(backup, folder / "restored")
    assert not cluster.at(folder / "restored").exists


def test_an_older_postgresql_is_upgraded(folder: Path) -> None:
    from nuoda.config import binaries

    newest = binaries.choose()
    older = [programs for programs in binaries.available() if programs.major < newest.major]
    if not older:
        pytest.skip("only one PostgreSQL on this machine")
    old = cluster.Cluster(folder / "data/database", dict(cluster.TESTING))
    old.create(sync=False, programs=older[0])
    old.start()
    with old.connect(cluster.OWNER) as connection:
        connection.execute("CREATE TABLE things (name text)")
        connection.execute("INSERT INTO things VALUES ('a')")
    old.stop()
    assert restoring.upgrade(folder / "data") == (older[0].major, newest.major)
    upgraded = cluster.at(folder / "data")
    assert upgraded.major == newest.major
    upgraded.start()
    try:
        assert restoring.rows(upgraded) == {"things": 1}
    finally:
        upgraded.stop()
