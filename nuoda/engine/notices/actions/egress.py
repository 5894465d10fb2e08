"""The one way out of the house: every request to an outside address goes through `post`.

The name is resolved once, every address is judged, and the connection goes to a judged address: a name that resolves
differently a moment later (rebinding) gains nothing. Redirects are judged anew. Proxies of the environment are not
used.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urljoin

from django.conf import settings

from ..pure.addresses import Forbidden, Rules, Target, judge, read

TIMEOUT = 10.0
"""Seconds for connecting, and again for each wait for data; twice that for all."""
MOST = 64 * 1024
"""Bytes of an answer that are read."""
REDIRECTS = 3

Resolver = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class Unreachable(Exception):
    """`code`: 'timeout', 'refused', 'tls', 'unresolved', 'broken', 'redirects', or 'forbidden_<why>'."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def rules() -> Rules:
    """What this installation allows (setting EGRESS: private networks that may be reached)."""
    return _rules(tuple(getattr(settings, "EGRESS", ())))


@lru_cache(maxsize=16)
def _rules(allowed: tuple[str, ...]) -> Rules:
    return Rules.read(allowed)


def resolve(host: str, port: int) -> list[str]:
    """Addresses of a name, as the system knows them."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Forbidden("unresolved") from None
    return [str(entry[4][0]) for entry in found]


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    timeout: float = TIMEOUT,
    allowed: Rules | None = None,
    resolver: Resolver = resolve,
) -> Answer:
    """POST to an outside address; Unreachable for everything that is not an answer of the other side."""
    deadline = time.monotonic() + 2 * timeout
    for _ in range(REDIRECTS + 1):
        try:
            target = read(url)
            addresses = judge(target, resolver(target.host, target.port), allowed or rules())
        except Forbidden as refusal:
            raise Unreachable(f"forbidden_{refusal.code}") from None
        answer = _send(target, addresses, body, headers, timeout=timeout, deadline=deadline)
        if answer.status not in (307, 308):
            return answer
        url = urljoin(url, answer.headers.get("location", ""))
    raise Unreachable("redirects")


class _Pinned(http.client.HTTPConnection):
    """A connection whose address was judged beforehand; the name serves for the Host line and the certificate only."""

    def __init__(self, target: Target, address: str, *, timeout: float) -> None:
        super().__init__(target.host, target.port, timeout=timeout)
        self._target = target
        self._address = address

    def connect(self) -> None:
        raw = socket.create_connection((self._address, self._target.port), self.timeout)
        if self._target.scheme == "https":
            try:
                self.sock = ssl.create_default_context().wrap_socket(raw, server_hostname=self._target.host)
            except BaseException:
                raw.close()
                raise
        else:
            self.sock = raw


def _send(
    target: Target,
    addresses: tuple[str, ...],
    body: bytes,
    headers: Mapping[str, str],
    *,
    timeout: float,
    deadline: float,
) -> Answer:
    error = "refused"
    host = f"[{target.host}]" if ":" in target.host else target.host
    standard = target.port == (443 if target.scheme == "https" else 80)
    sent = {
        "Host": host if standard else f"{host}:{target.port}",
        "User-Agent": "Nuoda",
        "Connection": "close",
        **headers,
    }
    for address in addresses[:3]:
        if time.monotonic() > deadline:
            raise Unreachable("timeout")
        connection = _Pinned(target, address, timeout=timeout)
        try:
            connection.request("POST", target.path, body=body, headers=sent)
            response = connection.getresponse()
            read_body = _read(response, deadline)
            return Answer(response.status, {key.lower(): value for key, value in response.getheaders()}, read_body)
        except TimeoutError:
            raise Unreachable("timeout") from None
        except ssl.SSLError:
            error = "tls"
        except ConnectionRefusedError:
            error = "refused"
        except (OSError, http.client.HTTPException, ValueError):
            error = "broken"
        finally:
            connection.close()
    raise Unreachable(error)


def _read(response: http.client.HTTPResponse, deadline: float) -> bytes:
    found = b""
    while len(found) < MOST and (piece := response.read1(8192)):
        found += piece
        if time.monotonic() > deadline:
            raise TimeoutError
    return found[:MOST]
