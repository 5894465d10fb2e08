"""Jobs come through a database that restarts and a server that does not answer: they are asked again, or come round anyway."""

from __future__ import annotations

import pytest
from procrastinate.contrib.django import app

import nuoda.config.upkeep  # noqa: F401 — registers its tasks

OURS = {name: task for name, task in app.tasks.items() if not name.startswith(("procrastinate", "builtin"))}
PERIODIC = {periodic.task.name: periodic for periodic in app.periodic_registry.periodic_tasks.values()}


def test_the_tasks_of_the_rooms_are_known() -> None:
    assert {"notices.fan", "papers.print", "orgs.mail_link", "customers.import"} <= OURS.keys()


@pytest.mark.parametrize("name", sorted(OURS.keys() - PERIODIC.keys()))
def test_a_job_that_fails_is_tried_again(name: str) -> None:
    strategy = OURS[name].retry_strategy
    assert strategy is not None, "it would be lost with the first restart of the database"
    assert strategy.max_attempts and strategy.max_attempts >= 3


@pytest.mark.parametrize(
    "name",
    [
        "clocks.sweep", "clocks.look_ahead", "measures.close", "notices.send", "journal.anchor", "journal.partitions", "rulebook.shelve",
        "api.forget", "orgs.tidy", "upkeep.requeue", "upkeep.tidy",
    ],
)  # fmt: skip
def test_what_must_come_round_is_periodic_and_never_queued_twice(name: str) -> None:
    assert name in PERIODIC
    assert OURS[name].queueing_lock == name
