from django.urls import path

from . import views

app_name = "papers"
urlpatterns = [
    path("papers/<uuid:id>/pdf", views.PaperPdf.as_view(), name="pdf"),
    path("papers/<uuid:id>/sign", views.Sign.as_view(), name="sign"),
    path("papers/<uuid:id>/void", views.Void.as_view(), name="void"),
    path("attachments/<uuid:id>", views.AttachmentFile.as_view(), name="attachment"),
    path("attachments/<uuid:id>/remove", views.RemoveAttachment.as_view(), name="remove-attachment"),
    path("dossiers/<str:number>/attachments", views.Attach.as_view(), name="attach"),
    path("verify/<str:token>", views.Verify.as_view(), name="verify"),
]
