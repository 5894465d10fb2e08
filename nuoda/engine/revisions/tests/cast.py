"""A company under the shipped regulations, and people who revise them, for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from nuoda.engine.approvals.actions import decisions
from nuoda.engine.approvals.models import Approval
from nuoda.engine.clocks.actions import seeds
from nuoda.engine.rulebook.actions import packs
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure.documents import Content
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.orgs.models import Person
from nuoda.foundation.orgs.tests import factories

from ..actions import adoptions, drafts
from ..models import Draft
from ..pure import editing

ON_SITE = "MN-3.2.1b"
"""The clause with the four hours to be on site."""


def company() -> factories.Cast:
    """The cast in a company whose regulations are in force."""
    found = factories.cast()
    actor = system(found.company.pk)
    with scoped(actor) as at:
        packs.load(actor=actor, at=at)
        packs.adopt_all(actor=actor, at=at)
        seeds.seed(found.company.pk)
    return found


@contextmanager
def as_(someone: Person) -> Iterator[tuple[Actor, datetime]]:
    """A transaction of somebody, with the door's time."""
    actor = factories.actor(someone)
    with scoped(actor) as at:
        yield actor, at


def manual(of: factories.Cast) -> PolicyVersion:
    """The manual in force."""
    with scoped(system(of.company.pk)):
        mine = PolicyVersion.objects.filter(company_id=of.company.pk, in_force_until=None, status="in_force")
        return mine.select_related("policy").get(policy__name="manual")


def begun(of: factories.Cast, writer: Person | None = None) -> Draft:
    """A draft of the manual, begun by the service manager."""
    version = manual(of)
    with as_(writer or of.wang) as (actor, at):
        return drafts.begin_from(version=version, actor=actor, at=at)


def limited(content: Content, hours: str = "2 h", **more: Any) -> Content:
    """The content with another time to be on site."""
    index = editing.place(content, ON_SITE)
    clause = {**content["clauses"][index]}
    clause["rules"] = [
        {**rule, "within": hours, **more} if rule.get("clock") == "on_site" else rule for rule in clause["rules"]
    ]
    clause["text"] = {**clause["text"], "zh-hans": clause["text"]["zh-hans"].replace("4 小时", "2 小时")}
    clause["examples"] = [
        example
        for example in clause["examples"]
        if "expect" not in example or all(wanted["clock"] != "on_site" for wanted in example["expect"])
    ]
    if not clause["examples"]:
        del clause["examples"]
    return editing.put(content, ON_SITE, clause)[0]


def edited(row: Draft, content: Content, by: Person) -> Draft:
    with as_(by) as (actor, at):
        return drafts.edit(draft=row, content=content, edition=row.edition, actor=actor, at=at)


def ready(of: factories.Cast, hours: str = "2 h", **more: Any) -> Draft:
    """A draft in which somebody has to be on site within other hours, already written."""
    row = begun(of)
    assert row.draft_of is not None
    return edited(row, limited(row.draft_of.content, hours, **more), of.wang)


def submitted(of: factories.Cast, row: Draft, by: Person | None = None) -> Approval:
    """The approval that was asked for."""
    with as_(by or of.wang) as (actor, at):
        adoptions.submit(draft=row, actor=actor, at=at)
        return Approval.objects.get(about_id=row.pk, state="pending")


def approved(of: factories.Cast, approval: Approval, *people: Person) -> PolicyVersion:
    """The version, after everybody of the chain said yes."""
    for someone in people or (of.chen, of.shen):
        with as_(someone) as (actor, at):
            decisions.approve(approval_id=approval.pk, actor=actor, at=at)
    with scoped(system(of.company.pk)):
        row = Draft.objects.select_related("draft_of__policy").get(pk=approval.about_id)
        assert row.draft_of is not None
        return row.draft_of


def adopted(of: factories.Cast, row: Draft) -> PolicyVersion:
    return approved(of, submitted(of, row))
