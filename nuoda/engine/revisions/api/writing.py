"""Changing the text of a draft: clause by clause, its head, or the whole file; mistakes are told with their places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import Field, StringConstraints

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.api.policies import ClauseId, ClauseOut, clauses_of
from nuoda.engine.rulebook.pure import documents, objections, schema
from nuoda.engine.rulebook.pure.documents import Content, PolicyError, Problem
from nuoda.engine.rulebook.pure.facts import SUBJECTS
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.base.pure.operations import Call, Day, Line, Long, Name, Shape, Text, read, write
from nuoda.foundation.base.pure.refusals import Invalid, NotYours

from .. import queries
from ..access import WRITERS
from ..actions import drafts
from ..models import Draft
from ..pure import editing, takeovers
from ..web import outcomes
from .drafts import DraftWhole, OutcomeOut, Way, found, version_of, whole

Edition = Annotated[int, Field(ge=1, le=2**31 - 1, description="`edition` of the draft that was read.")]
OtherKey = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[0-9]+(\.[0-9]+)*[a-z]?:[0-9]{1,4}$")]
ClockKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class DraftedClause(ClauseOut):
    """A clause of a draft: in words, as data (`content`) and as text (`written`, YAML), with the examples that come out otherwise
    than they promise. `edition` is to be named when it is changed."""

    edition: int
    content: dict[str, Any]
    written: str
    wrong: list[OutcomeOut]


class ClockValues(Shape):
    """What is to be replaced in a time limit or a periodic duty; '' takes a value out."""

    within: Line | None = Field(None, description="'2 h', '3 working days', or the name of a number of the regulation.")
    due: Line | None = Field(None, description="Field of the starting event with the moment by which it is due.")
    ahead: Line | None = Field(None, description="So long before that moment: '24 h', '3 working days'.")
    when: Text | None = Field(None, description="Condition over the facts at its start.")
    end_when: Text | None = None
    owner: Line | None = None
    transition: Way | None = Field(None, description="What becomes of what is open when the version takes effect.")


class ChangeClause(Shape):
    """Exactly one of `clocks`, `content` and `written`."""

    edition: Edition
    clocks: dict[ClockKey, ClockValues] | None = Field(
        None, description="Values of its time limits and periodic duties, by key: {'on_site': {'within': '2 h'}}."
    )
    content: dict[str, Any] | None = Field(None, description="The whole clause as data.")
    written: Long | None = Field(None, description="The whole clause as text (YAML).")


class AddClause(Shape):
    """Exactly one of `content` and `written`."""

    edition: Edition
    content: dict[str, Any] | None = None
    written: Long | None = None


class RemoveClause(Shape):
    edition: Edition
    withdraw: bool = Field(False, description="End what its time limits have open when the new version takes effect.")


class MoveClause(Shape):
    edition: Edition
    by: int = Field(ge=-10_000, le=10_000, description="Places further down; negative: further up.")


class Said(Shape):
    """A text in the three languages; zh-hans is authoritative."""

    zh_hans: Text = Field(alias="zh-hans", min_length=1)
    zh_hant: Text = Field(alias="zh-hant", min_length=1)
    en: Text = Field(min_length=1)

    @property
    def as_content(self) -> Content:
        return self.model_dump(by_alias=True)


class ChangeHead(Shape):
    """What is left out stays as it is."""

    edition: Edition
    version: Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)*$", max_length=20)] | None = None
    effective: Day | None = Field(None, description="The day from which it binds.")
    title: Said | None = None
    department: Said | None = None
    scope: Said | None = None
    note: Said | None = Field(None, description="What this revision is about.")


class WriteDraft(Shape):
    edition: Edition
    text: Long = Field(description="The whole regulation (YAML).")


@read("/drafts/{draft}/clauses/{clause}", scope="rulebook:read", roles=WRITERS)
def get_draft_clause(call: Call, draft: Name, clause: ClauseId) -> DraftedClause:
    """Show a clause of a draft: in words, as data and as text."""
    return _clause(call, found(call, draft), clause)


@write("/drafts/{draft}/clauses/{clause}", scope="rulebook:write", roles=WRITERS)
def change_draft_clause(call: Call, draft: Name, clause: ClauseId, body: ChangeClause) -> DraftedClause:
    """Change a clause of a draft: some values of its time limits, or the whole clause as data or as text.

    Nothing is saved when there are mistakes: `places` tells each with line and column, in the text that was sent, or in the value
    at `path` of the data.
    """
    row = found(call, draft)
    content = version_of(row).content
    try:
        before = content["clauses"][editing.place(content, clause)]
    except KeyError as error:
        raise NotYours from error
    given = [body.clocks, body.content, body.written]
    _one_of(given, "clocks, content, written")
    if body.clocks is not None:
        values = {key: one.model_dump(exclude_none=True) for key, one in body.clocks.items()}
        try:
            new: Content = editing.with_limits(before, values)
        except KeyError as error:
            reason = _("This clause has no time limit “%(key)s”.") % {"key": error.args[0]}
            raise Invalid(reason, fields={"clocks": reason}) from error
        _put(call, row, body.edition, content, clause, new)
    else:
        _put(call, row, body.edition, content, clause, body.content, body.written)
    fresh = found(call, str(row.pk))
    ids = [item["id"] for item in version_of(fresh).content["clauses"]]
    return _clause(call, fresh, clause if clause in ids else ids[editing.place(content, clause)])


@write("/drafts/{draft}/clauses", scope="rulebook:write", roles=WRITERS, status=201)
def add_draft_clause(call: Call, draft: Name, body: AddClause) -> DraftWhole:
    """Add a clause at the end of a draft."""
    row = found(call, draft)
    _one_of([body.content, body.written], "content, written")
    _put(call, row, body.edition, version_of(row).content, "", body.content, body.written)
    return whole(call, row.pk)


@write("/drafts/{draft}/clauses/{clause}/remove", scope="rulebook:write", roles=WRITERS)
def remove_draft_clause(call: Call, draft: Name, clause: ClauseId, body: RemoveClause) -> DraftWhole:
    """Remove a clause from a draft."""
    return _moved(call, draft, body.edition, lambda old: editing.remove(old, clause, withdraw=body.withdraw))


@write("/drafts/{draft}/clauses/{clause}/move", scope="rulebook:write", roles=WRITERS)
def move_draft_clause(call: Call, draft: Name, clause: ClauseId, body: MoveClause) -> DraftWhole:
    """Move a clause within a draft."""
    return _moved(call, draft, body.edition, lambda old: editing.move(old, clause, body.by))


@write("/drafts/{draft}/head", scope="rulebook:write", roles=WRITERS)
def change_draft_head(call: Call, draft: Name, body: ChangeHead) -> DraftWhole:
    """Change what stands above the clauses: number, effective date, title, department, scope, revision note."""
    texts = ("title", "department", "scope", "note")
    said = {name: getattr(body, name).as_content for name in texts if getattr(body, name) is not None}
    if body.version is not None:
        said["version"] = body.version
    if body.effective is not None:
        said["effective"] = body.effective.isoformat()
    return _moved(call, draft, body.edition, lambda old: {**old, **said})


class TakeOverExamples(Shape):
    edition: Edition
    examples: dict[OtherKey, Said | None] = Field(
        min_length=1, max_length=500,
        description="By `key` of list_other_examples: the name that fits the new result; null keeps the old one.",
    )  # fmt: skip


@write("/drafts/{draft}/examples", scope="rulebook:write", roles=WRITERS)
def take_over_examples(call: Call, draft: Name, body: TakeOverExamples) -> DraftWhole:
    """Take over the new results of examples that come out otherwise, because they are what is meant."""
    row = found(call, draft)
    version = version_of(row)
    others = {one.key: one for one in queries.other_outcomes(rulebook.policy_of(version), call.actor, call.at)}
    if unknown := sorted(set(body.examples) - set(others)):
        reason = _("Of these examples none comes out otherwise: %(keys)s.") % {"keys": ", ".join(unknown)}
        raise Invalid(reason, fields={"examples": reason})
    chosen = [(others[key], name.as_content if name else others[key].name) for key, name in body.examples.items()]
    return _moved(call, draft, body.edition, lambda old: takeovers.taken_over(old, chosen))


@write("/drafts/{draft}/text", scope="rulebook:write", roles=WRITERS)
def write_draft(call: Call, draft: Name, body: WriteDraft) -> DraftWhole:
    """Replace the whole text of a draft by a file (YAML); mistakes are told with line and column."""
    row = found(call, draft)
    version_of(row)
    try:
        checked = editing.whole(body.text, SUBJECTS)
    except PolicyError as error:
        checked = editing.Checked({}, tuple(error.problems))
    _refuse("text", checked.problems, lambda problem: problem.place())
    return _kept(call, row, checked.content, body.edition)


def _put(
    call: Call,
    row: Draft,
    edition: int,
    content: Content,
    clause_id: str,
    data: Content | None,
    text: str | None = None,
) -> None:
    """Keep the draft with the clause replaced (or added), given as data or as text; refuses mistakes with their places."""
    if text is not None:
        try:
            document = documents.parse(text)
        except PolicyError as error:
            _refuse("written", error.problems, lambda problem: problem.place())
            raise
        new, marks = editing.put(content, clause_id, document.content, document.marks)
        _refuse("written", editing.checked(new, SUBJECTS, marks).problems, lambda problem: problem.place())
    else:
        new, marks = editing.put(content, clause_id, data or {}, editing.marked(data))
        _refuse("content", editing.checked(new, SUBJECTS, marks).problems, lambda one: editing.placed(one, data))
    drafts.edit(draft=row, content=new, edition=edition, actor=call.actor, at=call.at)


def _moved(call: Call, draft: str, edition: int, change: Callable[[Content], Content]) -> DraftWhole:
    row = found(call, draft)
    try:
        content = change(version_of(row).content)
    except KeyError as error:
        raise NotYours from error
    _refuse("", editing.checked(content, SUBJECTS).problems, lambda problem: problem.place())
    return _kept(call, row, content, edition)


def _kept(call: Call, row: Draft, content: Content, edition: int) -> DraftWhole:
    drafts.edit(draft=row, content=content, edition=edition, actor=call.actor, at=call.at)
    return whole(call, row.pk)


def _refuse(field: str, problems: Sequence[Problem], tell: Callable[[Problem], dict[str, Any]]) -> None:
    if problems:
        reason = _("Nothing was saved: the text has mistakes. The places say where.")
        said = [objections.said(problem.reason, language()) for problem in problems]
        fields = {field: "\n".join(said)} if field else {}
        raise Invalid(reason, fields=fields, places=[tell(problem) for problem in problems])


def _one_of(given: Sequence[Any], names: str) -> None:
    if sum(one is not None for one in given) != 1:
        reason = _("Send exactly one of: %(names)s.") % {"names": names}
        raise Invalid(reason, fields={"body": reason})


def _clause(call: Call, row: Draft, clause: str) -> DraftedClause:
    version = version_of(row)
    policy, content = rulebook.policy_of(version), version.content
    told = next(iter(clauses_of(policy, content, only=clause)), None)
    if told is None:
        raise NotYours
    data = content["clauses"][editing.place(content, clause)]
    return DraftedClause(
        **told.model_dump(),
        edition=row.edition,
        content=documents.order(data, schema.CLAUSE_SHAPE),
        written=editing.written(data),
        wrong=[
            OutcomeOut(clause=clause, name=one.name, expected=one.expected, found=one.found)
            for one in outcomes.of_clause(policy, clause, call.actor, call.at)
            if not one.right
        ],
    )
