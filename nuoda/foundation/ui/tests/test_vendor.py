"""Browser parts of others: exactly the files of the manifest, unchanged, with licences that may be shipped."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

import nuoda

ROOT = Path(nuoda.__file__).parents[1]
MANIFEST = ROOT / "vendor/manifest.json"
STATIC = ROOT / "nuoda/foundation/ui/static/vendor"
FREE = {"MIT", "0BSD", "BSD-3-Clause", "Apache-2.0", "ISC", "MPL-2.0"}

pytestmark = pytest.mark.skipif(not MANIFEST.exists(), reason="installed from a wheel: vendor/ is not shipped")


def changed(root: Path, manifest: dict[str, dict[str, str]]) -> list[str]:
    """Files whose content is not what the manifest says."""
    found = []
    for name, about in manifest.items():
        path = root / name
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != about["sha256"]:
            found.append(name)
    return found


def _manifest() -> dict[str, dict[str, str]]:
    return json.loads(MANIFEST.read_text("utf-8"))  # type: ignore[no-any-return]


def test_files_are_what_the_manifest_says() -> None:
    manifest = _manifest()
    assert changed(ROOT, manifest) == []
    listed = {ROOT / name for name in manifest if (ROOT / name).parent == STATIC}
    assert listed == {path for path in STATIC.rglob("*") if path.is_file()}


def test_a_changed_file_is_noticed(tmp_path: Path) -> None:
    manifest = _manifest()
    for name in manifest:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    assert changed(tmp_path, manifest) == []
    victim = next(iter(manifest))
    with (tmp_path / victim).open("ab") as file:
        file.write(b" ")
    assert changed(tmp_path, manifest) == [victim]


def test_licences_may_be_shipped_and_versions_match_the_lock() -> None:
    lock = json.loads((ROOT / "vendor/package-lock.json").read_text("utf-8"))["packages"]
    for about in _manifest().values():
        assert about["license"] in FREE
        assert lock[f"node_modules/{about['package']}"]["version"] == about["version"]


def test_the_lock_names_no_download_address() -> None:
    text = (ROOT / "vendor/package-lock.json").read_text("utf-8")
    assert '"resolved"' not in text
    hosts = set(re.findall(r"https?://([^/\"]+)", text))
    assert not {host for host in hosts if "registry" in host or "npm" in host}
    assert all("integrity" in entry for name, entry in json.loads(text)["packages"].items() if name)


def test_every_icon_that_is_named_is_in_the_sprite() -> None:
    have = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text("utf-8")))
    named: dict[str, str] = {}
    for path in (ROOT / "nuoda").rglob("templates/**/*.html"):
        for name in re.findall(r'{% icon "([^"]+)"', path.read_text("utf-8")):
            named[name] = str(path)
    for path in (ROOT / "nuoda").rglob("web/**/*.py"):
        for name in re.findall(r'\bicon="([a-z0-9-]+)"', path.read_text("utf-8")):
            named[name] = str(path)
    assert {name: path for name, path in named.items() if name not in have} == {}


def test_a_page_weighs_less_than_200_kb_compressed() -> None:
    """Everything that every page loads, as gzip sends it."""
    parts = ["tabler.min.css", "htmx.min.js", "icons.svg"]
    own = ["tokens.css", "nuoda.css", "nuoda.js", "theme.js", "mark.svg"]
    paths = [STATIC / name for name in parts] + [STATIC.parent / "ui" / name for name in own]
    total = sum(len(gzip.compress(path.read_bytes(), 6)) for path in paths)
    assert total < 150_000  # leaves 50 kB for the page itself
