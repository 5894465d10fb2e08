"""What is approved: the content as it was, in one canonical spelling, and its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nuoda.foundation.base.pure.events import as_json


@dataclass(frozen=True, slots=True)
class Row:
    """One line that the approvers see: `value` is JSON; `kind` says how it is written (money is integer fen)."""

    label: str
    value: Any
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Content:
    """What is put before the approvers: the facts that choose the chain and the lines that people read."""

    facts: Mapping[str, Any]
    rows: tuple[Row, ...] = ()

    def snapshot(self) -> dict[str, Any]:
        """As JSON, to be kept."""
        rows = [{"label": row.label, "value": as_json(row.value), "kind": row.kind} for row in self.rows]
        return {"facts": as_json(self.facts), "rows": rows}


def digest(snapshot: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the canonical JSON: keys sorted, no spaces, UTF-8, no NaN. The labels are words and do not
    count."""
    rows = [[row["kind"], row["value"]] for row in snapshot["rows"]]
    text = json.dumps(
        {"facts": snapshot["facts"], "rows": rows},
        sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False,
    )  # fmt: skip
    return hashlib.sha256(text.encode()).hexdigest()
