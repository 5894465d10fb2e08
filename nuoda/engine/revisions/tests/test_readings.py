"""Who is asked to read what, and what becomes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure.loading import of_content
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.refusals import NotYours, Refused, Stale
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.orgs.actions import roles
from nuoda.foundation.orgs.tests import factories

from .. import queries
from ..actions import adoptions, drafts, readings
from ..models import Reading
from ..pure import editing
from ..web import panels, words
from . import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def own() -> factories.Cast:
    return cast.company()


def asked(of: factories.Cast, version: PolicyVersion) -> dict[str, Reading]:
    with scoped(system(of.company.pk)):
        rows = Reading.objects.filter(version=version).select_related("person")
        return {row.person.name: row for row in rows}


def test_those_whom_a_changed_clause_binds_are_asked_and_nobody_else(own: factories.Cast) -> None:
    version = cast.adopted(own, cast.ready(own))
    bound = set(next(c for c in version.content["clauses"] if c["id"] == cast.ON_SITE)["binds"])
    found = asked(own, version)
    for someone in own.everybody():
        held = set(someone.memberships.values_list("role", flat=True))
        assert (someone.name in found) == bool(held & bound), someone.name
    assert found["赵磊"].clauses == [cast.ON_SITE] and found["吴迪"].dealer_id == own.east.pk
    assert found["赵磊"].due_at is not None and found["赵磊"].due_at > found["赵磊"].asked_at + timedelta(days=4)


def test_the_home_shows_it_until_it_is_confirmed_in_that_very_text(own: factories.Cast) -> None:
    version = cast.adopted(own, cast.ready(own))
    with cast.as_(own.wu) as (actor, at):
        [row] = queries.to_read(actor, at)
        assert panels.to_read(actor, at, None) is not None
    with pytest.raises(Stale), cast.as_(own.wu) as (actor, at):
        readings.confirm(reading_id=row.pk, content_hash="0" * 64, actor=actor, at=at)
    with pytest.raises(NotYours), cast.as_(own.zhao) as (actor, at):
        readings.confirm(reading_id=row.pk, content_hash=version.hash, actor=actor, at=at)
    for _ in range(2):
        with cast.as_(own.wu) as (actor, at):
            readings.confirm(reading_id=row.pk, content_hash=version.hash, actor=actor, at=at)
    with cast.as_(own.wu) as (actor, at):
        assert panels.to_read(actor, at, None) is None
    with scoped(system(own.company.pk)):
        entry = Entry.objects.get(type="reading.confirmed", actor_id=own.wu.pk)
        assert entry.clauses == [cast.ON_SITE], "what he confirmed is told for good, whatever his row asks for later"


def test_a_stranger_sees_only_his_own_even_past_the_query(own: factories.Cast) -> None:
    """The second wall: the database shows a dealer's technician no row of another person."""
    cast.adopted(own, cast.ready(own))
    with cast.as_(own.wu):
        assert {row.person_id for row in Reading.objects.all()} == {own.wu.pk}


def test_whoever_takes_a_role_reads_what_binds_it(own: factories.Cast) -> None:
    newcomer = factories.person("新来", "", of=own.company)
    with cast.as_(own.system) as (actor, at):
        roles.grant(person_id=newcomer.pk, role="technician", actor=actor, at=at)
    with scoped(system(own.company.pk)):
        rows = list(Reading.objects.filter(person=newcomer).select_related("version__policy"))
        manual = next(row for row in rows if row.version.policy.name == "manual")
        assert cast.ON_SITE in manual.clauses
        for row in rows:
            obliged = {clause.id: clause.obliged for clause in of_content(row.version.content).clauses}
            assert all("technician" in obliged[clause] for clause in row.clauses)
        # What makes him owe something is read too, where the clause speaks of others.
        held = next(clause for clause in of_content(manual.version.content).clauses if clause.id == "MN-3.1.2c")
        assert "technician" not in held.binds and held.id in manual.clauses


def test_reminders_come_when_the_book_wants_them_and_stop_with_the_confirmation(own: factories.Cast) -> None:
    version = cast.adopted(own, cast.ready(own))
    people_asked = len(asked(own, version))
    actor = system(own.company.pk)
    with scoped(actor) as at:
        assert readings.remind_due(actor=actor, at=at + timedelta(hours=20)) == 0
        later = at + timedelta(days=8)
        assert readings.remind_due(actor=actor, at=later) == people_asked
        assert readings.remind_due(actor=actor, at=later) == 0
        Reading.objects.update(confirmed_at=later)
        assert readings.remind_due(actor=actor, at=later + timedelta(days=8)) == 0


def test_only_supervisors_see_who_has_read_and_remind(own: factories.Cast) -> None:
    version = cast.adopted(own, cast.ready(own))
    with cast.as_(own.zhao) as (actor, at), pytest.raises(NotYours):
        queries.readers(actor, version.pk)
    with cast.as_(own.audit) as (actor, at), pytest.raises(NotYours):
        readings.remind(version_id=version.pk, actor=actor, at=at)
    with cast.as_(own.chen) as (actor, at):
        [so_far] = queries.read_so_far(actor, at)
        assert (so_far.version.pk, so_far.confirmed) == (version.pk, 0) and so_far.people == so_far.missing > 3


def test_what_was_taken_back_need_not_be_read(own: factories.Cast) -> None:
    row = cast.ready(own)
    assert row.draft_of is not None
    with scoped(system(own.company.pk)) as at:
        day = (at + timedelta(days=20)).date().isoformat()
    row = cast.edited(row, {**row.draft_of.content, "effective": day}, own.wang)
    version = cast.adopted(own, row)
    one = asked(own, version)["赵磊"]
    with cast.as_(own.zhao) as (actor, at):
        readings.confirm(reading_id=one.pk, content_hash=version.hash, actor=actor, at=at)
    with cast.as_(own.shen) as (actor, at):
        adoptions.cancel(draft=row, reason="再议", actor=actor, at=at)
    assert set(asked(own, version)) == {"赵磊"}
    with pytest.raises(Refused), cast.as_(own.zhao) as (actor, at):
        readings.confirm(reading_id=one.pk, content_hash=version.hash, actor=actor, at=at)


def coming(of: factories.Cast, hours: str = "3 h") -> PolicyVersion:
    """A version that is adopted and takes effect in ten days."""
    row = cast.ready(of, hours)
    assert row.draft_of is not None
    with scoped(system(of.company.pk)) as at:
        day = (at + timedelta(days=10)).date().isoformat()
    return cast.adopted(of, cast.edited(row, {**row.draft_of.content, "effective": day}, of.wang))


def test_what_binds_until_a_coming_version_takes_effect_is_in_force_and_to_be_read(own: factories.Cast) -> None:
    first, second = cast.adopted(own, cast.ready(own)), coming(own)
    with scoped(system(own.company.pk)):
        first.refresh_from_db()
    assert second.in_force_from is not None
    with cast.as_(own.zhao) as (actor, at):
        assert [row.version_id for row in queries.to_read(actor, at)] == [first.pk, second.pk]
        assert [row.version_id for row in queries.to_read(actor, second.in_force_from)] == [second.pk]
        chips = [words.status_chip(row, at) for row in (first, second)]
        assert chips == [words.STATUSES["in_force"], words.COMING]
        chips = [words.status_chip(row, second.in_force_from) for row in (first, second)]
        assert chips == [words.STATUSES["retired"], words.STATUSES["in_force"]]
    people = len(asked(own, first))
    actor = system(own.company.pk)
    with scoped(actor) as at:
        assert readings.remind_due(actor=actor, at=at + timedelta(days=8)) == people + len(asked(own, second))


def test_what_was_not_confirmed_of_a_replaced_version_is_asked_for_again(own: factories.Cast) -> None:
    """The next version changes another clause: the limit that came before still binds, and who had not read it has to."""
    first = cast.adopted(own, cast.ready(own))
    with cast.as_(own.wu) as (actor, at):
        [row] = queries.to_read(actor, at)
        readings.confirm(reading_id=row.pk, content_hash=first.hash, actor=actor, at=at)
    row = cast.begun(own)
    assert row.draft_of is not None
    content = row.draft_of.content
    clauses = of_content(content).clauses
    agents = next(c.id for c in clauses if "agent" in c.obliged and "technician" not in c.obliged)
    other = content["clauses"][editing.place(content, agents)]
    changed = {**other, "text": {**other["text"], "zh-hans": other["text"]["zh-hans"] + "（修订）"}}
    second = cast.adopted(own, cast.edited(row, editing.put(content, other["id"], changed)[0], own.wang))
    found = asked(own, second)
    assert found["赵磊"].clauses == [cast.ON_SITE] and "吴迪" not in found
    assert found["林晓"].clauses == [other["id"], cast.ON_SITE]


def test_whoever_takes_a_role_before_a_coming_version_takes_effect_reads_its_changes_too(own: factories.Cast) -> None:
    version = coming(own)
    newcomer = factories.person("新来", "", of=own.company)
    with cast.as_(own.system) as (actor, at):
        roles.grant(person_id=newcomer.pk, role="technician", actor=actor, at=at)
    assert asked(own, version)["新来"].clauses == [cast.ON_SITE]


def test_a_regulation_that_is_new_to_the_company_is_read_by_those_whom_it_binds(own: factories.Cast) -> None:
    content = cast.manual(own).content | {"policy": "parking", "code": "PK", "definitions": []}
    said = dict.fromkeys(("zh-hans", "zh-hant", "en"), "车停在院里。")
    content["clauses"] = [
        {"id": "PK-1", "section": "一", "text": said, "source": "停车办法 一", "binds": ["agent"], "informative": True}
    ]
    with cast.as_(own.wang) as (actor, at):
        policy = drafts.policy_for(content, actor=actor)
        row = drafts.begin(policy=policy, content=content, actor=actor, at=at)
    version = cast.adopted(own, row)
    found = asked(own, version)
    assert found["林晓"].clauses == ["PK-1"] and "赵磊" not in found


def test_with_what_a_company_begins_nobody_is_asked(own: factories.Cast) -> None:
    with scoped(system(own.company.pk)):
        assert not Reading.objects.exists() and not Entry.objects.filter(type="reading.asked").exists()
