"""`nuoda run` as a person sees it: up, killed in part, killed whole, ended in order. Own data folder and port."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from nuoda.config import cluster

from . import rules

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("process-tree")]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installation:
    """One data folder and one port, started any number of times."""

    def __init__(self, data: Path) -> None:
        self.data, self.port = data, free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.log = data.parent / "run.log"

    def start(self) -> float:
        """Start and wait until the web server reaches its database; the seconds it took."""
        started = time.monotonic()
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("NUODA_", "DATABASE_"))}
        environment |= {"NUODA_DATA": str(self.data), "PORT": str(self.port), "LANG": "C.UTF-8", "LC_ALL": ""}
        environment["PYTHONPATH"] = str(rules.ROOT)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "nuoda.cli", "run", "--no-demo"], env=environment, stdout=log, stderr=log
            )
        self.until(lambda: self.health().get("database") == "ok", 90)
        return time.monotonic() - started

    def until(self, question: Callable[[], Any], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not question():
            if time.monotonic() > deadline:
                pytest.fail(f"not within {seconds} s:\n{self.log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.1)

    def health(self) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5) as answer:
                return dict(json.loads(answer.read()))
        except urllib.error.HTTPError as error:
            return dict(json.loads(error.read()))
        except (OSError, ValueError):
            return {}

    def tree(self) -> list[psutil.Process]:
        assert self.process is not None
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, word: str) -> psutil.Process:
        """The process directly under the supervisor whose command line has this word."""
        assert self.process is not None
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if any(word in part for part in child.cmdline()))

    def stop(self) -> float:
        assert self.process is not None
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(40)
        return time.monotonic() - started


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("installation")
    made = Installation(folder / "data")
    made.start()
    yield made
    if made.process is not None and made.process.poll() is None:
        made.stop()
    if os.geteuid() == 0:  # a folder that PostgreSQL's user cannot reach: its data lies elsewhere
        import shutil

        place = cluster.at(made.data).folder
        if place.parent != made.data:
            shutil.rmtree(place, ignore_errors=True)


def mark(installation: Installation, number: int) -> None:
    """A committed row, made beside the program."""
    with cluster.at(installation.data).connect(cluster.OWNER) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS marks (number int)")
        connection.execute("INSERT INTO marks VALUES (%s)", [number])


def marks(installation: Installation) -> list[int]:
    with cluster.at(installation.data).connect(cluster.OWNER) as connection:
        return [row[0] for row in connection.execute("SELECT number FROM marks ORDER BY 1").fetchall()]


def test_life_of_an_installation(installation: Installation) -> None:
    """One story, because a start is dear: serve, lose each process, lose all, end in order, start again at once."""
    installation.until(lambda: installation.health().get("status") == "ok", 30)
    report = installation.health()
    assert report["migrations"] == {"pending": 0}
    assert report["worker"]["status"] == "ok"
    mark(installation, 1)

    for word in ("nuoda.cli.web", "nuoda.cli.worker", "postgres"):
        victim = installation.child(word)
        below = victim.children(recursive=True)
        victim.kill()
        installation.until(lambda victim=victim: not victim.is_running(), 10)
        # The database needs a moment until the dead server's processes have let go of its memory.
        installation.until(lambda word=word: _revived(installation, word), 30)
        installation.until(lambda: installation.health().get("database") == "ok", 30)
        installation.until(lambda below=below: not any(_alive(process) for process in below), 15)
    assert marks(installation) == [1]
    mark(installation, 2)

    everything = installation.tree()
    assert installation.process is not None
    installation.process.kill()
    installation.process.wait(10)
    installation.until(lambda: not any(_alive(process) for process in everything), 30)
    assert installation.start() < 60
    assert marks(installation) == [1, 2]

    everything = installation.tree()
    assert installation.stop() < 30
    assert not any(_alive(process) for process in everything)

    assert installation.start() < 30  # under 5 s on an idle machine; the tests share theirs
    installation.until(lambda: installation.health().get("status") == "ok", 30)
    second = subprocess.run(
        [sys.executable, "-m", "nuoda.cli", "run"],
        env={**os.environ, "NUODA_DATA": str(installation.data), "PORT": str(installation.port), "LC_ALL": "C"},
        capture_output=True,
        text=True,
        cwd=rules.ROOT,
        timeout=60,
    )
    assert second.returncode == 1
    assert "in use" in second.stderr


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _revived(installation: Installation, word: str) -> bool:
    try:
        return _alive(installation.child(word))
    except (StopIteration, psutil.NoSuchProcess):
        return False
