"""`/api/v1/…`: opened here, because the doors of programs check tokens themselves."""

from __future__ import annotations

from django.urls import path, re_path

from .missing import nothing, openapi
from .root import build

api = build()
_patterns, _app, _namespace = api.urls
for _pattern in _patterns:
    # The middleware would send a stranger to the login page; the API answers 401 itself.
    _pattern.callback.login_required = False

urlpatterns = [
    path("api/v1/openapi.json", openapi, name="openapi"),
    path("api/v1/", (_patterns, _app, _namespace)),
    re_path(r"^api/", nothing),
]
