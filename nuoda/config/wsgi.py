"""The WSGI door: `nuoda.config.wsgi:application`."""

import multiprocessing
import signal

from django.core.wsgi import get_wsgi_application

from nuoda.config import env, lifeline

env.use_settings()
if multiprocessing.parent_process() is not None:
    # A web server's worker: when the server itself is killed, its workers must not keep the port.
    lifeline.tie(signal.SIGKILL)

application = get_wsgi_application()
