from django.urls import path

from . import parts

app_name = "parts"
urlpatterns = [
    path("parts/", parts.PartList.as_view(), name="parts"),
    path("parts/new/", parts.New.as_view(), name="new"),
    path("parts/<uuid:id>/", parts.Change.as_view(), name="change"),
]
