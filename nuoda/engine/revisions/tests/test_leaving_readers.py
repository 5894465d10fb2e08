"""Readings end with the role they were for, and come back with it if they are still unread; lists and counts agree."""

from __future__ import annotations

import pytest

from nuoda.engine.revisions import queries
from nuoda.engine.revisions.actions import readings
from nuoda.engine.revisions.models import Reading
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.refusals import NotYours, Stale
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.orgs.actions import people, roles
from nuoda.foundation.orgs.models import Person
from nuoda.foundation.orgs.tests import factories

from . import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def own() -> factories.Cast:
    return cast.company()


def changed(own: factories.Cast) -> PolicyVersion:
    return cast.adopted(own, cast.ready(own))


def to_read(someone: Person) -> list[Reading]:
    with cast.as_(someone) as (actor, at):
        return list(queries.to_read(actor, at))


def counted(own: factories.Cast, version: PolicyVersion) -> tuple[int, int, int]:
    """People of the summary, lines of the list, people who would be reminded."""
    with cast.as_(own.chen) as (actor, at):
        [so_far] = [one for one in queries.read_so_far(actor, at) if one.version.pk == version.pk]
        lines = queries.readers(actor, version.pk)
        assert so_far.missing == lines.filter(confirmed_at=None).count()
        unread = queries.unread(Reading.objects.filter(version=version), at).filter(person__active=True).count()
        return so_far.people, lines.count(), unread


def revoke(own: factories.Cast, someone: Person, role: str = "technician") -> None:
    with cast.as_(own.system) as (actor, at):
        roles.revoke(person_id=someone.pk, role=role, actor=actor, at=at)


def grant(own: factories.Cast, someone: Person, role: str = "technician") -> None:
    with cast.as_(own.system) as (actor, at):
        roles.grant(person_id=someone.pk, role=role, actor=actor, at=at)


def said(own: factories.Cast, type_: str) -> int:
    with scoped(system(own.company.pk)):
        return Entry.objects.filter(company_id=own.company.pk, type=type_).count()


def test_an_unread_reading_ends_with_the_role_and_comes_back_with_it(own: factories.Cast) -> None:
    version = changed(own)
    [row] = to_read(own.zhao)
    before = counted(own, version)
    assert before[0] == before[1] == before[2]
    revoke(own, own.zhao)
    assert to_read(own.zhao) == [] and said(own, "reading.ended") == 1
    after = counted(own, version)
    assert after == (before[0] - 1, before[1] - 1, before[2] - 1)
    with cast.as_(own.zhao) as (actor, at), pytest.raises(NotYours):
        readings.confirm(reading_id=row.pk, content_hash=version.hash, actor=actor, at=at)
    grant(own, own.zhao)
    back = [one for one in to_read(own.zhao) if one.version_id == version.pk]
    assert [one.pk for one in back] == [row.pk] and set(row.clauses) <= set(back[0].clauses)
    assert counted(own, version) == before


def test_what_another_role_of_his_binds_stays(own: factories.Cast) -> None:
    grant(own, own.zhao, "agent")
    with scoped(system(own.company.pk)):
        Reading.objects.filter(person=own.zhao).delete()
    version = changed(own)
    with scoped(system(own.company.pk)):
        binds = next(c for c in version.content["clauses"] if c["id"] == cast.ON_SITE)["binds"]
        Reading.objects.filter(person=own.zhao, version=version).update(clauses=[cast.ON_SITE])
    revoke(own, own.zhao, "agent")
    assert ("technician" in binds) == (len(to_read(own.zhao)) == 1) and "technician" in binds


def test_what_was_confirmed_stays_counted(own: factories.Cast) -> None:
    version = changed(own)
    [row] = to_read(own.zhao)
    with cast.as_(own.zhao) as (actor, at):
        readings.confirm(reading_id=row.pk, content_hash=version.hash, actor=actor, at=at)
    before = counted(own, version)
    revoke(own, own.zhao)
    assert counted(own, version) == before and said(own, "reading.ended") == 0


def test_whoever_leaves_is_not_waited_for_and_reads_when_he_comes_back(own: factories.Cast) -> None:
    version = changed(own)
    before = counted(own, version)
    with cast.as_(own.system) as (actor, at):
        people.deactivate(id=own.sun.pk, actor=actor, at=at)
    assert counted(own, version) == (before[0] - 1, before[1] - 1, before[2] - 1)
    with cast.as_(own.system) as (actor, at):
        people.reactivate(id=own.sun.pk, actor=actor, at=at)
    assert counted(own, version) == before and said(own, "reading.resumed") == 1


def test_a_refused_confirmation_says_what_and_why(own: factories.Cast) -> None:
    changed(own)
    [row] = to_read(own.zhao)
    with cast.as_(own.zhao) as (actor, at), pytest.raises(Stale, match=r"2\.1.*不一致.*未作记录.*重新打开"):
        readings.confirm(reading_id=row.pk, content_hash="0" * 64, actor=actor, at=at)
