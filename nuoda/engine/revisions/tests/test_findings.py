"""What is wrong with a draft is told wherever one asks; and an administrator is told why he does not submit it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from nuoda.engine.revisions import queries
from nuoda.engine.revisions.actions import adoptions
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.orgs.tests import factories

from . import cast
from .test_takeovers import two_hours

pytestmark = pytest.mark.django_db


@pytest.fixture
def own() -> factories.Cast:
    return cast.company()


def test_the_examples_of_clocks_that_fail_are_among_the_findings(own: factories.Cast) -> None:
    sound, broken = cast.ready(own), two_hours(own)
    with cast.as_(own.wang) as (actor, at):
        assert not [one for one in queries.lint_draft(actor, sound, at) if one.code == "situation"]
        found = [one for one in queries.lint_draft(actor, broken, at) if one.code == "situation"]
        others = queries.other_outcomes(queries.rulebook.policy_of(broken.draft_of), actor, at)  # type: ignore[arg-type]
    assert len(found) == len(others) > 0
    assert {(one.clause, one.severity) for one in found} == {(cast.ON_SITE, "error")} and all(
        one.line > 1 for one in found
    )


def test_an_administrator_is_told_why_he_does_not_submit(own: factories.Cast, client: Client) -> None:
    row = cast.ready(own)
    with pytest.raises(Refused) as refusal, cast.as_(own.system) as (actor, at):
        adoptions.submit(draft=row, actor=actor, at=at)
    assert refusal.value.code == "administrator"
    url = reverse("revisions:submit", args=[row.dossier.number])
    factories.login(client, own.system)
    assert client.get(url).status_code == 200
    answer = client.post(url, {"comment": ""})
    assert answer.status_code == refusal.value.status != 404 and "请由负责制度的同事提交" in answer.content.decode()
