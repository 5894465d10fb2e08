"""Receivers on the loopback that answer as told and keep what they were sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = tuple[int, dict[str, str], bytes]
OK: Reply = (200, {}, b'{"errcode": 0, "code": 0}')


@dataclass
class Receiver:
    port: int = 0
    replies: list[Reply | Callable[[], Reply]] = field(default_factory=list)
    """What to answer to the next requests, then OK."""
    taken: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    """(path, headers, body) of every request that arrived."""
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?key=abcdefghijkl"

    def ids(self) -> list[str]:
        return [headers["x-nuoda-id"] for _, headers, _ in self.taken]

    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, _, body in self.taken]


@contextmanager
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def setup(self) -> None:
            found.connections += 1
            super().setup()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            found.taken.append((self.path, {key.lower(): value for key, value in self.headers.items()}, body))
            reply = found.replies.pop(0) if found.replies else OK
            status, headers, content = reply() if callable(reply) else reply
            self.send_response(status)
            for key, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(key, value)
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(content)

        do_GET = do_POST

        def log_message(self, *args: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
