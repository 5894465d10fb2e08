"""Whoever only administers sees numbers and figures, and no address behind which there is nothing for him."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from nuoda.domain.service.tests.stage import Stage
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.orgs.models import Person
from nuoda.foundation.orgs.tests import factories

from ..models import Finding

pytestmark = pytest.mark.django_db


def addresses(client: Client, url: str) -> set[str]:
    page = client.get(url).content.decode()
    main = page[page.index("<main") :]
    return {found for found in re.findall(r'href="(/[^"#?]*)', main) if not found.startswith("/static/")}


def test_every_address_of_a_finding_opens_for_who_reads_it() -> None:
    stage = Stage.set()
    ticket = stage.report()
    with scoped(system(ticket.company_id)) as at:
        row = Finding.objects.create(
            pattern="quick_close", dossier=ticket.dossier, company_id=ticket.company_id, happened_at=at, found_at=at,
            person=stage.cast.lin, facts={"after": 60}, clause_id="MN-3.2.1b",
        )  # fmt: skip

    def dead(someone: Person) -> list[str]:
        client = factories.login(Client(), someone)
        pages = (reverse("reports:findings"), reverse("reports:finding", args=[row.pk]))
        found = {one for page in pages for one in addresses(client, page)}
        return sorted(one for one in found if client.get(one).status_code == 404)

    assert dead(stage.cast.audit) == [] and dead(stage.cast.chen) == []
    auditor = factories.login(Client(), stage.cast.audit).get(reverse("reports:finding", args=[row.pk]))
    assert ticket.number in auditor.content.decode()
    supervisor = factories.login(Client(), stage.cast.chen)
    assert reverse("clocks:explanation", args=[ticket.number]) in addresses(
        supervisor, reverse("reports:finding", args=[row.pk])
    )
