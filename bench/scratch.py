"""A private PostgreSQL for one measurement, in a folder of its own that is removed afterwards."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def database() -> Iterator[None]:
    """Django set up and serving as the application's role on a migrated, empty database."""
    folder = Path(tempfile.mkdtemp(prefix="nuoda-bench-"))
    os.chmod(folder, 0o711)
    os.environ["NUODA_DATA"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "nuoda.config.settings"
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from nuoda.config import cluster

    private = cluster.Cluster(folder / "database")
    private.create()
    private.start()
    try:
        for role in ("nuoda_owner", "nuoda_app"):
            values = private.parameters(role, cluster.DATABASE)
            connection.close()
            connection.settings_dict.update(
                NAME=values["dbname"],
                USER=values["user"],
                PASSWORD=values["password"],
                HOST=values["host"],
                PORT=str(values["port"]),
            )
            if role == "nuoda_owner":
                call_command("migrate", verbosity=0, interactive=False)
        yield
        connection.close()
    finally:
        private.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def as_owner() -> Iterator[None]:
    """The same database as its owner, for filling it and for ANALYZE."""
    from django.db import connection

    from nuoda.config import cluster

    private = cluster.Cluster(Path(os.environ["NUODA_DATA"]) / "database")
    app = dict(connection.settings_dict)
    values = private.parameters("nuoda_owner", cluster.DATABASE)
    connection.close()
    connection.settings_dict.update(USER=values["user"], PASSWORD=values["password"])
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(USER=app["USER"], PASSWORD=app["PASSWORD"])
