from django.urls import path

from . import styleguide, views

app_name = "ui"
urlpatterns = [
    path("ui/language", views.Language.as_view(), name="language"),
    path("ui/theme", views.Theme.as_view(), name="theme"),
    path("ui/views", views.SaveView.as_view(), name="save-view"),
    path("ui/views/<uuid:id>/remove", views.RemoveView.as_view(), name="remove-view"),
    path("styleguide", styleguide.Styleguide.as_view(), name="styleguide"),
    path("styleguide/<slug:piece>", styleguide.Piece.as_view(), name="styleguide-piece"),
]
