"""What becomes of open duties is said where a version is compared, submitted and approved, and that is what happens."""

from __future__ import annotations

from copy import deepcopy
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from nuoda.engine.duties.actions import sweeps
from nuoda.engine.duties.models import Obligation
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure import loading
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.orgs.tests import factories
from nuoda.foundation.ui.tests.kit import page_is_sound

from .. import queries
from ..actions import adoptions, drafts
from ..pure import editing
from ..pure.redline import compare
from . import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def of() -> factories.Cast:
    found = cast.company()
    sweeps.sweep(found.company.pk)
    return found


def monthly(of: factories.Cast) -> tuple[PolicyVersion, str, str]:
    """A version in force with an open duty that nothing but its period ends, its clause and its cadence."""
    with scoped(system(of.company.pk)):
        row = Obligation.objects.filter(state="open").select_related("version__policy").order_by("ref").first()
        assert row is not None
        clause_id, _, key = row.ref.partition("/")
        return row.version, clause_id, key


def with_rule(content: Any, clause_id: str, key: str, **values: Any) -> Any:
    new = deepcopy(content)
    clause = new["clauses"][editing.place(new, clause_id)]
    clause.pop("examples", None)
    for rule in clause["rules"]:
        if rule.get("cadence") == key:
            rule |= values
    return new


def test_it_is_told_and_it_happens(of: factories.Cast) -> None:
    version, clause_id, key = monthly(of)
    ref = f"{clause_id}/{key}"
    with scoped(system(of.company.pk)):
        count = Obligation.objects.filter(ref=ref, state="open").count()
    with cast.as_(of.shen) as (actor, at):
        row = drafts.begin_from(version=version, actor=actor, at=at)
    assert row.draft_of is not None
    changed = with_rule(row.draft_of.content, clause_id, key, grace="3 d", transition="end")
    row = cast.edited(row, changed, of.wang)

    browser = factories.login(Client(), of.wang)
    answer = browser.get(reverse("revisions:submit", args=[row.dossier.number]))
    page_is_sound(answer)
    shown = unescape(answer.content.decode())
    assert "未结义务" in shown and f"现有 {count} 项未结" in shown and "随原版本终止，新规定从下一期起执行" in shown
    with cast.as_(of.shen) as (actor, at):
        assert [(one.ref, one.way, one.open) for one in queries.affected_duties(actor, row.draft_of)] == [
            (ref, "end", count)
        ]
        told = "\n".join(str(line.value) for line in adoptions.content(row.pk, actor).rows)
        assert "未结义务随原版本终止" in told

    cast.adopted(of, row)
    sweeps.sweep(of.company.pk)
    with scoped(system(of.company.pk)):
        states = set(Obligation.objects.filter(ref=ref).values_list("state", "cause"))
        assert states == {("withdrawn", "revised")}


def test_the_redline_says_it_for_what_changes_and_what_goes(of: factories.Cast) -> None:
    version, clause_id, key = monthly(of)
    before = loading.of_content(version.content)

    def ways(content: Any) -> list[str]:
        changes = compare(before, loading.of_content(content)).changes
        return [part.after for change in changes for part in change.parts if part.what == "duties"]

    assert ways(with_rule(version.content, clause_id, key, grace="3 d", transition="convert")) == ["convert"]
    assert ways(with_rule(version.content, clause_id, key, transition="end")) == [], "nothing changes for anybody"
    assert "keep" in ways(editing.remove(version.content, clause_id))
    gone = editing.remove(version.content, clause_id, withdraw=True)
    assert f"{clause_id}/{key}" in gone["withdraws"] and set(ways(gone)) == {"end"}
    again = editing.renumbered(with_rule(version.content, clause_id, key, transition="end"), "9.9", "2026-01-01")
    assert all("transition" not in rule for clause in again["clauses"] for rule in clause.get("rules", ()))
