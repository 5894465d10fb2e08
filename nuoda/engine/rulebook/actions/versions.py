"""Versions of a regulation: drafted, published, adopted."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.translation import gettext as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours, Refused
from nuoda.foundation.journal.actions import entries
from nuoda.foundation.orgs.models import Company

from .. import access, events
from ..models import Policy, PolicyVersion
from ..pure import checking, documents, loading
from ..pure.facts import SUBJECTS
from ..pure.policies import Policy as Read


def draft(
    *, policy: Policy, content: documents.Content, actor: Actor, at: datetime, shipped: bool = False
) -> PolicyVersion:
    """Keep a new version as a draft.

    Refuses content that does not load, or that belongs to another policy.
    """
    if not access.may_publish(actor):
        raise NotYours()
    if (content.get("policy"), content.get("code")) != (policy.name, policy.code):
        raise Refused(_("This text belongs to another regulation."), code="other_policy")
    read = _checked(content)
    return PolicyVersion.objects.create(
        company_id=actor.company_id,
        policy=policy,
        version=read.version,
        content=content,
        hash=read.hash,
        effective_date=read.effective,
        shipped=shipped,
        made_at=at,
    )


def publish(version: PolicyVersion, *, actor: Actor, at: datetime) -> PolicyVersion:
    """Fix the content of a draft for good.

    Emits policy.published. Refuses a version that is no draft.
    """
    if not access.may_publish(actor):
        raise NotYours()
    _checked(version.content)
    changed = PolicyVersion.objects.filter(pk=version.pk, status="draft").update(status="published", published_at=at)
    if not changed:
        raise Refused(_("Only a draft can be published."), code="illegal_move")
    version.status, version.published_at = "published", at
    entries.record(
        events.PolicyPublished(
            policy=version.policy.name, version=version.version, version_id=version.pk, content_hash=version.hash
        ),
        dossier=None,
        actor=actor,
        at=at,
    )
    return version


def adopt(
    version: PolicyVersion, *, since: datetime, actor: Actor, at: datetime, backdated: bool = False
) -> PolicyVersion:
    """Put a published version into force from a moment; the version before it ends there.

    Emits policy.adopted. Refuses a version that is not published, and a moment in the past (what happened under one
    version is never judged by another) unless it is the first version of a company that begins.
    """
    if not access.may_adopt(actor):
        raise NotYours()
    if version.status != "published":
        raise Refused(_("Only a published version can be put into force."), code="illegal_move")
    before = PolicyVersion.objects.filter(policy_id=version.policy_id, in_force_from__isnull=False)
    last = before.select_for_update().order_by("-in_force_from").first()
    if since < at and (last is not None or not backdated):
        raise Refused(_("A version cannot be put into force for a time that has passed."), code="in_the_past")
    if last is not None:
        if last.in_force_from is not None and since <= last.in_force_from:
            raise Refused(_("A later version is already to come into force."), code="order")
        PolicyVersion.objects.filter(pk=last.pk).update(in_force_until=since, status="retired")
    PolicyVersion.objects.filter(pk=version.pk).update(status="in_force", in_force_from=since)
    version.status, version.in_force_from = "in_force", since
    entries.record(
        events.PolicyAdopted(
            policy=version.policy.name,
            version=version.version,
            version_id=version.pk,
            content_hash=version.hash,
            since=since,
            replaces=last.pk if last else None,
        ),
        dossier=None,
        actor=actor,
        at=at,
    )
    _turn_page(actor)
    return version


def start_of(version: PolicyVersion) -> datetime:
    """Midnight of the effective date where the company is."""
    zone = Company.objects.values_list("time_zone", flat=True).get(pk=version.company_id)
    return datetime.combine(version.effective_date, time.min, ZoneInfo(zone))


def _turn_page(actor: Actor) -> None:
    # From a sequence: a number given in a transaction that rolled back never comes again: no cached book is mistaken.
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orgs_company SET book_revision = nextval('rulebook_revision') WHERE id = %s", [actor.company_id]
        )


_sound: dict[str, Read] = {}
"""Contents that this process has checked, by hash: what is published is checked once, not at every step of its way."""


def _checked(content: documents.Content) -> Read:
    document = documents.Document(content)
    digest = documents.digest(content)
    if digest in _sound:
        return _sound[digest]
    try:
        problems = documents.validate(document) or checking.check(document, SUBJECTS)
        if not problems:
            read = loading.build(document)
            _sound[digest] = read
            return read
    except documents.PolicyError as error:
        problems = error.problems
    raise Refused(
        _("The text cannot be loaded: %(problems)s") % {"problems": "; ".join(map(str, problems))}, code="policy_wrong"
    )
