"""Make the project's environment with nothing but python3: `.venv`, the locked dependencies, the `nuoda` command.

    python3 deploy/bootstrap.py          what `make run` needs
    python3 deploy/bootstrap.py --dev    also what `make test` needs

Standard library only, any user, any number of times. When `ensurepip` is missing (Debian without python3-venv), the pip
wheel in `vendor/pip` installs. Indexes, proxies and certificates are pip's own settings on this machine;
nothing of them is written down here.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOWEST = (3, 11)
COMMAND = """#!{python}
import sys

from nuoda.cli import main

sys.exit(main())
"""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def interpreter() -> str:
    """A Python that is new enough: this one, or another of the machine."""
    if sys.version_info >= LOWEST:
        return sys.executable
    for minor in range(19, LOWEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            return found
    sys.exit(f"Python {LOWEST[0]}.{LOWEST[1]} or newer is needed; this is {sys.version.split()[0]}.")


def stamp(python: str, locks: list[Path]) -> str:
    """What the environment was made from."""
    version = subprocess.run([python, "-c", "import sys; print(sys.version)"], capture_output=True, text=True).stdout
    key = hashlib.sha256(f"{version}{VENV}".encode())
    for lock in locks:
        key.update(lock.read_bytes())
    return key.hexdigest()


def environment(python: str) -> None:
    """A virtual environment without pip of its own; a broken or foreign one is made anew."""
    if PYTHON.exists():
        done = subprocess.run([PYTHON, "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True)
        if done.returncode == 0 and Path(done.stdout.strip()) == VENV:
            return
        say("The environment in .venv does not work here; making it anew.")
    shutil.rmtree(VENV, ignore_errors=True)
    done = subprocess.run([python, "-m", "venv", "--without-pip", VENV], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"The environment could not be made: {done.stderr or done.stdout}")


def install(locks: list[Path]) -> None:
    """The locked dependencies, each checked against its hashes; only built packages, nothing is compiled."""
    wheel = next((ROOT / "vendor" / "pip").glob("pip-*.whl"))
    command = [PYTHON, wheel / "pip", "install", "--require-hashes", "--only-binary", ":all:", "--no-deps"]
    command += ["--disable-pip-version-check", "--no-input", "--progress-bar", "on" if sys.stderr.isatty() else "off"]
    command += [] if sys.stderr.isatty() else ["--quiet"]
    for lock in locks:
        command += ["--requirement", lock]
    if subprocess.run([str(part) for part in command], stdout=sys.stderr).returncode:
        sys.exit("The dependencies could not be installed. Once the network is there again, the same command goes on.")


def link() -> None:
    """The `nuoda` command and the package itself, straight from the checkout."""
    place = subprocess.run(
        [PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    Path(place, "nuoda.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    command = VENV / "bin" / "nuoda"
    command.write_text(COMMAND.format(python=PYTHON), encoding="utf-8")
    command.chmod(0o755)


def main() -> None:
    dev = "--dev" in sys.argv[1:]
    kind = "dev" if dev else "run"
    locks = [ROOT / ("requirements-dev.lock" if dev else "requirements.lock")]
    python = interpreter()
    os.umask(0o022)
    with (ROOT / ".bootstrap.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two `make` at once
        mark = VENV / f".{kind}-stamp"
        wanted = stamp(python, locks)
        if not (PYTHON.exists() and mark.exists() and mark.read_text() == wanted):
            environment(python)
            say(f"Installing the locked dependencies into {VENV.relative_to(ROOT)} …")
            install(locks)
            link()
            mark.write_text(wanted)
    compiled = subprocess.run(
        [PYTHON, "-c", "from nuoda.config import texts; texts.compile_all()"], cwd=ROOT, stdout=sys.stderr
    )
    if compiled.returncode:
        sys.exit("The translations could not be compiled.")


if __name__ == "__main__":
    main()
