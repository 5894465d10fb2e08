"""What is approved: the content as it was, in one canonical spelling, and its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nuoda.foundation.base.pure.events import as_json


@dataclass(frozen=True, slots=True)
class Row:
    """One line that the approvers see: `value` is JSON; `kind` says how it is written (money is integer fen).

    `label` is the untranslated text (`gettext_noop`): each approver reads it in his own language.
    """

    label: str
    value: Any
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Content:
    """What is put before the approvers: what they approve (`facts`), and the lines that people read.

    `context` are further facts that may choose the chain (who is responsible, the kind of matter) and are not themselves
    approved: a change of them leaves an approval as it is.
    """

    facts: Mapping[str, Any]
    rows: tuple[Row, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)

    @property
    def known(self) -> dict[str, Any]:
        """All facts, for the conditions of the book."""
        return {**self.context, **self.facts}

    def snapshot(self) -> dict[str, Any]:
        """As JSON, to be kept."""
        rows = [{"label": row.label, "value": as_json(row.value), "kind": row.kind} for row in self.rows]
        return {"facts": as_json(self.facts), "context": as_json(self.context), "rows": rows}


def digest(snapshot: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the canonical JSON: keys sorted, no spaces, UTF-8, no NaN. The labels are words and do not
    count."""
    rows = [[row["kind"], row["value"]] for row in snapshot["rows"]]
    text = json.dumps(
        {"facts": snapshot["facts"], "rows": rows},
        sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False,
    )  # fmt: skip
    return hashlib.sha256(text.encode()).hexdigest()
