"""Regulations: which there are, their versions, what a version says clause by clause, its file, and how much of it runs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import StringConstraints

from nuoda.foundation.base.pure.events import REGISTRY
from nuoda.foundation.base.pure.operations import ANYBODY, Call, FileAnswer, Listing, Name, Paging, Shape, read
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.orgs.pure.roles import ROLES
from nuoda.foundation.ui.api.paging import paged

from .. import queries
from ..models import PolicyVersion
from ..pure import documents, schema
from ..pure.coverage import coverage
from ..pure.documents import Content
from ..pure.policies import Clause, Policy
from ..pure.rules import ClauseStatus
from ..pure.telling import text
from ..web.menu import STAFF
from ..web.views import language, said

Number = Annotated[str, StringConstraints(pattern=r"^(\d+(\.\d+)*|in-force)$")]
"""A version number ('2.1'), or 'in-force': the version that binds now."""
ClauseId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[0-9]+(\.[0-9]+)*[a-z]?$")]
VersionStatus = Literal["draft", "published", "in_force", "retired"]


class VersionOut(Shape):
    """A version of a regulation. `hash` is the SHA-256 of its content, whatever the order of its names; null moments: it
    does not bind, or not yet known until when."""

    id: UUID
    policy: str
    code: str
    version: str
    title: dict[str, str]
    status: VersionStatus
    effective: date
    in_force_from: datetime | None
    in_force_until: datetime | None
    published_at: datetime | None
    shipped: bool
    hash: str

    @classmethod
    def of(cls, row: PolicyVersion) -> VersionOut:
        return cls(**_told(row))


class PolicyOut(VersionOut):
    """A regulation as it binds now, with how many of its clauses run, are attested, inform, wait, or rest on a word that
    nobody has defined."""

    statuses: dict[ClauseStatus, int]


class RuleOut(Shape):
    """A rule: in words of the language asked for, and as the file has it."""

    key: str
    kind: str
    words: list[str]
    data: dict[str, Any]


class ParameterOut(Shape):
    """A number or text of a clause: in words, and as the file has it."""

    name: str
    kind: str
    words: list[str]
    data: dict[str, Any]


class ClauseOut(Shape):
    """A clause. `text` is authoritative in zh-hans; `binds` are role codes, `roles` what they are called; `awaits` the
    events of a part of the business that is still to come."""

    id: str
    section: str
    text: dict[str, str]
    source: str
    status: ClauseStatus
    binds: list[str]
    roles: list[str]
    rules: list[RuleOut]
    parameters: list[ParameterOut]
    checklist: list[dict[str, Any]]
    examples: list[dict[str, Any]]
    awaits: list[str]

    @classmethod
    def of(cls, policy: Policy, clause: Clause, data: Content) -> ClauseOut:
        told, data = said(policy, clause), documents.order(data, schema.CLAUSE_SHAPE)
        return cls(
            id=clause.id,
            section=clause.section,
            text=dict(clause.text),
            source=clause.source,
            status=clause.status,
            binds=list(clause.binds),
            roles=[called(policy, code) for code in clause.binds],
            rules=[
                RuleOut(key=rule.key, kind=type(rule).__name__.removesuffix("Rule").lower(), words=words, data=item)
                for rule, words, item in zip(clause.rules, told.rules, data.get("rules", ()), strict=True)
            ],
            parameters=[
                ParameterOut(name=one.name, kind=one.kind, words=words, data=item)
                for one, words, item in zip(clause.parameters, told.parameters, data.get("parameters", ()), strict=True)
            ],
            checklist=list(data.get("checklist", ())),
            examples=list(data.get("examples", ())),
            awaits=list(clause.waiting.events) if clause.waiting else [],
        )


class VersionWhole(VersionOut):
    """A version with everything it says."""

    department: dict[str, str]
    scope: dict[str, str]
    note: dict[str, str]
    role_names: dict[str, dict[str, str]]
    definitions: list[dict[str, Any]]
    withdraws: list[str]
    clauses: list[ClauseOut]

    @classmethod
    def by(cls, row: PolicyVersion) -> VersionWhole:
        policy, content = queries.policy_of(row), row.content
        return cls(
            **_told(row),
            department=dict(policy.department),
            scope=dict(policy.scope),
            note=dict(policy.note),
            role_names={role.code: dict(role.name) for role in policy.roles},
            definitions=list(content.get("definitions", ())),
            withdraws=list(policy.withdraws),
            clauses=clauses_of(policy, content),
        )


class ClauseFound(ClauseOut):
    """A clause with the version of the regulation that says so."""

    policy: str
    version: str


class NeedOut(Shape):
    """An event that a clause names; `heard`: something in the program emits it."""

    event: str
    heard: bool


class CoverageOut(Shape):
    """What becomes of a clause, by which kinds of rule, and which events it needs."""

    clause: str
    policy: str
    version: str
    section: str
    status: ClauseStatus
    kinds: list[str]
    events: list[NeedOut]
    waits_for: dict[str, str] | None
    undefined: list[str]


class OfPolicy(Shape):
    policy: Name | None = None


@read("/policies", scope="rulebook:read", roles=STAFF)
def list_policies(call: Call) -> list[PolicyOut]:
    """List the regulations in force, with how much of each runs."""
    return [
        PolicyOut(**_told(row), statuses=queries.policy_of(row).counts())
        for row in queries.in_force(call.actor, call.at)
    ]


@read("/policies/{policy}/versions", scope="rulebook:read", roles=STAFF)
def list_policy_versions(call: Call, policy: Name, query: Paging) -> Listing[VersionOut]:
    """List the versions of a regulation, the newest first; drafts and what waits are shown to those who write drafts."""
    if not queries.policies(call.actor).filter(name=policy).exists():
        raise NotYours
    rows = queries.versions(call.actor).filter(policy__name=policy).order_by()
    return paged(rows, ("-effective_date", "-made_at"), query, VersionOut.of)


@read("/policies/{policy}/versions/{version}", scope="rulebook:read", roles=STAFF)
def get_policy_version(call: Call, policy: Name, version: Number) -> VersionWhole:
    """Show a version with its clauses: text, source, status, and every rule in words and as data.

    `in-force` stands for the version that binds now.
    """
    return VersionWhole.by(_version(call, policy, version))


@read("/policies/{policy}/versions/{version}/file", scope="rulebook:read", roles=STAFF)
def download_policy_version(call: Call, policy: Name, version: Number) -> FileAnswer:
    """Get a version as its file (YAML): the very bytes that import_draft takes again."""
    row = _version(call, policy, version)
    content = documents.export(row.content).encode()
    return FileAnswer(content, "application/yaml; charset=utf-8", f"{row.policy.name}-{row.version}.yaml")


@read("/clauses/{clause}", scope="rulebook:read", roles=ANYBODY)
def get_clause(call: Call, clause: ClauseId) -> ClauseFound:
    """Show one clause as it binds now; refusals and time limits name it."""
    for row in queries.in_force(call.actor, call.at):
        policy = queries.policy_of(row)
        for one in clauses_of(policy, row.content, only=clause):
            return ClauseFound(**one.model_dump(), policy=policy.name, version=policy.version)
    raise NotYours


@read("/coverage", scope="rulebook:read", roles=STAFF)
def get_coverage(call: Call, query: OfPolicy) -> list[CoverageOut]:
    """Say for every clause in force whether it runs, is attested, informs, waits or is undefined, and why."""
    known = [queries.policy_of(row) for row in queries.in_force(call.actor, call.at)]
    if query.policy is not None and query.policy not in {policy.name for policy in known}:
        raise NotYours
    wanted = [policy for policy in known if query.policy in (None, policy.name)]
    return [CoverageOut(**line.as_json()) for line in coverage(wanted, REGISTRY)]


def called(policy: Policy, code: str) -> str:
    """A role as the regulation calls it, else as the program does."""
    own = next((text(role.name, language()) for role in policy.roles if role.code == code), "")
    return own or (str(ROLES[code].label) if code in ROLES else code)


def clauses_of(policy: Policy, content: Content, *, only: str = "") -> list[ClauseOut]:
    """The clauses of a version in its order, or the one with that id."""
    pairs = zip(policy.clauses, content["clauses"], strict=True)
    return [ClauseOut.of(policy, clause, data) for clause, data in pairs if only in ("", clause.id)]


def _version(call: Call, policy: str, number: str) -> PolicyVersion:
    return queries.version_called(call.actor, policy, "" if number == "in-force" else number, call.at)


def _told(row: PolicyVersion) -> dict[str, Any]:
    return {
        "id": row.pk,
        "policy": row.policy.name,
        "code": row.policy.code,
        "version": row.version,
        "title": row.content["title"],
        "status": row.status,
        "effective": row.effective_date,
        "in_force_from": row.in_force_from,
        "in_force_until": row.in_force_until,
        "published_at": row.published_at,
        "shipped": row.shipped,
        "hash": row.hash,
    }
