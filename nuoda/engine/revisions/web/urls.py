from django.urls import path

from . import clauses, conditions, drafts, lint, numbers, preview, readings, rules, takeovers, versions, wholes

app_name = "revisions"
urlpatterns = [
    path("revisions", drafts.Drafts.as_view(), name="drafts"),
    path("revisions/begin", drafts.Begin.as_view(), name="begin"),
    path("revisions/upload", drafts.Upload.as_view(), name="upload"),
    path("revisions/compare", versions.Compare.as_view(), name="compare"),
    path("revisions/lint", lint.Lint.as_view(), name="lint"),
    path("revisions/versions/<uuid:id>", versions.VersionPage.as_view(), name="version"),
    path("revisions/versions/<uuid:id>/download", versions.Download.as_view(), name="download"),
    path("revisions/versions/<uuid:id>/take-up", versions.TakeUp.as_view(), name="take_up"),
    path("revisions/readers/<slug:policy>/<str:version>", readings.Readers.as_view(), name="readers"),
    path("revisions/readers/<slug:policy>/<str:version>/remind", readings.Remind.as_view(), name="remind"),
    path("revisions/readings", readings.Readings.as_view(), name="readings"),
    path("revisions/readings/<uuid:id>", readings.Confirm.as_view(), name="reading"),
    path("revisions/drafts/<str:number>", drafts.DraftPage.as_view(), name="draft"),
    path("revisions/drafts/<str:number>/condition", conditions.Condition.as_view(), name="condition"),
    path("revisions/drafts/<str:number>/head", wholes.Head.as_view(), name="head"),
    path("revisions/drafts/<str:number>/text", wholes.Text.as_view(), name="text"),
    path("revisions/drafts/<str:number>/add", wholes.Add.as_view(), name="add"),
    path("revisions/drafts/<str:number>/clauses/<str:clause>", clauses.ClauseEdit.as_view(), name="clause"),
    path("revisions/drafts/<str:number>/clauses/<str:clause>/text", clauses.Written.as_view(), name="clause_text"),
    path("revisions/drafts/<str:number>/clauses/<str:clause>/add/number", rules.AddNumber.as_view(), name="add_number"),
    path(
        "revisions/drafts/<str:number>/clauses/<str:clause>/add/<slug:kind>", rules.AddRule.as_view(), name="add_rule"
    ),
    path(
        "revisions/drafts/<str:number>/clauses/<str:clause>/remove/<slug:kind>/<slug:key>",
        rules.RemoveRule.as_view(),
        name="remove_rule",
    ),
    path("revisions/drafts/<str:number>/clauses/<str:clause>/remove", wholes.Remove.as_view(), name="remove"),
    path("revisions/drafts/<str:number>/clauses/<str:clause>/move", wholes.Move.as_view(), name="move"),
    path("revisions/drafts/<str:number>/numbers", numbers.Numbers.as_view(), name="numbers"),
    path("revisions/drafts/<str:number>/preview", preview.Preview.as_view(), name="preview"),
    path("revisions/drafts/<str:number>/examples", takeovers.TakeOver.as_view(), name="take_over"),
    path("revisions/drafts/<str:number>/submit", drafts.Submit.as_view(), name="submit"),
    path("revisions/drafts/<str:number>/take-back", drafts.TakeBack.as_view(), name="take_back"),
    path("revisions/drafts/<str:number>/discard", drafts.Discard.as_view(), name="discard"),
    path("revisions/drafts/<str:number>/cancel", drafts.Cancel.as_view(), name="cancel"),
]
