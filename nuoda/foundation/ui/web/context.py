"""Context processor: the frame around pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from .shell import Frame


def page(request: HttpRequest) -> dict[str, Any]:
    """`frame` for the base template."""
    return {"frame": Frame(request)}
