"""A regulation goes out as a file and comes in again without loss, through the text of a clause too."""

from __future__ import annotations

from typing import Any

import pytest

from nuoda.engine.rulebook.actions import packs
from nuoda.engine.rulebook.models import Policy, PolicyVersion
from nuoda.engine.rulebook.pure import documents, loading
from nuoda.engine.rulebook.pure.facts import SUBJECTS
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.orgs.tests import factories

from ..actions import drafts
from ..pure import editing
from . import cast

FILES = list(packs.files())


@pytest.mark.django_db
def test_all_four_and_an_edited_draft_come_back_byte_for_byte() -> None:
    own = cast.company()
    row = cast.ready(own, transition="convert")
    with scoped(system(own.company.pk)):
        versions = list(PolicyVersion.objects.select_related("policy"))
    assert len(versions) == 5 and row.draft_of_id in {version.pk for version in versions}
    other = factories.cast("另一家公司")
    actor = system(other.company.pk)
    for version in versions:
        text = documents.export(version.content)
        content = documents.parse(text).content
        with scoped(actor) as at:
            Policy.objects.get_or_create(company_id=actor.company_id, name=content["policy"], code=content["code"])
            policy = drafts.policy_for(content, actor=actor)
            made = drafts.begin(policy=policy, content=content, actor=actor, at=at)
            assert made.draft_of is not None
            kept = PolicyVersion.objects.get(pk=made.draft_of.pk)
        assert (kept.hash, documents.export(kept.content)) == (version.hash, text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_every_clause_comes_back_from_its_text(path: Any) -> None:
    for clause in loading.read(path.read_text(encoding="utf-8")).content["clauses"]:
        assert documents.parse(editing.written(clause)).content == clause


def test_a_mistake_in_what_was_written_is_told_at_its_own_line() -> None:
    content = loading.read(next(p for p in FILES if p.parent.name == "manual").read_text(encoding="utf-8")).content
    broken = editing.written(content["clauses"][editing.place(content, cast.ON_SITE)]).replace(
        "state: kept", "state: held", 1
    )
    part = editing.parsed(broken)
    whole, places = editing.put(content, cast.ON_SITE, part.content, part.marks)
    [problem] = editing.checked(whole, SUBJECTS, places).problems
    assert broken.splitlines()[problem.line - 1].strip() == "state: held"
    assert problem.clause == cast.ON_SITE
