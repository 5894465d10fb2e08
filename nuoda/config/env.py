"""The environment of the program: the only place that reads it.

Every variable is declared here once; `docs/settings.md` describes the same list (a house test compares them).
"""

from __future__ import annotations

import os
import re
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Variable:
    """One environment variable: its name, what stands in its place when it is unset, and its meaning."""

    name: str
    default: str
    meaning: str


def _table(*rows: tuple[str, str, str]) -> dict[str, Variable]:
    return {name: Variable(name, default, meaning) for name, default, meaning in rows}


VARIABLES = _table(
    ("NUODA_DATA", "var", "folder of everything that belongs to this installation; relative to the checkout"),
    ("DATABASE_URL", "", "postgres:// address for serving; empty means the private PostgreSQL in NUODA_DATA"),
    ("DATABASE_OWNER_URL", "", "postgres:// address of the role that owns the tables; used by migrations"),
    ("NUODA_DATABASE", "", "name of the database in the private PostgreSQL; empty means the one in use"),
    ("NUODA_DATABASE_ROLE", "app", "app or owner: which of the two roles this process uses (set by the command)"),
    ("HOST", "127.0.0.1", "address the web server listens on"),
    ("PORT", "8000", "port the web server listens on"),
    ("NUODA_PROCESSES", "1", "web server processes"),
    ("NUODA_THREADS", "4", "threads in each web server process"),
    ("NUODA_JOBS", "4", "background jobs at the same time"),
    ("NUODA_PRODUCTION", "", "1 switches on what a public installation needs: HTTPS cookies, HSTS, strict checks"),
    ("NUODA_DEBUG", "", "1 shows tracebacks in the browser; refused in production"),
    ("NUODA_SECRET_KEY", "", "signing key; empty means the one generated into NUODA_DATA"),
    (
        "NUODA_HOSTS",
        "",
        "host names that may be served beside the own address, separated by commas; needed in production",
    ),
    ("NUODA_ORIGIN", "", "public address such as https://service.example.com; used in links and for CSRF"),
    ("NUODA_PROXIES", "0", "number of trusted reverse proxies in front; 0 means none"),
    ("NUODA_MAIL_URL", "", "smtp://user:password@host:587?tls=1; empty writes mail to NUODA_DATA/mail"),
    ("NUODA_MAIL_FROM", "nuoda@localhost", "sender of mail"),
    ("NUODA_EGRESS", "", "private networks that robots and webhooks may reach, e.g. 10.1.0.0/16,192.168.1.5:9000"),
    ("NUODA_LOG", "INFO", "lowest level that is logged: DEBUG, INFO, WARNING, ERROR"),
    ("NUODA_LOG_FORMAT", "text", "text or json"),
    ("NUODA_SHARED", "", "folder with real sample data; empty means `shared` beside the checkout"),
    ("NUODA_CHROMIUM", "", "Chromium to use in browser tests; empty means the one found or installed"),
    ("NUODA_TEST_DATA", "", "folder for the tests' private PostgreSQL; empty means a temporary one"),
)


def get(name: str) -> str:
    """The value of a declared variable; its default when unset or empty. An undeclared name is a bug (KeyError)."""
    return os.environ.get(name, "").strip() or VARIABLES[name].default


def flag(name: str) -> bool:
    """True for 1, true, yes and on."""
    return get(name).lower() in {"1", "true", "yes", "on"}


def number(name: str) -> int:
    """The value as a whole number. Raises ValueError that names the variable."""
    try:
        return int(get(name))
    except ValueError:
        raise ValueError(f"{name} must be a whole number, not {get(name)!r}") from None


def words(name: str) -> list[str]:
    """A value separated by commas, as a list without empty parts."""
    return [part.strip() for part in get(name).split(",") if part.strip()]


EVERYWHERE = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - what HOST says when all addresses are listened on
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def own_names() -> list[str]:
    """The names and addresses under which this process can be reached: HOST, or those of the machine; the best one first."""
    address = get("HOST")
    if address not in EVERYWHERE:
        return [address]
    found = []
    for family, elsewhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        # Choosing a route for a datagram socket sends nothing; the addresses are reserved for documentation.
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((elsewhere, 9))
                found.append(probe.getsockname()[0])
            except OSError:
                continue  # no network of this family
    return [*found, socket.gethostname(), LOOPBACK[0]]


def origin() -> str:
    """What links begin with, and never what a request claims: NUODA_ORIGIN, a name of NUODA_HOSTS, or the address listened on."""
    if given := get("NUODA_ORIGIN").rstrip("/"):
        return given
    named = [host for host in words("NUODA_HOSTS") if not host.startswith((".", "*"))]
    if flag("NUODA_PRODUCTION"):
        if not named:
            raise ValueError(
                "In production NUODA_ORIGIN (or a full name in NUODA_HOSTS) must say what links begin with."
            )
        return f"https://{named[0]}"
    name = (named or own_names())[0]
    return f"http://{f'[{name}]' if ':' in name and name[0] != '[' else name}:{get('PORT')}"


def data() -> Path:
    """The folder NUODA_DATA; a relative one is taken from the checkout, not from the working directory."""
    return (ROOT / Path(get("NUODA_DATA")).expanduser()).resolve()


def shared() -> Path:
    """The folder with real sample data; it need not exist."""
    return Path(get("NUODA_SHARED")).expanduser().resolve() if get("NUODA_SHARED") else ROOT.parent / "shared"


def choose(name: str, value: str) -> None:
    """Set a declared variable for this process and its children, before the settings are loaded."""
    os.environ[VARIABLES[name].name] = value


def children(**values: str) -> dict[str, str]:
    """The environment for a child process of ours, with some declared variables set."""
    return {**os.environ, **{VARIABLES[name].name: value for name, value in values.items()}}


def use_settings() -> None:
    """Name the settings module to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nuoda.config.settings")


def language() -> str:
    """The language of the terminal (zh-hans, zh-hant or en), by the usual POSIX variables."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            break
    value = value.replace("-", "_").lower()
    if not value.startswith("zh"):
        return "en"
    return "zh-hant" if value.startswith(("zh_tw", "zh_hk", "zh_mo", "zh_hant")) else "zh-hans"


def version() -> str:
    """The version of the program: the newest heading of CHANGELOG.md, or that of the installed package."""
    changelog = ROOT / "CHANGELOG.md"
    if changelog.is_file():
        found = re.search(r"(?m)^## \[(\d[^\]]*)\]", changelog.read_text(encoding="utf-8"))
        if found:
            return found[1]
    from importlib.metadata import version as installed

    return installed("nuoda")


def secret_key() -> str:
    """The signing key: NUODA_SECRET_KEY, else the one kept in NUODA_DATA (made on first use, mode 0600)."""
    given = get("NUODA_SECRET_KEY")
    if given:
        if flag("NUODA_PRODUCTION") and len(given) < 32:
            raise ValueError("NUODA_SECRET_KEY is too short for production: use at least 32 random characters")
        return given
    path = data() / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written aside and linked into place: of two processes that start at once, both read the same key.
        part = path.with_name(f".secret_key.{os.getpid()}")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(part, path)
        except FileExistsError:
            pass
        finally:
            part.unlink()
    return path.read_text(encoding="utf-8").strip()


def database(url: str) -> dict[str, object]:
    """Django's connection settings for a `postgres://user:password@host:port/name?option=value` address.

    `?host=/folder` names a Unix socket. Raises ValueError for another scheme or a missing name.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(f"the database address must begin with postgres://, not {parts.scheme}://")
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ValueError("the database address lacks the name of the database")
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or options.pop("port", "")),
        "OPTIONS": options,
    }
