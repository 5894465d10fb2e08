"""The private PostgreSQL of one data folder: make it, start it, stop it, and connect to it.

Nothing listens on TCP; the socket's folder is closed to others, passwords are generated and checked with scram. As root
the server runs as a system user; where that user cannot reach the data folder, its data lies in /var/lib and a pointer
file in the data folder says where, so that no parent folder is ever opened.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from . import binaries
from .binaries import ClusterError as ClusterError

PORT = 5432  # only the last part of the socket's name
DATABASE = "nuoda"
DEMO = "nuoda_demo"
ADMIN, OWNER, APP = "nuoda_admin", "nuoda_owner", "nuoda_app"
SOCKET_LIMIT = 90  # bytes; the kernel allows 107 with the file's own name

SERVING = {
    "shared_buffers": "128MB",
    "max_connections": "100",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "1GB",
    "checkpoint_completion_target": "0.9",
    "jit": "off",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
    "password_encryption": "scram-sha-256",
    "max_locks_per_transaction": "256",
}
TESTING = SERVING | {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "64MB",
}

ROLES = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'nuoda_owner') THEN CREATE ROLE nuoda_owner; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'nuoda_app') THEN CREATE ROLE nuoda_app; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'nuoda_wide') THEN CREATE ROLE nuoda_wide; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'nuoda_narrow') THEN CREATE ROLE nuoda_narrow; END IF;
END $$;
ALTER ROLE nuoda_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
ALTER ROLE nuoda_app LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
ALTER ROLE nuoda_wide NOLOGIN NOSUPERUSER NOBYPASSRLS;
ALTER ROLE nuoda_narrow NOLOGIN NOSUPERUSER NOBYPASSRLS;
GRANT nuoda_wide, nuoda_narrow TO nuoda_app;
"""
GRANTS = """
ALTER DEFAULT PRIVILEGES FOR ROLE nuoda_owner
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO nuoda_app, nuoda_wide, nuoda_narrow;
ALTER DEFAULT PRIVILEGES FOR ROLE nuoda_owner GRANT USAGE ON SEQUENCES TO nuoda_app, nuoda_wide, nuoda_narrow;
ALTER DEFAULT PRIVILEGES FOR ROLE nuoda_owner GRANT EXECUTE ON FUNCTIONS TO nuoda_app, nuoda_wide, nuoda_narrow;
GRANT USAGE ON SCHEMA public TO nuoda_app, nuoda_wide, nuoda_narrow;
"""


@dataclass
class Cluster:
    """The private PostgreSQL whose files lie in `folder` (see `at`)."""

    folder: Path
    settings: dict[str, str] = field(default_factory=lambda: dict(SERVING))
    process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def connection_file(self) -> Path:
        return self.folder / "connection.json"

    @property
    def log(self) -> Path:
        return self.folder / "postgresql.log"

    @property
    def exists(self) -> bool:
        return (self.data / "PG_VERSION").exists() and self.connection_file.exists()

    @property
    def major(self) -> int:
        return int((self.data / "PG_VERSION").read_text().strip())

    # -- making

    def create(self, *, sync: bool = True, programs: binaries.Programs | None = None) -> None:
        """Make the cluster: initdb, roles, passwords, an empty database. Does nothing when it exists."""
        if self.exists:
            return
        user = binaries.system_user()
        programs = binaries.for_user(programs or binaries.choose(), user)
        self.folder.mkdir(parents=True, exist_ok=True)
        os.chmod(self.folder, 0o711 if user else 0o700)
        shutil.rmtree(self.data, ignore_errors=True)  # a start that was killed while making it
        self.data.mkdir(mode=0o700)
        passwords = {role: secrets.token_urlsafe(24) for role in (ADMIN, OWNER, APP)}
        descriptor, name = tempfile.mkstemp(dir=self.folder)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(passwords[ADMIN])
            _give(Path(name), user)
            _give(self.data, user)
            command = [programs.path("initdb"), "-D", str(self.data), "-U", ADMIN, f"--pwfile={name}"]
            command += ["--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions", *_locale(programs.major)]
            command += [] if sync else ["--no-sync"]
            done = subprocess.run(
                binaries.guarded(command, user=user), capture_output=True, text=True, cwd="/", env=_environment()
            )
        finally:
            os.unlink(name)
        if done.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise ClusterError(f"The database could not be made: {(done.stderr or done.stdout).strip()[-2000:]}")
        self._write({"passwords": passwords, "socket": "", "ready": False})

    def _prepare(self) -> None:
        """Roles and the empty database, once, on the first start."""
        state = self._read()
        if state.get("ready"):
            return
        with self.connect(role=ADMIN, database="postgres", autocommit=True) as connection:
            connection.execute(ROLES)
            for role in (OWNER, APP):
                connection.execute(
                    sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), state["passwords"][role])
                )
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER nuoda_owner").format(sql.Identifier(DATABASE)))
        with self.connect(role=ADMIN, autocommit=True) as connection:
            connection.execute(GRANTS)
        self._write(state | {"ready": True})

    # -- running

    def start(self, *, die_with_me: bool = True, timeout: float = 60) -> None:
        """Start the server and wait until it answers. One left over from a killed start is ended first.

        `die_with_me` (Linux): the server shuts down when this process ends, however it ends.
        Raises ClusterError with the end of the server's log.
        """
        user = binaries.system_user()
        programs = binaries.for_user(binaries.choose(self.major), user)
        self._end_leftover()
        socket = self._socket_folder(user)
        self._write(self._read() | {"socket": str(socket)})
        command = [programs.path("postgres"), "-D", str(self.data), "-k", str(socket), "-p", str(PORT)]
        settings = {"listen_addresses": "", "unix_socket_permissions": "0700", **self.settings}
        if user:
            settings["unix_socket_permissions"] = "0777"  # the folder is closed; root passes it, others do not
        if self.major >= 18:
            settings["io_method"] = "sync"
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                binaries.guarded(command, user=user, signal_number=signal.SIGINT if die_with_me else 0),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=_environment(),
                start_new_session=True,  # the terminal's Ctrl-C goes to the supervisor, which ends things in order
            )  # fmt: skip
        deadline = time.monotonic() + timeout
        while True:
            try:
                self.connect(role=ADMIN, database="postgres").close()
                break
            except psycopg.OperationalError as error:
                if self.process.poll() is not None:
                    raise ClusterError(f"PostgreSQL did not start:\n{self._log_end()}") from None
                if time.monotonic() > deadline:
                    self.stop()
                    raise ClusterError(f"PostgreSQL did not answer within {timeout:.0f} s: {error}") from None
                time.sleep(0.02)
        self._prepare()

    def stop(self, timeout: float = 20) -> None:
        """End the server that this object started: fast shutdown, then the hard way (nothing committed is lost)."""
        if self.process is None:
            return
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if self.process.poll() is None:
                self.process.send_signal(number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(timeout)
        self.process = None
        socket = Path(self._read()["socket"])
        if socket.parent != self.folder:
            shutil.rmtree(socket, ignore_errors=True)

    def _end_leftover(self) -> None:
        """End a server that a killed parent left on this folder; wait for one that is already going down."""
        pid = self.running()
        deadline = time.monotonic() + 30
        while pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT if time.monotonic() < deadline else signal.SIGQUIT)
            if time.monotonic() > deadline + 15:
                raise ClusterError(f"Another PostgreSQL (process {pid}) holds {self.data} and does not end.")
            time.sleep(0.1)
            pid = self.running()

    def running(self) -> int | None:
        """The process id of the live server of this folder, or None; a stale pid file counts as none."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            pid = int(lines[0])
            os.kill(pid, 0)
        except (OSError, ValueError, IndexError):
            return None
        status = Path(f"/proc/{pid}/status")
        if status.exists():
            # The number may have been given to another program since, or be a zombie in a container without init.
            text = status.read_text()
            name = text.split("\n", 1)[0]
            if "postgres" not in name or "\nState:\tZ" in text:
                return None
        return pid

    # -- connecting

    def parameters(self, role: str = APP, database: str = DATABASE) -> dict[str, Any]:
        """Connection parameters of a role, as psycopg takes them."""
        state = self._read()
        return {
            "host": state["socket"],
            "port": PORT,
            "user": role,
            "password": state["passwords"][role],
            "dbname": database,
        }

    @property
    def serving(self) -> str:
        """The database in use: the company's own or the demo's (see `serve`)."""
        return str(self._read().get("serving", DATABASE))

    def serve(self, database: str) -> None:
        """Make `database` the one in use from the next start of the program on."""
        self._write(self._read() | {"serving": database})

    def databases(self) -> list[str]:
        """Names of the program's databases: `nuoda` and, when there is one, the demo's."""
        with self.connect(role=ADMIN, database="postgres") as connection:
            rows = connection.execute("SELECT datname FROM pg_database WHERE datname ~ '^nuoda' ORDER BY 1").fetchall()
        return [name for (name,) in rows]

    def connect(self, role: str = APP, database: str = DATABASE, *, autocommit: bool = False) -> psycopg.Connection:
        return psycopg.connect(**self.parameters(role, database), autocommit=autocommit, connect_timeout=10)

    def clone(self, source: str, target: str) -> None:
        """Make `target` a copy of the database `source`, to which nobody may be connected."""
        with self.connect(role=ADMIN, database="postgres", autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER nuoda_owner STRATEGY {}").format(
                    sql.Identifier(target), sql.Identifier(source), sql.Identifier("file_copy")
                )
            )

    def drop(self, database: str) -> None:
        """Remove a database, ending whoever is connected to it."""
        with self.connect(role=ADMIN, database="postgres", autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    # -- files

    def _read(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(self.connection_file.read_text(encoding="utf-8"))
        return state

    def _write(self, state: dict[str, Any]) -> None:
        part = self.connection_file.with_suffix(f".{os.getpid()}")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(state, file)
        part.replace(self.connection_file)

    def _socket_folder(self, user: str | None) -> Path:
        folder = self.folder / "run"
        if len(os.fsencode(folder)) > SOCKET_LIMIT:
            # A socket's name must be short. The same name at each start: a web server that goes on finds it again.
            name = hashlib.sha256(os.fsencode(self.folder.resolve())).hexdigest()[:12]
            folder = Path(f"/tmp/nuoda-run-{name}")  # noqa: S108  its owner is checked below
            owner = pwd.getpwnam(user).pw_uid if user else os.geteuid()
            if folder.exists() and (folder.is_symlink() or folder.stat().st_uid not in {owner, os.geteuid()}):
                raise ClusterError(f"{folder} belongs to somebody else.")
        folder.mkdir(mode=0o700, exist_ok=True)
        os.chmod(folder, 0o700)
        _give(folder, user)
        return folder

    def _log_end(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-1500:] if self.log.exists() else ""


def at(data_folder: Path) -> Cluster:
    """The cluster of a data folder: `database/` inside it, or where the pointer file says (see the module's text)."""
    pointer = data_folder / "database.place"
    if pointer.exists():
        return Cluster(Path(pointer.read_text(encoding="utf-8").strip()))
    folder = data_folder / "database"
    if (
        os.geteuid() == 0
        and not (folder / "data").exists()
        and not binaries.reachable(folder / "data" / "x", binaries.system_user())
    ):
        data_folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError), pointer.open("x", encoding="utf-8") as file:
            # A new name each time: data of a removed data folder is never taken up again by accident.
            file.write(f"/var/lib/nuoda-{secrets.token_hex(6)}\n")
        folder = Path(pointer.read_text(encoding="utf-8").strip())
    return Cluster(folder)


@contextlib.contextmanager
def locked(cluster: Cluster, *, wait: float = 30) -> Iterator[None]:
    """Hold the cluster for starting and stopping; raises ClusterError when another program holds it for longer."""
    cluster.folder.mkdir(parents=True, exist_ok=True)
    with (cluster.folder / "lock").open("a") as file:
        deadline = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise ClusterError(f"Another nuoda is running on {cluster.folder.parent}.") from None
                time.sleep(0.1)
        yield


def _give(path: Path, user: str | None) -> None:
    if user is not None:
        entry = pwd.getpwnam(user)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def _environment() -> dict[str, str]:
    """A clean environment: PG* variables of the caller must not reach our server."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _locale(major: int) -> list[str]:
    options = ["--locale=C.UTF-8" if sys.platform == "linux" else "--locale=C", "--lc-messages=C"]
    if major >= 17:
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return options
