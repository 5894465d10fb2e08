"""The tests' own PostgreSQL.

One private cluster per run (shared by the workers of pytest-xdist), started when the first test needs a database. The
schema is migrated once by the owner into a template; each worker serves from a clone of it as the application's role.
`db` tests are rolled back; tests with real transactions (`transactional_db`, `live_server`) get a fresh clone each,
because the journal refuses DELETE and TRUNCATE.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent
TEMPLATE = "nuoda"
COUNT = iter(range(1_000_000))


def _own_folder() -> Path:
    """A folder of this run alone, removed at its end. Settings read NUODA_DATA from it, never the developer's data."""
    base = os.environ.get("NUODA_TEST_DATA") or None
    if base:
        Path(base).mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="nuoda-test-", dir=base))
    os.chmod(folder, 0o711)  # as root, PostgreSQL's own user passes through
    atexit.register(_remove, folder, os.getpid())
    return folder


def _remove(folder: Path, process: int) -> None:
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


if "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ["NUODA_TEST_FOLDER"] = str(_own_folder())
FOLDER = Path(os.environ["NUODA_TEST_FOLDER"])
for name in [name for name in os.environ if name.startswith(("NUODA_", "DATABASE_", "PG"))]:
    if name not in {"NUODA_TEST_FOLDER", "NUODA_TEST_DATA", "NUODA_SHARED", "NUODA_CHROMIUM"}:
        del os.environ[name]
os.environ["NUODA_DATA"] = str(FOLDER)
os.environ["DJANGO_SETTINGS_MODULE"] = "nuoda.config.settings"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright's loop runs in the test's own thread
sys.path.insert(0, str(ROOT))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fresh-schema", action="store_true", help="migrate anew instead of using the kept template")
    parser.addoption("--soak", action="store_true", help="run long tests at their full size")


class Server:
    """The cluster of this run. The process that made it ends it."""

    cluster: Any = None

    @classmethod
    def start(cls, *, fresh: bool) -> None:
        from nuoda.config import cluster

        if cls.cluster is not None:
            return
        cls.cluster = cluster.Cluster(FOLDER / "database", dict(cluster.TESTING))
        kept = _kept_template()
        if kept.exists() and not fresh:
            shutil.copytree(kept, cls.cluster.folder, symlinks=True, copy_function=_copy)
            _hand_over(cls.cluster)
            os.utime(kept)
            cls.cluster.start()
        else:
            cls.cluster.create(sync=False)
            cls.cluster.start()
            _migrate(cls.cluster)
            cls.cluster.stop()
            _keep(cls.cluster, kept)
            cls.cluster.start()
        atexit.register(cls.cluster.stop)


def _copy(source: str, target: str) -> str:
    return (str(shutil.copyfile(source, target)) and shutil.copymode(source, target)) or target


def _hand_over(cluster: Any) -> None:
    from nuoda.config import binaries

    user = binaries.system_user()
    os.chmod(cluster.folder, 0o711 if user else 0o700)
    if user:
        for folder, _, files in os.walk(cluster.data):
            for path in [folder, *(os.path.join(folder, name) for name in files)]:
                shutil.chown(path, user)


def _kept_template() -> Path:
    """Where the migrated cluster of exactly this schema is kept between runs (its key: every file it is made from)."""
    import django
    import procrastinate

    key = hashlib.sha256(f"{django.__version__} {procrastinate.__version__}".encode())
    rooms = {"migrations", "models", "seeds"}
    for path in sorted((ROOT / "nuoda").rglob("*")):
        if path.suffix in {".py", ".sql", ".json", ".yaml", ".csv"} and rooms & set(path.relative_to(ROOT).parts):
            key.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    for name in ("cluster.py", "settings.py", "binaries.py"):
        key.update((ROOT / "nuoda/config" / name).read_bytes())
    return Path(tempfile.gettempdir()) / f"nuoda-templates-{os.getuid()}" / key.hexdigest()[:16]


def _keep(cluster: Any, kept: Path) -> None:
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    if kept.parent.stat().st_uid != os.getuid():
        return
    now = time.time()
    for old in kept.parent.iterdir():
        if now - old.stat().st_mtime > 6 * 3600:
            shutil.rmtree(old, ignore_errors=True)
    part = kept.with_name(f".{kept.name}.{os.getpid()}")
    shutil.copytree(cluster.folder, part, ignore=shutil.ignore_patterns("run", "*.log"))
    try:
        part.rename(kept)
    except OSError:  # another run was quicker
        shutil.rmtree(part, ignore_errors=True)


def _migrate(cluster: Any) -> None:
    from django.core.management import call_command
    from django.db import connection

    _serve(cluster, TEMPLATE, role="nuoda_owner")
    call_command("migrate", verbosity=0, interactive=False)
    connection.close()


def _serve(cluster: Any, database: str, role: str = "nuoda_app") -> None:
    """Point Django's connection at a database of the cluster; threads opened later (live server) follow."""
    from django.db import connection

    connection.close()
    values = cluster.parameters(role, database)
    connection.settings_dict.update(
        NAME=values["dbname"], USER=values["user"], PASSWORD=values["password"], HOST=values["host"],
        PORT=str(values["port"]), CONN_MAX_AGE=0,
    )  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: drives Chromium")
    config.addinivalue_line("markers", "slow: takes more than a few seconds")
    # Here and not by pytest-django's own setting: that would read the settings before the environment above is set.
    import django

    django.setup()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """pytest-xdist: the controller starts the cluster, so that it lives as long as the last worker."""
    from pytest_django.plugin import blocking_manager_key

    with node.config.stash[blocking_manager_key].unblock():
        Server.start(fresh=node.config.getoption("--fresh-schema"))


@pytest.fixture(scope="session")
def database_cluster(request: pytest.FixtureRequest, django_db_blocker: Any) -> Any:
    """The run's private PostgreSQL (`nuoda.config.cluster.Cluster`)."""
    from nuoda.config import cluster

    if "PYTEST_XDIST_WORKER" in os.environ:
        return cluster.Cluster(FOLDER / "database", dict(cluster.TESTING))
    with django_db_blocker.unblock():
        Server.start(fresh=request.config.getoption("--fresh-schema"))
    return Server.cluster


@pytest.fixture(scope="session")
def django_db_setup(database_cluster: Any, django_db_blocker: Any) -> Iterator[None]:
    """A database of this worker's own, cloned from the template, served as the application's role."""
    from django.test import TransactionTestCase

    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    own = f"nuoda_{worker}"

    def setup(case: Any) -> None:
        name = f"{own}_{next(COUNT)}"
        database_cluster.clone(TEMPLATE, name)
        _serve(database_cluster, name)
        case.own_database = name

    def teardown(case: Any) -> None:
        _serve(database_cluster, own)
        database_cluster.drop(case.own_database)

    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_setup", classmethod(setup))
    patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
    with django_db_blocker.unblock():
        database_cluster.clone(TEMPLATE, own)
        _serve(database_cluster, own)
    yield
    patch.undo()
    with django_db_blocker.unblock():
        from django.db import connection

        connection.close()


@pytest.fixture
def owner(request: pytest.FixtureRequest, db: None, database_cluster: Any) -> Iterator[Any]:
    """A second connection to the test's database as the owner of the tables, in a transaction that is rolled back."""
    from django.db import connection

    with database_cluster.connect("nuoda_owner", connection.settings_dict["NAME"]) as other:
        yield other
        other.rollback()
