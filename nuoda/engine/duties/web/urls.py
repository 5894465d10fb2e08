from django.urls import path

from . import forms, handing, lists, records

app_name = "duties"
urlpatterns = [
    path("duties/", lists.Mine.as_view(), name="mine"),
    path("duties/all/", lists.Everybody.as_view(), name="all"),
    path("duties/<str:number>/", records.DutyPage.as_view(), name="duty"),
    path("duties/<str:number>/attest/", forms.Attest.as_view(), name="attest"),
    path("duties/<str:number>/confirm/", forms.Confirm.as_view(), name="confirm"),
    path("duties/<str:number>/reject/", forms.Reject.as_view(), name="reject"),
    path("duties/<str:number>/waive/", forms.Waive.as_view(), name="waive"),
    path("people/<uuid:id>/hand-over/", handing.HandOver.as_view(), name="hand_over"),
    path("audits/", lists.Audits.as_view(), name="audits"),
    path("audits/draw/", forms.Draw.as_view(), name="draw"),
    path("audits/<str:number>/", records.AuditPage.as_view(), name="audit"),
    path("audits/<str:number>/cases/<int:position>/", forms.Check.as_view(), name="check"),
    path("audits/<str:number>/sign/", forms.Sign.as_view(), name="sign"),
]
