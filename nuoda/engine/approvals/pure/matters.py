"""Matters: what can be put before approvers. The app that owns the subject registers it when it gets ready."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from nuoda.foundation.base.pure.actors import Actor

from .contents import Content

if TYPE_CHECKING:
    from ..models import Approval

Reader = Callable[[UUID, Actor], Content]
"""The content of the subject's dossier as it is now (the state it would have after the verb)."""
Right = Callable[[UUID, Actor], bool]
"""Whether somebody may do the verb to the subject's dossier, were it not for the approval."""
Barred = Callable[[UUID, Actor], frozenset[UUID]]
"""People who had a part in what is to be approved, and may not decide about it."""
Effect = Callable[["Approval", Actor, datetime], None]
"""What a decision does to the subject, in the deciding transaction."""


@dataclass(frozen=True)
class Matter:
    """A verb of a rulebook subject that a chain of people may have to approve.

    An approval holds for the content it was given to: when `content` reads differently, it has lapsed.
    """

    code: str
    subject: str
    verb: str
    label: Any
    content: Reader
    may_ask: Right
    on_approved: Effect | None = None
    on_rejected: Effect | None = None
    barred: Barred | None = None

    def shut_out(self, about: UUID, actor: Actor) -> frozenset[UUID] | None:
        """Who may not decide beside the submitter; None where the matter bars nobody."""
        return None if self.barred is None else self.barred(about, actor)


_matters: dict[str, Matter] = {}
MATTERS: Mapping[str, Matter] = MappingProxyType(_matters)


def register_subject(
    code: str,
    *,
    subject: str,
    verb: str,
    label: Any,
    content: Reader,
    may_ask: Right,
    on_approved: Effect | None = None,
    on_rejected: Effect | None = None,
    barred: Barred | None = None,
) -> Matter:
    """Declare a matter; raises ValueError when the code, or the verb of the subject, belongs to another."""
    matter = Matter(code, subject, verb, label, content, may_ask, on_approved, on_rejected, barred)
    for other in _matters.values():
        if (other.code == code) != ((other.subject, other.verb) == (subject, verb)):
            raise ValueError(f"matter {code!r} ({subject}.{verb}) collides with {other.code!r}")
    _matters[code] = matter
    return matter


def matter_of(subject: str, verb: str) -> Matter | None:
    """The matter under which a verb of a subject is approved."""
    return next((item for item in _matters.values() if (item.subject, item.verb) == (subject, verb)), None)
