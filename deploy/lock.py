"""Resolve the dependencies of pyproject.toml into two lock files with hashes, for every platform and Python.

Needs uv, which is not among the project's dependencies: `pip install uv` once.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMON = [
    "uv", "pip", "compile", "pyproject.toml", "--universal", "--python-version", "3.11", "--generate-hashes",
    "--no-emit-index-url", "--no-emit-find-links", "--no-header", "--no-annotate", "--quiet",
]  # fmt: skip


def main() -> None:
    extra = sys.argv[1:]  # such as --upgrade or --upgrade-package django
    subprocess.run([*COMMON, *extra, "-o", "requirements.lock"], cwd=ROOT, check=True)
    command = [*COMMON, *extra, "--group", "dev", "-c", "requirements.lock", "-o", "requirements-dev.lock"]
    subprocess.run(command, cwd=ROOT, check=True)
    for name in ("requirements.lock", "requirements-dev.lock"):
        if "://" in (ROOT / name).read_text():
            sys.exit(f"{name} names an address: leave indexes to each machine's own settings")


if __name__ == "__main__":
    main()
