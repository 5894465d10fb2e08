from django.urls import path

from . import forms, lists, record

app_name = "approvals"
urlpatterns = [
    path("approvals/", lists.Waiting.as_view(), name="mine"),
    path("approvals/submitted/", lists.Submitted.as_view(), name="submitted"),
    path("approvals/decided/", lists.Decided.as_view(), name="decided"),
    path("approvals/copies/", lists.Copies.as_view(), name="copies"),
    path("approvals/all/", lists.Everything.as_view(), name="all"),
    path("approvals/submit/<slug:matter>/<str:about>/", forms.Submit.as_view(), name="submit"),
    path("approvals/<str:number>/", record.ApprovalPage.as_view(), name="approval"),
    path("approvals/<str:number>/approve/", forms.Approve.as_view(), name="approve"),
    path("approvals/<str:number>/reject/", forms.Reject.as_view(), name="reject"),
    path("approvals/<str:number>/send-back/", forms.SendBack.as_view(), name="send_back"),
    path("approvals/<str:number>/transfer/", forms.Transfer.as_view(), name="transfer"),
    path("approvals/<str:number>/add-signer/", forms.AddSigner.as_view(), name="add_signer"),
    path("approvals/<str:number>/withdraw/", forms.Withdraw.as_view(), name="withdraw"),
    path("approvals/<str:number>/remind/", forms.Remind.as_view(), name="remind"),
    path("approvals/<str:number>/copy/", forms.GiveCopy.as_view(), name="copy"),
]
