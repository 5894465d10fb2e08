"""Drafts: beginning, importing, reading one, what it changes and what is wrong with it, and its way into force."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import Field

from nuoda.engine.approvals.models import Approval
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.api.policies import Number
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure import documents
from nuoda.engine.rulebook.pure.facts import SUBJECTS
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.base.pure.operations import (
    Call,
    FileAnswer,
    Listing,
    Made,
    Name,
    Nothing,
    Paging,
    Ref,
    Shape,
    Text,
    Upload,
    named,
    read,
    write,
)
from nuoda.foundation.base.pure.refusals import Invalid, NotYours
from nuoda.foundation.ui.api.paging import paged

from .. import queries
from ..access import WRITERS
from ..actions import adoptions, drafts
from ..models import Draft
from ..pure import editing
from ..web import outcomes
from ..web.drafts import LARGEST
from .redlines import RedlineOut

DIRECTOR = frozenset({"director"})
DraftState = Literal["editing", "submitted", "adopted", "discarded", "cancelled"]
Way = Literal["keep", "convert", "restart", "end"]


class DraftOut(Shape):
    """A draft. `version` is the number it will have, `base` the version it was begun from; `edition` counts its changes and is
    to be named when it is changed again."""

    id: UUID
    number: str
    policy: str
    title: str
    version: str
    version_id: UUID | None
    base: str
    state: DraftState
    edition: int
    effective: date | None
    writer: Ref | None
    begun_at: datetime
    changed_at: datetime

    @classmethod
    def of(cls, row: Draft) -> DraftOut:
        return cls(**_told(row))


class OutcomeOut(Shape):
    """An example of a clause that comes out otherwise than it promises."""

    clause: str
    name: str
    expected: str
    found: str


class TransitionOut(Shape):
    """What becomes of what is open of a clock or of a periodic duty when the draft takes effect; `open` counts it now."""

    of: Literal["clock", "duty"]
    ref: str
    way: str
    open: int


class DraftClause(Shape):
    """A clause of a draft in one line; `change` is '' where it is as it was."""

    id: str
    section: str
    text: dict[str, str]
    change: Literal["", "added", "removed", "changed", "moved"]


class DraftWhole(DraftOut):
    """A draft with its clauses, the clauses it removes, examples that come out otherwise, what becomes of open time limits
    when it takes effect, and approvals asked for. `editable`: its text can be changed now."""

    against: str
    editable: bool
    clauses: list[DraftClause]
    removed: list[str]
    examples: int
    wrong: list[OutcomeOut]
    transitions: list[TransitionOut]
    approvals: list[str]


class DraftFilter(Paging):
    state: DraftState | None = None
    policy: Name | None = None


@read("/drafts", scope="rulebook:read", roles=WRITERS)
def list_drafts(call: Call, query: DraftFilter) -> Listing[DraftOut]:
    """List drafts of regulations, the one changed last first."""
    rows = queries.drafts(call.actor).order_by()
    if query.state is not None:
        rows = rows.filter(state=query.state)
    if query.policy is not None:
        rows = rows.filter(policy__name=query.policy)
    return paged(rows, ("-changed_at",), query, DraftOut.of)


class BeginDraft(Made):
    policy: Name = Field(description="Name of the regulation ('manual').")
    version: Number = Field("in-force", description="The version to begin from.")
    empty: bool = Field(False, description="Take over nothing but title, roles and scope.")


@write("/drafts", scope="rulebook:write", roles=WRITERS, status=201)
def begin_draft(call: Call, body: BeginDraft) -> DraftWhole:
    """Begin a draft from a version of a regulation; it gets the next free number and binds from today on until its head says
    otherwise."""
    base = rulebook.version_called(call.actor, body.policy, _number(body.version), call.at)
    made = drafts.begin_from(version=base, empty=body.empty, id=body.id, actor=call.actor, at=call.at)
    return whole(call, made.pk)


@write("/drafts/import", scope="rulebook:write", roles=WRITERS, status=201)
def import_draft(call: Call, body: Made, file: Upload) -> DraftWhole:
    """Begin a draft from a file (YAML) as this program writes it, of a regulation that is known or of a new one.

    A version number that is taken is replaced by the next free one. Mistakes are told with line and column of the file.
    """
    content = file.file.read(LARGEST + 1)
    if len(content) > LARGEST:
        reason = _("The file is larger than a regulation can be. Send one regulation, at most 2 MB.")
        raise Invalid(reason, fields={"file": reason})
    try:
        checked = editing.whole(content.decode("utf-8"), SUBJECTS)
    except UnicodeDecodeError as error:
        reason = _("The file is not UTF-8 text. Save it as UTF-8 and send it again.")
        raise Invalid(reason, fields={"file": reason}) from error
    except documents.PolicyError as error:
        checked = editing.Checked({}, tuple(error.problems))
    if checked.problems:
        reason = _("Nothing was saved: the text has mistakes. The places say where.")
        raise Invalid(reason, fields={"file": reason}, places=[one.place() for one in checked.problems])
    policy = drafts.policy_for(checked.content, actor=call.actor)
    made = drafts.begin(policy=policy, content=checked.content, id=body.id, actor=call.actor, at=call.at)
    return whole(call, made.pk)


@write("/policies/{policy}/versions/{version}/take-up", scope="rulebook:write", roles=WRITERS, status=201)
def take_up_version(call: Call, policy: Name, version: Number, body: Made) -> DraftWhole:
    """Take up a version that is published and waits, to submit it for adoption as it is."""
    row = rulebook.version_called(call.actor, policy, _number(version), call.at)
    made = drafts.take_up(version=row, id=body.id, actor=call.actor, at=call.at)
    return whole(call, made.pk)


@read("/drafts/{draft}", scope="rulebook:read", roles=WRITERS)
def get_draft(call: Call, draft: Name) -> DraftWhole:
    """Show a draft: its clauses and which of them change, examples that come out otherwise, what becomes of open time limits."""
    return whole(call, found(call, draft).pk)


@read("/drafts/{draft}/file", scope="rulebook:read", roles=WRITERS)
def download_draft(call: Call, draft: Name) -> FileAnswer:
    """Get the text of a draft as its file (YAML)."""
    version = version_of(found(call, draft))
    content = documents.export(version.content).encode()
    return FileAnswer(content, "application/yaml; charset=utf-8", f"{version.policy.name}-{version.version}.yaml")


@read("/drafts/{draft}/compare", scope="rulebook:read", roles=WRITERS)
def compare_draft(call: Call, draft: Name) -> RedlineOut:
    """Compare a draft with the version whose place it would take."""
    version = version_of(found(call, draft))
    before = queries.before(version)
    told = queries.redline(before, version, language())
    return RedlineOut.of(before.version if before else "", version.version, told)


class SubmitDraft(Shape):
    """`transitions` says what becomes of the open time limits of a clock, or the open duties of a cadence, when the version takes
    effect: they keep the version they began under, are converted to the new rule from their start, restart when it takes
    effect, or (duties only) end."""

    comment: Text = Field("", max_length=1000, description="For the approvers.")
    transitions: dict[str, Way] = Field({}, max_length=200, description="By name: {'MN-3.2.1b/on_site': 'convert'}.")


@write("/drafts/{draft}/submit", scope="rulebook:write", roles=WRITERS)
def submit_draft(call: Call, draft: Name, body: SubmitDraft) -> DraftWhole:
    """Submit a draft to be put into force on its effective date; where the book asks for an approval, it is asked for."""
    row = found(call, draft)
    adoptions.submit(
        draft=row, comment=body.comment, transitions=body.transitions, actor=call.actor, at=call.at
    )  # fmt: skip
    return whole(call, row.pk)


@write("/drafts/{draft}/take-back", scope="rulebook:write", roles=WRITERS)
def take_back_draft(call: Call, draft: Name, body: Nothing) -> DraftWhole:
    """Take a submitted draft back to change it; nobody need decide about it any more."""
    row = found(call, draft)
    adoptions.take_back(draft=row, actor=call.actor, at=call.at)
    return whole(call, row.pk)


@write("/drafts/{draft}/discard", scope="rulebook:write", roles=WRITERS)
def discard_draft(call: Call, draft: Name, body: Nothing) -> DraftOut:
    """Throw a draft away; its number is free again."""
    row = found(call, draft)
    drafts.discard(draft=row, actor=call.actor, at=call.at)
    return DraftOut.of(queries.draft(call.actor, pk=row.pk))


class TakenBack(Shape):
    reason: Text = Field(min_length=1, max_length=1000)


@write("/drafts/{draft}/cancel", scope="rulebook:write", roles=DIRECTOR)
def cancel_adoption(call: Call, draft: Name, body: TakenBack) -> DraftWhole:
    """Take an adoption back before it takes effect; the version in force goes on."""
    row = found(call, draft)
    adoptions.cancel(draft=row, reason=body.reason, actor=call.actor, at=call.at)
    return whole(call, row.pk)


def found(call: Call, draft: str) -> Draft:
    """The draft of that number or id; raises NotYours."""
    known = named(draft)
    return queries.draft(call.actor, number=known.get("number", ""), pk=known.get("id"))


def version_of(row: Draft) -> PolicyVersion:
    """The version that the draft becomes; one that was thrown away has none."""
    if row.draft_of is None:
        raise NotYours
    return row.draft_of


def whole(call: Call, pk: UUID) -> DraftWhole:
    """The draft as it stands now."""
    row = queries.draft(call.actor, pk=pk)
    version = row.draft_of
    if version is None:
        nothing: Any = {"clauses": [], "removed": [], "wrong": [], "transitions": [], "approvals": []}
        return DraftWhole(**_told(row), against="", editable=False, examples=0, **nothing)
    policy, before = rulebook.policy_of(version), queries.before(version)
    changes = {change.clause_id: change.kind for change in queries.redline(before, version, language()).changes}
    examples = outcomes.of_policy(policy, call.actor, call.at)
    asked = Approval.visible_to(call.actor).filter(about_id=row.pk).order_by("-submitted_at")
    return DraftWhole(
        **_told(row),
        against=before.version if before else "",
        editable=row.state == "editing" and version.status == "draft",
        clauses=[
            DraftClause(id=one.id, section=one.section, text=dict(one.text), change=changes.get(one.id, ""))
            for one in policy.clauses
        ],
        removed=[clause_id for clause_id, kind in changes.items() if kind == "removed"],
        examples=sum(map(len, examples.values())),
        wrong=[
            OutcomeOut(clause=clause, name=one.name, expected=one.expected, found=one.found)
            for clause, told in examples.items()
            for one in told
            if not one.right
        ],
        transitions=[
            *(_transition("clock", one) for one in queries.affected(call.actor, version, call.at)),
            *(_transition("duty", one) for one in queries.affected_duties(call.actor, version)),
        ],
        approvals=list(asked.values_list("dossier__number", flat=True)),
    )


def _transition(of: Literal["clock", "duty"], one: queries.Affected) -> TransitionOut:
    return TransitionOut(of=of, ref=one.ref, way=one.way, open=one.open)


def _told(row: Draft) -> dict[str, Any]:
    version = row.draft_of
    return {
        "id": row.pk,
        "number": row.dossier.number,
        "policy": row.policy.name,
        "title": row.dossier.title,
        "version": version.version if version else "",
        "version_id": version.pk if version else None,
        "base": row.base.version if row.base else "",
        "state": row.state,
        "edition": row.edition,
        "effective": version.effective_date if version else None,
        "writer": Ref(id=row.writer.pk, name=row.writer.name) if row.writer else None,
        "begun_at": row.begun_at,
        "changed_at": row.changed_at,
    }


def _number(version: str) -> str:
    return "" if version == "in-force" else version
