"""Versions of a regulation: drafted, published, adopted."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused
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
    if not access.may_draft(actor):
        raise NotYours()
    if (content.get("policy"), content.get("code")) != (policy.name, policy.code):
        raise Refused(_("This text belongs to another regulation."), code="other_policy")
    read = sound(content)
    _free(policy, read.version)
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


def redraft(version: PolicyVersion, *, content: documents.Content, actor: Actor, at: datetime) -> PolicyVersion:
    """Give a draft another content.

    Refuses content that does not load or belongs to another policy, a number that another version has, and a version
    that is no draft any more.
    """
    if not access.may_draft(actor):
        raise NotYours()
    del at
    policy = version.policy
    if (content.get("policy"), content.get("code")) != (policy.name, policy.code):
        raise Refused(_("This text belongs to another regulation."), code="other_policy")
    read = sound(content)
    if read.version != version.version:
        _free(policy, read.version)
    values = {"content": content, "version": read.version, "hash": read.hash, "effective_date": read.effective}
    if not PolicyVersion.objects.filter(pk=version.pk, status="draft").update(**values):
        raise Refused(_("Only a draft can be changed."), code="illegal_move")
    for name, value in values.items():
        setattr(version, name, value)
    return version


def drop(version: PolicyVersion, *, actor: Actor) -> None:
    """Throw a draft away. Refuses a version that was published."""
    if not access.may_draft(actor):
        raise NotYours()
    try:
        with transaction.atomic():
            PolicyVersion.objects.filter(pk=version.pk, status="draft").delete()
    except (ProtectedError, IntegrityError):
        # Something refers to it (a trial run): it stays to be read, and its number is free again.
        PolicyVersion.objects.filter(pk=version.pk).update(version=f"x-{version.pk.hex[-12:]}")


def publish(version: PolicyVersion, *, actor: Actor, at: datetime) -> PolicyVersion:
    """Fix the content of a draft for good.

    Emits policy.published. Refuses a version that is no draft.
    """
    if not access.may_publish(actor):
        raise NotYours()
    sound(version.content)
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
    hold(version.policy)
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


def cancel(version: PolicyVersion, *, actor: Actor, at: datetime, reason: str) -> PolicyVersion:
    """Take back an adoption that has not yet taken effect; the version in force stays in force.

    Emits policy.adoption_cancelled. Refuses without a reason, once it has taken effect, and when a later version is
    already to follow it.
    """
    if not access.may_adopt(actor):
        raise NotYours()
    if not reason.strip():
        raise Invalid(_("Say why it is taken back."), fields={"reason": _("Say why it is taken back.")})
    hold(version.policy)
    held = list(
        PolicyVersion.objects.filter(policy_id=version.policy_id, in_force_from__isnull=False)
        .select_for_update()
        .order_by("-in_force_from")
    )
    if not held or held[0].pk != version.pk or held[0].in_force_from is None:
        raise Refused(_("Only the version that comes last can be taken back."), code="order")
    since = held[0].in_force_from
    if since <= at:
        raise Refused(_("It is in force already. Adopt another version instead."), code="in_force")
    PolicyVersion.objects.filter(pk=version.pk).update(status="published", in_force_from=None, in_force_until=None)
    if len(held) > 1:
        PolicyVersion.objects.filter(pk=held[1].pk).update(status="in_force", in_force_until=None)
    version.status, version.in_force_from = "published", None
    entries.record(
        events.PolicyAdoptionCancelled(
            policy=version.policy.name, version=version.version, version_id=version.pk, since=since
        ),
        dossier=None,
        actor=actor,
        at=at,
        remark=reason,
    )
    _turn_page(actor)
    return version


def today(company_id: UUID, at: datetime) -> date:
    """The day that it is where the company is."""
    zone = Company.objects.values_list("time_zone", flat=True).get(pk=company_id)
    return at.astimezone(ZoneInfo(zone)).date()


def hold(policy: Policy) -> None:
    """Keep others from putting a version of this regulation into force until the transaction is over."""
    Policy.objects.select_for_update(no_key=True).get(pk=policy.pk)


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


def _free(policy: Policy, number: str) -> None:
    if PolicyVersion.objects.filter(policy=policy, version=number).exists():
        reason = _("There is a version %(version)s already. Give this one another number.") % {"version": number}
        raise Invalid(reason, fields={"version": reason})


_sound: dict[str, Read] = {}
"""Contents that this process has checked, by hash: what is published is checked once, not at every step of its way."""


def sound(content: documents.Content) -> Read:
    """The policy of the content; refuses content with mistakes, naming all of them."""
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
        _("The text cannot be loaded: %(problems)s") % {"problems": "; ".join(map(str, problems))},
        code="policy_wrong",
        places=[problem.place() for problem in problems],
    )
