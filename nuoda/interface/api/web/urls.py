from __future__ import annotations

from django.urls import path

from . import pages

app_name = "developers"
urlpatterns = [path("developers/", pages.Guide.as_view(), name="guide")]
