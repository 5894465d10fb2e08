"""A draft from its beginning to its adoption, and what may not happen on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nuoda.engine.approvals.actions import decisions
from nuoda.engine.approvals.models import Approval
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.actions import versions
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure import documents
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused, Stale
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.orgs.tests import factories

from .. import queries
from ..actions import adoptions, drafts
from ..models import Draft
from ..pure import editing
from . import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def own() -> factories.Cast:
    return cast.company()


def test_a_draft_begins_from_the_version_in_force_with_the_next_number(own: factories.Cast) -> None:
    row = cast.begun(own)
    assert row.draft_of is not None
    assert (row.draft_of.version, row.draft_of.status, row.state) == ("2.1", "draft", "editing")
    again = cast.begun(own)
    assert again.draft_of is not None and again.draft_of.version == "2.2"


def test_only_those_who_may_draft_see_one(own: factories.Cast) -> None:
    row = cast.begun(own)
    for someone in (own.lin, own.zhao, own.ma, own.audit):
        with cast.as_(someone) as (actor, _at), pytest.raises(NotYours):
            queries.draft(actor, number=row.dossier.number)
        with cast.as_(someone) as (actor, _at):
            assert not PolicyVersion.visible_to(actor).filter(status="draft").exists()
        version = cast.manual(own)
        with cast.as_(someone) as (actor, at), pytest.raises(NotYours):
            drafts.begin_from(version=version, actor=actor, at=at)
    with cast.as_(own.chen) as (actor, _at):
        assert queries.draft(actor, number=row.dossier.number).pk == row.pk


def test_whoever_changes_an_older_edition_is_refused_and_nothing_is_lost(own: factories.Cast) -> None:
    row = cast.begun(own)
    assert row.draft_of is not None
    content = row.draft_of.content
    cast.edited(row, cast.limited(content, "3 h"), own.chen)
    with pytest.raises(Stale, match="陈静"), cast.as_(own.shen) as (actor, at):
        drafts.edit(draft=row, content=cast.limited(content, "1 h"), edition=1, actor=actor, at=at)
    with cast.as_(own.shen) as (actor, _at):
        now = queries.draft(actor, pk=row.pk)
        assert now.edition == 2 and now.draft_of is not None
        assert "3 h" in documents.export(now.draft_of.content)


def test_a_draft_that_does_not_load_is_refused_with_the_place_of_the_mistake(own: factories.Cast) -> None:
    row = cast.begun(own)
    assert row.draft_of is not None
    wrong = cast.limited(row.draft_of.content, when="severity == 7")
    with pytest.raises(Refused, match=r"MN-3\.2\.1b"), cast.as_(own.shen) as (actor, at):
        drafts.edit(draft=row, content=wrong, edition=1, actor=actor, at=at)


def test_two_versions_cannot_have_one_number(own: factories.Cast) -> None:
    row = cast.begun(own)
    assert row.draft_of is not None
    with pytest.raises(Invalid), cast.as_(own.shen) as (actor, at):
        drafts.edit(draft=row, content={**row.draft_of.content, "version": "2.0"}, edition=1, actor=actor, at=at)


def test_it_is_adopted_by_the_chain_that_the_manual_names(own: factories.Cast) -> None:
    row = cast.ready(own, transition="convert")
    approval = cast.submitted(own, row)
    with scoped(system(own.company.pk)):
        labels = [(line["label"], line["value"]) for line in approval.rounds.get().content["rows"]]  # type: ignore[index]
        said = dict(labels)["Clause changed"]
    assert "4 小时 → 2 小时" in said and "【-4】" in said and "【+2】" in said and "未结时限自起点" in said
    with cast.as_(own.chen) as (actor, at):
        decisions.approve(approval_id=approval.pk, actor=actor, at=at)
    assert cast.manual(own).version == "2.0"
    version = cast.approved(own, approval, own.shen)
    assert (version.status, version.version) == ("in_force", "2.1")
    with scoped(system(own.company.pk)) as at:
        assert version.in_force_from is not None and version.in_force_from <= at
        bound = rulebook.book(own.company.pk).rule("MN-3.2.1b/on_site", at)
        assert bound is not None and str(bound.rule.within) == "2 h"  # type: ignore[union-attr]
        types = list(Entry.objects.filter(dossier_id=row.pk).order_by("chain_seq").values_list("type", flat=True))
        assert types == [
            "policy_version.drafted", "policy_version.edited", "policy_version.submitted", "policy_version.adopted",
        ]  # fmt: skip
        assert Entry.objects.filter(type="policy.adopted", payload__version_id=str(version.pk)).count() == 1


def test_nobody_puts_a_version_into_force_past_the_chain(own: factories.Cast) -> None:
    """Negative control of the approval: the deed itself, without anybody asked."""
    row = cast.ready(own)
    with pytest.raises(Refused) as refusal, cast.as_(own.shen) as (actor, at):
        held = drafts.held(row.pk, actor)
        Draft.objects.filter(pk=row.pk).update(state="submitted")
        held.state = "submitted"
        adoptions.carry_out(held, actor=actor, at=at)
    assert (refusal.value.code, refusal.value.clauses) == ("needs_approval", ("MN-0",))


def test_an_approval_holds_for_the_text_that_was_submitted(own: factories.Cast) -> None:
    row = cast.ready(own)
    approval = cast.submitted(own, row)
    with pytest.raises(Refused), cast.as_(own.shen) as (actor, at):
        drafts.edit(draft=row, content={}, edition=row.edition, actor=actor, at=at)
    with cast.as_(own.wang) as (actor, at):
        adoptions.take_back(draft=row, actor=actor, at=at)
    with scoped(system(own.company.pk)):
        assert Approval.objects.get(pk=approval.pk).state == "lapsed"
        assert Draft.objects.get(pk=row.pk).state == "editing"


def test_a_rejected_draft_is_written_again(own: factories.Cast) -> None:
    row = cast.ready(own)
    approval = cast.submitted(own, row)
    with cast.as_(own.chen) as (actor, at):
        decisions.reject(approval_id=approval.pk, comment="两小时做不到", actor=actor, at=at)
    with scoped(system(own.company.pk)):
        found = Draft.objects.select_related("draft_of").get(pk=row.pk)
        assert found.draft_of is not None
        assert (found.state, found.draft_of.status) == ("editing", "draft")


def test_a_draft_sent_back_is_written_again_and_submitted_anew(own: factories.Cast) -> None:
    row = cast.ready(own)
    approval = cast.submitted(own, row)
    with cast.as_(own.chen) as (actor, at):
        decisions.send_back(approval_id=approval.pk, comment="说明原因", actor=actor, at=at)
    with cast.as_(own.shen) as (actor, _at):
        row = queries.draft(actor, pk=row.pk)
        assert row.state == "editing" and row.draft_of is not None
    row = cast.edited(row, cast.limited(row.draft_of.content, "3 h"), own.wang)
    assert cast.adopted(own, row).status == "in_force"


def test_approvers_are_told_what_a_draft_from_an_older_version_would_take_back(own: factories.Cast) -> None:
    """Another draft came into force meanwhile; this one has its clauses as they were before."""
    row = cast.begun(own)
    assert row.draft_of is not None
    content = row.draft_of.content
    other = next(clause for clause in content["clauses"] if clause["id"] not in (cast.ON_SITE, "MN-0"))
    changed = {**other, "text": {**other["text"], "zh-hans": other["text"]["zh-hans"] + "（修订）"}}
    row = cast.edited(row, editing.put(content, other["id"], changed)[0], own.wang)

    def told(approval: Approval) -> dict[str, str]:
        with scoped(system(own.company.pk)):
            return {line["label"]: line["value"] for line in approval.rounds.latest("number").content["rows"]}  # type: ignore[index]

    first = cast.submitted(own, row)
    assert "Takes back a later change" not in told(first)
    with cast.as_(own.wang) as (actor, at):
        adoptions.take_back(draft=row, actor=actor, at=at)
    cast.adopted(own, cast.ready(own))
    assert told(cast.submitted(own, row))["Takes back a later change"] == f"2.2: {cast.ON_SITE}"


def test_nothing_that_changes_nothing_is_adopted(own: factories.Cast) -> None:
    version = cast.manual(own)
    with cast.as_(own.shen) as (actor, at):
        row = drafts.begin(policy=version.policy, content=version.content, base=version, actor=actor, at=at)
        assert row.draft_of is not None
        found = adoptions.changes(row.draft_of)
        assert [part.what for part in found.head] == ["number"] and not found.changes


def test_it_binds_from_its_day_on_and_until_then_it_can_be_taken_back(own: factories.Cast) -> None:
    row = cast.ready(own)
    assert row.draft_of is not None
    with scoped(system(own.company.pk)) as at:
        day = (at + timedelta(days=20)).date().isoformat()
    row = cast.edited(row, {**row.draft_of.content, "effective": day}, own.wang)
    version = cast.adopted(own, row)
    with scoped(system(own.company.pk)) as at:
        assert version.in_force_from is not None and version.in_force_from > at + timedelta(days=15)
        bound = rulebook.book(own.company.pk).rule("MN-3.2.1b/on_site", at)
        assert bound is not None and str(bound.rule.within) == "4 h"  # type: ignore[union-attr]
    with cast.as_(own.shen) as (actor, at), pytest.raises(Invalid):
        adoptions.cancel(draft=row, reason=" ", actor=actor, at=at)
    with cast.as_(own.chen) as (actor, at), pytest.raises(NotYours):
        adoptions.cancel(draft=row, reason="再议", actor=actor, at=at)
    with cast.as_(own.shen) as (actor, at):
        adoptions.cancel(draft=row, reason="经销商来不及准备", actor=actor, at=at)
    with scoped(system(own.company.pk)) as at:
        assert PolicyVersion.objects.get(pk=version.pk).status == "published"
        [held] = [r for r in rulebook.in_force(system(own.company.pk), at) if r.policy.name == "manual"]
        assert (held.version, held.in_force_until) == ("2.0", None)
        assert Entry.objects.filter(type="policy.adoption_cancelled").count() == 1


def test_what_binds_already_cannot_be_taken_back(own: factories.Cast) -> None:
    row = cast.ready(own)
    cast.adopted(own, row)
    with cast.as_(own.shen) as (actor, at), pytest.raises(Refused) as refusal:
        adoptions.cancel(draft=row, reason="后悔", actor=actor, at=at)
    assert refusal.value.code == "in_force"


def test_a_draft_thrown_away_leaves_its_number_free(own: factories.Cast) -> None:
    row = cast.begun(own)
    with cast.as_(own.shen) as (actor, at):
        drafts.discard(draft=row, actor=actor, at=at)
    assert not PolicyVersion.objects.filter(version="2.1", policy=row.policy).exists()
    with scoped(system(own.company.pk)):
        assert Draft.objects.get(pk=row.pk).state == "discarded"


def test_a_published_version_that_waits_can_be_taken_up_as_it_is(own: factories.Cast) -> None:
    base = cast.manual(own)
    actor = system(own.company.pk)
    with scoped(actor) as at:
        content = editing.renumbered(cast.limited(base.content), "2.5", base.effective_date.isoformat())
        shipped = versions.draft(policy=base.policy, content=content, actor=actor, at=at, shipped=True)
        versions.publish(shipped, actor=actor, at=at)
    with cast.as_(own.shen) as (someone, at):
        row = drafts.take_up(version=shipped, actor=someone, at=at)
    with cast.as_(own.shen) as (someone, at), pytest.raises(Refused):
        drafts.take_up(version=shipped, actor=someone, at=at)
    with cast.as_(own.shen) as (someone, at), pytest.raises(Refused):
        drafts.edit(draft=row, content=content, edition=1, actor=someone, at=at)
    assert cast.adopted(own, row).pk == shipped.pk


def test_the_database_itself_keeps_what_is_published(own: factories.Cast) -> None:
    from django.db import IntegrityError, transaction

    version = cast.adopted(own, cast.ready(own))
    with scoped(system(own.company.pk)), pytest.raises(IntegrityError), transaction.atomic():
        PolicyVersion.objects.filter(pk=version.pk).update(content={})
    with scoped(system(own.company.pk)), pytest.raises(IntegrityError), transaction.atomic():
        PolicyVersion.objects.filter(pk=version.pk).update(status="published", in_force_from=None)
