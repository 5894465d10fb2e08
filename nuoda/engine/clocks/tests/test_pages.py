"""Explanations, waivers, calendars and late records at the doors; and the command line."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from nuoda.cli import console
from nuoda.cli.commands import clocks as command
from nuoda.engine.clocks import queries
from nuoda.engine.clocks.actions import calendars, seeds, sweeps
from nuoda.engine.clocks.models import Deadline, WorkingCalendar
from nuoda.engine.clocks.pure import spelling
from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Stale
from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.orgs.models import Company
from nuoda.foundation.orgs.tests import factories

from .living import Shop, shop
from .worlds import clock, moment, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Shop:
    return shop(
        monkeypatch,
        clock(
            "visit",
            "4 working hours",
            start=("matter.reported",),
            end=("matter.answered",),
            owner="agent",
            pauses=waiting(),
            label={"zh-hans": "到场", "en": "be on site"},
        ),
    )


@pytest.fixture
def matter(own: Shop) -> Dossier:
    found = own.open("2026-03-06 17:00")
    own.tell(found, "reported", "2026-03-06 17:00")
    own.tell(found, "paused", "2026-03-09 09:30", reason="customer")
    own.tell(found, "resumed", "2026-03-09 10:30")
    return found


def at_door(own: Shop, role: str, client: Client, language: str = "en") -> Client:
    person = factories.person("王强", role, of=Company.objects.get(pk=own.company_id), language=language)
    factories.login(client, person)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            ["4 working hours", "be on site", "Counted", "30 min", "the clock stood still", "waiting for the customer"],
        ),
        ("zh-hans", ["4 个工作小时", "到场", "计入", "30 分", "时钟停走", "等待客户"]),
        ("zh-hant", ["4 個工作小時", "計入", "30 分", "時鐘停走", "等待客戶"]),
    ],
)
def test_the_page_counts_a_deadline_out(
    own: Shop, matter: Dossier, client: Client, language: str, words: list[str]
) -> None:
    page = at_door(own, "service_manager", client, language).get(reverse("clocks:explanation", args=[matter.number]))
    text = page.content.decode()
    assert page.status_code == 200
    for word in [*words, "MN-1", "2026-03-09"]:
        assert word in text, word


def test_strangers_find_nothing(own: Shop, matter: Dossier, client: Client) -> None:
    factories.login(client, factories.person("别家", "service_manager", of=factories.company("别家公司")))
    assert client.get(reverse("clocks:explanation", args=[matter.number])).status_code == 404
    with scoped(own.system):
        row = Deadline.objects.get(case_id=matter.case_id)
    assert client.get(reverse("clocks:waive", args=[row.pk])).status_code == 404
    factories.login(client, factories.person("林晓", "agent", of=Company.objects.get(pk=own.company_id)))
    assert client.get(reverse("clocks:calendars")).status_code == 404
    assert client.get(reverse("clocks:late")).status_code == 404


def test_a_waiver_goes_through_its_form(own: Shop, matter: Dossier, client: Client) -> None:
    door = at_door(own, "service_manager", client)
    with scoped(own.system):
        row = Deadline.objects.get(case_id=matter.case_id)
    address = reverse("clocks:waive", args=[row.pk])
    assert door.get(address).status_code == 200
    assert door.post(address, {"reason": ""}).status_code == 422
    # The door's own time comes long after the due time: the miss stays, but nothing is owed any more.
    assert door.post(address, {"reason": "客户改期"}).status_code == 302
    with scoped(own.system):
        assert Deadline.objects.get(pk=row.pk).done_at is not None


def test_calendars_are_listed_shown_and_edited(own: Shop, matter: Dossier, client: Client) -> None:
    door = at_door(own, "system_admin", client)
    assert "标准工作日历" in door.get(reverse("clocks:calendars")).content.decode()
    with scoped(own.system):
        row = WorkingCalendar.objects.get(company_id=own.company_id, code="standard")
    page = door.get(reverse("clocks:calendar", args=[row.pk])).content.decode()
    assert "9:00-12:00, 13:30-18:00" in page and "国庆节" in page
    week = reverse("clocks:calendar-week", args=[row.pk])
    fields = {f"day{n}": "8:30-17:30" if n < 6 else "" for n in range(7)}
    fields |= {"name": "六天工作制", "time_zone": "Asia/Shanghai", "note": "x"}
    assert door.get(week).status_code == 200
    assert door.post(week, fields | {"day0": "nine to five"}).status_code == 422
    assert door.post(week, fields | {"time_zone": "Mars/Olympus"}).status_code == 422
    assert door.post(week, fields).status_code == 302
    day = reverse("clocks:calendar-day", args=[row.pk])
    assert door.post(day, {"date": "2026-03-07", "kind": "off"}).status_code == 409
    with scoped(own.system):
        new = WorkingCalendar.objects.get(company_id=own.company_id, code="standard", valid_until=None)
    assert (new.version, new.name) == (2, "六天工作制")
    assert (
        door.post(reverse("clocks:calendar-day", args=[new.pk]), {"date": "2030-03-08", "kind": "work"}).status_code
        == 302
    )


def test_late_records_are_listed_for_the_supervisor(own: Shop, matter: Dossier, client: Client) -> None:
    own.book.tolerance = Duration.parse("30 min")
    own.tell(matter, "answered", "2026-03-09 18:00", happened="2026-03-09 11:00")
    text = at_door(own, "quality_supervisor", client).get(reverse("clocks:late")).content.decode()
    assert matter.number in text and "matter.answered" in text


def test_the_command_explains_sweeps_and_shows_calendars(
    own: Shop, matter: Dossier, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import argparse

    def run(*words: str) -> tuple[int, str]:
        parser = argparse.ArgumentParser()
        command.arguments(parser)
        code = command.handle(parser.parse_args(words))
        return code, capsys.readouterr().out

    monkeypatch.setattr(console, "as_json", True)
    code, out = run("explain", matter.number, "--at", "2026-03-09 11:00")
    [found] = json.loads(out)
    assert code == 0 and found["ref"] == "MN-1/visit" and found["agrees"] and found["stands"]
    assert sum(piece["amount"] for piece in found["pieces"]) == found["budget"] == 4 * 3600
    assert found["due_at"] == "2026-03-09T14:30:00+08:00"
    with pytest.raises(console.CommandError):
        run("explain", "TK-1999-000001")
    assert run("sweep")[0] == 0
    assert len(own.entries("deadline.missed")) == 1
    _code, out = run("calendar", "--year", "2026")
    mine = [c for c in json.loads(out) if c["code"] == "standard"]
    assert any(day["date"] == "2026-10-10" and day["kind"] == "work" for day in mine[0]["days"])
    with scoped(own.system):
        Deadline.objects.filter(case_id=matter.case_id).update(budget=timedelta(hours=9))
    assert run("explain", matter.number)[0] == 1


# -- calendars as actions ----------------------------------------------------------------------------------


def test_a_new_company_begins_with_the_official_days() -> None:
    company = factories.company("新公司")
    with scoped(system(company.pk)):
        seeds.seed(company.pk)
        seeds.seed(company.pk)
        ruling = queries.ruling(system(company.pk))
    [standard] = [item.calendar for item in ruling.calendars]
    assert standard.periods_on(date(2026, 10, 1)) == ()
    assert standard.periods_on(date(2026, 10, 10)) == ((540, 720), (810, 1080))
    assert standard.years == frozenset(range(2015, 2027))
    start = moment("2027-03-01 10:00")
    assert standard.provisional(start, standard.add(start, Duration.parse("1 working days")))


def test_filling_a_year_counts_provisional_deadlines_anew_and_leaves_the_others(own: Shop) -> None:
    rule = own.book.rules[0][1].rule
    matter = own.open("2027-03-05 17:00")
    own.tell(matter, "reported", "2027-03-05 17:00")
    boss = Actor(company_id=own.company_id, roles=frozenset({"system_admin"}))
    with scoped(boss):
        row = Deadline.objects.get(case_id=matter.case_id)
        assert row.provisional and row.due_at == moment("2027-03-08 12:00") and rule.key == "visit"
        standard = WorkingCalendar.objects.get(company_id=own.company_id, code="standard")
        work = seeds.Day(date(2027, 3, 6), True, "补班", 0)
        calendars.edit(
            standard, actor=boss, at=moment("2027-03-05 18:30"), days={work.date: work},
            known_years=[*standard.known_years, 2027],
        )  # fmt: skip
        row.refresh_from_db()
        assert not row.provisional and row.due_at == moment("2027-03-06 12:00")
        with pytest.raises(Stale):
            calendars.edit(standard, actor=boss, at=moment("2027-03-05 18:40"), name="x")


def test_an_edit_holds_from_now_on_and_running_deadlines_keep_theirs(own: Shop, matter: Dossier) -> None:
    boss = Actor(company_id=own.company_id, roles=frozenset({"system_admin"}))
    with scoped(boss):
        standard = WorkingCalendar.objects.get(company_id=own.company_id, code="standard")
        with pytest.raises(NotYours):
            calendars.edit(standard, actor=own.agent, at=moment("2026-03-09 11:00"))
        with pytest.raises(Invalid):
            calendars.edit(standard, actor=boss, at=moment("2026-03-09 11:00"), week=[()] * 7)
        calendars.edit(standard, actor=boss, at=moment("2026-03-09 11:00"), week=[((0, 1440),)] * 7)
    other = own.open("2026-03-09 11:10")
    own.tell(other, "reported", "2026-03-09 11:10")
    own.tell(matter, "paused", "2026-03-09 11:20", reason="weather")
    with scoped(own.system):
        due = dict(Deadline.objects.values_list("case_id", "due_at"))
    assert due == {matter.case_id: moment("2026-03-09 14:30"), other.case_id: moment("2026-03-09 15:10")}


def test_a_dealer_may_have_a_calendar_of_its_own(own: Shop) -> None:
    boss = Actor(company_id=own.company_id, roles=frozenset({"system_admin"}))
    dealer = factories.dealer("华东", of=Company.objects.get(pk=own.company_id))
    with scoped(boss):
        seeds.seed(own.company_id)
        made = calendars.for_dealer(dealer.pk, actor=boss, at=moment("2026-03-01 09:00"), name="华东")
        calendars.edit(made, actor=boss, at=moment("2026-03-02 09:00"), week=[((0, 1440),)] * 7)
    matter = own.open("2026-03-06 17:00", dealer_id=dealer.pk)
    own.tell(matter, "reported", "2026-03-06 17:00")
    with scoped(boss):
        assert Deadline.objects.get(case_id=matter.case_id).due_at == moment("2026-03-06 21:00")


def test_a_year_without_days_is_announced_months_ahead() -> None:
    company = factories.company("新公司")
    with scoped(system(company.pk)):
        seeds.seed(company.pk)
    assert calendars.look_ahead(company.pk, at=moment("2026-09-01 09:00")) == 0
    assert calendars.look_ahead(company.pk, at=moment("2026-10-02 09:00")) == 1


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        ("9:00-12:00, 13:30-18:00", ((540, 720), (810, 1080))),
        ("0:00–24:00", ((0, 1440),)),
        ("", ()),
        ("8：30至17：30", ((510, 1050),)),
    ],
)
def test_working_times_are_read_as_people_write_them(text: str, periods: tuple[tuple[int, int], ...]) -> None:
    assert spelling.read(text) == periods
    assert spelling.read(spelling.write(periods)) == periods


@pytest.mark.parametrize("text", ["9-12", "12:00-9:00", "9:00-12:00, 11:00-13:00", "9:75-10:00", "20:00-25:00"])
def test_what_is_no_working_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        spelling.read(text)


def test_the_sweep_of_a_company_without_calendars_is_quiet() -> None:
    assert sweeps.sweep(factories.company("leer").pk).cases == 0
