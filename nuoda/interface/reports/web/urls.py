from django.urls import path

from . import board, bundles, cases, clause, findings, gates, process, regulations

app_name = "reports"
urlpatterns = [
    path("compliance/", board.Board.as_view(), name="board"),
    path("compliance/cases/", cases.Cases.as_view(), name="cases"),
    path("compliance/entries/", cases.Entries.as_view(), name="entries"),
    path("compliance/refusals/", gates.Refusals.as_view(), name="refusals"),
    path("compliance/clauses/<str:id>/", clause.ClauseFigures.as_view(), name="clause"),
    path("compliance/regulations/<slug:name>/<slug:form>/", regulations.Download.as_view(), name="regulation"),
    path("compliance/process/", process.ProcessMap.as_view(), name="process"),
    path("integrity/", findings.Findings.as_view(), name="findings"),
    path("integrity/people/", findings.People.as_view(), name="people"),
    path("integrity/examine/", findings.Examine.as_view(), name="examine"),
    path("integrity/<uuid:id>/", findings.FindingPage.as_view(), name="finding"),
    path("integrity/<uuid:id>/look/", findings.LookAt.as_view(), name="look_at"),
    path("bundles/", bundles.Bundles.as_view(), name="bundles"),
    path("bundles/evidence/", bundles.AskEvidence.as_view(), name="ask_evidence"),
    path("bundles/log/", bundles.AskLog.as_view(), name="ask_log"),
    path("bundles/<str:number>/", bundles.BundlePage.as_view(), name="bundle"),
    path("bundles/<str:number>/download/", bundles.Download.as_view(), name="download"),
]
