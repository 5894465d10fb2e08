#!/usr/bin/env python3
"""Copies the named browser parts from `vendor/node_modules` into the ui app's static folder.

Usage: `cd vendor && npm ci --ignore-scripts && python3 copy.py`. Users of Nuoda never run this: the copies are
committed, with `manifest.json` naming each file's package, version, licence and sha256. It also strips the
`resolved` addresses from the lock file, so that the lock holds integrity hashes and no registry.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODULES = HERE / "node_modules"
UI = HERE.parent / "nuoda" / "foundation" / "ui"

# (package, file in the package, file in the target folder, target folder)
STATIC = UI / "static" / "vendor"
TESTS = HERE / "tests"
FILES = [
    ("@tabler/core", "dist/css/tabler.min.css", "tabler.min.css", STATIC),
    ("htmx.org", "dist/htmx.min.js", "htmx.min.js", STATIC),
    ("signature_pad", "dist/signature_pad.umd.min.js", "signature_pad.umd.min.js", STATIC),
    ("axe-core", "axe.min.js", "axe.min.js", TESTS),
]
SPRITE = "icons.svg"


def package(name: str) -> dict[str, str]:
    """Version and licence of an installed package."""
    data = json.loads((MODULES / name / "package.json").read_text("utf-8"))
    return {"package": name, "version": data["version"], "license": data["license"]}


def sprite(names: list[str]) -> str:
    """One SVG with a <symbol id="NAME"> for each icon; colours and width come from CSS (currentColor)."""
    symbols = []
    for name in names:
        filled = name.endswith("-filled")
        folder = "filled" if filled else "outline"
        source = (MODULES / "@tabler/icons/icons" / folder / f"{name.removesuffix('-filled')}.svg").read_text("utf-8")
        body = re.search(r"<svg[^>]*>(.*)</svg>", source, re.S)
        if body is None:
            raise SystemExit(f"icon {name}: no <svg> element")
        inner = re.sub(r"\s*\n\s*", "", body.group(1))
        inner = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>', "", inner)
        paint = 'fill="currentColor"' if filled else 'fill="none" stroke="currentColor"'
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" {paint} stroke-linecap="round" stroke-linejoin="round">{inner}</symbol>'
        )
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def without_source_map(text: str) -> str:
    """The text without its sourceMappingURL comment (the maps are not shipped)."""
    return re.sub(r"(/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S*)\s*$", "", text)


def strip_lock() -> None:
    """Removes the download addresses from the lock; the integrity hashes stay."""
    path = HERE / "package-lock.json"
    lock = json.loads(path.read_text("utf-8"))
    for entry in lock.get("packages", {}).values():
        entry.pop("resolved", None)
    path.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n", "utf-8")


def main() -> int:
    if not MODULES.is_dir():
        print("vendor/node_modules is missing; run `npm ci --ignore-scripts` in vendor/ first", file=sys.stderr)
        return 2
    strip_lock()
    for folder in (STATIC, TESTS):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    manifest: dict[str, dict[str, str]] = {}

    def put(folder: Path, name: str, text: str, about: dict[str, str]) -> None:
        path = folder / name
        path.write_text(text, "utf-8")
        key = path.relative_to(HERE.parent).as_posix()
        manifest[key] = {**about, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}

    for name, source, target, folder in FILES:
        put(folder, target, without_source_map((MODULES / name / source).read_text("utf-8")), package(name))
    icons = (HERE / "icons.txt").read_text("utf-8").split()
    put(STATIC, SPRITE, sprite(icons), package("@tabler/icons"))
    text = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
    (HERE / "manifest.json").write_text(text, "utf-8")
    print(f"copied {len(manifest)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
