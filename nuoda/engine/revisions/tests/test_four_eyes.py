"""Four eyes: whoever wrote any part of a draft does not approve its adoption, whoever submits it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from nuoda.engine.approvals import queries as approvals
from nuoda.engine.approvals.actions import decisions
from nuoda.engine.approvals.models import Approval
from nuoda.engine.approvals.pure.chains import resolve
from nuoda.engine.revisions import queries
from nuoda.engine.revisions.actions import adoptions, drafts
from nuoda.engine.revisions.models import Draft
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.refusals import Invalid, Refused
from nuoda.foundation.orgs.models import Person
from nuoda.foundation.orgs.tests import factories

from ..pure import editing
from . import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def own() -> factories.Cast:
    return cast.company()


def written(of: factories.Cast, *writers: Person) -> Draft:
    """A draft begun by 王强 in the place of the version in force, and changed by each of the writers."""
    row = cast.begun(of)
    for number, writer in enumerate(writers, 2):
        assert row.draft_of is not None
        row = cast.edited(row, cast.limited(row.draft_of.content, f"{number} h"), writer)
    return row


def asked(approval: Approval) -> list[str]:
    return [seat.person.name for step in approvals.steps(approval) for seat in step.seats.all()]


def test_the_writer_is_not_asked_when_somebody_else_submits(own: factories.Cast, client: Client) -> None:
    approval = cast.submitted(own, written(own, own.chen))
    with scoped(system(own.company.pk)):
        assert asked(approval) == ["沈总"]
    with cast.as_(own.chen) as (actor, at), pytest.raises(Refused) as refusal:
        decisions.approve(approval_id=approval.pk, actor=actor, at=at)
    assert refusal.value.code == "own_work" and "参与了起草" in str(refusal.value.reason)
    with scoped(system(own.company.pk)):
        number = approval.dossier.number
    page = factories.login(client, own.chen).get(reverse("approvals:approval", args=[number]))
    assert "参与了起草" in page.content.decode()
    assert cast.approved(own, approval, own.shen).version == "2.1"


def test_nobody_lets_a_writer_decide_in_his_place(own: factories.Cast) -> None:
    approval = cast.submitted(own, written(own, own.chen))
    with cast.as_(own.shen) as (actor, at), pytest.raises(Invalid, match="参与了起草"):
        decisions.transfer(approval_id=approval.pk, person=own.chen.pk, actor=actor, at=at)
    with cast.as_(own.shen) as (actor, at), pytest.raises(Invalid, match="参与了起草"):
        decisions.add_signer(approval_id=approval.pk, person=own.chen.pk, place="before", actor=actor, at=at)
    with cast.as_(own.shen) as (actor, at):
        factories.delegation(own.shen, own.chen, at - timedelta(days=1), at + timedelta(days=1))
    with cast.as_(own.chen) as (actor, at), pytest.raises(Refused) as refusal:
        decisions.approve(approval_id=approval.pk, actor=actor, at=at)
    assert refusal.value.code == "own_work"


def test_where_everybody_who_could_approve_wrote_it_the_page_says_so_before(
    own: factories.Cast, client: Client
) -> None:
    row = written(own, own.chen, own.shen)
    page = (
        factories.login(client, own.wang).get(reverse("revisions:submit", args=[row.dossier.number])).content.decode()
    )
    assert "参与了起草或提交" in page and "沈总" in page and "请为该角色增加人员" in page
    with pytest.raises(Refused) as refusal, cast.as_(own.wang) as (actor, at):
        adoptions.submit(draft=row, actor=actor, at=at)
    assert (refusal.value.code, refusal.value.clauses) == ("no_approver", ("MN-0",))
    assert cast.manual(own).version == "2.0"
    # One more director, and it goes on.
    factories.person("高总", "director", of=own.company)
    with scoped(system(own.company.pk)):
        assert queries.writers(row.pk) == {own.chen.pk, own.shen.pk}
    approval = cast.submitted(own, row)
    with scoped(system(own.company.pk)):
        assert asked(approval) == ["高总"]


def test_the_page_names_who_approves(own: factories.Cast, client: Client) -> None:
    row = written(own, own.wang)
    page = (
        factories.login(client, own.wang).get(reverse("revisions:submit", args=[row.dossier.number])).content.decode()
    )
    assert "陈静" in page and "沈总" in page


def test_a_copy_of_a_draft_has_the_writers_of_what_it_copies(own: factories.Cast) -> None:
    first = written(own, own.chen)
    assert first.draft_of is not None
    with cast.as_(own.wang) as (actor, at):
        copy = drafts.begin_from(version=first.draft_of, actor=actor, at=at)
        assert queries.writers(copy.pk) == {own.chen.pk}
        drafts.discard(draft=first, actor=actor, at=at)
        assert queries.writers(copy.pk) == {own.chen.pk}, "what it was copied from is gone, who wrote it is not"
        begun = drafts.begin_from(version=cast.manual(own), actor=actor, at=at)
        assert queries.writers(begun.pk) == frozenset(), "the text in force is nobody's work of today"
        content = {**begun.draft_of.content, "version": "9.9"}  # type: ignore[union-attr]
        own_file = drafts.begin(policy=begun.policy, content=content, actor=actor, at=at)
        assert queries.writers(own_file.pk) == {own.wang.pk}


def test_a_matter_that_bars_nobody_is_decided_as_before(own: factories.Cast) -> None:
    """Negative control: without the writers the chain asks the one who wrote it."""
    row = written(own, own.chen)
    with cast.as_(own.wang) as (actor, at):
        found = approvals.explain(actor, drafts.MATTER, row.dossier, at)
        assert found.chain is not None and [step.people for step in found.chain.waiting] == [(own.shen.pk,)]
        rules = approvals.rules_for(approvals.MATTERS[drafts.MATTER], actor, adoptions.content(row.pk, actor).known, at)
        free = resolve(
            rules, adoptions.content(row.pk, actor).known, approvals.staff_of(own.company.pk, None, at),
            submitter=own.wang.pk, dealer=None, holds=approvals.conditions(approvals.MATTERS[drafts.MATTER], actor, at),
            ladder=approvals.ladder(actor, at),
        )  # fmt: skip
        assert [step.people for step in free.waiting] == [(own.chen.pk,), (own.shen.pk,)]


def test_the_page_of_submission_says_what_the_draft_takes_back(own: factories.Cast, client: Client) -> None:
    late = cast.begun(own)
    assert late.draft_of is not None
    content = late.draft_of.content
    other = next(clause for clause in content["clauses"] if clause["id"] not in (cast.ON_SITE, "MN-0"))
    changed = {**other, "text": {**other["text"], "zh-hans": other["text"]["zh-hans"] + "（修订）"}}
    cast.edited(late, editing.put(content, other["id"], changed)[0], own.wang)
    url = reverse("revisions:submit", args=[late.dossier.number])
    factories.login(client, own.wang)
    assert "将撤回此后的修改" not in client.get(url).content.decode()
    cast.adopted(own, cast.ready(own))
    page = client.get(url).content.decode()
    assert "将撤回此后的修改" in page and cast.ON_SITE in page.split("将撤回此后的修改")[1][:600]
