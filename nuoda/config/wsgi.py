"""The WSGI door: `nuoda.config.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nuoda.config.settings")

application = get_wsgi_application()
