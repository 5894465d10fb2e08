"""Who sees, gives and takes back the shares of cases: the wall that other tables' policies lean on."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import Error, connection, transaction

from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.journal.actions import dossiers
from nuoda.foundation.journal.models import CaseShare, Dossier
from nuoda.foundation.journal.pure import kinds

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
COMPANY, EAST, WEST, CUSTOMER = (new_id() for _ in range(4))
WIDE = Actor(company_id=COMPANY, person_id=new_id())
LI, WU = (Actor(company_id=COMPANY, person_id=new_id(), reach="technician") for _ in range(2))
MA, HE = (Actor(company_id=COMPANY, person_id=new_id(), reach="dealer", dealer_id=key) for key in (EAST, WEST))
KUNDE = Actor(company_id=COMPANY, person_id=new_id(), reach="customer", customer_id=CUSTOMER)

kinds.register("shared specimen", prefix="XS", label="specimen")


def case(dealer_id: UUID | None = None) -> Dossier:
    with scoped(WIDE):
        return dossiers.open(
            kind="shared specimen", title="样品", actor=WIDE, at=AT, dealer_id=dealer_id, customer_id=CUSTOMER
        )


def give(actor: Actor, row: Dossier, to: Actor) -> None:
    assert to.person_id is not None
    with scoped(actor), transaction.atomic():
        dossiers.share(row, person_id=to.person_id, at=AT)


def seen(actor: Actor) -> set[UUID]:
    with scoped(actor):
        return set(CaseShare.objects.values_list("case_id", flat=True))


def test_a_technician_sees_his_own_shares_only() -> None:
    mine, other = case(), case()
    give(WIDE, mine, LI)
    give(WIDE, other, WU)
    assert (seen(LI), seen(WU)) == ({mine.pk}, {other.pk})
    assert seen(WIDE) == {mine.pk, other.pk}
    assert seen(KUNDE) == seen(Actor(company_id=new_id(), person_id=LI.person_id, reach="technician")) == set()
    with scoped(LI), connection.cursor() as cursor:  # negative control: past the policy they are there
        cursor.execute("SET LOCAL ROLE nuoda_wide")
        assert CaseShare.objects.count() == 2


def test_a_technician_passes_on_what_he_holds_and_nothing_else() -> None:
    mine, other = case(), case()
    give(WIDE, mine, LI)
    give(LI, mine, WU)
    for to in (LI, WU):
        with pytest.raises(Error):
            give(LI, other, to)
    assert (seen(LI), seen(WU)) == ({mine.pk}, {mine.pk})


def test_a_technician_gives_back_his_own() -> None:
    mine = case()
    give(WIDE, mine, LI)
    give(WIDE, mine, WU)
    with scoped(LI):
        for who in (LI, WU):
            assert who.person_id is not None
            dossiers.unshare(mine, person_id=who.person_id)
    assert (seen(LI), seen(WU)) == (set(), {mine.pk})


def test_a_dealer_shares_its_own_cases_only() -> None:
    east, west = case(EAST), case(WEST)
    give(MA, east, LI)
    with pytest.raises(Error):
        give(MA, west, LI)
    give(HE, west, WU)
    assert (seen(MA), seen(HE), seen(LI)) == ({east.pk}, {west.pk}, {east.pk})
    with scoped(MA):
        assert CaseShare.objects.filter(case_id=west.pk).delete()[0] == 0


def test_a_case_that_moves_takes_its_shares_along() -> None:
    row = case(EAST)
    give(MA, row, LI)
    with scoped(WIDE):
        dossiers.move(row, dealer_id=WEST, customer_id=CUSTOMER)
    assert (seen(MA), seen(HE)) == (set(), {row.pk})


def test_nobody_without_a_scope_sees_a_share() -> None:
    give(WIDE, case(), LI)
    assert not CaseShare.objects.exists()


def test_the_wall_keeps_the_index() -> None:
    """With many shares the case list of a technician asks the key for his own rows and reads no others."""
    mine = case()
    give(WIDE, mine, LI)
    with scoped(WIDE):
        CaseShare.objects.bulk_create(
            CaseShare(person_id=new_id(), case_id=mine.pk, company_id=COMPANY, since=AT) for _ in range(5000)
        )
    with scoped(LI), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {Dossier.objects.values('id').query}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan on journal_caseshare" not in plan, plan
    assert "on journal_caseshare" in plan
