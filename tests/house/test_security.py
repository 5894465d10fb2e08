"""What every answer carries, what production insists on, and what /health tells."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from nuoda.config import health

from . import rules

KEYS = "from nuoda.config import settings as s; print(s.SECRET_KEY, s.SESSION_COOKIE_SECURE, s.SECURE_SSL_REDIRECT)"
HOSTS = "import json; from nuoda.config import settings as s; print(json.dumps([s.PUBLIC_ORIGIN, s.ALLOWED_HOSTS]))"


def settings(data: Path, code: str = KEYS, /, **values: str) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process of its own, with this environment, and print what `code` says."""
    environment = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("NUODA_", "DATABASE_", "DJANGO")) and key not in {"HOST", "PORT"}
    }
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


@pytest.mark.parametrize(
    ("values", "origin", "served"),
    [
        ({}, "http://127.0.0.1:8000", {"127.0.0.1", "localhost"}),
        ({"HOST": "::1"}, "http://[::1]:8000", {"[::1]"}),
        ({"HOST": "10.1.2.3", "PORT": "9000"}, "http://10.1.2.3:9000", {"10.1.2.3", "127.0.0.1"}),
        ({"HOST": "0.0.0.0", "NUODA_HOSTS": "nuoda.lan"}, "http://nuoda.lan:8000", {"nuoda.lan", "127.0.0.1"}),
        ({"NUODA_HOSTS": ".a.example,b.a.example", "NUODA_PRODUCTION": "1"}, "https://b.a.example", {".a.example"}),
        ({"NUODA_ORIGIN": "https://a.example/", "NUODA_HOSTS": "b.example"}, "https://a.example", {"a.example"}),
    ],
)
def test_links_begin_with_what_was_configured(
    tmp_path: Path, values: dict[str, str], origin: str, served: set[str]
) -> None:
    done = settings(tmp_path, HOSTS, **values)
    begins, hosts = json.loads(done.stdout)
    assert begins == origin
    assert served <= set(hosts)
    assert "*" not in hosts


def test_listening_everywhere_serves_no_host_but_its_own(tmp_path: Path) -> None:
    begins, hosts = json.loads(settings(tmp_path, HOSTS, HOST="0.0.0.0").stdout)
    assert "*" not in hosts and "0.0.0.0" not in hosts
    assert socket.gethostname() in hosts and begins.removeprefix("http://").removesuffix(":8000") in hosts


def test_production_needs_a_full_name_for_links(tmp_path: Path) -> None:
    done = settings(tmp_path, HOSTS, NUODA_PRODUCTION="1", NUODA_HOSTS=".a.example")
    assert done.returncode == 1 and "NUODA_ORIGIN" in done.stderr


FORGED = [
    {"HTTP_HOST": "evil.example"},
    {"HTTP_HOST": "127.0.0.1@evil.example"},
    {"HTTP_HOST": "localhost.evil.example"},
]


@pytest.mark.django_db
@pytest.mark.parametrize("forged", FORGED)
def test_an_unknown_host_is_refused(client: Client, forged: dict[str, str], settings: Any) -> None:
    jobs = waiting_mails()
    answer = client.post("/accounts/forgotten/", {"login": "anna"}, **forged)  # type: ignore[arg-type]
    assert answer.status_code == 400
    assert waiting_mails() == jobs
    settings.ALLOWED_HOSTS = ["*"]  # the protection switched off
    assert client.get("/accounts/forgotten/", HTTP_HOST="evil.example").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("wall", [True, False])
@pytest.mark.parametrize("forged", [*FORGED[:1], {"HTTP_X_FORWARDED_HOST": "evil.example"}])
def test_no_request_reaches_the_link_in_a_mail(
    client: Client,
    forged: dict[str, str],
    wall: bool,
    settings: Any,
    mailoutbox: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Even where every Host is served, the link begins with the settings' origin."""
    monkeypatch.setattr("nuoda.foundation.orgs.jobs.close_old_connections", lambda: None)  # the job runs in the test
    from nuoda.foundation.orgs.jobs import forgotten
    from nuoda.foundation.orgs.tests import factories

    if not wall:
        settings.ALLOWED_HOSTS = ["*"]
    person = factories.person()
    jobs = waiting_mails()
    answer = client.post("/accounts/forgotten/", {"login": person.user.username}, **forged)  # type: ignore[arg-type]
    if answer.status_code == 400:
        return
    (arguments,) = waiting_mails()[len(jobs) :]
    forgotten(**arguments)
    (mail,) = mailoutbox
    assert "evil.example" not in mail.body
    assert f"{settings.PUBLIC_ORIGIN}/link/" in mail.body


def waiting_mails() -> list[dict[str, Any]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE queue_name = 'mail' ORDER BY id")
        return [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in cursor.fetchall()]


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


CARRIED = {
    "Content-Security-Policy": "base-uri 'none'; connect-src 'self'; default-src 'self'; font-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; img-src 'self' data: blob:; object-src 'none'; script-src 'self'; style-src 'self'",
    "Content-Type": "text/html; charset=utf-8",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""What the login page says about itself in production (S20): nothing less, and nothing that is not named here."""
UNGUARDED = {"Cache-Control", "Content-Encoding", "Content-Language", "Content-Length", "Expires", "Vary"}
GUARDS = (
    "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_CONTENT_TYPE_NOSNIFF", "SECURE_REFERRER_POLICY",
    "SECURE_CROSS_ORIGIN_OPENER_POLICY", "SECURE_SSL_REDIRECT", "X_FRAME_OPTIONS", "SESSION_COOKIE_SECURE",
    "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE", "SESSION_COOKIE_NAME", "CSRF_COOKIE_SECURE", "CSRF_COOKIE_SAMESITE",
    "CSRF_COOKIE_NAME", "ALLOWED_HOSTS",
)  # fmt: skip


@pytest.fixture
def production(tmp_path: Path, request: pytest.FixtureRequest) -> Any:
    """This process's settings, with the guards that production sets."""
    code = f"import json; from nuoda.config import settings as s; print(json.dumps({{n: getattr(s, n) for n in {GUARDS}}}))"
    done = settings(tmp_path, code, NUODA_PRODUCTION="1", NUODA_ORIGIN="https://a.example")
    changed = request.getfixturevalue("settings")
    for name, value in json.loads(done.stdout).items():
        setattr(changed, name, value)
    return changed


def carried(client: Client) -> dict[str, str]:
    answer = client.get("/accounts/login/", secure=True, headers={"host": "a.example"})
    assert answer.status_code == 200
    found = {name: value for name, value in answer.headers.items() if name not in UNGUARDED}
    parts = found["Content-Security-Policy"].split("; ")
    return found | {"Content-Security-Policy": "; ".join(sorted(parts))}


@pytest.mark.django_db
def test_the_headers_in_production_are_exactly_these(production: Any) -> None:
    assert carried(Client()) == CARRIED
    production.SECURE_HSTS_SECONDS = 0  # negative control: one guard less is seen
    assert set(CARRIED) - set(carried(Client())) == {"Strict-Transport-Security"}


@pytest.mark.django_db
def test_the_cookies_in_production_are_bound_to_the_host(production: Any) -> None:
    from nuoda.foundation.orgs.tests import factories

    client, person = Client(), factories.person()
    client.get("/accounts/login/", secure=True, headers={"host": "a.example"})
    form = {"login": person.user.username, "password": factories.PASSWORD}
    assert client.post("/accounts/login/", form, secure=True, headers={"host": "a.example"}).status_code == 302
    assert {"__Host-nuoda_session", "__Host-nuoda_csrf"} <= set(client.cookies)
    for name, cookie in client.cookies.items():
        if name.startswith("__Host-"):
            assert cookie["secure"] and cookie["path"] == "/" and not cookie["domain"] and cookie["samesite"] == "Lax"
    assert client.cookies["__Host-nuoda_session"]["httponly"]


@pytest.mark.django_db
def test_production_sends_everybody_to_https(production: Any) -> None:
    answer = Client().get("/accounts/login/", headers={"host": "a.example"})
    assert (answer.status_code, answer["Location"]) == (301, "https://a.example/accounts/login/")


def test_no_template_needs_what_the_policy_forbids() -> None:
    """Inline scripts, styles and handlers would be blocked by the browser."""
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
