"""The access matrix of the API: every operation for every role, for another dealer, another customer, and nobody.

`api.csv` is the expected table, kept by hand and reviewed: `yes` (done), `refused` (seen, but not allowed or not possible), `no` (not found), `401`.
The matters belong to the dealer 华东 and its customer 恒力; every token has every scope. When the table and the product differ, the table that was
found is written beside the test's other output, to be compared and, where it is right, taken over.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.db import transaction

from nuoda.foundation.base.pure.operations import OPERATIONS
from nuoda.interface.api.tests.situations import SITUATIONS
from nuoda.interface.api.tests.world import World, uncovered

TABLE = Path(__file__).with_name("api.csv")
PEOPLE = (
    "agent", "service_manager", "hq_support", "quality_supervisor", "director", "dealer_manager", "technician", "customer",
    "other_dealer", "other_technician", "other_customer", "system_admin", "security_admin", "audit_admin", "nobody",
)  # fmt: skip
OF_A_MATTER = {"ticket", "work_order", "follow_up", "approval", "paper", "file_id", "number"}
"""Path parameters that name something of one matter."""
WORDS = {200: "yes", 201: "yes", 409: "refused", 422: "refused", 404: "no", 401: "401"}


def expected(path: Path = TABLE) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return {row.pop("operation"): row for row in csv.DictReader(file)}


def found(world: World) -> dict[str, dict[str, str]]:
    """What each person gets, each from the same situation."""
    table: dict[str, dict[str, str]] = {}
    for name in OPERATIONS:
        with transaction.atomic():
            sending = SITUATIONS[name](world)
            row = {}
            for who in PEOPLE:
                with transaction.atomic():
                    status = world.send(sending, who="" if who == "nobody" else who).status_code
                    row[who] = WORDS.get(status, str(status))
                    transaction.set_rollback(True)
            transaction.set_rollback(True)
        table[name] = row
    return table


def differences(wanted: dict[str, dict[str, str]], got: dict[str, dict[str, str]]) -> list[str]:
    return [
        f"{name}, {who}: {cell}, the table says {wanted.get(name, {}).get(who, 'nothing')}"
        for name, row in got.items()
        for who, cell in row.items()
        if wanted.get(name, {}).get(who) != cell
    ]


def test_every_operation_stands_in_the_table() -> None:
    assert uncovered() == set()
    assert set(expected()) == set(OPERATIONS), "an operation without a row is an operation nobody has thought about"


def test_nobody_and_other_people_get_nothing() -> None:
    """Whatever the table says, it never says this."""
    for name, row in expected().items():
        assert row["nobody"] == "401", name
        if set(OPERATIONS[name].places) & OF_A_MATTER:
            strangers = {row[who] for who in ("other_dealer", "other_technician", "other_customer")}
            assert strangers == {"no"}, name


@pytest.mark.slow
@pytest.mark.django_db
def test_everybody_gets_what_the_table_says(tmp_path: Path) -> None:
    got = found(World.set())
    copy = tmp_path / "api.csv"
    with copy.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["operation", *PEOPLE], lineterminator="\n")
        writer.writeheader()
        writer.writerows({"operation": name, **row} for name, row in got.items())
    assert differences(expected(), got) == [], f"found: {copy}"


@pytest.mark.django_db
def test_a_door_left_open_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: without `visible_to`, and with row-level security off, another dealer reads the ticket."""
    from nuoda.domain.service.models import Ticket
    from nuoda.foundation.base import access
    from nuoda.foundation.base.pure.actors import Actor

    world = World.set()
    sending = SITUATIONS["get_ticket"](world)
    assert world.send(sending, who="other_dealer").status_code == 404
    monkeypatch.setattr(
        Ticket, "visible_to", staticmethod(lambda actor: Ticket.objects.filter(company_id=actor.company_id))
    )
    assert world.send(sending, who="other_dealer").status_code == 404, "the second wall stands by itself"
    plain = access._enter

    def wide(actor: Actor | None) -> object:
        return plain(access.system(actor.company_id) if actor else None)

    monkeypatch.setattr(access, "_enter", wide)
    assert world.send(sending, who="other_dealer").status_code == 200
