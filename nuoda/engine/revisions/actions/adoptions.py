"""Putting a draft into force: submitted, approved where the book asks for it, published and adopted; or taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from nuoda.engine.approvals import queries as approved
from nuoda.engine.approvals.access import submit as asks
from nuoda.engine.approvals.actions import approvals
from nuoda.engine.approvals.models import Approval
from nuoda.engine.approvals.pure.contents import Content, Row
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.access import may_adopt, may_draft
from nuoda.engine.rulebook.actions import versions
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure.loading import of_content
from nuoda.engine.states.actions import moves
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused
from nuoda.foundation.journal.actions import dossiers

from .. import events, facts, queries
from ..models import Draft
from ..pure import editing, redline
from ..pure.redline import Change, Redline
from ..states import DRAFT
from . import drafts
from .drafts import MATTER, held


def submit(
    *, draft: Draft, actor: Actor, at: datetime, comment: str = "", transitions: Mapping[str, str] | None = None
) -> Draft:
    """Submit a draft to be put into force on its effective date, or at once where that day has come.

    `transitions` first says what becomes of open deadlines, by clock ('MN-3.2.1b/on_site': keep, convert, restart). Where the
    book asks for an approval (MN-0) it is asked for; else somebody of management adopts it hereby. Emits
    policy_version.submitted, and policy_version.edited where a transition changes. Refuses a draft in which nothing changes.
    """
    row = held(draft.pk, actor)
    if not asks(actor):
        reason = _(
            "Who administers the program writes drafts, but has no matters of his own to be approved. Ask a colleague who answers for "
            "the regulations to submit it: a service manager, the quality supervisor, or the director."
        )
        raise Refused(reason, clauses=["MN-0"], code="administrator")
    if transitions:
        row = _choose(row, transitions, actor, at)
    version = _version(row)
    found = changes(version)
    if not (found.changes or found.head):
        raise Refused(_("Nothing differs from the version in force."), code="no_change")
    _promised(version, found, actor, at)
    moves.move(
        DRAFT,
        row,
        "submit",
        event=events.VersionSubmitted(version_id=version.pk, content_hash=version.hash),
        facts=facts.of(row.policy.name, "submitted", found),
        changes={"changed_at": at, "writer_id": actor.person_id},
        dossier=row.dossier,
        actor=actor,
        at=at,
        remark=comment,
    )
    if approved.explain(actor, MATTER, row.dossier, at).needed:
        approvals.submit(matter=MATTER, about=row.dossier, actor=actor, at=at, comment=comment)
    elif not may_adopt(actor):
        raise Refused(_("No clause says who approves a new version, so only management may adopt it."), code="adopt")
    else:
        carry_out(row, actor=actor, at=at)
    return row


def _promised(version: PolicyVersion, found: Redline, actor: Actor, at: datetime) -> None:
    """Refuses a text of which a changed clause does not do what its own examples say. What did not change is let be: a
    company's calendar may differ from the one that a shipped example was written for."""
    touched = {change.clause_id for change in found.changes}
    wrong = {
        one.clause_id for one in queries.outcomes(of_content(version.content), actor, at) if not one.right
    } & touched
    if wrong:
        reason = _(
            "Examples of %(clauses)s do not come out as the clause says. Mend the rule, or take the new results over, and "
            "submit it then."
        )
        raise Refused(reason % {"clauses": ", ".join(sorted(wrong))}, clauses=sorted(wrong), code="examples")


def _choose(row: Draft, transitions: Mapping[str, str], actor: Actor, at: datetime) -> Draft:
    version = _version(row)
    try:
        content = editing.with_transitions(version.content, transitions)
    except KeyError as error:
        reason = _("The draft has no time limit of this name: %(name)s.") % {"name": error.args[0]}
        raise Invalid(reason, fields={"transitions": reason}) from error
    if content == version.content:
        return row
    return drafts.edit(draft=row, content=content, edition=row.edition, actor=actor, at=at)


def carry_out(row: Draft, *, actor: Actor, at: datetime) -> PolicyVersion:
    """Publish the version and put it into force, from its effective date on but never for a time that has passed.

    Emits policy_version.adopted, policy.published, policy.adopted. Refuses without the approval that the book asks for.
    """
    version = _version(row)
    # Of two at once the second waits here, and then finds that what was approved is no longer what would change.
    versions.hold(row.policy)
    since = max(versions.start_of(version), at)
    moves.move(
        DRAFT,
        row,
        "adopt",
        event=events.VersionAdopted(version_id=version.pk, content_hash=version.hash, since=since),
        facts=facts.of(row.policy.name, "adopted", changes(version)),
        changes={"changed_at": at},
        dossier=row.dossier,
        actor=actor,
        at=at,
    )
    # The chain of the book has decided, whoever stands at its end: what it decided is carried out.
    keeper = replace(actor, reach="system")
    if version.status == "draft":
        versions.publish(version, actor=keeper, at=at)
    versions.adopt(version, since=since, actor=keeper, at=at)
    dossiers.close(row.dossier, at=at)
    return version


def give_back(row: Draft, *, actor: Actor, at: datetime, why: str) -> None:
    """What was submitted is written again. Emits policy_version.given_back."""
    if row.state != "submitted":
        return
    moves.move(
        DRAFT,
        row,
        "give_back",
        event=events.VersionGivenBack(version_id=_version(row).pk, why=why),
        facts=facts.of(row.policy.name, "editing"),
        changes={"changed_at": at},
        dossier=row.dossier,
        actor=actor,
        at=at,
    )


def take_back(*, draft: Draft, actor: Actor, at: datetime) -> Draft:
    """The writers take a submitted draft back to change it; nobody need decide about it any more.

    Emits policy_version.given_back and approval.lapsed.
    """
    row = held(draft.pk, actor)
    if row.state != "submitted":
        raise Refused(_("It is not submitted."), code="illegal_move")
    give_back(row, actor=actor, at=at, why="taken_back")
    approvals.lapse(about=row.dossier, matter=MATTER, actor=actor, at=at, ended=True)
    return row


def cancel(*, draft: Draft, reason: str, actor: Actor, at: datetime) -> Draft:
    """Take an adoption back before it takes effect; the version in force goes on, and the open readings fall away.

    Emits policy_version.cancelled, policy.adoption_cancelled. Refuses without a reason and once it binds.
    """
    if not may_adopt(actor):
        raise NotYours()
    row = held(draft.pk, actor)
    version = _version(row)
    versions.cancel(version, actor=actor, at=at, reason=reason)
    moves.move(
        DRAFT,
        row,
        "cancel",
        event=events.VersionCancelled(version_id=version.pk),
        facts=facts.of(row.policy.name, "cancelled"),
        changes={"changed_at": at, "writer_id": actor.person_id},
        dossier=row.dossier,
        actor=actor,
        at=at,
        remark=reason,
    )
    return row


# -- what is put before the approvers --------------------------------------------------------------------


def content(about: UUID, actor: Actor) -> Content:
    """What the approvers see and approve: the redline against what binds now, and the hash of the whole text."""
    row = queries.draft(replace(actor, reach="system"), pk=about)
    version = _version(row)
    found = changes(version)
    rows = [
        Row(gettext_noop("Regulation"), f"{version.content['title']['zh-hans']} {version.version}"),
        Row(gettext_noop("Binds from"), version.effective_date.isoformat()),
        *_taken_back(row, version),
        *(Row(_KINDS[change.kind], said(change)) for change in found.changes),
        *(Row(gettext_noop("Also"), f"{part.before} → {part.after}") for part in found.head if part.what != "number"),
        Row(gettext_noop("Hash of the text (SHA-256)"), version.hash),
    ]
    known = facts.of(row.policy.name, "adopted", found)
    return Content(facts={**known, "state": "adopted"}, rows=tuple(rows))


def _taken_back(row: Draft, version: PolicyVersion) -> list[Row]:
    found = takes_back(row, version)
    return [Row(gettext_noop("Takes back a later change"), f"{found[0]}: {', '.join(found[1])}")] if found else []


def takes_back(row: Draft, version: PolicyVersion) -> tuple[str, list[str]] | None:
    """What a version that came into force after the draft was begun changed, and the draft has as before: easily overlooked.

    The version's number and the clauses; None where there is none.
    """
    last = queries.last_in_force(version.policy_id, besides=version.pk)
    if row.base is None or last is None or last.pk == row.base.pk:
        return None
    found = redline.taken_back(*(rulebook.policy_of(one) for one in (row.base, last, version)))
    return (last.version, list(found)) if found else None


def changes(version: PolicyVersion) -> Redline:
    """The redline of a version against the one whose place it takes."""
    return queries.redline(queries.last_in_force(version.policy_id, besides=version.pk), version)


def barred(about: UUID, actor: Actor) -> frozenset[UUID]:
    """Four eyes: whoever wrote any part of a draft does not approve its adoption, whoever submits it."""
    return queries.writers(about)


def may_ask(about: UUID, actor: Actor) -> bool:
    """Whoever writes drafts may ask for the adoption of one that is submitted."""
    return may_draft(actor) and Draft.visible_to(actor).filter(pk=about, state="submitted").exists()


_KINDS = {
    "added": gettext_noop("Clause added"),
    "removed": gettext_noop("Clause removed"),
    "changed": gettext_noop("Clause changed"),
    "moved": gettext_noop("Clause moved"),
}
_SIGNS = {"same": "{}", "added": "【+{}】", "removed": "【-{}】"}


def said(change: Change) -> str:
    """A change as one plain text, with what is struck out and written in between brackets."""
    lines = [f"{change.clause_id}（{change.section}）"]
    for part in change.parts:
        if part.what == "transition":
            lines.append(f"{part.name or part.key}：{_WAYS[part.after]}")
            continue
        if part.what == "duties":
            lines.append(f"{part.name or part.key}：{_DUTIES[part.after]}")
            continue
        if part.what == "example" and part.before == part.after:
            lines.append(f"示例“{part.after}”：预期结果有修改")
            continue
        limit = f"{part.limit[0]} → {part.limit[1]}：" if part.limit[0] else ""
        lines.append(limit + "".join(_SIGNS[piece.op].format(piece.text) for piece in part.pieces))
    return "\n".join(lines)


_WAYS = {"keep": "未结时限按原规定", "convert": "未结时限自起点改按新规定", "restart": "未结时限自生效时重新起算"}
_DUTIES = {
    "keep": "未结义务按原规定履行", "convert": "未结义务自本期起改按新规定", "restart": "未结义务自生效时起重新履行",
    "end": "未结义务随原版本终止",
}  # fmt: skip
"""Approvers approve the authoritative text, so what is approved is in its language, whoever reads it."""


def decided(approval: Approval, actor: Actor, at: datetime) -> None:
    """The chain is through: the version is published and put into force."""
    carry_out(held(approval.about_id, replace(actor, reach="system")), actor=actor, at=at)


def refused(approval: Approval, actor: Actor, at: datetime) -> None:
    """Somebody of the chain said no: the draft is written again."""
    give_back(held(approval.about_id, replace(actor, reach="system")), actor=actor, at=at, why="rejected")


def _version(row: Draft) -> PolicyVersion:
    if row.draft_of is None:
        raise Refused(_("This draft was thrown away."), code="discarded")
    return row.draft_of
