"""What care tells the rulebook: the subject `follow_up`."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from nuoda.domain.service.facts import last_visit
from nuoda.engine.rulebook.pure.facts import FactType, FactValue, Subject
from nuoda.engine.rulebook.pure.factsets import FactSet
from nuoda.foundation.base.pure.actors import Actor

from .models import FollowUp
from .pure.outcomes import finished
from .states import FOLLOW_UP as MACHINE


def _label(hans: str, hant: str, en: str) -> dict[str, str]:
    return {"zh-hans": hans, "zh-hant": hant, "en": en}


FOLLOW_UP = Subject(
    name="follow_up",
    label=_label("回访", "回訪", "follow-up"),
    fields={
        "state": FactType("text", _label("状态", "狀態", "state"), tuple(MACHINE.states)),
        "ticket_kind": FactType(
            "text",
            _label("请求类型", "請求類型", "kind of the ticket"),
            ("consultation", "fault", "complaint", "suggestion"),
        ),
        "dealer": FactType("bool", _label("由经销商负责", "由經銷商負責", "a dealer is responsible")),
        "attempts": FactType("int", _label("已联系次数", "已聯絡次數", "attempts so far")),
        "reached": FactType("bool", _label("已联系上客户", "已聯絡上客戶", "the customer was reached")),
        "score": FactType("int", _label("满意度评分（1–5）", "滿意度評分（1–5）", "score from 1 to 5")),
        "satisfied": FactType("bool", _label("客户满意", "客戶滿意", "the customer is satisfied")),
        "result": FactType(
            "text",
            _label("结果", "結果", "result"),
            ("", "satisfied", "dissatisfied", "unreachable", "declined"),
        ),
        "script_done": FactType(
            "bool", _label("回访提纲已问完", "回訪提綱已問完", "every question of the script was asked")
        ),
    },
    verbs=tuple(MACHINE.moves),
    verb_names={
        "plan": _label("安排", "安排", "plan"),
        "attempt": _label("联系客户", "聯絡客戶", "call"),
        "record": _label("记录结果", "記錄結果", "record the result"),
        "give_up": _label("停止联系", "停止聯絡", "give up"),
        "cancel": _label("取消", "取消", "cancel"),
        "contact": _label("联系不满意的客户", "聯絡不滿意的客戶", "contact the dissatisfied customer"),
    },
    moments={
        "follow_up.planned": {"due_at": _label("计划的回访时间", "預定的回訪時間", "the planned call")},
        "follow_up.attempted": {"due_at": _label("下次联系的时间", "下次聯絡的時間", "the next try")},
    },
)


def of(row: FollowUp) -> dict[str, FactValue]:
    """Facts of a follow-up as it is; `reached` means reached and willing to answer."""
    return {
        "state": row.state,
        "ticket_kind": row.ticket.kind,
        "dealer": row.dealer_id is not None,
        "attempts": row.attempts,
        "reached": row.result in ("satisfied", "dissatisfied"),
        "score": row.score,
        "satisfied": row.satisfied,
        "result": row.result,
        "script_done": finished(row.script, row.answers),
    }


def _rows(actor: Actor) -> QuerySet[FollowUp]:
    return FollowUp.counted_for(actor)


def _read(actor: Actor) -> dict[str, Any]:
    plain = ("attempts", "score", "satisfied", "result", "planned_at", "recorded_at")
    reached = Q(result__in=("satisfied", "dissatisfied"))
    return {name: name for name in plain} | {
        "ticket_kind": "ticket__kind",
        "by_dealer": ExpressionWrapper(Q(dealer_id__isnull=False), output_field=BooleanField()),
        "reached": ExpressionWrapper(reached, output_field=BooleanField()),
    }


_FIELDS = FOLLOW_UP.fields
FOLLOW_UPS = FactSet(
    "follow_ups",
    _label("回访", "回訪", "follow-ups"),
    {name: _FIELDS[name] for name in ("ticket_kind", "attempts", "reached", "score", "satisfied", "result")}
    | {
        "by_dealer": _FIELDS["dealer"],
        "planned_at": FactType("moment", _label("计划时间", "計劃時間", "when it was planned")),
        "recorded_at": FactType("moment", _label("回访完成时间", "回訪完成時間", "when it had its result")),
    },
    dated="recorded_at",
    rows=_rows,
    reads=_read,
    units={
        "dealer": "dealer_id",
        "team": last_visit("ticket_id", "technician__team_id"),
        "technician": last_visit("ticket_id", "technician_id"),
    },
    measured_in={"score": "score"},
)
