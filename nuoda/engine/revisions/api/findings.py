"""What is wrong with regulations: findings of a careful reader, a draft tried on a real case, examples that come out otherwise."""

from __future__ import annotations

from nuoda.engine.clocks.api.derivations import DerivedOut
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure import objections
from nuoda.engine.rulebook.pure.linting import Finding, Severity
from nuoda.engine.rulebook.pure.policies import ExpectedDeadline
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.base.pure.operations import Call, Name, Shape, read

from .. import queries
from ..access import WRITERS
from ..pure.takeovers import Other
from ..web.lint import KINDS
from .drafts import found, version_of


class FindingOut(Shape):
    """What a careful reader objects to. `message` is about the very place, `what` its kind in words, `advice` what to do.
    Line and column are those of the exported file."""

    policy: str
    version: str
    clause: str
    code: str
    severity: Severity
    what: str
    advice: str
    message: str
    line: int
    column: int

    @classmethod
    def of(cls, found: Finding, version: PolicyVersion) -> FindingOut:
        what, advice = KINDS.get(found.code, (found.code, ""))
        return cls(
            policy=found.policy,
            version=version.version,
            clause=found.clause,
            code=found.code,
            severity=found.severity,
            what=str(what),
            advice=str(advice),
            message=objections.said(found.message, language()),
            line=found.line,
            column=found.column,
        )


class TriedOut(Shape):
    """A time limit of a case as it is counted now and as the draft would count it; null where there is none."""

    ref: str
    differs: bool
    live: DerivedOut | None
    draft: DerivedOut | None


class OfSeverity(Shape):
    policy: Name | None = None
    severity: Severity | None = None


@read("/drafts/{draft}/lint", scope="rulebook:read", roles=WRITERS)
def lint_draft(call: Call, draft: Name, query: OfSeverity) -> list[FindingOut]:
    """Say what a careful reader would object to in a draft, beside the other regulations in force."""
    row = found(call, draft)
    version = version_of(row)
    return [FindingOut.of(one, version) for one in queries.lint_draft(call.actor, row, call.at) if _asked(one, query)]


@read("/lint", scope="rulebook:read", roles=WRITERS)
def lint_rulebook(call: Call, query: OfSeverity) -> list[FindingOut]:
    """Say what a careful reader would object to in the regulations in force."""
    told = queries.lint(call.actor, call.at)
    return [FindingOut.of(one, row) for row, findings in told for one in findings if _asked(one, query)]


@read("/drafts/{draft}/cases/{number}", scope="rulebook:read", roles=WRITERS)
def try_draft(call: Call, draft: Name, number: Name) -> list[TriedOut]:
    """Try a draft on a real case: every time limit of it as it is counted now and under the draft, those that differ first."""
    return [
        TriedOut(
            ref=one.ref,
            differs=one.differs,
            live=DerivedOut.of(one.live) if one.live else None,
            draft=DerivedOut.of(one.draft) if one.draft else None,
        )
        for one in queries.preview(call.actor, found(call, draft), number, call.at)
    ]


class ExpectedOut(Shape):
    """A time limit as an example promises it, or as it comes out; moments are local times of the company."""

    clock: str
    due: str
    state: str
    round: int

    @classmethod
    def of(cls, one: ExpectedDeadline) -> ExpectedOut:
        due = f"{one.due:%Y-%m-%d %H:%M}" if one.due else ""
        return cls(clock=one.clock, due=due, state=one.state, round=one.round)


class OtherOut(Shape):
    """An example of a clock that comes out otherwise; `key` names it when its new result is taken over."""

    key: str
    clause: str
    name: dict[str, str]
    expected: list[ExpectedOut]
    found: list[ExpectedOut]

    @classmethod
    def of(cls, one: Other) -> OtherOut:
        return cls(
            key=one.key,
            clause=one.clause_id,
            name=dict(one.name),
            expected=[ExpectedOut.of(told) for told in one.expected],
            found=[ExpectedOut.of(told) for told in one.found],
        )


@read("/drafts/{draft}/examples", scope="rulebook:read", roles=WRITERS)
def list_other_examples(call: Call, draft: Name) -> list[OtherOut]:
    """List the examples of time limits that come out otherwise than their clause says: either the rule is wrong, or the new
    result is meant and is to be taken over. A draft with such examples in a changed clause cannot be submitted."""
    policy = rulebook.policy_of(version_of(found(call, draft)))
    return [OtherOut.of(one) for one in queries.other_outcomes(policy, call.actor, call.at)]


def _asked(one: Finding, query: OfSeverity) -> bool:
    return query.policy in (None, one.policy) and query.severity in (None, one.severity)
