"""Pages of the documentation that are written from the code: `make docs`."""

from __future__ import annotations

import inspect
from dataclasses import fields
from pathlib import Path

from nuoda.config import env


def settings() -> str:
    """docs/settings.md: every environment variable."""
    rows = [f"| `{v.name}` | {f'`{v.default}`' if v.default else '—'} | {v.meaning} |" for v in env.VARIABLES.values()]
    return "\n".join(
        [
            "# Settings",
            "",
            "Everything that differs between installations is an environment variable. This page is written from",
            "`nuoda/config/env.py` (`make docs`).",
            "",
            "| variable | default | meaning |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def events() -> str:
    """docs/event_reference.md: every event that the journal may hold, by the room that announces it."""
    from nuoda.foundation.base.pure.events import REGISTRY

    rooms: dict[str, list[str]] = {}
    for name, kind in sorted(REGISTRY.items()):
        parts = kind.__module__.split(".")
        if parts[0] != "nuoda" or "tests" in parts:
            continue
        given = ", ".join(f"`{item.name}`" for item in fields(kind))
        meaning = " ".join(inspect.cleandoc(kind.__doc__ or "").split())
        rooms.setdefault(".".join(parts[1:3]), []).append(f"| `{name}` | {meaning} | {given} |")
    lines = ["# Events", "", "What the journal may hold. Written from the code (`make docs`).", ""]
    for room in sorted(rooms):
        lines += [f"## {room}", "", "| event | meaning | fields |", "|---|---|---|", *rooms[room], ""]
    return "\n".join(lines)


def write(folder: Path = env.ROOT / "docs") -> None:
    (folder / "settings.md").write_text(settings(), encoding="utf-8")
    (folder / "event_reference.md").write_text(events(), encoding="utf-8")


if __name__ == "__main__":
    from nuoda.cli.dispatch import django

    django()
    write()
