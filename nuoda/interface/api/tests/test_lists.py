"""Every list about the regulations asks the database as often for three more rows as before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nuoda.engine.duties.actions import audits
from nuoda.engine.replay.tests import trying
from nuoda.engine.revisions.models import Reading
from nuoda.engine.revisions.tests import cast
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.operations import OPERATIONS, Shape
from nuoda.foundation.orgs.tests import factories as people
from nuoda.interface.reports.actions import bundles

from . import rules
from .test_intake import counted
from .world import Sending, World

pytestmark = pytest.mark.django_db
ROOMS = ("rulebook", "revisions", "replay")
ALSO = ("list_audits", "list_audit_findings", "list_bundles", "list_compliance_cases")


def version(world: World) -> Any:
    return trying.drafted(world.stage, version=f"4.{next(rules._number)}")


def to_read(world: World) -> None:
    """One more regulation in force that 林晓 has to read."""
    with scoped(system(world.cast.company.pk)) as at:
        known = Reading.objects.filter(person=world.cast.lin)
        row = PolicyVersion.objects.filter(status="in_force").exclude(pk__in=known.values("version_id")).first()
        assert row is not None
        Reading.objects.create(
            company_id=row.company_id, person=world.cast.lin, version=row, clauses=["MN-0"], asked_at=at
        )


def reader(world: World) -> None:
    """One more person who has to read the manual."""
    manual = cast.manual(world.cast)
    with scoped(system(world.cast.company.pk)) as at:
        someone = people.person(of=world.cast.company)
        Reading.objects.create(
            company_id=manual.company_id, person=someone, version=manual, clauses=["MN-0"], asked_at=at
        )


def failed(world: World) -> None:
    row = rules.audit(world, marked=True)
    with cast.as_(world.cast.chen) as (actor, at):
        audits.sign(row.pk, conclusion="多数不完整", actor=actor, at=at)


def asked(world: World) -> None:
    with cast.as_(world.cast.chen) as (actor, at):
        days = {"since": at.date().isoformat(), "until": at.date().isoformat()}
        bundles.ask(kind="csv", parameters=days, actor=actor, at=at)


MAKERS: dict[str, tuple[str, str, Callable[[World], Any]]] = {
    "list_policy_versions": ("director", "/policies/manual/versions", version),
    "list_drafts": ("director", "/drafts", rules.draft),
    "list_readings": ("agent", "/readings", to_read),
    "list_readers": ("director", "/policies/manual/versions/2.0/readers", reader),
    "list_replays": ("director", "/replays", lambda world: trying.another_replay(world.stage)),
    "list_replay_changes": (
        "director", f"/replays/{trying.REPLAY}/changes", lambda world: trying.changed(world.stage, world.ticket())
    ),
    "list_shadows": ("director", "/shadows", lambda world: trying.another_shadow(world.stage)),
    "list_shadow_deadlines": (
        "director", f"/shadows/{trying.SHADOW}/deadlines", lambda world: trying.in_shadow(world.stage, world.ticket())
    ),
    "list_audits": ("director", "/audits", rules.audit),
    "list_audit_findings": ("director", "/audit-findings", failed),
    "list_bundles": ("director", "/bundles", asked),
    "list_compliance_cases": ("director", "/compliance/cases", World.ticket),
}  # fmt: skip
"""List → who looks, where, and what makes one more row."""


def test_every_list_of_these_rooms_has_a_maker() -> None:
    lists = {
        name
        for name, item in OPERATIONS.items()
        if item.room in ROOMS
        and not item.writes
        and name.startswith("list_")
        and "cursor" in (item.query or Shape).model_fields
    }
    assert lists | set(ALSO) == set(MAKERS)


def seen(world: World, who: str, path: str) -> tuple[int, int]:
    """Statements, and rows."""
    sending = Sending(who, path, query="limit=200")
    world.send(sending)  # caches of the process
    with counted() as statements:
        answer = world.send(sending)
    assert answer.status_code == 200, f"{path}: {answer.content.decode()}"
    return len(statements), len(answer.json()["items"])


def test_a_list_asks_as_often_for_three_more_rows() -> None:
    world, wrong = World.set(), []
    for name, (who, path, make) in MAKERS.items():
        make(world)
        one, rows = seen(world, who, path)
        for _again in range(3):
            make(world)
        more, grown = seen(world, who, path)
        if rows < 1 or grown < rows + 3:
            wrong.append(f"{name}: the maker makes no rows that are shown ({rows}, then {grown})")
        if more != one:
            wrong.append(f"{name}: {one} statements, then {more}")
    assert not wrong, "\n".join(wrong)
