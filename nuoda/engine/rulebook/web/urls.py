from django.urls import path

from . import reader, views

app_name = "rulebook"
urlpatterns = [
    path("rulebook", views.Regulations.as_view(), name="regulations"),
    path("rulebook/reader", reader.Reader.as_view(), name="reader"),
    path("rulebook/policies/<slug:name>", views.Reading.as_view(), name="policy"),
    path("rulebook/clauses/<str:id>", views.ClausePage.as_view(), name="clause"),
]
