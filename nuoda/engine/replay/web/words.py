"""States, kinds of change and events in words; and the names of clauses, dealers and teams."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, F, QuerySet, Value, When
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from nuoda.engine.clocks.models import Deadline
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.pure import loading
from nuoda.engine.rulebook.pure.policies import Policy
from nuoda.engine.rulebook.pure.telling import text
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.pure.words import EventWord
from nuoda.foundation.orgs.models import Dealer, Team
from nuoda.foundation.ui.pure.tones import Chip

from ..models import Replay, Shadow
from ..models.replays import Trial

EVENTS = {
    "replay.asked": EventWord(pgettext_lazy("event", "replay asked for"), "history"),
    "shadow.started": EventWord(pgettext_lazy("event", "shadow run started"), "eye"),
    "shadow.stopped": EventWord(pgettext_lazy("event", "shadow run stopped"), "eye-off"),
}
TONES = {
    "open": "info", "paused": "paused", "kept": "kept", "missed": "missed", "withdrawn": "neutral", "waived": "neutral",
}  # fmt: skip
KINDS: Mapping[str, Any] = {
    "worse": gettext_lazy("would be missed"),
    "better": gettext_lazy("would not be missed"),
    "opened": gettext_lazy("only the draft asks for it"),
    "gone": gettext_lazy("the draft does not ask for it"),
    "other": gettext_lazy("ends otherwise"),
    "due": gettext_lazy("same result, other due time"),
}
KIND_TONES = {
    "worse": "missed",
    "better": "kept",
    "opened": "info",
    "gone": "neutral",
    "other": "neutral",
    "due": "neutral",
}
CANNOT_KNOW = gettext_lazy(
    "A replay is exact about what was recorded. It cannot know how people would have worked: under another time limit they "
    "would have acted at other times."
)
_RUNNING = {"waiting": "neutral", "running": "info", "done": "kept", "cancelled": "paused", "failed": "missed"}


def status_chip(row: Replay) -> Chip:
    return Chip(row.get_status_display(), _RUNNING[row.status])


def shadow_chip(row: Shadow) -> Chip:
    return Chip(row.get_status_display(), "info" if row.running else "neutral")


def state_chip(state: str) -> Chip:
    """The state of a deadline on one side."""
    if not state:
        return Chip(gettext("not asked for"), "neutral")
    return Chip(Deadline.State(state).label, TONES[state])


def kind_chip(kind: str) -> Chip:
    return Chip(KINDS[kind], KIND_TONES[kind])


def policy_of(row: Trial) -> Policy:
    return loading.of_content(row.content)


def title(row: Trial) -> str:
    """The regulation and its version: '操作手册 2.1'."""
    said = row.content["title"]
    return f"{said.get(language()) or said['zh-hans']} {row.number}"


def labels(policies: list[Policy]) -> dict[str, str]:
    """What each clock asks for, by its stable name; the first policy that knows it says so."""
    found: dict[str, str] = {}
    for policy in policies:
        for clause in policy.clauses:
            for rule in clause.clocks():
                found.setdefault(f"{clause.id}/{rule.key}", text(rule.label, language()) or rule.key)
    return found


def binding(actor: Actor) -> list[Policy]:
    """The regulations that bind today."""
    return [rulebook.policy_of(row) for row in rulebook.versions(actor).filter(status="in_force")]


def named(actor: Actor, refs: list[str]) -> list[tuple[str, str]]:
    """Clocks to choose from: their stable names, and what people call them."""
    known = labels(binding(actor))
    return [(ref, called(ref, known)) for ref in refs]


def called(ref: str, known: Mapping[str, str]) -> str:
    """'MN-3.2.1b 到场'."""
    clause_id, _slash, key = ref.partition("/")
    return f"{clause_id} {known.get(ref, key)}"


def said(rows: QuerySet[Any], policies: list[Policy]) -> QuerySet[Any]:
    """Deadlines with what their clock is called, as `said`; so that it is exported too."""
    known = labels(policies)
    whens = [When(ref=ref, then=Value(called(ref, known))) for ref in known]
    found: QuerySet[Any] = rows.annotate(said=Case(*whens, default=F("ref"), output_field=CharField()))
    return found


def dealers(actor: Actor) -> dict[UUID | None, str]:
    """Names of the dealers; the company itself for none."""
    known = Dealer.visible_to(actor).values_list("pk", "name")
    return {None: gettext("the company itself"), **dict(known)}


def teams(actor: Actor) -> dict[UUID | None, str]:
    known = Team.objects.filter(company_id=actor.company_id).values_list("pk", "name")
    return {None: gettext("no team"), **dict(known)}


def adoption_url(row: Trial) -> str:
    """Where the version can be put into force; '' when there is no such page, or no such version any more."""
    if row.version_id is None:
        return ""
    try:
        return reverse("revisions:version", args=[row.version_id])
    except NoReverseMatch:
        return ""
