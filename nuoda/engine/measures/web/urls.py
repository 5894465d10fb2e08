from django.urls import path

from . import lists, record

app_name = "measures"
urlpatterns = [
    path("indicators/", lists.Indicators.as_view(), name="indicators"),
    path("indicators/<str:clause>/<slug:key>/", record.IndicatorPage.as_view(), name="indicator"),
    path("indicators/<str:clause>/<slug:key>/restate/<str:period>/", record.Restate.as_view(), name="restate"),
    path(
        "indicators/<str:clause>/<slug:key>/cases/<str:period>/<str:unit>/<slug:part>/",
        lists.Cases.as_view(),
        name="cases",
    ),
]
