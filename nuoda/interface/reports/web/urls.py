from django.urls import path

from . import board, cases, clause, regulations

app_name = "reports"
urlpatterns = [
    path("compliance/", board.Board.as_view(), name="board"),
    path("compliance/cases/", cases.Cases.as_view(), name="cases"),
    path("compliance/entries/", cases.Entries.as_view(), name="entries"),
    path("compliance/clauses/<str:id>/", clause.ClauseFigures.as_view(), name="clause"),
    path("compliance/regulations/<slug:name>/<slug:form>/", regulations.Download.as_view(), name="regulation"),
]
