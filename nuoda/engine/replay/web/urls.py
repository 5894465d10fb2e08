from django.urls import path

from . import forms, replays, shadows

app_name = "replay"
urlpatterns = [
    path("replays", replays.Replays.as_view(), name="replays"),
    path("replays/ask", forms.Ask.as_view(), name="ask"),
    path("replays/upload", forms.AskFile.as_view(), name="upload"),
    path("replays/<uuid:id>", replays.ReplayPage.as_view(), name="replay"),
    path("replays/<uuid:id>/cancel", forms.Cancel.as_view(), name="cancel"),
    path("replays/<uuid:id>/changes", replays.Changes.as_view(), name="changes"),
    path("replays/<uuid:id>/changes/<uuid:change>", replays.ChangePage.as_view(), name="change"),
    path("shadows", shadows.Shadows.as_view(), name="shadows"),
    path("shadows/start", forms.StartShadow.as_view(), name="shadow-start"),
    path("shadows/<uuid:id>", shadows.ShadowPage.as_view(), name="shadow"),
    path("shadows/<uuid:id>/stop", forms.StopShadow.as_view(), name="shadow-stop"),
    path("shadows/<uuid:id>/deadlines", shadows.Deadlines.as_view(), name="shadow-deadlines"),
]
