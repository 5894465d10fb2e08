"""Reads of notices: the list, the bell, the words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Max, QuerySet
from django.urls import NoReverseMatch, reverse

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.pure.rules import CadenceRule, ClockRule
from nuoda.foundation.base.access import current, scoped
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.journal.pure.kinds import KINDS, url_name
from nuoda.foundation.orgs.models import Company, Person

from .models import Channel, Delivery, Habit, Notice, Preference
from .models.preferences import MAIL_BY_DEFAULT
from .pure import templates
from .pure.templates import TOPICS

_WEEKDAYS = {"zh-hans": "周一 周二 周三 周四 周五 周六 周日", "zh-hant": "週一 週二 週三 週四 週五 週六 週日", "en": "Mon Tue Wed Thu Fri Sat Sun"}  # fmt: skip  # noqa: E501


NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice with its words."""

    notice: Notice
    subject: str
    body: str
    url: str


def notices(
    actor: Actor, *, unread: bool = False, topic: str = "", before: tuple[datetime, UUID] | None = None, limit: int = 50
) -> list[Notice]:
    """The actor's notices, newest first; `before` is (created_at, id) of the last one seen."""
    rows = Notice.visible_to(actor).select_related("dossier")
    if unread:
        rows = rows.filter(read_at=None)
    if topic:
        rows = rows.filter(topic=topic)
    if before is not None:
        rows = rows.extra(where=["(notices_notice.created_at, notices_notice.id) < (%s, %s)"], params=list(before))
    return list(rows.order_by("-created_at", "-id")[:limit])


def notice(actor: Actor, notice_id: UUID) -> Notice:
    found = Notice.visible_to(actor).select_related("dossier").filter(pk=notice_id).first()
    if found is None:
        raise NotYours()
    return found


def bell(actor: Actor) -> tuple[int, str]:
    """(unread notices, a mark that changes whenever that number or its newest notice does)."""
    if actor.person_id is None:
        return 0, "0"
    found = Notice.visible_to(actor).filter(read_at=None).aggregate(count=Count("pk"), newest=Max("created_at"))
    newest = found["newest"].timestamp() if found["newest"] else 0
    return found["count"], f"{found['count']}-{newest}"


def unread_count(actor: Actor) -> int:
    """What the bell of the frame shows; opens a scope of its own when the page is drawn outside of one."""
    if actor.person_id is None:
        return 0
    if current() is not None:
        return bell(actor)[0]
    with scoped(actor):
        return bell(actor)[0]


def shown(actor: Actor, rows: Sequence[Notice], *, language: str) -> list[Shown]:
    """Notices with their words in the language; three statements however many there are."""
    company: Mapping[str, Any] = Company.objects.filter(pk=actor.company_id).values("name", "time_zone").first() or {}
    people = names(row.params for row in rows)
    return [spoken(row, language=language, company=company, people=people) for row in rows]


def names(params: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Names of the persons that params name as actor or giver, by id as text."""
    wanted = {value for found in params for key in ("actor", "for") if (value := found.get(key))}
    return (
        {str(pk): name for pk, name in Person.objects.filter(pk__in=wanted).values_list("pk", "name")} if wanted else {}
    )


def spoken(row: Notice, *, language: str, company: Mapping[str, Any], people: Mapping[str, str]) -> Shown:
    """One notice in words; what was erased or deleted is left out of them."""
    url = address(row)
    zone = ZoneInfo(company.get("time_zone") or "Asia/Shanghai")
    values = {
        "kind": "",
        "number": "",
        "title": "",
        "clause": str(row.params.get("clause", "")),
        "duty": duty(row, language),
        "due": _moment(row.params.get("due"), zone, language, due=True),
        "moment": _moment(row.params.get("moment"), zone, language),
        "at": _moment(row.happened_at.isoformat(), zone, language),
        "actor": people.get(str(row.params.get("actor", "")), ""),
        "for": people.get(str(row.params.get("for", "")), ""),
        "company": str(company.get("name", "")),
        "url": settings.PUBLIC_ORIGIN + url if url else "",
    }
    if row.dossier is not None:
        kind = KINDS.get(row.dossier.kind)
        values |= {"kind": str(kind.label) if kind else "", "number": row.dossier.number, "title": row.dossier.title}
    subject, body = templates.render(templates.of(row.template), values, language=language)
    return Shown(row, subject, body, url)


def duty(row: Notice, language: str) -> str:
    """What is owed, by the label of the clock or cadence in the book that was in force."""
    ref = row.params.get("ref")
    if not ref:
        return ""
    bound = rulebook.book(row.company_id).rule(str(ref), row.happened_at)
    if bound is None or not isinstance(bound.rule, ClockRule | CadenceRule):
        return str(row.params.get("clause", ""))
    label = bound.rule.label if isinstance(bound.rule, ClockRule) else bound.rule.duty
    return label.get(language) or label.get("zh-hans") or bound.rule.key


def address(row: Notice) -> str:
    """Path of the page that the notice is about, '' when its kind has none."""
    if row.dossier is None:
        return ""
    name = url_name(row.dossier.kind)
    if not name:
        return ""
    try:
        return reverse(name, kwargs={"number": row.dossier.number})
    except NoReverseMatch:
        return ""


def _moment(value: Any, zone: ZoneInfo, language: str, *, due: bool = False) -> str:
    """A moment in words; a `due` time at midnight is the end of the day before it (24:00)."""
    if not value:
        return ""
    local = datetime.fromisoformat(str(value)).astimezone(zone)
    hour = f"{local:%H:%M}"
    if due and local.time() == time():
        local, hour = local - timedelta(days=1), "24:00"
    days = _WEEKDAYS.get(language, _WEEKDAYS["zh-hans"]).split()
    return f"{local:%Y-%m-%d} {days[local.weekday()]} {hour}"


def wanted(person_ids: Iterable[UUID]) -> dict[UUID, dict[tuple[str, str], bool]]:
    """What persons said about topics and ways: person → (topic, way) → wanted."""
    found: dict[UUID, dict[tuple[str, str], bool]] = {}
    rows = Preference.objects.filter(person_id__in=list(person_ids))
    for person_id, topic, way, said in rows.values_list("person_id", "topic", "way", "wanted"):
        found.setdefault(person_id, {})[(topic, way)] = said
    return found


def wants(said: Mapping[tuple[str, str], bool], topic: str, way: str) -> bool:
    """Whether somebody with these preferences wants a topic on a way."""
    return said.get((topic, way), way == "inapp" or topic in MAIL_BY_DEFAULT)


def preferences(actor: Actor) -> list[dict[str, Any]]:
    """One row per topic for the actor's own page: topic, label by language, whether wanted in the product and by
    mail."""
    said = wanted([actor.person_id]).get(actor.person_id, {}) if actor.person_id else {}
    return [
        {"topic": topic, "label": label, "inapp": wants(said, topic, "inapp"), "mail": wants(said, topic, "mail")}
        for topic, label in TOPICS.items()
    ]


def habit(actor: Actor) -> Habit:
    """The actor's own hours; an unsaved row of defaults when he never said."""
    found = Habit.objects.filter(person_id=actor.person_id or NOBODY).first()
    return found or Habit(company_id=actor.company_id, person_id=actor.person_id or NOBODY)


def channels(actor: Actor) -> QuerySet[Channel]:
    """Channels with how many messages wait, were sent and failed; administrators only."""
    return Channel.visible_to(actor).select_related("dealer").order_by("name")


def channel(actor: Actor, channel_id: UUID) -> Channel:
    found = Channel.visible_to(actor).filter(pk=channel_id).first()
    if found is None:
        raise NotYours()
    return found


def traffic(actor: Actor) -> dict[UUID | None, dict[str, Any]]:
    """Per channel (None: mail): messages waiting, sent, failed, and the last error."""
    if not actor.has("system_admin"):
        return {}
    found: dict[UUID | None, dict[str, Any]] = {}
    rows = Delivery.objects.filter(company_id=actor.company_id).values("channel", "state").annotate(count=Count("pk"))
    for row in rows:
        found.setdefault(row["channel"], {"waiting": 0, "sent": 0, "failed": 0})
        state = "waiting" if row["state"] == "sending" else row["state"]
        if state in found[row["channel"]]:
            found[row["channel"]][state] += row["count"]
    return found
