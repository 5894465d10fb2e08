"""Doors of papers: the PDF, signing, files of a dossier, the public page that proves a paper."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.refusals import NotYours, Refused
from nuoda.foundation.journal import queries as journal
from nuoda.foundation.ui.web.pages import PUBLIC, Page

from .. import queries
from ..access import FILE_READERS, READERS
from ..actions import attachments, papers, prints
from ..models import Paper
from ..pure.forms import LANGUAGES, say
from ..states import LABELS


def language() -> str:
    """The language of the request as forms name it."""
    code = (get_language() or "zh-hans").lower()
    return code if code in LANGUAGES else "zh-hans"


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return "/"


def _file_headers(response: HttpResponseBase, name: str, *, inline: bool) -> HttpResponseBase:
    kind = "inline" if inline else "attachment"
    response["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(name, safe='')}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


class Writing(Page):
    """A door that changes something: answers JSON to scripts and the way back to forms."""

    access = READERS
    kind = "switch"
    http_method_names = ["post"]

    def done(self, request: HttpRequest, told: str, **values: Any) -> HttpResponse:
        if request.headers.get("Accept", "").startswith("application/json"):
            return JsonResponse(values)
        messages.success(request, told)
        return HttpResponseRedirect(_back(request))

    def refused_with(self, request: HttpRequest, refusal: Refused) -> HttpResponse:
        if isinstance(refusal, NotYours):
            raise Http404 from refusal
        if request.headers.get("Accept", "").startswith("application/json"):
            fields = {key: str(value) for key, value in refusal.fields.items()}
            body = {"reason": str(refusal.reason), "code": refusal.code, "clauses": refusal.clauses, "fields": fields}
            return JsonResponse(body, status=refusal.status)
        messages.error(request, str(refusal.reason))
        return HttpResponseRedirect(_back(request))


class PaperPdf(Page):
    """The paper as PDF, in the language of the page or of `?language=`."""

    access = READERS
    kind = "file"

    def get(self, request: HttpRequest, id: UUID) -> HttpResponseBase:
        paper = queries.paper(self.actor, id)
        wanted = request.GET.get("language", "")
        content = prints.pdf(paper, actor=self.actor, language=wanted if wanted in LANGUAGES else language())
        response = HttpResponse(content, content_type="application/pdf")
        edition = "" if paper.version == 1 else f"-v{paper.version}"
        _file_headers(response, f"{paper.number}{edition}.pdf", inline=True)
        # Browsers show a PDF by a viewer of their own, which a sandbox would forbid.
        response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'"
        return response


class Sign(Writing):
    """Takes a signature: role, name, strokes (JSON) and the hash of the content that was shown."""

    def post(self, request: HttpRequest, id: UUID) -> HttpResponse:
        try:
            strokes = json.loads(request.POST.get("strokes", "null"))
        except (ValueError, RecursionError):
            strokes = None
        try:
            with scoped(self.actor) as at:
                paper = queries.paper(self.actor, id)
                signature = papers.sign(
                    paper,
                    role=request.POST.get("role", ""),
                    name=request.POST.get("name", ""),
                    strokes=strokes,
                    content_hash=request.POST.get("content_hash", ""),
                    place=request.POST.get("place", ""),
                    device=papers.device_of(request.headers.get("User-Agent", ""), request.META.get("REMOTE_ADDR", "")),
                    actor=self.actor,
                    at=at,
                )
        except Refused as refusal:
            return self.refused_with(request, refusal)
        return self.done(request, _("Signed."), seal=signature.seal, state=paper.state)


class Void(Writing):
    def post(self, request: HttpRequest, id: UUID) -> HttpResponse:
        try:
            with scoped(self.actor) as at:
                paper = queries.paper(self.actor, id)
                papers.void(paper, reason=request.POST.get("reason", ""), actor=self.actor, at=at)
        except Refused as refusal:
            return self.refused_with(request, refusal)
        return self.done(request, _("The paper is void."), state=paper.state)


class AttachmentFile(Page):
    """A file, always as a download of the type that its bytes are; photos also show in pages."""

    access = FILE_READERS
    kind = "file"

    def get(self, request: HttpRequest, id: UUID) -> HttpResponseBase:
        row = queries.attachment(self.actor, id)
        if request.headers.get("If-None-Match") == f'"{row.digest}"':
            return HttpResponse(status=304)
        try:
            file = default_storage.open(row.path)
        except FileNotFoundError:
            raise Http404 from None
        response = FileResponse(file, content_type=row.content_type)
        _file_headers(response, row.name, inline=False)
        response["ETag"] = f'"{row.digest}"'
        response["Cache-Control"] = "private, no-cache"
        return response


class Attach(Writing):
    """Takes one or several files (`file`) for a dossier."""

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        rows = []
        try:
            with scoped(self.actor) as at:
                dossier = journal.dossier(self.actor, number=number)
                for sent in request.FILES.getlist("file"):
                    row = attachments.attach(
                        sent,
                        name=sent.name or "",
                        dossier=dossier,
                        actor=self.actor,
                        at=at,
                        purpose=request.POST.get("purpose", ""),
                        keep_place=request.POST.get("keep_place") == "1",
                    )
                    rows.append({"id": str(row.pk), "digest": row.digest, "kind": row.kind, "name": row.name})
        except Refused as refusal:
            return self.refused_with(request, refusal)
        return self.done(request, _("Attached."), attachments=rows)


class RemoveAttachment(Writing):
    def post(self, request: HttpRequest, id: UUID) -> HttpResponse:
        try:
            with scoped(self.actor) as at:
                attachments.remove(queries.attachment(self.actor, id), actor=self.actor, at=at)
        except Refused as refusal:
            return self.refused_with(request, refusal)
        return self.done(request, _("Removed."))


class Verify(Page):
    """Public: says whether a paper is genuine, by an address that cannot be guessed, and shows nothing of what is in
    it."""

    access = PUBLIC
    kind = "public"

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        target = queries.token_target(token) if len(token) == 32 and token.isascii() else None
        context: dict[str, Any] = {"found": None, "title": _("Nothing is known under this address")}
        if target is not None:
            company_id, paper_id = target
            actor = system(company_id)
            with scoped(actor):
                row: Paper | None = Paper.visible_to(actor).filter(pk=paper_id).first()
                if row is not None:
                    context = self._shown(queries.proof(row))
        response = render(request, "papers/verify.html", context, status=200 if context["found"] else 404)
        response["X-Robots-Tag"] = "noindex"
        response["Referrer-Policy"] = "no-referrer"
        return response

    @staticmethod
    def _shown(proof: queries.Proof) -> dict[str, Any]:
        row, spoken = proof.paper, language()
        form = row.form_type
        return {
            "found": row,
            "standing": proof.standing,
            "title": say(form.title, spoken),
            "state": LABELS[row.state],
            "company": row.company_name,
            "newest": proof.newest,
            "signatures": [
                {"label": say(form.field(entry.role).label, spoken), "at": entry.signed_at, "verdict": entry.verdict}
                for entry in proof.signatures
            ],
        }
