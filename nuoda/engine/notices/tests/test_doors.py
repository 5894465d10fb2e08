"""The doors of notices: one's own list, the bell, choices, channels."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from nuoda.engine.notices.actions import notices
from nuoda.engine.notices.models import Channel, Habit, Notice, Preference
from nuoda.engine.rulebook import queries as rulebook
from nuoda.foundation.base.access import scoped
from nuoda.foundation.orgs.models import Person, User

from .cast import AT, RULES, Cast, book_of
from .servers import Receiver, receiver

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    book = book_of(RULES)
    monkeypatch.setattr(rulebook, "book", lambda who: book)
    return Cast()


@pytest.fixture
def inside(settings: Any) -> Iterator[Receiver]:
    with receiver() as found:
        settings.EGRESS = [f"127.0.0.1:{found.port}"]
        yield found


def logged_in(person: Person) -> Client:
    client = Client()
    client.force_login(User.objects.create_user(person.email, person=person))
    return client


def told(cast: Cast) -> None:
    with scoped(cast.system):
        entry = cast.happen(technician=cast.technician.id, promised_at=datetime(2026, 11, 22, 1, 0, tzinfo=UTC))
        notices.fan_action(case_id=entry.case_id, entry_id=entry.id, recorded_at=AT, told=(), actor=cast.system, at=AT)


def test_the_list_shows_ones_own_in_words(cast: Cast) -> None:
    told(cast)
    page = logged_in(cast.contact).get(reverse("notices:inbox")).content.decode()
    assert "我们将在 2026-11-22 周日 09:00 前回复您" in page
    assert "新派工" not in page
    assert Client().get(reverse("notices:inbox")).status_code == 302


def test_the_bell_answers_304_until_something_changes(cast: Cast) -> None:
    client = logged_in(cast.technician)
    first = client.get(reverse("notices:bell"))
    assert first.status_code == 200
    assert client.get(reverse("notices:bell"), headers={"If-None-Match": first["ETag"]}).status_code == 304
    told(cast)
    second = client.get(reverse("notices:bell"), headers={"If-None-Match": first["ETag"]})
    assert second.status_code == 200
    assert "nu-count" in second.content.decode()
    assert client.post(reverse("notices:read")).status_code == 302
    assert "nu-count" not in client.get(reverse("notices:bell")).content.decode()


def test_opening_marks_as_read_and_only_ones_own(cast: Cast) -> None:
    told(cast)
    with scoped(cast.system):
        mine, foreign = Notice.objects.get(person=cast.technician), Notice.objects.get(person=cast.contact)
    client = logged_in(cast.technician)
    assert client.get(reverse("notices:open", args=[mine.pk])).status_code == 405
    assert client.post(reverse("notices:open", args=[mine.pk])).status_code == 302
    assert client.post(reverse("notices:open", args=[foreign.pk])).status_code == 404
    with scoped(cast.system):
        assert Notice.objects.get(pk=mine.pk).read_at is not None
        assert Notice.objects.get(pk=foreign.pk).read_at is None


def test_choices_are_kept(cast: Cast) -> None:
    client, url = logged_in(cast.technician), reverse("notices:preferences")
    assert client.get(url).status_code == 200
    answer = client.post(
        url, {"inapp": ["ticket", "dispatch"], "mail": ["deadline"], "quiet_from": "22:00", "quiet_until": "07:00"}
    )
    assert answer.status_code == 302
    half = client.post(url, {"inapp": ["ticket"], "quiet_from": "22:00"})
    assert half.status_code == 422
    with scoped(cast.system):
        assert Habit.objects.get(person=cast.technician).quiet_from.hour == 22
        said = {(row.topic, row.way): row.wanted for row in Preference.objects.filter(person=cast.technician)}
    assert said[("ticket", "inapp")]
    assert not said[("care", "inapp")]
    assert said[("deadline", "mail")]


def test_channels_are_made_tried_and_never_shown_in_the_open(cast: Cast, inside: Receiver) -> None:
    admin = logged_in(cast.admin)
    fields = {"name": "售后群", "kind": "wecom", "url": inside.url, "language": "zh-hans", "active": "on"}
    refused = admin.post(reverse("notices:new-channel"), fields | {"url": "https://169.254.169.254/latest"})
    assert refused.status_code == 422
    assert admin.post(reverse("notices:new-channel"), fields).status_code == 302
    with scoped(cast.system):
        row = Channel.objects.get()
    for url in (reverse("notices:channels"), reverse("notices:channel", args=[row.pk])):
        page = admin.get(url).content.decode()
        assert "售后群" in page
        assert "key=abcdefgh" not in page
    assert "TK-2026-000123" in admin.get(reverse("notices:channels")).content.decode(), "the preview"
    assert admin.post(reverse("notices:test-channel", args=[row.pk])).status_code == 302
    assert len(inside.taken) == 1
    manager = logged_in(cast.manager)
    for url in (reverse("notices:channels"), reverse("notices:channel", args=[row.pk])):
        assert manager.get(url).status_code == 404
    assert manager.post(reverse("notices:test-channel", args=[row.pk])).status_code == 404
    assert len(inside.taken) == 1
