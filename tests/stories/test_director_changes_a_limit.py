"""Four hours on site become two: 沈总 drafts it, sees what it changes, has it adopted; what is open is counted anew, and people read it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.approvals.actions import decisions
from nuoda.engine.approvals.models import Approval
from nuoda.engine.clocks import queries as clocks
from nuoda.engine.clocks.actions import turning
from nuoda.engine.clocks.web import words as told
from nuoda.engine.revisions import queries
from nuoda.engine.revisions.actions import adoptions, drafts, readings
from nuoda.engine.revisions.models import Draft
from nuoda.engine.revisions.tests.cast import limited
from nuoda.engine.revisions.web import panels
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.orgs.tests import factories as people

pytestmark = pytest.mark.django_db

ON_SITE = "MN-3.2.1b/on_site"


@pytest.fixture
def stage() -> Stage:
    return Stage.set(local(5, 10))


def drafted(stage: Stage, **more: str) -> Draft:
    with stage.acting(stage.cast.shen) as (actor, at):
        [manual] = [row for row in rulebook.in_force(actor, at) if row.policy.name == "manual"]
        draft = drafts.begin_from(version=manual, actor=actor, at=at)
        assert draft.draft_of is not None
        content = limited(draft.draft_of.content, "2 h", **more)
        return drafts.edit(draft=draft, content=content, edition=1, actor=actor, at=at)


def adopted(stage: Stage, draft: Draft) -> PolicyVersion:
    with stage.acting(stage.cast.shen) as (actor, at):
        adoptions.submit(draft=draft, comment="客户要求更快到场", actor=actor, at=at)
        approval = Approval.objects.get(about_id=draft.pk)
    stage.after(minutes=10)
    with stage.acting(stage.cast.chen) as (actor, at):
        decisions.approve(approval_id=approval.pk, actor=actor, at=at)
    with scoped(system(stage.cast.company.pk)):
        row = Draft.objects.select_related("draft_of__policy").get(pk=draft.pk)
        assert row.draft_of is not None
        return row.draft_of


def test_a_director_changes_a_limit_and_what_is_open_follows(stage: Stage) -> None:
    ticket = stage.report()
    assert stage.clocks(ticket)["MN-3.2.1b/on_site#1"].due_at == local(5, 14)
    draft = drafted(stage, transition="convert")

    # What changes, and what it would mean for the case on the desk.
    with stage.acting(stage.cast.shen) as (actor, at):
        row = queries.draft(actor, pk=draft.pk)
        assert row.draft_of is not None
        [change] = queries.redline(queries.before(row.draft_of), row.draft_of).changes
        assert ("4 小时", "2 小时") in [part.limit for part in change.parts]
        tried = {item.ref: item for item in queries.preview(actor, row, ticket.dossier.number, at)}
        assert tried[ON_SITE].live is not None and tried[ON_SITE].draft is not None
        assert (tried[ON_SITE].live.due_at, tried[ON_SITE].draft.due_at) == (local(5, 14), local(5, 12))
        assert [ref for ref, item in tried.items() if item.differs] == [ON_SITE]
        [affected] = queries.affected(actor, row.draft_of, at)
        assert (affected.ref, affected.way, affected.open) == (ON_SITE, "convert", 1)
    page = people.login(Client(), stage.cast.shen).get(
        reverse("revisions:preview", args=[row.dossier.number]), {"case": ticket.dossier.number}
    )
    assert "2026-03-05 周四 14:00" in page.content.decode() and "2026-03-05 周四 12:00" in page.content.decode()
    assert stage.clocks(ticket)["MN-3.2.1b/on_site#1"].due_at == local(5, 14), "a draft changes nothing"

    version = adopted(stage, draft)
    assert (version.status, version.in_force_from) == ("in_force", local(5, 10, 10))

    # The worker turns the page: the open deadline is counted anew from its start, and says so.
    stage.after(minutes=1)
    turning.turn(stage.cast.company.pk, version.pk, at=stage.now)
    deadline = stage.clocks(ticket)["MN-3.2.1b/on_site#1"]
    assert (deadline.due_at, deadline.version_id) == (local(5, 12), version.pk)
    with stage.acting(stage.cast.wang) as (actor, at):
        explained = next(
            item for item in clocks.explanations(actor, at=at, case_id=ticket.pk) if item.row.ref == ON_SITE
        )
        assert explained.stands and explained.derivation.agrees
        assert any("2.1" in line.text and "4" in line.text and "2" in line.text for line in told.lines(explained))
    later = stage.report()
    assert stage.clocks(later)["MN-3.2.1b/on_site#1"].due_at == local(5, 12, 11)

    # Whoever has to be on site reads it on his home, and confirms.
    with stage.acting(stage.cast.zhao) as (actor, at):
        [reading] = queries.to_read(actor, at)
        assert reading.clauses == ["MN-3.2.1b"] and panels.to_read(actor, at, None) is not None
        readings.confirm(reading_id=reading.pk, content_hash=version.hash, actor=actor, at=at)
        assert panels.to_read(actor, at, None) is None
    with stage.acting(stage.cast.chen) as (actor, at):
        [so_far] = queries.read_so_far(actor, at)
        assert so_far.confirmed == 1 and so_far.missing > 1


def test_what_is_open_may_also_stay_as_it_began(stage: Stage) -> None:
    ticket = stage.report()
    version = adopted(stage, drafted(stage))
    stage.after(minutes=1)
    turning.turn(stage.cast.company.pk, version.pk, at=stage.now)
    deadline = stage.clocks(ticket)["MN-3.2.1b/on_site#1"]
    assert deadline.due_at == local(5, 14) and deadline.version_id != version.pk


def test_nobody_changes_the_limit_alone(stage: Stage) -> None:
    draft = drafted(stage)
    with stage.acting(stage.cast.shen) as (actor, at):
        adoptions.submit(draft=draft, actor=actor, at=at)
        approval = Approval.objects.get(about_id=draft.pk)
    with pytest.raises(Refused), stage.acting(stage.cast.shen) as (actor, at):
        decisions.approve(approval_id=approval.pk, actor=actor, at=at)
    with stage.acting(stage.cast.shen) as (actor, at):
        [manual] = [row for row in rulebook.in_force(actor, at) if row.policy.name == "manual"]
        assert manual.version == "2.0"
