from django.urls import path

from . import pages

app_name = "desk"
urlpatterns = [
    path("", pages.Home.as_view(), name="home"),
    path("search/", pages.Search.as_view(), name="search"),
    path("d/<str:number>/", pages.Go.as_view(), name="go"),
]
