"""What every answer carries, what production insists on, and what /health tells."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from nuoda.config import health

from . import rules


def settings(data: Path, **values: str) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process of its own, with this environment."""
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("NUODA_", "DATABASE_", "DJANGO"))
    }
    code = "from nuoda.config import settings as s; print(s.SECRET_KEY, s.SESSION_COOKIE_SECURE, s.SECURE_SSL_REDIRECT)"
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**environment, "NUODA_DATA": str(data), "PYTHONPATH": str(rules.ROOT), **values},
        capture_output=True,
        text=True,
    )


def test_the_key_is_made_once_and_kept_closed(tmp_path: Path) -> None:
    first, second = settings(tmp_path), settings(tmp_path)
    assert first.stdout == second.stdout
    assert len(first.stdout.split()[0]) > 60
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({}, "NUODA_ORIGIN"),
        ({"NUODA_ORIGIN": "https://a.example", "NUODA_DEBUG": "1"}, "NUODA_DEBUG"),
        ({"NUODA_ORIGIN": "https://a.example", "NUODA_SECRET_KEY": "short"}, "NUODA_SECRET_KEY"),
    ],
)
def test_production_refuses(tmp_path: Path, values: dict[str, str], complaint: str) -> None:
    done = settings(tmp_path, NUODA_PRODUCTION="1", **values)
    assert done.returncode == 1
    assert complaint in done.stderr


def test_production_closes_cookies(tmp_path: Path) -> None:
    done = settings(tmp_path, NUODA_PRODUCTION="1", NUODA_ORIGIN="https://a.example")
    assert done.stdout.split()[1:] == ["True", "True"], done.stderr


@pytest.mark.django_db
def test_every_page_carries_the_headers(client: Client) -> None:
    answer = client.get("/accounts/login/")
    policy = answer["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    for part in ("default-src 'self'", "object-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert part in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"


def test_no_template_needs_what_the_policy_forbids() -> None:
    """Inline scripts, styles and handlers would be blocked by the browser."""
    import re

    inline = re.compile(
        r"<script(?![^>]*\b(?:src|nonce|type=[\"']application/json)[^>]*>)[^>]*>|\son\w+=[\"']|\sstyle=[\"']|javascript:"
    )
    found = [
        f"{path.relative_to(rules.ROOT)}: {hit[0]}"
        for path in sorted((rules.ROOT / "nuoda").rglob("templates/**/*.html"))
        for hit in inline.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []
    assert inline.search("<script>alert(1)</script>")
    assert inline.search('<p onclick="x()">')
    assert not inline.search('<script src="/x.js"></script>')


@pytest.mark.django_db
def test_health_tells_a_missing_worker(client: Client) -> None:
    answer = client.get("/health")
    report = answer.json()
    assert answer.status_code == 503
    assert report["database"] == "ok"
    assert report["migrations"] == {"pending": 0}
    assert report["worker"]["status"] == "missing"
    assert not answer.cookies


@pytest.mark.django_db
def test_health_is_ok_with_a_worker(client: Client) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_health_survives_a_dead_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    class Dead:
        def cursor(self) -> Any:
            raise OperationalError("password for user nuoda_app at 10.0.0.1 failed")

        def close(self) -> None:
            pass

    monkeypatch.setattr(health, "connection", Dead())
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json()["database"] == "OperationalError"
    assert b"10.0.0.1" not in answer.content
