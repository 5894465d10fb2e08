"""The web server's process: granian with the WSGI application. Started by `nuoda run`."""

from __future__ import annotations

from pathlib import Path

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from nuoda.config import env


def main() -> None:
    env.use_settings()
    Granian(
        "nuoda.config.wsgi:application",
        address=env.get("HOST"),
        port=env.number("PORT"),
        interface=Interfaces.WSGI,
        workers=env.number("NUODA_PROCESSES"),
        blocking_threads=env.number("NUODA_THREADS"),
        backpressure=env.number("NUODA_THREADS") * 8,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=8,
        log_access=False,
        log_level=LogLevels.warning,
        working_dir=Path(env.ROOT),
        process_name=None,
    ).serve()


if __name__ == "__main__":
    main()
