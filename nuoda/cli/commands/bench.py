"""`nuoda bench`: what the product reaches on this machine, each figure against its limit."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from nuoda.cli import console
from nuoda.cli.texts import N_, _
from nuoda.config import env

help = N_("measure intake, lists and clocks in a scratch database")
examples = ["nuoda bench", "nuoda bench intake", "nuoda bench intake lists --json"]
needs = "nothing"
NAMES = ("clocks_pure", "replay", "intake", "clocks_sweep", "lists", "replay_journal")
"""Measurements in `bench/`, the quick ones first. Each runs in a process of its own and ends by itself."""
LONGEST = 3600
"""Seconds after which a measurement is given up."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="*", help=_("which: %(names)s (default: all)") % {"names": ", ".join(NAMES)})


def handle(args: argparse.Namespace) -> int:
    unknown = sorted(set(args.name) - set(NAMES))
    if unknown:
        raise console.CommandError(
            _("There is no measurement {name}. There are: {names}").format(name=unknown[0], names=", ".join(NAMES)),
            console.USAGE,
        )
    folder = env.ROOT / "bench"
    if not folder.is_dir():
        raise console.CommandError(
            _("The measurements come with the source code; they are not in {folder}.").format(folder=folder)
        )
    found = []
    for name in args.name or NAMES:
        console.note(_("Measuring {name} …").format(name=name))
        result = _measured(name)
        found.append(result)
        for line in _lines(result):
            console.say(line)
    console.emit(found)
    return console.DONE if all(item["ok"] for item in found) else console.REFUSED


def _measured(name: str) -> dict[str, Any]:
    """The JSON of one measurement, run in its own process with its own PostgreSQL."""
    done = subprocess.run(
        [sys.executable, str(env.ROOT / "bench" / f"{name}.py")],
        cwd=env.ROOT,
        env={**os.environ, "PYTHONPATH": str(env.ROOT)},
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        last = (done.stderr.strip().splitlines() or [""])[-1]
        raise console.CommandError(_("{name} could not be measured: {error}").format(name=name, error=last))
    return dict(json.loads(lines[-1]))


def _lines(result: dict[str, Any]) -> Iterator[str]:
    mark = "✓" if result["ok"] else "✗"
    yield f"{mark} {result['name']}"
    for key, value in result.items():
        if key not in {"name", "ok"}:
            yield f"    {key}: {json.dumps(value, ensure_ascii=False)}"
