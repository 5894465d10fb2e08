"""`nuoda check` on people."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from ..actions import proofs
from ..models import Membership
from . import factories

CONSTRAINT = "orgs_membership_three_administrators"


@pytest.mark.django_db(transaction=True)
def test_somebody_who_became_two_administrators_is_named(database_cluster: Any) -> None:
    cast = factories.cast()
    assert list(proofs.administrators()) == []
    with database_cluster.connect("nuoda_owner", connection.settings_dict["NAME"], autocommit=True) as owner:
        owner.execute(f"ALTER TABLE orgs_membership DROP CONSTRAINT {CONSTRAINT}")
    Membership.objects.create(company_id=cast.company.pk, person=cast.system, role="audit_admin", since=factories.SINCE)
    assert list(proofs.administrators()) == [f"{cast.system.name} is audit_admin, system_admin at once"]
