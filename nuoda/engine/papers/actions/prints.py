"""Printed papers: made once per content, kept in the storage."""

from __future__ import annotations

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from procrastinate.contrib.django import app

from nuoda.foundation.base.pure.actors import Actor

from ..models import Paper
from ..pure.print import LAYOUT, render
from ..pure.seals import canonical
from ..queries import sheet, verify_url
from ..states import DRAFT

FEW_PHOTOS = 6
"""Up to so many photos a paper is printed in well under a second."""


def pdf(paper: Paper, *, actor: Actor, language: str = "zh-hans") -> bytes:
    """The paper as PDF. An issued paper prints the same bytes every time until it is signed, amended, voided or
    erased."""
    if paper.state == DRAFT:
        return render(sheet(actor, paper), language=language).pdf
    path = _path(paper, language)
    if default_storage.exists(path):
        with default_storage.open(path) as file:
            return bytes(file.read())
    printed = render(sheet(actor, paper), language=language)
    default_storage.save(path, ContentFile(printed.pdf))
    return printed.pdf


def print_later(paper: Paper) -> None:
    """Defer the printing of a paper with many photos, in the running transaction; one with few is printed when it is
    asked for."""
    photos = sum(len(paper.content.get(item.key) or ()) for item in paper.form_type.fields if item.type == "photo")
    if photos > FEW_PHOTOS and paper.origin == "live":
        app.configure_task("papers.print", allow_unknown=True).defer(company=str(paper.company_id), paper=str(paper.pk))


def missing(paper: Paper, *, actor: Actor) -> tuple[str, ...]:
    """Characters of the paper that the shipped type cannot draw."""
    return render(sheet(actor, paper)).missing


def _path(paper: Paper, language: str) -> str:
    seals = sorted(paper.signatures.values_list("seal", flat=True))
    key = canonical(
        {
            "paper": str(paper.pk),
            "state": paper.state,
            "hash": paper.content_hash,
            "erased": paper.erased_at is not None,
            "seals": seals,
            "language": language,
            "layout": LAYOUT,
            "url": verify_url(paper),
        }
    )
    return f"{_folder(paper)}/{hashlib.sha256(key).hexdigest()}.pdf"


def _folder(paper: Paper) -> str:
    return f"prints/{paper.company_id.hex}/{paper.pk.hex}"


def forget(paper: Paper) -> None:
    """Delete the kept prints of a paper (its personal data was erased)."""
    folder = _folder(paper)
    if default_storage.exists(folder):
        for name in default_storage.listdir(folder)[1]:
            default_storage.delete(f"{folder}/{name}")
