from django.urls import path

from . import forms, lists, record

app_name = "care"
urlpatterns = [
    path("follow-ups/", lists.Calls.as_view(), name="follow_ups"),
    path("follow-ups/dissatisfied/", lists.Dissatisfied.as_view(), name="dissatisfied"),
    path("follow-ups/<str:number>/", record.FollowUpPage.as_view(), name="follow_up"),
    path("follow-ups/<str:number>/call/", forms.Call.as_view(), name="call"),
    path("follow-ups/<str:number>/not-reached/", forms.NotReached.as_view(), name="not_reached"),
    path("follow-ups/<str:number>/contacted/", forms.Contacted.as_view(), name="contacted"),
    path("follow-ups/<str:number>/cancel/", forms.Cancel.as_view(), name="cancel"),
]
