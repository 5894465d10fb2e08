from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.foundation.base.models import CompanyTable
from nuoda.foundation.base.pure.actors import Actor

from ..access import may_read
from ..pure.comparing import KINDS
from ..pure.lanes import NONE, STATES

DEADLINE_STATES = STATES[:NONE]
COUNTED = (*DEADLINE_STATES, *KINDS)
"""Columns of a figure."""
OPEN = ("waiting", "running")
TRIED = ("draft", "published")
"""States of a version that binds nobody yet: only such a one is tried."""


class Trial(CompanyTable):
    """A text of a regulation that is tried out. The content is kept here: a draft may change afterwards."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.SET_NULL, null=True, related_name="+")
    """None for an uploaded text, or a draft that was thrown away."""
    policy = models.CharField(max_length=40)
    number = models.CharField(max_length=20)
    """Of the version: '2.1'."""
    content: models.JSONField[Any, Any] = models.JSONField()
    hash = models.CharField(max_length=64)
    asked_by = models.UUIDField(null=True)
    asked_at = models.DateTimeField()

    class Meta:
        abstract = True


class Replay(Trial):
    """试算: what a text would have made of a period, beside the regulation that was in force."""

    class Status(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("replay", "waiting")
        RUNNING = "running", pgettext_lazy("replay", "running")
        DONE = "done", pgettext_lazy("replay", "done")
        CANCELLED = "cancelled", pgettext_lazy("replay", "stopped")
        FAILED = "failed", pgettext_lazy("replay", "failed")

    first_day = models.DateField()
    last_day = models.DateField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    """The period as the company's time zone makes it of the days, half-open."""
    imports = models.BooleanField(default=False)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    as_of = models.DateTimeField()
    """The moment at which both sides are judged: when it was asked for."""
    cases_total = models.IntegerField(null=True)
    """None until they are counted; while it runs it may fall: some turn out to have nothing in the period."""
    cases_done = models.IntegerField(default=0)
    cases_written = models.IntegerField(default=0)
    """Of those done, the ones up to `last_case`."""
    by_steps = models.IntegerField(default=0)
    """Cases of which a clock was folded step by step."""
    changed = models.IntegerField(default=0)
    last_case = models.UUIDField(null=True)
    """Up to here it is done; a stopped worker's successor goes on from here."""
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=OPEN, ended_at=None)
                | Q(status__in=("done", "cancelled", "failed"), ended_at__isnull=False),
                name="replay_replay_ended",
            ),
            models.CheckConstraint(condition=Q(since__lt=models.F("until")), name="replay_replay_period"),
        ]
        indexes = [models.Index(fields=["company_id", "-asked_at"], name="replay_replay_newest")]

    def __str__(self) -> str:
        return f"{self.policy} {self.number}"

    @property
    def open(self) -> bool:
        return self.status in OPEN

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[Replay]:
        rows = Replay.objects.filter(company_id=actor.company_id)
        return rows if actor.reach == "system" or may_read(actor) else rows.none()


class ReplayFigure(CompanyTable):
    """How many deadlines of one clock, dealer and team ended how, on one side of a replay."""

    replay = models.ForeignKey(Replay, on_delete=models.CASCADE, related_name="figures", db_index=False)
    """Other indexes begin with it."""
    ref = models.CharField(max_length=120)
    dealer_id = models.UUIDField(null=True)
    team_id = models.UUIDField(null=True)
    side = models.CharField(max_length=5)
    open = models.IntegerField(default=0)
    paused = models.IntegerField(default=0)
    kept = models.IntegerField(default=0)
    missed = models.IntegerField(default=0)
    withdrawn = models.IntegerField(default=0)
    waived = models.IntegerField(default=0)
    worse = models.IntegerField(default=0)
    better = models.IntegerField(default=0)
    opened = models.IntegerField(default=0)
    gone = models.IntegerField(default=0)
    other = models.IntegerField(default=0)
    due = models.IntegerField(default=0)
    """How many of them change in which way; on the draft's side. Counted here: among a million changes counting takes a second."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["replay", "ref", "dealer_id", "team_id", "side"],
                name="replay_figure_once",
                nulls_distinct=False,
            )
        ]


class Found(CompanyTable):
    """A deadline as two books see it; '' is the state of one that this side does not open."""

    case_id = models.UUIDField()
    number = models.CharField(max_length=40)
    """Of the case."""
    ref = models.CharField(max_length=120)
    round = models.IntegerField(default=1)
    start_id = models.UUIDField()
    started_at = models.DateTimeField()
    dealer_id = models.UUIDField(null=True)
    life_state = models.CharField(max_length=10, blank=True)
    life_due = models.DateTimeField(null=True)
    draft_state = models.CharField(max_length=10, blank=True)
    draft_due = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def clause_id(self) -> str:
        return self.ref.partition("/")[0]


class ReplayChange(Found):
    """A deadline that comes out otherwise under the tried text."""

    replay = models.ForeignKey(Replay, on_delete=models.CASCADE, related_name="changes", db_index=False)
    """Other indexes begin with it."""
    team_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=8)
    """One of `pure.comparing.KINDS`."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["replay", "ref", "start_id"], name="replay_change_once"),
        ]
        indexes = [
            models.Index(fields=["replay", "started_at"], name="replay_change_started"),
            models.Index(fields=["replay", "kind", "started_at"], name="replay_change_kind"),
        ]

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[ReplayChange]:
        rows = ReplayChange.objects.filter(company_id=actor.company_id)
        return rows if actor.reach == "system" or may_read(actor) else rows.none()
