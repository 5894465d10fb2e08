"""One process tree: start children, restart the ones that die, end all of them in order."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from nuoda.config import binaries, cluster

from . import console
from .texts import _

PATIENCE = 12.0  # seconds a child has for ending by itself, after which it is killed


@dataclass
class Child:
    """A program of the tree. `lasting` ones are restarted whenever they end, others only when they fail."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    lasting: bool = True
    finished: Callable[[], None] = lambda: None
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    started: float = 0.0
    due: float = 0.0

    def start(self) -> None:
        self.started = time.monotonic()
        self.due = 0.0
        self.process = subprocess.Popen(
            binaries.guarded(self.command, user=None, signal_number=signal.SIGTERM),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which ends the others in order
        )

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


@dataclass
class Supervisor:
    """Holds the children and the private PostgreSQL (None with DATABASE_URL)."""

    database: cluster.Cluster | None
    children: list[Child] = field(default_factory=list)
    stopping: bool = False

    def listen(self) -> None:
        """End in order on Ctrl-C and SIGTERM; at once on the second signal."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked)

    def _asked(self, number: int, frame: object) -> None:
        if self.stopping:
            for child in self.children:
                if child.process is not None and child.alive:
                    child.process.kill()
        self.stopping = True

    def add(self, child: Child) -> None:
        self.children.append(child)
        child.start()

    def watch(self, ready: Callable[[], bool] | None = None) -> None:
        """Keep everything alive until asked to stop, or until `ready` says true."""
        while not self.stopping:
            self._revive_database()
            for child in list(self.children):
                self._tend(child)
            if ready is not None and ready():
                return
            time.sleep(0.1)

    def _tend(self, child: Child) -> None:
        if child.alive:
            return
        moment = time.monotonic()
        if child.due:
            if moment >= child.due:
                child.start()
            return
        code = child.process.returncode if child.process is not None else 0
        if code == 0 and not child.lasting:
            self.children.remove(child)
            child.finished()
            return
        child.failures = child.failures + 1 if moment - child.started < 60 else 1
        if not child.lasting and child.failures > 3:
            console.error(_("{name} failed repeatedly and is not started again.").format(name=child.name))
            self.children.remove(child)
            return
        child.due = moment + min(0.25 * 2 ** (child.failures - 1), 10)
        console.note(_("{name} ended (code {code}) and is started again.").format(name=child.name, code=code))

    def _revive_database(self) -> None:
        database = self.database
        if database is None or database.process is None or database.process.poll() is None:
            return
        console.note(_("PostgreSQL ended and is started again."))
        for _attempt in range(20):
            if self.stopping:
                return
            try:
                database.start()
                return
            except cluster.ClusterError as problem:
                # The processes of the dead server still hold its memory for a moment.
                trouble = problem
                time.sleep(0.5)
        raise trouble

    def stop(self) -> None:
        """End the children, then the database; at most PATIENCE seconds for the children and 15 for PostgreSQL."""
        self.stopping = True
        for child in self.children:
            if child.process is not None and child.alive:
                child.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        for child in self.children:
            if child.process is None:
                continue
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.1, deadline - time.monotonic()))
            if child.alive:
                child.process.kill()
                child.process.wait()
        if self.database is not None:
            self.database.stop(timeout=5)
