"""`nuoda run`: everything in one process tree: PostgreSQL, migrations, the demo on the first start, web, worker."""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from nuoda.cli import console, schema
from nuoda.cli.supervisor import Child, Supervisor
from nuoda.cli.texts import N_, _
from nuoda.config import cluster, env, texts

help = N_("start everything and serve until Ctrl-C")
examples = ["nuoda run", "PORT=9000 nuoda run --no-demo"]
needs = "nothing"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-demo", action="store_true", help=_("no demo company on the first start"))


def handle(args: argparse.Namespace) -> int:
    address, port = env.get("HOST"), env.number("PORT")
    _port_is_free(address, port)
    env.data().mkdir(parents=True, exist_ok=True)
    texts.compile_all()
    with _database(offer=not args.no_demo) as database:
        supervisor = Supervisor(database)
        supervisor.listen()
        try:
            if not schema.current():
                _run("migrate", *(["--quiet"] if args.quiet else []))
            if not supervisor.stopping:
                _offer_demo(database)
            if not supervisor.stopping:
                _serve(supervisor, database, address, port)
        finally:
            console.note(_("Ending …"))
            supervisor.stop()
    return console.DONE


@contextlib.contextmanager
def _database(*, offer: bool) -> Iterator[cluster.Cluster | None]:
    """The private PostgreSQL, started; None with DATABASE_URL. One that is made now gets a demo company if `offer`."""
    if env.get("DATABASE_URL"):
        if not env.get("DATABASE_OWNER_URL"):
            console.note(_("DATABASE_OWNER_URL is not set: this machine serves and does not migrate."))
        yield None
        return
    private = cluster.at(env.data())
    try:
        held = cluster.locked(private, wait=5)
        held.__enter__()
    except cluster.ClusterError as problem:
        raise console.CommandError(str(problem)) from None
    try:
        if not private.exists:
            _demo_offer().touch() if offer else _demo_offer().unlink(missing_ok=True)
            console.note(_("Making the private PostgreSQL in {folder} …").format(folder=private.folder))
            private.create()
        private.start()
        yield private
    finally:
        private.stop(timeout=5)
        held.__exit__(None, None, None)


def _serve(supervisor: Supervisor, database: cluster.Cluster | None, address: str, port: int) -> None:
    serving = env.children(NUODA_DATABASE_ROLE="app")
    supervisor.add(Child(_("web server"), [sys.executable, "-m", "nuoda.cli.web"], serving))
    url = env.origin()
    supervisor.watch(_once(lambda: _answers(address, port), every=0.2))
    if supervisor.stopping:
        return
    # After the web server answers: both load the whole program, and the pages come first.
    supervisor.add(Child(_("worker"), [sys.executable, "-m", "nuoda.cli.worker"], serving))
    console.say(_("Nuoda {version} serves at {url} — Ctrl-C ends it.").format(version=env.version(), url=url))
    if _demo_wanted():
        command = [sys.executable, "-m", "nuoda.cli", "demo", *(["--quiet"] if console.quiet else [])]
        supervisor.add(Child(_("demo company"), command, serving, lasting=False, finished=_demo_made))
    else:
        _print_accounts()
    supervisor.watch()


def _port_is_free(address: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            raise console.CommandError(
                _("Port {port} on {address} is in use. Choose another: PORT=8001 nuoda run").format(
                    port=port, address=address
                )
            ) from None


def _answers(address: str, port: int) -> bool:
    """True when the web server answers and reaches its database."""
    host = "127.0.0.1" if address == "0.0.0.0" else address  # noqa: S104
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/health", headers={"Host": "localhost"})
        report: dict[str, Any] = json.loads(connection.getresponse().read())
        return report.get("database") == "ok"
    except (OSError, ValueError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _once(question: Callable[[], bool], *, every: float) -> Callable[[], bool]:
    """Ask at most every so many seconds."""
    asked = 0.0

    def ask() -> bool:
        nonlocal asked
        if time.monotonic() - asked < every:
            return False
        asked = time.monotonic()
        return question()

    return ask


def _run(*words: str) -> None:
    """A `nuoda` command in a process of its own, as a child that ends with us."""
    done = subprocess.run([sys.executable, "-m", "nuoda.cli", *words], check=False)
    if done.returncode:
        raise console.CommandError(_("nuoda {words} failed.").format(words=" ".join(words)), done.returncode)


# -- the demo company: a database of its own, filled in the background


def _demo_marker() -> Any:
    return env.data() / "demo.wanted"


def _demo_offer() -> Any:
    """Stands from before the first start made anything until the demo's database is ready: a start that was killed in
    between is made up for by the next one."""
    return env.data() / "demo.offer"


def _offer_demo(database: cluster.Cluster | None) -> None:
    if database is None:
        return
    if _demo_wanted() and not _accounts().exists():  # ended before anybody could log in
        _demo_marker().replace(_demo_offer())
    if not _demo_offer().exists():
        return
    with database.connect(role=cluster.OWNER) as connection:
        [own] = connection.execute("SELECT EXISTS (SELECT FROM orgs_company)").fetchone() or (False,)
    if own:  # somebody founded his company before the demo came
        _demo_offer().unlink(missing_ok=True)
        return
    database.drop(cluster.DEMO)
    database.clone(cluster.DATABASE, cluster.DEMO)
    database.serve(cluster.DEMO)
    _demo_offer().replace(_demo_marker())


def _demo_wanted() -> bool:
    return bool(_demo_marker().exists())


def _demo_made() -> None:
    _demo_marker().unlink(missing_ok=True)
    _print_accounts()


def _print_accounts() -> None:
    """What the demo wrote down about its accounts; a company of one's own has no such file."""
    if _accounts().exists():
        console.say(_accounts().read_text(encoding="utf-8").rstrip())


def _accounts() -> Any:
    return env.data() / "accounts.txt"
