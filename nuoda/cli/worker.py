"""The background worker's process. Started by `nuoda run`; on other machines by `python -m nuoda.cli.worker`."""

from __future__ import annotations

import signal
from typing import Any

from nuoda.config import env, lifeline

GRACE = 8.0  # seconds that running jobs have at the end; jobs cut short are given back and are idempotent


def main() -> None:
    lifeline.tie(signal.SIGTERM)
    env.use_settings()
    import django

    django.setup()
    from procrastinate.contrib.django import app

    connector: Any = app.connector  # Django's, which knows how to make one for workers
    with app.replace_connector(connector.get_worker_connector()) as working:
        working.run_worker(
            concurrency=env.number("NUODA_JOBS"),
            install_signal_handlers=True,
            shutdown_graceful_timeout=GRACE,
            fetch_job_polling_interval=5,
        )


if __name__ == "__main__":
    main()
