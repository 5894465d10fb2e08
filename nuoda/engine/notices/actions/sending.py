"""Sending what waits: claimed by one worker, tried with growing pauses, in order per case, never faster than a robot
takes it.

A delivery is claimed in a transaction of its own, sent outside of any, and settled in another. A worker that dies
between the
last two leaves a claim that runs out: the message goes out again, with the same id.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import connection
from django.db.models import Q, Sum
from django.db.models.functions import Least
from django.utils import translation
from django.utils.translation import gettext as _

from nuoda.foundation.base.access import now, scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.orgs.models import Company, Person

from .. import queries
from ..models import Channel, Delivery
from ..pure.hours import MOST_A_MINUTE, wait
from ..pure.robots import PER_MINUTE, Message, accepted, build, hopeless
from . import egress

log = logging.getLogger("nuoda.notices")
MINUTE = timedelta(minutes=1)
LEASE = timedelta(minutes=2)
"""How long a claim holds; longer than the slowest attempt."""

# The oldest due message of each case on each way: one that waits holds back the later ones of its case until it is
# sent or given up.
_CLAIM = """WITH due AS (
  SELECT d.id FROM notices_delivery d
  WHERE d.company_id = %(company)s AND d.state IN ('waiting', 'sending') AND d.next_at <= %(at)s
    AND (d.channel_id = %(channel)s OR %(channel)s IS NULL AND d.channel_id IS NULL)
    AND NOT EXISTS (
      SELECT 1 FROM notices_delivery e
      WHERE e.channel_id IS NOT DISTINCT FROM d.channel_id AND e.person_id IS NOT DISTINCT FROM d.person_id
        AND e.case_id = d.case_id AND e.id < d.id AND e.state IN ('waiting', 'sending')
        AND NOT e.digest AND NOT d.digest)
  ORDER BY d.next_at, d.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
UPDATE notices_delivery SET state = 'sending', attempts = attempts + 1, next_at = %(lease)s
FROM due WHERE notices_delivery.id = due.id RETURNING notices_delivery.id"""


@dataclass(slots=True)
class Outcome:
    sent: int = 0
    failed: int = 0
    retried: int = 0


def send_due(company_id: UUID, *, limit: int = 200) -> Outcome:
    """Send what is due in a company, at most `limit` messages; the worker calls it again and again."""
    actor, done = system(company_id), Outcome()
    with scoped(actor):
        ways = list(
            Channel.objects.filter(company_id=company_id, active=True).order_by("id").values_list("pk", flat=True)
        )
    for way in [None, *ways]:
        for _attempt in range(limit):
            claimed = _claim(actor, way)
            if not claimed:
                break
            for delivery_id in claimed:
                _one(actor, delivery_id, done)
    return done


def _claim(actor: Actor, channel_id: UUID | None) -> list[UUID]:
    """Take the next message of a way; nothing when the robot has had its share of the
    minute."""
    with scoped(actor):
        at = now()
        room = 1
        if channel_id is not None:
            # The channel's row is the queue in which workers count what was sent in the last minute.
            channel = Channel.objects.select_for_update(skip_locked=True).filter(pk=channel_id, active=True).first()
            if channel is None:
                return []
            # A row knows its last attempt and how many there were; of those as many count as can lie in one minute.
            tried = Q(state="sending", next_at__gt=at) | Q(
                state__in=["sent", "waiting", "failed"], sent_at__gt=at - MINUTE
            )
            rows = Delivery.objects.filter(tried, channel=channel, attempts__gt=0)
            recent = rows.aggregate(count=Sum(Least("attempts", MOST_A_MINUTE)))["count"] or 0
            room = min(room, PER_MINUTE[channel.kind] - recent)
        if room <= 0:
            return []
        with connection.cursor() as cursor:
            cursor.execute(
                _CLAIM,
                {"company": actor.company_id, "channel": channel_id, "at": at, "lease": at + LEASE, "limit": room},
            )
            return [row[0] for row in cursor.fetchall()]


def _one(actor: Actor, delivery_id: UUID, done: Outcome) -> None:
    with scoped(actor):
        row = (
            Delivery.objects.select_related("channel", "person", "notice__dossier")
            .filter(pk=delivery_id, state="sending")
            .first()
        )
        if row is None:
            return
        message = _message(actor, row)
        companions = _digest(actor, row) if row.digest else []
        words = [message, *(_message(actor, other) for other in companions)]
    error, pause = _mail(row, words) if row.channel is None else _robot(row.channel, message)
    ids = [row.pk, *(other.pk for other in companions)]
    with scoped(actor):
        _settle(ids, row.attempts, error, pause, done)


def _settle(ids: Iterable[UUID], attempts: int, error: str, pause: float | None, done: Outcome) -> None:
    at = now()
    rows = Delivery.objects.filter(pk__in=list(ids))
    if not error:
        done.sent += rows.update(state="sent", sent_at=at, last_error="")
        return
    delay = None if hopeless(error) else wait(attempts, asked=pause)
    if delay is None:
        done.failed += rows.update(state="failed", last_error=error[:60], sent_at=at)
        log.warning("A message was given up after %s attempts: %s", attempts, error)
    else:
        # `sent_at` of a row that was not sent is its last attempt: the robot counts attempts, not successes.
        done.retried += rows.update(state="waiting", next_at=at + delay, last_error=error[:60], sent_at=at)


def _message(actor: Actor, row: Delivery) -> Message:
    notice = row.notice
    language = row.channel.language if row.channel is not None else _language(row.person)
    company: Mapping[str, Any] = Company.objects.filter(pk=actor.company_id).values("name", "time_zone").first() or {}
    with translation.override(language):
        said = queries.spoken(notice, language=language, company=company, people=queries.names([notice.params]))
    return Message(
        id=str(row.pk),
        type=notice.template,
        subject=said.subject,
        body=said.body,
        at=notice.happened_at.isoformat(),
        url=settings.PUBLIC_ORIGIN + said.url if said.url else "",
        number=notice.dossier.number if notice.dossier is not None else "",
        clause=str(notice.params.get("clause", "")),
    )


def _language(person: Person | None) -> str:
    user = getattr(person, "user", None)
    return user.language if user is not None else "zh-hans"


def _digest(actor: Actor, row: Delivery) -> list[Delivery]:
    """The other messages of the person's digest that are due; claimed with the first."""
    others = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        person=row.person, channel=None, digest=True, state="waiting", next_at__lte=now()
    )
    rows = list(others.select_related("channel", "person", "notice__dossier").order_by("id")[:100])
    Delivery.objects.filter(pk__in=[other.pk for other in rows]).update(state="sending", next_at=now() + LEASE)
    return rows


def _mail(row: Delivery, words: list[Message]) -> tuple[str, float | None]:
    person = row.person
    if person is None or not person.email:
        return "http_410", None
    language = _language(person)
    with translation.override(language):
        subject = words[0].subject if len(words) == 1 else _("%(count)s notices") % {"count": len(words)}
        body = "\n\n— — —\n\n".join(f"{item.subject}\n{item.body}" if len(words) > 1 else item.body for item in words)
    mail = EmailMessage(
        subject=subject,
        body=body,
        to=[person.email],
        headers={"Message-ID": f"<{row.pk}@nuoda>", "X-Nuoda-Id": str(row.pk), "Auto-Submitted": "auto-generated"},
        connection=get_connection(),
    )
    try:
        mail.send()
    except (OSError, ValueError) as error:  # smtplib's errors are OSError
        log.info("Mail %s was not taken: %s", row.pk, error)
        return f"mail_{type(error).__name__}", None
    return "", None


def _robot(channel: Channel, message: Message) -> tuple[str, float | None]:
    try:
        url, secret = channel.url, channel.secret
    except ValueError:
        return "key", None
    request = build(channel.kind, url, secret, message, seconds=int(_seconds()))
    try:
        answer = egress.post(request.url, request.body, request.headers)
    except egress.Unreachable as error:
        return error.code, None
    taken, why = accepted(channel.kind, answer.status, answer.body)
    return ("", None) if taken else (why, _retry_after(answer.headers.get("retry-after", "")))


def _seconds() -> float:
    return now().timestamp()


def _retry_after(text: str) -> float | None:
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - _seconds()) if text else None
    except ValueError:
        return None


def try_out(channel: Channel, *, actor: Actor, at: datetime) -> str:
    """Send one test message at once; '' when it was taken, else the short code of why not."""
    company = Company.objects.filter(pk=actor.company_id).values_list("name", flat=True).first() or ""
    message = Message(
        id=f"test-{at.timestamp():.0f}", type="channel_test", subject=_("Test message"), body=company, at=at.isoformat()
    )
    return _robot(channel, message)[0]
