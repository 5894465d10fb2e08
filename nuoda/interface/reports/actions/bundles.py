"""Bundles: asked for at once, made in the background, kept with their hashes."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import IO, Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.checks import check
from nuoda.foundation.base.pure.refusals import Invalid, NotYours
from nuoda.foundation.journal.actions import dossiers
from nuoda.foundation.journal.actions.entries import record
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.orgs import queries as orgs

from ..access import may_prove
from ..events import BundleAsked, BundleFailed, BundleMade
from ..models import Bundle
from ..models.bundles import KINDS
from ..pure import manifests
from . import eventlogs, evidence

log = logging.getLogger(__name__)

Parts = Iterator[tuple[str, bytes | IO[bytes]]]
"""Name and content of each part of a bundle; a stream is copied in pieces."""
MAKERS: Mapping[str, Callable[[Bundle, Actor, datetime], Parts]] = {
    "evidence": evidence.parts,
    "ocel": eventlogs.parts,
    "csv": eventlogs.parts,
}


def ask(*, kind: str, parameters: Mapping[str, Any], actor: Actor, at: datetime, id: UUID | None = None) -> Bundle:  # noqa: A002
    """Ask for a bundle; it is made in the background.

    Asks: to take proofs out. Emits: bundle.asked. Refuses: NotYours, Invalid for parameters that name nothing.
    """
    if not may_prove(actor) or actor.person_id is None:
        raise NotYours()
    if kind not in KINDS:
        raise Invalid(_("There is no bundle of this kind."), fields={"kind": _("There is no bundle of this kind.")})
    given = evidence.checked(parameters, actor) if kind == "evidence" else eventlogs.checked(parameters)
    if actor.only_administers and "originals" in given:
        given["originals"] = False  # he proves by hashes; what the papers say is not his to read
    dossier = dossiers.open(kind="bundle", title=str(KINDS[kind]), actor=actor, at=at, id=id)
    row = Bundle.objects.create(
        dossier=dossier, company_id=actor.company_id, kind=kind, parameters=given, language=actor.language,
        asked_by_id=actor.person_id, asked_at=at,
    )  # fmt: skip
    record(BundleAsked(bundle=row.pk, kind=kind), dossier=dossier, actor=actor, at=at)
    app.configure_task("reports.bundle", allow_unknown=True).defer(company=str(row.company_id), dossier=str(row.pk))
    return row


def make(bundle_id: UUID, *, company_id: UUID) -> None:
    """Make a bundle that was asked for, unless it is made already. Opens its own transactions.

    Emits: bundle.made, or bundle.failed when it cannot be made (it may be asked for anew).
    """
    actor = system(company_id)
    try:
        with scoped(actor) as at:
            row = Bundle.objects.select_related("dossier").filter(pk=bundle_id, ready_at=None).first()
            if row is None:
                return
            with translation.override(row.language), timezone.override(orgs.zone(actor)):
                _write(row, actor, at)
    except Exception as problem:
        log.exception("Bundle %s could not be made", bundle_id)
        with scoped(actor) as at:
            row = Bundle.objects.select_related("dossier").get(pk=bundle_id)
            code = type(problem).__name__
            Bundle.objects.filter(pk=bundle_id, ready_at=None).update(failed_at=at, problem=code)
            record(BundleFailed(bundle=row.pk, kind=row.kind, problem=code), dossier=row.dossier, actor=actor, at=at)


def _write(row: Bundle, actor: Actor, at: datetime) -> None:
    """The file first, the row second: a rolled-back row leaves bytes that nobody reaches, never a row without bytes."""
    manifest: dict[str, Any] = {
        "bundle": row.dossier.number,
        "kind": row.kind,
        "parameters": row.parameters,
        "made_at": at.isoformat(),
        "parts": {},
    }
    with tempfile.TemporaryFile() as file:
        with ZipFile(file, "w", ZIP_DEFLATED) as archive:
            for name, content in MAKERS[row.kind](row, actor, at):
                manifest["parts"][name] = _put(archive, name, content)
            archive.writestr(manifests.NAME, manifests.written(manifest))
        size = file.tell()
        file.seek(0)
        digest = manifests.of_stream(file)
        file.seek(0)
        if default_storage.exists(row.path):
            default_storage.delete(row.path)
        default_storage.save(row.path, File(file))
    name = f"{row.dossier.number} {KINDS[row.kind]}.zip"
    Bundle.objects.filter(pk=row.pk).update(
        ready_at=at, failed_at=None, problem="", name=name[:130], size=size, digest=digest, manifest=manifest
    )
    made = BundleMade(bundle=row.pk, kind=row.kind, size=size, digest=digest, manifest=manifests.digest(manifest))
    record(made, dossier=row.dossier, actor=actor, at=at)


def _put(archive: ZipFile, name: str, content: bytes | IO[bytes]) -> dict[str, Any]:
    """Writes a part and says its size and hash."""
    if isinstance(content, bytes):
        archive.writestr(name, content)
        return manifests.part(content)
    digest, size = hashlib.sha256(), 0
    with archive.open(name, "w", force_zip64=True) as out:
        while chunk := content.read(1 << 20):
            digest.update(chunk)
            size += len(chunk)
            out.write(chunk)
    return {"size": size, "sha256": digest.hexdigest()}


def bundle(actor: Actor, *, number: str = "", id: UUID | None = None) -> Bundle:  # noqa: A002
    """One bundle by its number or id; raises NotYours."""
    rows = Bundle.visible_to(actor).select_related("dossier", "asked_by")
    row = (rows.filter(pk=id) if id is not None else rows.filter(dossier__number=number)).first()
    if row is None:
        raise NotYours()
    return row


def opened(row: Bundle, *, actor: Actor) -> IO[bytes]:
    """The file of a bundle, to be streamed and closed. Raises NotYours while there is none, and for an administrator when the
    papers of customers are in it."""
    if row.ready_at is None or not default_storage.exists(row.path):
        raise NotYours()
    if actor.only_administers and row.parameters.get("originals"):
        raise NotYours()
    return default_storage.open(row.path)


def verified(row: Bundle) -> list[tuple[str, str]]:
    """What is wrong with the stored file now, by the hashes of the journal; nothing when all is as it was made."""
    made = (
        Entry.objects.filter(dossier_id=row.pk, type="bundle.made", recorded_at__gte=row.asked_at)
        .order_by("-recorded_at")
        .first()
    )
    if made is None:
        return [("unmade", "")]
    if not default_storage.exists(row.path):
        return [("gone", "")]
    with default_storage.open(row.path) as file:
        found = [("file", "")] if manifests.of_stream(file) != made.payload["digest"] else []
        file.seek(0)
        try:
            return [*found, *manifests.faults(file, made.payload["manifest"])]
        except (BadZipFile, OSError, ValueError):
            return [*found, ("broken", "")]


@check("reports.bundles")
def stored() -> Iterator[str]:
    """Every bundle that was made lies in the store as it was made, part by part."""
    for row in Bundle.objects.filter(ready_at__isnull=False).select_related("dossier").iterator(chunk_size=100):
        for code, part in verified(row):
            yield f"{row.dossier.number}: {code} {part}".rstrip()
