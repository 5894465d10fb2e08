"""The first steps of a new company: what each room adds to the checklist."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nuoda.foundation.base.pure.actors import Actor


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One step: `done(actor)` looks at real rows; `url_name` is where it is done; `order` sorts."""

    key: str
    label: Any
    text: Any
    url_name: str
    done: Callable[[Actor], bool]
    order: int = 100


_steps: dict[str, FirstStep] = {}


def register(step: FirstStep) -> FirstStep:
    """Add a step; rooms do so in their `apps.ready()`."""
    _steps[step.key] = step
    return step


def first_steps() -> list[FirstStep]:
    return sorted(_steps.values(), key=lambda step: (step.order, step.key))
