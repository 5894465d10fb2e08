"""Several workers close the same periods at the same moment: each is closed once."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.measures.actions import closings
from nuoda.engine.measures.models import Closing, Figure
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.journal.models import Entry

from .test_moves import together

pytestmark = pytest.mark.django_db(transaction=True)
AT = local(2, 9, month=4)


def test_a_period_is_closed_once_by_any_number_of_workers() -> None:
    stage = Stage.set(local(5, 10))
    company = stage.cast.company.pk
    stage.repaired(stage.report(), stage.cast.zhao)
    results = together(*(lambda: closings.close_due(company, at=AT) for _ in range(3)))
    assert not [result for result in results if isinstance(result, Exception)], results
    with scoped(system(company)):
        made = Closing.objects.all()
        assert sum(results) == made.count() > 0
        assert len(set(made.values_list("ref", "kind", "starts_on"))) == made.count()
        assert Entry.objects.filter(type="indicator.closed").count() == made.count()
        assert Figure.objects.filter(unit="company").count() == made.count()


def test_the_database_itself_refuses_a_second_closing() -> None:
    """Negative control: what holds the workers apart is the constraint, not their order."""
    stage = Stage.set(local(5, 10))
    company = stage.cast.company.pk
    closings.close_due(company, at=AT)
    with pytest.raises(IntegrityError), scoped(system(company)):
        row = Closing.objects.order_by("ref")[0]
        row.pk = None
        row.id = type(row)._meta.pk.get_default()
        row.save(force_insert=True)
