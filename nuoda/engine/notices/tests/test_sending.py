"""Messages get out at least once, in order, not too fast, whatever the other side does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count

from nuoda.engine.notices.actions import channels, egress, notices, sending
from nuoda.engine.notices.models import Channel, Delivery
from nuoda.engine.rulebook import queries as rulebook
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.refusals import Invalid, NotYours

from .cast import AT, RULES, Cast, book_of
from .servers import Receiver, receiver

pytestmark = pytest.mark.django_db


@pytest.fixture
def inside(settings: Any) -> Iterator[Receiver]:
    with receiver() as found:
        settings.EGRESS = [f"127.0.0.1:{found.port}"]
        yield found


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    book = book_of(RULES)
    monkeypatch.setattr(rulebook, "book", lambda who: book)
    return Cast()


def channel(cast: Cast, inside: Receiver, kind: str = "webhook", **more: Any) -> Channel:
    actor = cast.actor(cast.admin, "system_admin")
    with scoped(actor):
        return channels.save(
            name=more.pop("name", kind),
            kind=kind,
            url=inside.url,
            secret="0123456789abcdef",
            actor=actor,
            at=AT,
            **more,
        )


def happen(cast: Cast, count: int = 1, cases: int = 1) -> None:
    with scoped(cast.system):
        opened = [cast.case, *(cast.open(f"第 {number} 件") for number in range(1, cases))]
        for number in range(count):
            at = AT + timedelta(seconds=number)
            entry = cast.happen(opened[number % cases], at=at)
            notices.fan_action(
                case_id=entry.case_id, entry_id=entry.id, recorded_at=at, told=(), actor=cast.system, at=at
            )


def forward() -> None:
    """Let the pauses between attempts pass."""
    Delivery.objects.filter(state__in=["waiting", "sending"]).update(next_at=AT, sent_at=None)


def states(cast: Cast) -> dict[str, int]:
    with scoped(cast.system):
        rows = Delivery.objects.filter(channel__isnull=False).values_list("state").annotate(count=Count("pk"))
        return dict(rows)


def test_a_webhook_is_sent_once_per_event_and_signed(cast: Cast, inside: Receiver) -> None:
    channel(cast, inside)
    happen(cast, 3)
    assert sending.send_due(cast.company.id).sent == 3
    assert sending.send_due(cast.company.id).sent == 0
    bodies = inside.bodies()
    assert [body["type"] for body in bodies] == ["ticket_urgent"] * 3
    assert all(body["number"] == cast.case.number for body in bodies)
    assert all(headers["x-nuoda-signature"].startswith("sha256=") for _, headers, _ in inside.taken)
    assert len(set(inside.ids())) == 3
    assert "赵先生" not in str(bodies), "what only the customer is told goes to no group chat"


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu"])
def test_robots_get_their_own_form(cast: Cast, inside: Receiver, kind: str) -> None:
    channel(cast, inside, kind)
    happen(cast)
    assert sending.send_due(cast.company.id).sent == 1
    body = inside.bodies()[0]
    assert body.get("msgtype", body.get("msg_type")) == "text"
    assert cast.case.number in str(body)


def test_trouble_leads_to_another_attempt_with_the_same_id_in_order(cast: Cast, inside: Receiver) -> None:
    channel(cast, inside)
    happen(cast, 2)
    inside.replies += [(500, {}, b""), (429, {"Retry-After": "70"}, b""), (200, {}, b"{}")]
    first = sending.send_due(cast.company.id)
    assert (first.sent, first.retried) == (0, 1)
    assert len(inside.taken) == 1, "the second message of the case waits for the first"
    assert sending.send_due(cast.company.id).retried == 0, "not before the pause is over"
    with scoped(cast.system):
        forward()
    assert sending.send_due(cast.company.id).retried == 1
    with scoped(cast.system):
        row = Delivery.objects.get(attempts=2)
        assert row.last_error == "http_429"
        assert row.next_at - row.sent_at >= timedelta(seconds=70)
        forward()
    assert sending.send_due(cast.company.id).sent == 2
    ids = inside.ids()
    assert ids[0] == ids[1] == ids[2] != ids[3]


def test_a_case_that_is_stuck_does_not_hold_up_another(cast: Cast, inside: Receiver) -> None:
    channel(cast, inside)
    happen(cast, 4, cases=2)
    inside.replies.append((500, {}, b""))
    outcome = sending.send_due(cast.company.id)
    assert (outcome.retried, outcome.sent) == (1, 2)
    assert states(cast) == {"waiting": 2, "sent": 2}


def test_a_message_is_given_up_in_the_end_and_the_next_one_goes(cast: Cast, inside: Receiver) -> None:
    channel(cast, inside)
    happen(cast, 2)
    inside.replies += [(503, {}, b"")] * 8
    for _ in range(8):
        sending.send_due(cast.company.id)
        with scoped(cast.system):
            forward()
    sending.send_due(cast.company.id)
    assert states(cast) == {"failed": 1, "sent": 1}
    assert len(inside.taken) == 9


def test_a_refused_message_is_not_repeated(cast: Cast, inside: Receiver) -> None:
    channel(cast, inside)
    happen(cast)
    inside.replies.append((410, {}, b""))
    sending.send_due(cast.company.id)
    assert states(cast) == {"failed": 1}


def test_silence_is_an_attempt_too(cast: Cast, inside: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    channel(cast, inside)
    happen(cast)
    real = egress.post
    monkeypatch.setattr(egress, "post", lambda url, body, headers: real(url, body, headers, timeout=0.15))
    inside.replies.append(lambda: time.sleep(0.5) or (200, {}, b""))  # type: ignore[func-returns-value]
    assert sending.send_due(cast.company.id).retried == 1
    with scoped(cast.system):
        assert Delivery.objects.get(channel__isnull=False).last_error == "timeout"
        forward()
    assert sending.send_due(cast.company.id).sent == 1
    assert len(set(inside.ids())) == 1, "at least once, and the receiver can tell"


def test_a_worker_that_died_while_sending_leaves_a_claim_that_runs_out(cast: Cast, inside: Receiver) -> None:
    channel(cast, inside)
    happen(cast)

    class Killed(BaseException):
        pass

    def dying() -> tuple[int, dict[str, str], bytes]:
        return (200, {}, b"{}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sending, "_settle", lambda *rest: (_ for _ in ()).throw(Killed()))
        inside.replies.append(dying)
        with pytest.raises(Killed):
            sending.send_due(cast.company.id)
    assert states(cast) == {"sending": 1}
    assert sending.send_due(cast.company.id).sent == 0, "the claim still holds"
    with scoped(cast.system):
        forward()
    assert sending.send_due(cast.company.id).sent == 1
    assert len(inside.ids()) == 2
    assert len(set(inside.ids())) == 1


def test_a_wecom_robot_gets_twenty_messages_a_minute(cast: Cast, inside: Receiver) -> None:
    channel(cast, inside, "wecom")
    happen(cast, 27, cases=9)
    sending.send_due(cast.company.id)
    assert len(inside.taken) == 20
    sending.send_due(cast.company.id)
    assert len(inside.taken) == 20
    with scoped(cast.system):
        Delivery.objects.filter(state="sent").update(sent_at=AT - timedelta(minutes=2))
    sending.send_due(cast.company.id)
    assert len(inside.taken) == 27


def test_negative_control_without_the_limit_all_go_at_once(
    cast: Cast, inside: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PER_MINUTE", {"wecom": 10_000})
    channel(cast, inside, "wecom")
    happen(cast, 27, cases=9)
    sending.send_due(cast.company.id)
    assert len(inside.taken) == 27


@pytest.mark.django_db(transaction=True)
def test_many_workers_send_each_message_once_and_in_order(cast: Cast, inside: Receiver) -> None:
    channel(cast, inside)
    happen(cast, 40, cases=5)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(3):
                sending.send_due(cast.company.id)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    sending.send_due(cast.company.id)
    assert failures == []
    assert states(cast) == {"sent": 40}
    assert len(inside.ids()) == len(set(inside.ids())) == 40
    moments: dict[str, list[str]] = {}
    for body in inside.bodies():
        moments.setdefault(body["number"], []).append(body["at"])
    assert all(found == sorted(found) for found in moments.values())


def test_channels_choose_dealer_topic_and_role(cast: Cast, inside: Receiver) -> None:
    channel(cast, inside, name="own", dealer_id=cast.dealer.id)
    channel(cast, inside, name="foreign", dealer_id=cast.other_dealer.id)
    channel(cast, inside, name="topic", topics=["dispatch"])
    channel(cast, inside, name="role", roles=["director"])
    happen(cast)
    with scoped(cast.system):
        rows = Delivery.objects.filter(channel__isnull=False)
        assert list(rows.values_list("channel__name", flat=True)) == ["own"]


def test_addresses_and_secrets_are_not_kept_in_the_open(cast: Cast, inside: Receiver) -> None:
    row = channel(cast, inside)
    with connection.cursor() as cursor, scoped(cast.system):
        cursor.execute("SELECT row_to_json(c)::text FROM notices_channel c")
        text = cursor.fetchone()[0]
    assert "0123456789abcdef" not in text
    assert "key=abcdefgh" not in text
    assert row.url == inside.url


def test_channels_cannot_point_inside_and_are_for_administrators(cast: Cast, settings: Any) -> None:
    settings.EGRESS = []
    admin, manager = cast.actor(cast.admin, "system_admin"), cast.actor(cast.manager, "service_manager")
    for url in (
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "http://93.184.216.34/x",
        "https://10.0.0.1/x",
        "file:///x",
        "",
    ):
        with scoped(admin), pytest.raises(Invalid) as refusal:
            channels.save(name="x", kind="wecom", url=url, actor=admin, at=AT)
        assert "url" in refusal.value.fields
    with scoped(manager), pytest.raises(NotYours):
        channels.save(name="x", kind="wecom", url="https://93.184.216.34/x", actor=manager, at=AT)


def test_a_test_message_says_what_went_wrong(cast: Cast, inside: Receiver) -> None:
    row = channel(cast, inside, "wecom")
    admin = cast.actor(cast.admin, "system_admin")
    inside.replies.append((200, {}, b'{"errcode": 93000}'))
    with scoped(admin):
        assert channels.try_out(row, actor=admin, at=AT) == "wecom_93000"
        assert channels.try_out(row, actor=admin, at=AT) == ""
