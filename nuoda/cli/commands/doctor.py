"""`nuoda doctor`: what this machine and installation look like, for a person or a bug report; no secrets."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from nuoda.cli import console
from nuoda.cli.texts import N_, _
from nuoda.config import binaries, cluster, env

help = N_("look over the machine and the installation and say what is amiss")
examples = ["nuoda doctor", "nuoda doctor --json"]
needs = "nothing"
LOW_SPACE = 2 << 30  # bytes


@dataclass(frozen=True)
class Finding:
    name: str
    state: str  # ok, warning, error
    text: str


def arguments(parser: argparse.ArgumentParser) -> None:
    """None of its own."""


def handle(args: argparse.Namespace) -> int:
    findings = list(_look())
    marks = {"ok": "✓", "warning": "!", "error": "✗"}
    lines = (f"{marks[finding.state]} {finding.name}: {finding.text}" for finding in findings)
    console.emit({"ok": all(f.state != "error" for f in findings), "findings": [vars(f) for f in findings]}, lines)
    return console.REFUSED if any(finding.state == "error" for finding in findings) else console.DONE


def _look() -> Iterator[Finding]:
    yield Finding(
        _("program"), "ok", f"nuoda {env.version()}, Python {platform.python_version()}, {platform.platform()}"
    )
    yield from _folder()
    yield from _database()
    yield from _fonts()
    yield from _settings()


def _folder() -> Iterator[Finding]:
    data = env.data()
    place = data if data.exists() else next(parent for parent in data.parents if parent.exists())
    writable = os.access(place, os.W_OK)
    yield Finding(
        _("data folder"), "ok" if writable else "error", f"{data}" + ("" if writable else f" ({_('not writable')})")
    )
    free = shutil.disk_usage(place).free
    yield Finding(_("disk space"), "ok" if free > LOW_SPACE else "warning", f"{free >> 30} GB")


def _database() -> Iterator[Finding]:
    url = env.get("DATABASE_URL")
    if url:
        parts = urlsplit(url)
        yield Finding("PostgreSQL", "ok", f"{parts.hostname or ''}:{parts.port or ''}{parts.path}")
        if not env.get("DATABASE_OWNER_URL"):
            yield Finding("DATABASE_OWNER_URL", "warning", _("not set: migrations and checks cannot run"))
        yield from _answer(url)
        return
    versions = ", ".join(f"{programs.major} ({programs.folder})" for programs in binaries.available())
    yield Finding(_("PostgreSQL programs"), "ok" if versions else "error", versions or _("none found"))
    private = cluster.at(env.data())
    if not private.exists:
        yield Finding(_("private PostgreSQL"), "warning", _("not made yet; nuoda run makes it"))
        return
    try:
        binaries.choose(private.major)
        running = private.running()
        text = _("version {major}, in {folder}").format(major=private.major, folder=private.folder)
        yield Finding(_("private PostgreSQL"), "ok", f"{text}, {_('running') if running else _('not running')}")
        if running:
            yield from _answer("")
    except binaries.ClusterError as problem:
        yield Finding(_("private PostgreSQL"), "error", str(problem))


def _answer(url: str) -> Iterator[Finding]:
    import psycopg

    private = cluster.at(env.data())
    try:
        with psycopg.connect(url) if url else private.connect(database=private.serving) as connection:
            row = connection.execute("SELECT version(), current_database()").fetchone()
            if row is not None:
                yield Finding(_("database"), "ok", f"{row[1]}, {row[0].split(' on ')[0]}")
    except psycopg.Error as problem:
        yield Finding(_("database"), "error", str(problem).strip())


def _fonts() -> Iterator[Finding]:
    if not shutil.which("fc-list"):
        return
    found = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True).stdout.split("\n")[0]
    yield Finding(_("Chinese fonts"), "ok", found or _("none on this machine; papers use the shipped ones"))


def _settings() -> Iterator[Finding]:
    if not env.flag("NUODA_PRODUCTION"):
        yield Finding("NUODA_PRODUCTION", "ok", _("not set: for trying out on this machine"))
        return
    for name in ("NUODA_ORIGIN", "NUODA_MAIL_URL"):
        if not env.get(name):
            yield Finding(name, "warning", _("not set"))
    if sys.stdin is not None and os.geteuid() == 0:
        yield Finding(_("user"), "warning", _("runs as root; a user of its own is safer"))
