"""The house's rules as functions over a source tree, so that each test can also be shown a tree that breaks it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("foundation", "engine", "domain", "interface")
ORDER = {
    "foundation": ["base", "journal", "orgs", "ui"],
    "engine": [
        "rulebook", "clocks", "states", "notices", "papers", "approvals", "duties", "measures", "revisions", "replay",
    ],
    "domain": [
        "customers", "finance", "parts", "trade", "presales", "service", "care", "assurance", "people",
    ],
    "interface": ["api", "reports", "portal", "desk"],
}  # fmt: skip
FILES = {
    "__init__.py", "apps.py", "states.py", "facts.py", "events.py", "access.py", "queries.py", "reactions.py",
    "jobs.py",
}  # fmt: skip
FOLDERS = {
    "pure", "models", "actions", "web", "api", "templates", "static", "management", "templatetags", "migrations",
    "locale", "tests",
}  # fmt: skip
DRAWERS = {"utils", "helpers", "common", "managers", "signals", "services", "misc", "util", "helper", "base_utils"}
WALL, TEST_WALL = 400, 600


def apps(package: Path) -> Iterator[Path]:
    """The folders of all apps."""
    for floor in FLOORS:
        for folder in sorted((package / floor).iterdir()) if (package / floor).is_dir() else []:
            if folder.is_dir() and folder.name != "__pycache__":
                yield folder


def height(app: str) -> int:
    """A room's place in the order, from the bottom; -1 for what is not a room of the house."""
    rooms = [room for floor in FLOORS for room in ORDER[floor]]
    return rooms.index(app) if app in rooms else -1


def strange_names(package: Path) -> Iterator[str]:
    """Files and folders that no app may have."""
    for app in apps(package):
        for item in sorted(app.iterdir()):
            if item.name == "__pycache__":
                continue
            allowed = FILES if item.is_file() else FOLDERS
            if item.name not in allowed:
                yield f"{item.relative_to(package)}: no room of this name"
        for item in app.rglob("*"):
            if item.stem in DRAWERS and item.suffix in {"", ".py"} and "static" not in item.parts:
                yield f"{item.relative_to(package)}: a junk drawer"


def long_files(root: Path) -> Iterator[str]:
    """Python files beyond the walls."""
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).parts
        skipped = {"var", "node_modules", "vendor", "build", "migrations"} & set(parts)
        if skipped or any(part.startswith(".") for part in parts):
            continue
        wall = TEST_WALL if "tests" in parts or path.name == "conftest.py" else WALL
        count = len(path.read_text(encoding="utf-8").splitlines())
        if count > wall:
            yield f"{path.relative_to(root)}: {count} lines, the wall is at {wall}"


def environment_readers(package: Path) -> Iterator[str]:
    """Places outside `config` that read the environment."""
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).parts
        if parts[0] == "config" or "tests" in parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            reads = isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
            if reads and not _handed_on(tree, node):
                yield f"{path.relative_to(package)}:{node.lineno}: reads the environment"


def _handed_on(tree: ast.AST, node: ast.AST) -> bool:
    """`{**os.environ, …}` passes the environment on to a child without reading a variable."""
    return any(
        isinstance(parent, ast.Dict) and None in parent.keys and node in parent.values for parent in ast.walk(tree)
    )


INCLUDE = re.compile(r"""{%\s*(?:include|extends)\s+["']([\w./-]+)["']""")


def upward_templates(package: Path) -> Iterator[str]:
    """Templates that include or extend a template of a higher room."""
    for app in apps(package):
        for path in sorted((app / "templates").rglob("*")) if (app / "templates").is_dir() else []:
            if not path.is_file():
                continue
            for name in INCLUDE.findall(path.read_text(encoding="utf-8")):
                other = name.split("/", 1)[0]
                # `ui` is the look: the pages of rooms below it wear it too, as data, without importing it.
                if other != "ui" and height(other) > height(app.name):
                    yield f"{path.relative_to(package)}: takes {name} from above"


def strange_words(root: Path, words: dict[str, str]) -> Iterator[str]:
    """Committed text files that say what must not be said; `words` maps a pattern to the reason."""
    kinds = {".py", ".md", ".toml", ".lock", ".yaml", ".yml", ".html", ".css", ".js", ".json", ".txt", ".po", ".sh"}
    patterns = {re.compile(pattern, re.IGNORECASE): reason for pattern, reason in words.items()}
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if {".venv", "var", "node_modules", "vendor", ".git", "static"} & set(parts) or path.suffix not in kinds:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for pattern, reason in patterns.items():
            found = pattern.search(text)
            if found:
                line = text.count("\n", 0, found.start()) + 1
                yield f"{path.relative_to(root)}:{line}: {found[0]!r} ({reason})"
