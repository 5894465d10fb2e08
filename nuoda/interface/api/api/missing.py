"""Addresses below `/api/` that are no operations: the description, and whatever does not exist."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from .problems import problem
from .root import described


@csrf_exempt
def nothing(request: HttpRequest) -> HttpResponse:
    """JSON also for what is not there."""
    return problem(request, 404, "not_found", _("There is no such address."))


nothing.login_required = False


def openapi(request: HttpRequest) -> HttpResponse:
    """The description for machines: names and shapes, nothing of anybody's data."""
    return HttpResponse(described(), content_type="application/json")


openapi.login_required = False
