"""Refusals: the one family of 'no' that a user may see. Anything else that is raised is a bug."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class Refused(Exception):
    """An action was refused.

    `reason` is a (lazily translated) sentence that says what, why and what to do; `clauses` are the ids of the clauses that
    ask for it; `code` is stable for machines; `fields` maps form fields to their own sentence; `places` are mistakes in a
    text that was sent, each with where it stands (`line`, `column`, `path`, `clause`) and its `reason`.
    """

    status = 409

    def __init__(
        self,
        reason: Any,
        *,
        clauses: Sequence[str] = (),
        code: str = "refused",
        fields: Mapping[str, Any] | None = None,
        places: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.clauses = tuple(dict.fromkeys(clauses))
        self.code = code
        self.fields = dict(fields or {})
        self.places = tuple(places)

    def __str__(self) -> str:
        return str(self.reason)


class NotYours(Refused):
    """The thing does not exist for this actor: doors answer 404, never 403."""

    status = 404

    def __init__(self, reason: Any = "not found") -> None:
        super().__init__(reason, code="not_found")


class Stale(Refused):
    """Somebody else changed it first; load it again and decide anew."""

    def __init__(self, reason: Any) -> None:
        super().__init__(reason, code="stale")


class Invalid(Refused):
    """The input cannot be taken as it is; `fields` says what is wrong with which field."""

    status = 422

    def __init__(
        self,
        reason: Any,
        *,
        fields: Mapping[str, Any] | None = None,
        clauses: Sequence[str] = (),
        places: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(reason, code="invalid", fields=fields, clauses=clauses, places=places)
