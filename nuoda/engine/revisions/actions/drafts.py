"""Writing a new version of a regulation."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from nuoda.engine.approvals.actions import approvals
from nuoda.engine.rulebook.access import may_draft
from nuoda.engine.rulebook.actions import versions
from nuoda.engine.rulebook.models import Policy, PolicyVersion
from nuoda.engine.rulebook.pure.documents import Content
from nuoda.engine.rulebook.pure.loading import of_content
from nuoda.engine.states.actions import moves
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused, Stale
from nuoda.foundation.journal.actions import dossiers, entries
from nuoda.foundation.journal.models import Dossier

from .. import events, facts, queries
from ..models import Draft
from ..pure import editing
from ..states import DRAFT

MATTER = "policy_version"
"""The matter under which a version is put before approvers (MN-0)."""
KIND = "policy_version"


def begin(
    *,
    policy: Policy,
    content: Content,
    actor: Actor,
    at: datetime,
    base: PolicyVersion | None = None,
    writers: Collection[UUID] | None = None,
    id: UUID | None = None,  # noqa: A002
) -> Draft:
    """Begin a draft with a content: of another version, of a file, or nearly empty.

    `writers`: whose text it is (None: the actor's own); they do not approve its adoption. A version number that is taken is
    replaced by the next free one. Emits policy_version.drafted. Refuses content that does not load or belongs to another regulation.
    """
    if not may_draft(actor):
        raise NotYours()
    taken = set(PolicyVersion.objects.filter(policy=policy).values_list("version", flat=True))
    if content.get("version") in taken:
        content = {**content, "version": editing.next_number(str(content["version"]), taken)}
    row = versions.draft(policy=policy, content=content, actor=actor, at=at)
    return _open(row, base=base, writers=writers, actor=actor, at=at, id=id)


def begin_from(
    *,
    version: PolicyVersion,
    actor: Actor,
    at: datetime,
    empty: bool = False,
    id: UUID | None = None,  # noqa: A002
) -> Draft:
    """Begin a draft from another version, with the next free number; it binds from today on, until its writer says when.

    `empty` takes over nothing but its head. Emits policy_version.drafted.
    """
    taken = set(PolicyVersion.objects.filter(policy_id=version.policy_id).values_list("version", flat=True))
    number = editing.next_number(version.version, taken)
    today = versions.today(version.company_id, at).isoformat()
    content = editing.renumbered(editing.emptied(version.content) if empty else version.content, number, today)
    writers = frozenset[UUID]() if empty else queries.writers_of(version)
    return begin(policy=version.policy, content=content, base=version, writers=writers, actor=actor, at=at, id=id)


def open_kept(*, version: PolicyVersion, actor: Actor, at: datetime) -> Dossier:
    """Open the folder of a draft that the reader of regulations made, against the version that is in force.

    Emits policy_version.drafted.
    """
    if not may_draft(actor):
        raise NotYours()
    base = queries.last_in_force(version.policy_id, besides=version.pk)
    return _open(version, base=base, writers=None, actor=actor, at=at, id=None).dossier


def take_up(
    *,
    version: PolicyVersion,
    actor: Actor,
    at: datetime,
    id: UUID | None = None,  # noqa: A002
) -> Draft:
    """Take up a version that is published and waits (the program brought it), to put it into force as it is.

    Emits policy_version.drafted. Refuses a version that is in force or was, and one that is taken up already.
    """
    if not may_draft(actor):
        raise NotYours()
    if version.status != "published":
        raise Refused(_("Only a version that is published and waits can be taken up."), code="illegal_move")
    if queries.open_draft_of(actor, version) is not None:
        raise Refused(_("It is taken up already."), code="taken_up")
    return _open(version, base=None, writers=queries.writers_of(version), actor=actor, at=at, id=id)


def _open(
    row: PolicyVersion,
    *,
    base: PolicyVersion | None,
    writers: Collection[UUID] | None,
    actor: Actor,
    at: datetime,
    id: UUID | None,  # noqa: A002
) -> Draft:
    policy = row.policy
    known = facts.of(policy.name, "editing")
    clauses = moves.check(DRAFT, None, "begin", event=events.VersionDrafted, facts=known, actor=actor, at=at)
    title = f"{of_content(row.content).title['zh-hans']} {row.version}"
    dossier = dossiers.open(kind=KIND, title=title, actor=actor, at=at, id=id or new_id(), search=[policy.code])
    made = Draft.objects.create(
        dossier=dossier,
        company_id=actor.company_id,
        policy=policy,
        draft_of=row,
        base=base,
        state="editing",
        writer_id=actor.person_id,
        begun_at=at,
        changed_at=at,
    )
    entries.record(
        events.VersionDrafted(
            version_id=row.pk,
            policy=policy.name,
            base=base.pk if base else None,
            writers=None if writers is None else sorted(writers),
        ),
        dossier=dossier,
        actor=actor,
        at=at,
        facts=known,
        clauses=clauses,
    )
    return made


def edit(*, draft: Draft, content: Content, edition: int, actor: Actor, at: datetime) -> Draft:
    """Change the text of a draft, as it was in the edition that the writer looked at.

    Emits policy_version.edited. Refuses (stale) when somebody changed it meanwhile, content that does not load, and a
    draft that is submitted or was published.
    """
    row = held(draft.pk, actor)
    version = row.draft_of
    if version is None or version.status != "draft":
        raise Refused(_("This version is published: its text never changes."), code="published")
    if row.edition != edition:
        reason = _(
            "%(name)s changed this draft meanwhile (edition %(now)d, yours was %(yours)d). Nothing was saved: keep what you "
            "wrote, load the draft again, and enter it there."
        )
        who = row.writer.name if row.writer else _("Somebody")
        raise Stale(reason % {"name": who, "now": row.edition, "yours": edition})
    versions.redraft(version, content=content, actor=actor, at=at)
    moves.move(
        DRAFT,
        row,
        "edit",
        event=events.VersionEdited(version_id=version.pk, edition=row.edition + 1, content_hash=version.hash),
        facts=facts.of(row.policy.name, row.state),
        changes={"edition": row.edition + 1, "writer_id": actor.person_id, "changed_at": at},
        dossier=row.dossier,
        actor=actor,
        at=at,
    )
    title = f"{of_content(version.content).title['zh-hans']} {version.version}"
    if row.dossier.title != title:
        dossiers.describe(row.dossier, title=title, search=[row.policy.code])
    approvals.lapse(about=row.dossier, matter=MATTER, actor=actor, at=at)
    return row


def discard(*, draft: Draft, actor: Actor, at: datetime) -> Draft:
    """Throw a draft away; its number is free again.

    Emits policy_version.discarded. Refuses one that is submitted or adopted.
    """
    row = held(draft.pk, actor)
    version = row.draft_of
    moves.move(
        DRAFT,
        row,
        "discard",
        event=events.VersionDiscarded(version_id=version.pk if version else row.pk),
        facts=facts.of(row.policy.name, "discarded"),
        changes={"changed_at": at, "writer_id": actor.person_id},
        dossier=row.dossier,
        actor=actor,
        at=at,
    )
    approvals.lapse(about=row.dossier, matter=MATTER, actor=actor, at=at, ended=True)
    if version is not None and version.status == "draft":
        with transaction.atomic():
            versions.drop(version, actor=actor)
    dossiers.close(row.dossier, at=at)
    return row


def held(pk: UUID, actor: Actor) -> Draft:
    """The draft, locked until the action is over; raises NotYours."""
    if not may_draft(actor):
        raise NotYours()
    rows = Draft.visible_to(actor).select_for_update(of=("self",), no_key=True)
    row = rows.select_related("dossier", "policy", "draft_of__policy", "writer").filter(pk=pk).first()
    if row is None:
        raise NotYours()
    return row


def policy_for(content: Content, *, actor: Actor) -> Policy:
    """The regulation that a file belongs to; a new one when the company has none of that name.

    Refuses a file without name and letters, and letters that another regulation has.
    """
    name, code = content.get("policy"), content.get("code")
    if not isinstance(name, str) or not isinstance(code, str):
        raise Invalid(_("The file does not say which regulation it is (policy, code)."))
    row = Policy.objects.filter(company_id=actor.company_id, name=name).first()
    if row is None:
        if Policy.objects.filter(company_id=actor.company_id, code=code).exists():
            raise Invalid(_("Another regulation has the letters %(code)s.") % {"code": code})
        versions.sound(content)
        row = Policy.objects.create(company_id=actor.company_id, name=name, code=code)
    return row
