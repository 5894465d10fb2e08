"""For the security and the audit administrator: roles, locked accounts, sessions, tokens; what was recorded."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.ui.web.pages import Choice, Column, Days, Empty, FormPage, ListPage, Page

from .. import queries
from ..actions import companies, logins
from ..models import ApiToken, Company
from ..pure.roles import EXCLUSIVE, ROLES
from .mine import Press
from .words import EVENTS, event_words

SECURITY = frozenset({"security_admin"})


class Roles(Page):
    """Every role, how far it sees, and who holds it."""

    kind = "report"
    access = frozenset(EXCLUSIVE)
    template = "orgs/roles.html"
    title = gettext_lazy("Roles")
    menu = "roles"

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = [{"role": ROLES[code], "people": people} for code, people in queries.role_holders(self.actor)]
        return self.answer(context={"rows": rows})


class Security(Page):
    """Locked accounts, open sessions, tokens, what is asked of logins."""

    kind = "report"
    access = SECURITY
    template = "orgs/security.html"
    title = gettext_lazy("Security")
    menu = "security"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.answer(
            context={
                "company": Company.objects.get(pk=self.actor.company_id),
                "tries": queries.lockouts(self.actor)[:100],
                "limit": settings.LOGIN_TRIES,
                "minutes": settings.LOGIN_WINDOW // 60,
                "sessions": queries.open_sessions(self.actor).order_by("-seen_at")[:100],
                "tokens": ApiToken.visible_to(self.actor)
                .filter(revoked_at=None)
                .select_related("person")
                .order_by("-last_used_at")[:100],
            }
        )


class Unlock(Press):
    access = SECURITY
    said = gettext_lazy("The account is open again.")

    def act(self, row_id: UUID, at: datetime) -> None:
        logins.unlock(user_id=row_id, actor=self.actor, at=at)

    def target(self) -> str:
        return reverse("orgs:security")


class EndSessions(Press):
    access = SECURITY
    said = gettext_lazy("All sessions of the account are ended.")

    def act(self, row_id: UUID, at: datetime) -> None:
        logins.end_sessions(user_id=row_id, actor=self.actor, at=at)

    def target(self) -> str:
        return reverse("orgs:security")


class SafeguardsForm(forms.Form):
    admins_need_mfa = forms.BooleanField(
        label=gettext_lazy("Administrators log in with a second factor"), required=False
    )
    idle_minutes = forms.IntegerField(
        label=gettext_lazy("Minutes without use after which a session ends"), min_value=5, max_value=20160
    )


class Safeguards(FormPage):
    access = SECURITY
    title = gettext_lazy("What is asked of logins")
    menu = "security"
    form_class = SafeguardsForm
    done_text = gettext_lazy("It holds from the next request on.")

    def load(self, **kwargs: Any) -> Company:
        return Company.objects.get(pk=self.actor.company_id)

    def initial(self) -> dict[str, Any]:
        return {"admins_need_mfa": self.row.admins_need_mfa, "idle_minutes": self.row.idle_minutes}

    def act(self, cleaned: dict[str, Any]) -> Company:
        return companies.change(values=cleaned, actor=self.actor, at=self.at)

    def done(self, result: Any) -> str:
        return reverse("orgs:security")

    def back(self) -> str:
        return reverse("orgs:security")


class Audit(ListPage):
    """What was recorded about people, roles, logins and exports, newest first. Entries cannot be changed, by nobody."""

    access = frozenset({"audit_admin"})
    title = gettext_lazy("Audit")
    menu = "audit"
    order = ("-recorded_at", "-id")
    columns = (
        Column(key="recorded_at", label=gettext_lazy("Recorded"), cell="moment"),
        Column(key="type", label=gettext_lazy("What"), value=lambda row: event_words(row.type)),
        Column(key="actor", label=gettext_lazy("Who"), template="orgs/_who.html", value="actor_id"),
        Column(key="subject", label=gettext_lazy("About"), template="orgs/_about.html", value="payload", wide=True),
        Column(key="code", label=gettext_lazy("Event"), value="type", shown=False),
    )
    filters = (
        Choice(name="type", label=gettext_lazy("What"), options=list(EVENTS.items()), field="type"),
        Days(name="day", label=gettext_lazy("Recorded"), field="recorded_at"),
    )
    empty = Empty(text=gettext_lazy("Nothing of this kind was recorded."), icon="history")

    def rows(self, actor: Actor) -> Any:
        return queries.audit_trail(actor)

    def dress(self, rows: Any) -> None:
        ids: list[UUID | None] = []
        for row in rows:
            ids.append(row.actor_id)
            ids += [_uuid(row.payload.get(key)) for key in ("person", "giver", "taker")]
        found = queries.names(self.actor, ids)
        for row in rows:
            row.who = found.get(row.actor_id, "")
            row.about = about(row.payload, found)


def about(payload: dict[str, Any], names: dict[UUID, str]) -> str:
    """What an entry is about, with names in place of ids where they are known."""
    said = []
    for key, value in payload.items():
        known = _uuid(value)
        if known in names:
            said.append(names[known])
        elif key == "role":
            said.append(str(ROLES[value].label) if value in ROLES else _("all roles"))
        elif known is None:
            said.append(", ".join(map(str, value)) if isinstance(value, list) else str(value))
    return " · ".join(item for item in said if item)


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None
