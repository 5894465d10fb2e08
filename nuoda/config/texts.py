"""Translations: `.po` files are in the project, `.mo` files are made from them where they are needed."""

from __future__ import annotations

import os
from pathlib import Path

import polib

from . import env


def compile_all(root: Path = env.ROOT / "nuoda") -> int:
    """Write each `.mo` that is missing or older than its `.po`; how many were written."""
    written = 0
    for source in sorted(root.rglob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        part = target.with_suffix(f".{os.getpid()}")
        polib.pofile(str(source), encoding="utf-8").save_as_mofile(str(part))
        part.replace(target)  # whoever reads at this moment sees the old or the new file, never half of one
        written += 1
    return written
