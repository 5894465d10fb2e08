"""Shipped policies: read the files, keep them as published versions, adopt them for a new company."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Refused

from ..models import Policy, PolicyVersion
from ..pure import checking, documents, loading
from ..pure.facts import SUBJECTS
from . import versions


def folder() -> Path:
    """Where the shipped policy files are: beside the checkout, or inside the installed package."""
    beside = Path(settings.ROOT) / "policies"
    return beside if beside.is_dir() else Path(settings.PACKAGE) / "_policies"


def files(root: Path | None = None) -> Iterator[Path]:
    """The shipped policy files, in a stable order."""
    yield from sorted((root or folder()).glob("*/*.yaml"))


def load(*, actor: Actor, at: datetime, root: Path | None = None) -> list[PolicyVersion]:
    """Keep every shipped version that the company does not have yet, as published versions; nothing is adopted.

    Refuses a file with mistakes, and one whose version is known with another content.
    """
    new = []
    for path in files(root):
        document = _read(path)
        content = document.content
        policy, _made = Policy.objects.get_or_create(
            company_id=actor.company_id, name=content["policy"], defaults={"code": content["code"]}
        )
        known = PolicyVersion.objects.filter(policy=policy, version=content["version"]).first()
        digest = documents.digest(content)
        if known is not None:
            if known.hash != digest and known.shipped:
                raise Refused(
                    _("%(file)s differs from the version %(version)s that was published before.")
                    % {"file": path.name, "version": content["version"]},
                    code="policy_changed",
                )
            continue
        row = versions.draft(policy=policy, content=content, actor=actor, at=at, shipped=True)
        new.append(versions.publish(row, actor=actor, at=at))
    return new


def adopt_all(*, actor: Actor, at: datetime) -> list[PolicyVersion]:
    """Put the newest shipped version of every policy into force from its effective date; for a company that begins."""
    adopted = []
    for policy in Policy.objects.filter(company_id=actor.company_id).order_by("code"):
        if policy.versions.filter(in_force_from__isnull=False).exists():
            continue
        newest = policy.versions.filter(status="published").order_by("-effective_date", "-made_at").first()
        if newest is not None:
            since = versions.start_of(newest)
            adopted.append(versions.adopt(newest, since=since, actor=actor, at=at, backdated=True))
    return adopted


def _read(path: Path) -> documents.Document:
    try:
        return _sound(path.read_text(encoding="utf-8"))
    except documents.PolicyError as error:
        raise Refused(
            _("%(file)s cannot be loaded: %(problems)s")
            % {"file": path, "problems": "; ".join(str(problem) for problem in error.problems)},
            code="policy_wrong",
        ) from error


@lru_cache(maxsize=32)
def _sound(text: str) -> documents.Document:
    """The document of a file, read once per process: the same text is as sound as it was."""
    document = loading.read(text)
    if problems := checking.check(document, SUBJECTS):
        raise documents.PolicyError(problems)
    loading.build(document)
    return document
