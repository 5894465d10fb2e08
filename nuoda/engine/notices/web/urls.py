from django.urls import path

from . import views

app_name = "notices"
urlpatterns = [
    path("notices", views.Inbox.as_view(), name="inbox"),
    path("notices/bell", views.Bell.as_view(), name="bell"),
    path("notices/read", views.Read.as_view(), name="read"),
    path("notices/<uuid:id>/open", views.Open.as_view(), name="open"),
    path("notices/preferences", views.Preferences.as_view(), name="preferences"),
    path("admin/channels", views.Channels.as_view(), name="channels"),
    path("admin/channels/new", views.NewChannel.as_view(), name="new-channel"),
    path("admin/channels/<uuid:id>", views.EditChannel.as_view(), name="channel"),
    path("admin/channels/<uuid:id>/test", views.TestChannel.as_view(), name="test-channel"),
]
