"""With a PostgreSQL of one's own: the statements of docs/operations.md, then every command by DATABASE_URL alone.

The run's private cluster plays the other server: it is reached by address, role and password, and no data folder knows of it.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from . import rules
from .test_process_tree import free_port

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("process-tree")]
DATABASE = "of_ones_own"


def documented() -> list[str]:
    """The statements that docs/operations.md gives to a superuser, without those that make the roles (they are here already)."""
    text = (rules.ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    statements = [part.strip() for part in block.replace("\\c nuoda\n", "").split(";") if part.strip()]
    kept = [part for part in statements if not part.startswith(("CREATE ROLE", "GRANT nuoda_"))]
    assert kept[0].startswith("CREATE DATABASE nuoda ") and len(kept) == 4
    return [part.replace("CREATE DATABASE nuoda ", f"CREATE DATABASE {DATABASE} ") for part in kept]


class Elsewhere:
    """A data folder that holds no PostgreSQL, and the addresses of one."""

    def __init__(self, data: Path, cluster: Any) -> None:
        self.data, self.port = data, free_port()
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("NUODA_", "DATABASE_", "PG"))}
        self.environment = kept | {
            "NUODA_DATA": str(data),
            "PORT": str(self.port),
            "LANG": "C.UTF-8",
            "LC_ALL": "",
            "PYTHONPATH": str(rules.ROOT),
            "DATABASE_URL": self.address(cluster, "nuoda_app"),
            "DATABASE_OWNER_URL": self.address(cluster, "nuoda_owner"),
        }

    @staticmethod
    def address(cluster: Any, role: str) -> str:
        values = cluster.parameters(role, DATABASE)
        secret, folder = quote(values["password"], safe=""), quote(str(values["host"]), safe="")
        return f"postgres://{role}:{secret}@/{DATABASE}?host={folder}&port={values['port']}"

    def nuoda(self, *words: str, expect: int = 0) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "nuoda.cli", *words, "--json"],
            env=self.environment, capture_output=True, text=True, timeout=600,
        )  # fmt: skip
        assert done.returncode == expect, (words, done.stdout[-2000:], done.stderr[-2000:])
        return json.loads(done.stdout) if done.stdout.strip() else None

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""


@pytest.fixture(scope="module")
def elsewhere(database_cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """Made by the documented statements, with nothing in it yet."""
    create, *grants = documented()
    with database_cluster.connect("nuoda_admin", "postgres", autocommit=True) as admin:
        admin.execute(create)
    with database_cluster.connect("nuoda_admin", DATABASE, autocommit=True) as admin:
        for statement in grants:
            admin.execute(statement)
    yield Elsewhere(tmp_path_factory.mktemp("elsewhere") / "data", database_cluster)
    database_cluster.drop(DATABASE)


def second_machine(elsewhere: Elsewhere) -> dict[str, str]:
    """The environment of a machine that knows only the serving role, with a data folder of its own."""
    kept = {key: value for key, value in elsewhere.environment.items() if key != "DATABASE_OWNER_URL"}
    return kept | {"NUODA_DATA": str(elsewhere.data.with_name("second"))}


def serving_only(elsewhere: Elsewhere, *words: str) -> subprocess.CompletedProcess[str]:
    """A command on that machine; it must end by itself."""
    command = [sys.executable, "-m", "nuoda.cli", *words]
    return subprocess.run(command, env=second_machine(elsewhere), capture_output=True, text=True, timeout=120)


def test_every_command_works_with_a_database_of_ones_own(elsewhere: Elsewhere) -> None:
    """In the order in which somebody does it; one database, because its migrations are dear."""
    early = serving_only(elsewhere, "run", "--no-demo")
    assert early.returncode == 1, early.stderr[-2000:]
    assert "nuoda migrate" in early.stderr and "DATABASE_OWNER_URL" in early.stderr
    assert "Traceback" not in early.stderr
    elsewhere.nuoda("migrate")
    begun = elsewhere.nuoda("init", "--company", "远方机电", "--name", "安娜")
    assert begun["link"].startswith(f"http://127.0.0.1:{elsewhere.port}/link/")
    found = elsewhere.nuoda("check")
    assert found["ok"] and len(found["checks"]) >= 40
    refused = serving_only(elsewhere, "check")
    assert refused.returncode == 3 and "DATABASE_OWNER_URL" in refused.stderr
    served(elsewhere, begun["link"])
    assert not (elsewhere.data / "database").exists(), "no private PostgreSQL was made"


def served(elsewhere: Elsewhere, link: str) -> None:
    """Web server and worker of the machine that knows only the serving role and has not started before, until SIGTERM ends them."""
    environment = second_machine(elsewhere)
    process = subprocess.Popen([sys.executable, "-m", "nuoda.cli", "run", "--no-demo", "--quiet"], env=environment)
    try:
        until = time.monotonic() + 120
        while elsewhere.get("/health")[0] != 200:
            assert process.poll() is None and time.monotonic() < until, elsewhere.get("/health")
            time.sleep(0.3)
        assert json.loads(elsewhere.get("/health")[1])["worker"]["status"] == "ok"
        assert elsewhere.get("/accounts/login/")[0] == 200
        assert elsewhere.get(link.partition(str(elsewhere.port))[2])[0] == 200, "the one-time link opens"
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
