"""Addresses below `/api/` that do not exist."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from .problems import problem


@csrf_exempt
def nothing(request: HttpRequest) -> HttpResponse:
    """JSON also for what is not there."""
    return problem(request, 404, "not_found", _("There is no such address."))


nothing.login_required = False
