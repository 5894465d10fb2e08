"""Who should go: technicians ranked for one job, each with the reasons.

Score = Σ weight × share, every share between 0 (bad) and 1 (good); the weights come from the book. Distances are great-circle kilometres
(haversine, mean earth radius 6,371 km). Who lacks the certificate, or has no gap in the horizon, is listed last and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from uuid import UUID

Span = tuple[datetime, datetime]
WEIGHTS = ("qualification", "workload", "distance", "calendar", "history")
"""Names of the shares that the book weighs (DL-3.2a)."""


@dataclass(frozen=True, slots=True)
class Measure:
    """The numbers of the book: weights by share, jobs that fill a day, kilometres that are too far, how far ahead one looks."""

    weights: Mapping[str, float]
    workload_full: int
    distance_far_km: int
    horizon: timedelta


@dataclass(frozen=True, slots=True)
class Job:
    """`skill` None: anybody can do it. `urgent` jobs may lie outside working time and weigh soonness by the hour, others by the day."""

    earliest: datetime
    minutes: int
    skill: str | None = None
    urgent: bool = False
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    person: UUID
    skills: Mapping[str, date | None] = field(default_factory=dict)
    """Skill → last day of validity (None: no end)."""
    booked: Sequence[Span] = ()
    away: Sequence[Span] = ()
    working: Sequence[Span] = ()
    """Working time in the horizon, in order."""
    open_jobs: int = 0
    been_there: int = 0
    """Jobs done for this customer before."""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a candidate stands where he stands: a code for the doors to put into words, with its figures."""

    code: str
    good: bool
    figures: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suggestion:
    person: UUID
    score: float
    qualified: bool
    slot: Span | None
    kilometres: float | None
    open_jobs: int
    reasons: tuple[Reason, ...]


def rank(job: Job, candidates: Sequence[Candidate], measure: Measure) -> list[Suggestion]:
    """Suggestions, best first: the qualified with a gap, then the qualified without, then the rest."""
    rows = [_suggest(job, candidate, measure) for candidate in candidates]
    return sorted(rows, key=lambda row: (not row.qualified, row.slot is None, -row.score, str(row.person)))


def kilometres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance of two (latitude, longitude) in degrees."""
    (lat1, lon1), (lat2, lon2) = [(radians(x), radians(y)) for x, y in (a, b)]
    h = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371 * asin(sqrt(h))


def first_gap(job: Job, candidate: Candidate, horizon: timedelta) -> Span | None:
    """The first span of the job's length that is neither booked nor away, in working time unless the job is urgent."""
    length = timedelta(minutes=job.minutes)
    end = job.earliest + horizon
    windows = [(job.earliest, end)] if job.urgent else [w for w in candidate.working if w[1] > job.earliest]
    taken = sorted([*candidate.booked, *candidate.away])
    for window_start, window_end in windows:
        start = max(window_start, job.earliest)
        for busy_start, busy_end in taken:
            if busy_end <= start:
                continue
            if busy_start - start >= length:
                break
            start = max(start, busy_end)
        if start + length <= window_end and start < end:
            return start, start + length
    return None


def _suggest(job: Job, candidate: Candidate, measure: Measure) -> Suggestion:
    slot = first_gap(job, candidate, measure.horizon)
    day = (slot[0] if slot else job.earliest).date()
    qualified, certificate = _qualification(job, candidate, day)
    distance = None
    if None not in (job.latitude, job.longitude, candidate.latitude, candidate.longitude):
        distance = kilometres(
            (job.latitude, job.longitude),  # type: ignore[arg-type]
            (candidate.latitude, candidate.longitude),  # type: ignore[arg-type]
        )
    wait = (slot[0] - job.earliest).total_seconds() / 3600 if slot else None
    in_hours = slot is not None and any(start <= slot[0] and slot[1] <= end for start, end in candidate.working)
    soon = 0.0 if wait is None else 1 / (1 + wait / (1 if job.urgent else 8))
    shares = {
        "qualification": float(qualified),
        "workload": max(0.0, 1 - candidate.open_jobs / measure.workload_full),
        "distance": 0.5 if distance is None else max(0.0, 1 - distance / measure.distance_far_km),
        "calendar": soon if in_hours or job.urgent else soon / 2,
        "history": float(candidate.been_there > 0),
    }
    busy = candidate.open_jobs * 2 > measure.workload_full
    reasons = [certificate, Reason("open_jobs", not busy, {"count": candidate.open_jobs})]
    if distance is not None:
        reasons.append(Reason("distance", distance * 2 <= measure.distance_far_km, {"km": round(distance, 1)}))
    if candidate.been_there:
        reasons.append(Reason("been_there", True, {"count": candidate.been_there}))
    reasons.append(
        Reason("free_from", True, {"at": slot[0].isoformat()})
        if slot
        else Reason("no_gap", False, {"days": measure.horizon.days})
    )
    if slot and not in_hours:
        reasons.append(Reason("outside_hours", False))
    score = sum(measure.weights.get(name, 0.0) * share for name, share in shares.items())
    return Suggestion(
        person=candidate.person,
        score=round(score, 6),
        qualified=qualified,
        slot=slot,
        kilometres=None if distance is None else round(distance, 1),
        open_jobs=candidate.open_jobs,
        reasons=tuple(reasons),
    )


def _qualification(job: Job, candidate: Candidate, day: date) -> tuple[bool, Reason]:
    if job.skill is None:
        return True, Reason("no_skill_needed", True)
    if job.skill not in candidate.skills:
        return False, Reason("not_qualified", False, {"skill": job.skill})
    until = candidate.skills[job.skill]
    if until is not None and until < day:
        return False, Reason("certificate_expired", False, {"skill": job.skill, "until": until.isoformat()})
    return True, Reason("qualified", True, {"skill": job.skill, "until": until.isoformat() if until else ""})
