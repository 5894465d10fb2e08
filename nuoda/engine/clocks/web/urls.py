from django.urls import path

from . import calendars, views

app_name = "clocks"
urlpatterns = [
    path("dossiers/<str:number>/clocks", views.Explanation.as_view(), name="explanation"),
    path("deadlines/<uuid:id>/waive", views.Waive.as_view(), name="waive"),
    path("late", views.Late.as_view(), name="late"),
    path("calendars", calendars.Calendars.as_view(), name="calendars"),
    path("calendars/<uuid:id>", calendars.CalendarPage.as_view(), name="calendar"),
    path("calendars/<uuid:id>/week", calendars.EditWeek.as_view(), name="calendar-week"),
    path("calendars/<uuid:id>/day", calendars.EditDay.as_view(), name="calendar-day"),
    path("calendars/<uuid:id>/year", calendars.EditYear.as_view(), name="calendar-year"),
]
