"""Doors of notices: the list, the bell, preferences, channels."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.refusals import NotYours, Refused
from nuoda.foundation.orgs.models import Dealer
from nuoda.foundation.ui.web.pages import EVERYONE, FormPage, Page

from .. import queries
from ..actions import channels, notices, preferences
from ..models import Channel
from ..pure import templates
from ..pure.robots import Message, build
from ..pure.templates import LANGUAGES, TOPICS
from .forms import ChannelForm, PreferencesForm, topic_choices

SIZE = 50
ADMINISTRATORS = frozenset({"system_admin"})


def language() -> str:
    code = (get_language() or "zh-hans").lower()
    return code if code in LANGUAGES else "zh-hans"


def _position(text: str) -> tuple[datetime, UUID] | None:
    moment, _sep, row = text.partition("~")
    try:
        return datetime.fromisoformat(moment), UUID(row)
    except ValueError:
        return None


class Inbox(Page):
    """One's own notices, newest first."""

    access = EVERYONE
    kind = "list"
    title = gettext_lazy("Messages")
    template = "notices/inbox.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        unread = request.GET.get("show") == "unread"
        topic = request.GET.get("topic", "")
        rows = queries.notices(
            self.actor,
            unread=unread,
            topic=topic if topic in TOPICS else "",
            before=_position(request.GET.get("before", "")),
            limit=SIZE + 1,
        )
        more = ""
        if len(rows) > SIZE:
            rows = rows[:SIZE]
            more = f"{rows[-1].created_at.isoformat()}~{rows[-1].pk}"
        shown = queries.shown(self.actor, rows, language=language())
        context = {"entries": shown, "unread": unread, "topic": topic, "topics": topic_choices(), "more": more}
        return self.answer(context=context)


class Bell(Page):
    """How many notices are unread; polled, answers 304 while nothing has changed."""

    access = EVERYONE
    kind = "fragment"
    template = "notices/_bell.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        count, mark = queries.bell(self.actor)
        tag = f'"{mark}-{language()}"'
        response = (
            HttpResponse(status=304)
            if request.headers.get("If-None-Match") == tag
            else self.answer(context={"unread": count})
        )
        response["ETag"] = tag
        response["Cache-Control"] = "private, no-cache"
        return response


class Read(Page):
    """Marks all of one's own notices as read, or those named by `id`."""

    access = EVERYONE
    kind = "switch"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            ids = [UUID(text) for text in request.POST.getlist("id")]
        except ValueError:
            raise Http404 from None
        with scoped(self.actor) as at:
            notices.read(actor=self.actor, at=at, ids=ids or None)
        return HttpResponseRedirect(reverse("notices:inbox"))


class Open(Page):
    """Marks a notice as read and goes to what it is about."""

    access = EVERYONE
    kind = "switch"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, id: UUID) -> HttpResponse:
        try:
            with scoped(self.actor) as at:
                row = queries.notice(self.actor, id)
                notices.read(actor=self.actor, at=at, ids=[row.pk])
                url = queries.address(row)
        except NotYours as refusal:
            raise Http404 from refusal
        return HttpResponseRedirect(url or reverse("notices:inbox"))


class Preferences(FormPage):
    """What one wants to be told, and when."""

    access = EVERYONE
    title = gettext_lazy("What I want to be told")
    icon = "bell"
    form_class = PreferencesForm
    done_text = gettext_lazy("Your choice is kept.")

    def initial(self) -> dict[str, Any]:
        rows = queries.preferences(self.actor)
        habit = queries.habit(self.actor)
        return {
            "inapp": [row["topic"] for row in rows if row["inapp"]],
            "mail": [row["topic"] for row in rows if row["mail"]],
            "quiet_from": habit.quiet_from,
            "quiet_until": habit.quiet_until,
            "digest_at": habit.digest_at,
            "urgent_anyway": habit.urgent_anyway,
        }

    def act(self, cleaned: dict[str, Any]) -> Any:
        wanted = {(topic, way): topic in cleaned[way] for topic in TOPICS for way in preferences.WAYS}
        preferences.set_topics(wanted, actor=self.actor, at=self.at)
        return preferences.set_hours(
            quiet_from=cleaned["quiet_from"],
            quiet_until=cleaned["quiet_until"],
            digest_at=cleaned["digest_at"],
            urgent_anyway=cleaned["urgent_anyway"],
            actor=self.actor,
            at=self.at,
        )

    def done(self, result: Any) -> str:
        return reverse("notices:preferences")

    def back(self) -> str:
        return reverse("notices:inbox")


class Channels(Page):
    """Robots and webhooks with what went through them, a preview of a message and a test button."""

    access = ADMINISTRATORS
    kind = "list"
    title = gettext_lazy("Message channels")
    menu = "channels"
    template = "notices/channels.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        traffic = queries.traffic(self.actor)
        rows = [
            {"row": row, "traffic": traffic.get(row.pk, {}), "preview": preview(row), "topics": topics_of(row)}
            for row in queries.channels(self.actor)
        ]
        return self.answer(context={"channels": rows, "mail": traffic.get(None, {})})


def topics_of(row: Channel) -> list[str]:
    return [label for code, label in topic_choices() if code in row.topics]


def preview(row: Channel) -> str:
    """The body of a sample message as it would go out on this channel; the address is not part of it."""
    values = {
        "kind": _("ticket"),
        "number": "TK-2026-000123",
        "title": _("spindle makes noise"),
        "clause": "MN-3.2.1b",
        "duty": _("arrival on site"),
        "due": "2026-11-21 14:05",
    }
    subject, body = templates.render(templates.of("deadline_missed"), values, language=row.language)
    message = Message("0", "deadline_missed", subject, body, "2026-11-21T06:05:00+00:00", number="TK-2026-000123")
    return build(row.kind, "https://example.invalid/", "", message, seconds=0).body.decode()


class _ChannelPage(FormPage):
    access = ADMINISTRATORS
    menu = "channels"
    icon = "plug"
    form_class = ChannelForm
    done_text = gettext_lazy("The channel is saved.")

    def form_kwargs(self) -> dict[str, Any]:
        rows = Dealer.visible_to(self.actor).filter(active=True).order_by("code")
        return {"dealers": [(str(row.pk), str(row)) for row in rows]}

    def act(self, cleaned: dict[str, Any]) -> Any:
        return channels.save(
            channel=self.row,
            name=cleaned["name"],
            kind=cleaned["kind"],
            url=cleaned["url"],
            secret=cleaned["secret"],
            dealer_id=UUID(cleaned["dealer"]) if cleaned["dealer"] else None,
            topics=cleaned["topics"],
            roles=cleaned["roles"],
            language=cleaned["language"],
            active=cleaned["active"],
            actor=self.actor,
            at=self.at,
        )

    def done(self, result: Any) -> str:
        return reverse("notices:channels")

    def back(self) -> str:
        return reverse("notices:channels")


class NewChannel(_ChannelPage):
    title = gettext_lazy("New channel")


class EditChannel(_ChannelPage):
    title = gettext_lazy("Message channel")

    def load(self, **kwargs: Any) -> Channel:
        return queries.channel(self.actor, kwargs["id"])

    def initial(self) -> dict[str, Any]:
        row = self.row
        return {
            "name": row.name,
            "kind": row.kind,
            "dealer": str(row.dealer_id or ""),
            "topics": row.topics,
            "roles": row.roles,
            "language": row.language,
            "active": row.active,
        }


class TestChannel(Page):
    """Sends a test message now and says what came of it."""

    access = ADMINISTRATORS
    kind = "switch"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, id: UUID) -> HttpResponse:
        try:
            with scoped(self.actor) as at:
                row = queries.channel(self.actor, id)
            # Outside of any transaction: the other side may take its time.
            error = channels.try_out(row, actor=self.actor, at=at)
        except NotYours as refusal:
            raise Http404 from refusal
        except Refused as refusal:
            error = str(refusal.reason)
        if error:
            messages.error(request, _("The test message was not taken: %(why)s") % {"why": error})
        else:
            messages.success(request, _("The test message was taken."))
        return HttpResponseRedirect(reverse("notices:channels"))
