"""What the rulebook may know of audits."""

from __future__ import annotations

from typing import Any

from nuoda.engine.rulebook.pure.facts import FactType, Subject

from .models import Audit


def _label(hans: str, hant: str, en: str) -> dict[str, str]:
    return {"zh-hans": hans, "zh-hant": hant, "en": en}


AUDIT = Subject(
    name="audit",
    label=_label("抽查", "抽查", "audit"),
    fields={
        "state": FactType("text", _label("状态", "狀態", "state"), ("drawn", "signed", "withdrawn")),
        "clause": FactType("text", _label("条款", "條款", "clause")),
        "planned": FactType("bool", _label("按周期抽取", "依週期抽取", "drawn by a cadence")),
        "sample": FactType("int", _label("抽查件数", "抽查件數", "cases drawn")),
        "failed": FactType("int", _label("不合格件数", "不合格件數", "cases that failed")),
    },
    verbs=("draw", "mark", "sign", "withdraw"),
)


def of_audit(row: Audit) -> dict[str, Any]:
    """Facts of an audit as it is."""
    return {
        "state": row.state,
        "clause": row.clause_id,
        "planned": row.obligation_id is not None,
        "sample": row.size,
        "failed": row.failed,
    }
