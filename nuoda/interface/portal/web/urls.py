from django.urls import path

from . import pages

app_name = "portal"
urlpatterns = [
    path("my/", pages.Matters.as_view(), name="home"),
    path("my/report/", pages.ReportPage.as_view(), name="report"),
    path("my/machines/", pages.Machines.as_view(), name="machines"),
    path("my/matters/<str:number>/", pages.Matter.as_view(), name="matter"),
    path("my/matters/<str:number>/confirm/", pages.Confirm.as_view(), name="confirm"),
    path("my/matters/<str:number>/reopen/", pages.Reopen.as_view(), name="reopen"),
    path("my/matters/<str:number>/cancel/", pages.Cancel.as_view(), name="cancel"),
    path("my/matters/<str:number>/rate/", pages.Rate.as_view(), name="rate"),
]
