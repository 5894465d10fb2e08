"""What an intake names belongs to one customer, whichever door it came through."""

from __future__ import annotations

import pytest

from nuoda.domain.customers.tests import factories as customers
from nuoda.foundation.base.pure.refusals import Invalid

from ..models import Ticket
from .stage import Stage, local

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("strange", ["contact", "site", "product", "customer"])
def test_things_of_two_customers_make_no_report(strange: str) -> None:
    stage = Stage.set(local(5, 10))
    with stage.acting(stage.cast.wang) as (actor, at):
        other = customers.kit(actor, "另一家", at=at)
    of_other = {"contact": other.contact, "site": other.site, "product": other.machine, "customer": other.customer}
    with pytest.raises(Invalid) as refusal:
        stage.report(**{strange: of_other[strange]})
    assert set(refusal.value.fields) == {"customer"}
    assert not Ticket.objects.exists()
    assert stage.report(**of_other).customer_id == other.customer.pk  # all of the other one: taken
