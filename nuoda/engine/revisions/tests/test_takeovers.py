"""A changed limit against the examples of its clause: told, refused on submission, taken over by the writer or mended."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from nuoda.engine.rulebook.pure.loading import of_content
from nuoda.engine.rulebook.pure.situations import Outcome
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.orgs.tests import factories

from .. import queries
from ..actions import adoptions
from ..models import Draft
from ..pure import editing
from . import cast
from .cast import as_
from .test_pages import fields, page_is_sound, said, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def own() -> factories.Cast:
    return cast.company()


def two_hours(of: factories.Cast) -> Draft:
    """A draft with 2 h on site, whose examples still promise 4 h."""
    row = cast.begun(of)
    assert row.draft_of is not None
    before = row.draft_of.content
    changed = cast.limited(before)
    kept = before["clauses"][editing.place(before, cast.ON_SITE)]["examples"]
    clause = {**changed["clauses"][editing.place(changed, cast.ON_SITE)], "examples": kept}
    return cast.edited(row, editing.put(changed, cast.ON_SITE, clause)[0], of.wang)


def test_a_text_that_breaks_its_own_promise_is_not_submitted(own: factories.Cast) -> None:
    row = two_hours(own)
    with as_(own.wang) as (actor, at), pytest.raises(Refused, match=re.escape(cast.ON_SITE)) as refusal:
        adoptions.submit(draft=row, actor=actor, at=at)
    assert refusal.value.code == "examples"
    assert stored(own).state == "editing"


def test_a_promise_that_nobody_touched_does_not_stand_in_the_way(
    own: factories.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = cast.ready(own)
    wrong = Outcome("MN-1.1", "of another calendar", "a #1 kept", "a #1 missed")
    monkeypatch.setattr(queries, "outcomes", lambda policy, actor, at: iter([wrong]))
    with as_(own.wang) as (actor, at):
        adoptions.submit(draft=row, actor=actor, at=at)
    assert stored(own).state == "submitted"


def test_the_writer_takes_new_results_over(client: Client, own: factories.Cast) -> None:
    row = two_hours(own)
    factories.login(client, own.wang)
    url = reverse("revisions:take_over", args=[row.dossier.number])
    page = client.get(url)
    page_is_sound(page)
    others = page.context["form"].others
    assert {other.clause_id for other in others} == {cast.ON_SITE}
    first = others[0]
    assert f"{first.found[1].due:%Y-%m-%d %H:%M}" in said(page), "the new due time is shown"
    sent = fields(page)
    answer = client.post(url, sent)
    assert answer.status_code == 422, "nothing is ticked"
    names = {f"{first.key}:zh-hans": "周五 17:50 停机，19:50 前到场"}
    ticked = {f"{other.key}:take": "on" for other in others}
    assert client.post(url, sent | ticked | names).status_code == 302
    row = stored(own)
    assert row.draft_of is not None
    policy = of_content(row.draft_of.content)
    clause = next(clause for clause in policy.clauses if clause.id == cast.ON_SITE)
    assert clause.examples[first.number].name["zh-hans"] == "周五 17:50 停机，19:50 前到场"
    with as_(own.wang) as (actor, at):
        assert all(one.right for one in queries.outcomes(policy, actor, at))
        adoptions.submit(draft=row, actor=actor, at=at)
