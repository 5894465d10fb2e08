"""A company far from the installation: its days, weeks and months begin at its own midnight, on every page and in every file."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nuoda.domain.service.tests.stage import Stage
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.duties.api import audits as audit_api
from nuoda.engine.duties.models import Obligation
from nuoda.engine.duties.tests.office import cadence, clause, office
from nuoda.engine.duties.web.lists import this_week
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.operations import Call
from nuoda.foundation.orgs import queries as orgs
from nuoda.foundation.orgs.models import Company
from nuoda.foundation.orgs.tests import factories
from nuoda.interface.reports.actions import eventlogs
from nuoda.interface.reports.actions.evidence import _moments
from nuoda.interface.reports.models import Bundle

pytestmark = pytest.mark.django_db
NEW_YORK = ZoneInfo("America/New_York")
LATE = datetime(2026, 3, 5, 23, 30, tzinfo=NEW_YORK)
"""Half an hour before midnight in New York; noon of the sixth in Shanghai."""


@pytest.fixture
def stage() -> Stage:
    stage = Stage.set(LATE)
    Company.objects.filter(pk=stage.cast.company.pk).update(time_zone="America/New_York")
    stage.report()
    return stage


def counted(client: Client, url: str, day: str) -> int:
    answer = client.get(f"{url}?started.from={day}&started.to={day}")
    assert answer.status_code == 200
    return len(answer.context["lines"])


def test_the_board_and_its_cases_are_cut_at_the_companys_midnight(stage: Stage, client: Client) -> None:
    factories.login(client, stage.cast.wang)
    with scoped(system(stage.cast.company.pk)):
        began = Deadline.objects.filter(company_id=stage.cast.company.pk).count()
    cases = reverse("reports:cases")
    assert began and (counted(client, cases, "2026-03-05"), counted(client, cases, "2026-03-06")) == (began, 0)
    board = client.get(f"{reverse('reports:board')}?started.from=2026-03-05&started.to=2026-03-05").content.decode()
    other = client.get(f"{reverse('reports:board')}?started.from=2026-03-06&started.to=2026-03-06").content.decode()
    link = "started.from={0}&amp;started.to={0}&amp;state=open&amp;state=paused"
    assert link.format("2026-03-05") in board and link.format("2026-03-06") not in other
    assert "2026-03-05 周四 23:30" in client.get(cases).content.decode(), (
        "and its moments are told where the company is"
    )


def test_the_next_request_is_of_another_company(stage: Stage, client: Client) -> None:
    """Threads serve one company after the other."""
    other = factories.cast("别家公司")
    factories.login(client, stage.cast.wang)
    client.get(reverse("reports:cases"))
    assert str(timezone.get_current_timezone()) == "America/New_York"
    stranger = factories.login(Client(), other.wang)
    stranger.get(reverse("reports:cases"))
    assert str(timezone.get_current_timezone()) == "Asia/Shanghai"
    Client().get(reverse("account_login"))
    assert str(timezone.get_current_timezone()) == "Asia/Shanghai"


def test_files_take_the_companys_days(stage: Stage) -> None:
    actor = system(stage.cast.company.pk)
    asked = {"since": "2026-03-05", "until": "2026-03-05"}
    with scoped(actor) as at:
        since, until = _moments(asked, orgs.zone(actor))
        assert since <= LATE < until and until - since == timedelta(days=1)
        told = {}
        for day in ("2026-03-05", "2026-03-06"):
            bundle = Bundle(kind="csv", parameters={"since": day, "until": day})
            [(_name, file)] = [(name, part.read()) for name, part in eventlogs.parts(bundle, actor, at)]  # type: ignore[union-attr]
            told[day] = [row for row in csv.reader(io.StringIO(file.decode("utf-8-sig"))) if "ticket.reported" in row]
        assert [len(rows) for rows in told.values()] == [1, 0]


def test_the_week_of_duties_begins_on_the_companys_monday() -> None:
    own = office(clause(cadence(every="week", attest={})))
    Company.objects.filter(pk=own.company_id).update(time_zone="America/New_York")
    own.sweep("2026-03-18 09:00")
    wang = own.actor(own.cast.wang)
    sunday_night = datetime(2026, 3, 15, 23, 30, tzinfo=NEW_YORK).astimezone(UTC)
    with scoped(wang):

        def due(at: datetime) -> list[str]:
            rows = Obligation.visible_to(wang).filter(this_week(wang, at))
            return [f"{row.due_at.astimezone(NEW_YORK):%m-%d}" for row in rows.order_by("due_at")]

        assert due(sunday_night) == ["03-16"] and due(sunday_night + timedelta(hours=1)) == ["03-23"]


def test_days_of_the_api_are_the_companys() -> None:
    own = office()
    Company.objects.filter(pk=own.company_id).update(time_zone="America/New_York")
    call = Call(actor=own.actor(own.cast.wang), at=LATE, happened_at=None)  # type: ignore[arg-type]
    with scoped(call.actor):
        assert audit_api._midnight(call, LATE.date()) == datetime(2026, 3, 5, tzinfo=NEW_YORK)
        assert audit_api._end(call, LATE.date()) == datetime(2026, 3, 6, tzinfo=NEW_YORK)
