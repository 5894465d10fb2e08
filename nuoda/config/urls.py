"""All addresses: each room's own `web.urls` and `api.urls`, higher rooms first (the login pages are those of orgs)."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponseRedirect
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import JavaScriptCatalog

from .settings import _present

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"{room}.web.urls")) for room in reversed(settings.ROOMS) if _present(f"{room}.web.urls")
]
urlpatterns += [
    path("", include(f"{room}.api.urls")) for room in reversed(settings.ROOMS) if _present(f"{room}.api.urls")
]
urlpatterns += [
    path("language/", include("django.conf.urls.i18n")),
    # Pages name their picture; browsers ask here for answers that are no pages (PDF, JSON).
    path("favicon.ico", lambda request: HttpResponseRedirect(static("ui/mark.svg")), name="favicon"),
    path("texts.js", JavaScriptCatalog.as_view(), name="texts"),
]

# What went wrong, why, and what to do.
handler400 = "nuoda.foundation.ui.web.views.bad_request"
handler403 = "nuoda.foundation.ui.web.views.forbidden"
handler404 = "nuoda.foundation.ui.web.views.not_found"
handler500 = "nuoda.foundation.ui.web.views.broken"
