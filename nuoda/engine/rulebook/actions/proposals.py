"""A regulation that was read and confirmed becomes a draft."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid
from nuoda.foundation.journal.models import Dossier

from ..models import Policy, PolicyVersion
from ..pure import documents
from . import versions

Opening = Callable[..., Dossier]
_opening: list[Opening] = []


def opens(opening: Opening) -> None:
    """Name who opens the folder in which a kept draft is edited and adopted: called with `version`, `actor`, `at`."""
    _opening[:] = [opening]


def keep(
    *, content: documents.Content, policy_id: UUID | None, actor: Actor, at: datetime
) -> tuple[PolicyVersion, Dossier | None]:
    """Keep confirmed proposals as a draft, of an existing regulation or of a new one that begins with it, and open its folder.

    Refuses a name or letters that another regulation has, and what a draft refuses.
    """
    if policy_id is not None:
        policy = Policy.visible_to(actor).get(pk=policy_id)
        return _opened(policy, content, actor, at)
    same = Policy.visible_to(actor)
    if same.filter(name=content["policy"]).exists():
        reason = _("A regulation of this short name is there already. Choose it in the list, or take another name.")
        raise Invalid(reason, fields={"policy": reason})
    if same.filter(code=content["code"]).exists():
        reason = _("Another regulation has these letters before its clauses. Choose two others.")
        raise Invalid(reason, fields={"code": reason})
    policy = Policy.objects.create(company_id=actor.company_id, name=content["policy"], code=content["code"])
    return _opened(policy, content, actor, at)


def _opened(
    policy: Policy, content: documents.Content, actor: Actor, at: datetime
) -> tuple[PolicyVersion, Dossier | None]:
    version = versions.draft(policy=policy, content=content, actor=actor, at=at)
    return version, next((opening(version=version, actor=actor, at=at) for opening in _opening), None)
