"""What the service tells the rulebook: typed facts of tickets and work orders (`docs/facts.md`).

Recorded with every event as they are after it; gates see them as they would be. No personal data: codes, counts, yes and no.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Extract, Floor

from nuoda.engine.clocks.models import Deadline
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.pure.facts import Subject
from nuoda.engine.rulebook.pure.factsets import FactSet
from nuoda.foundation.base.pure.actors import Actor

from .models import Ticket, WorkOrder
from .pure import columns
from .pure.columns import KINDS, SEVERITIES, boolean, integer, label, money, text, verbs
from .states import ACTIVE
from .states import TICKET as TICKET_MACHINE
from .states import WORK_ORDER as WORK_MACHINE

TICKET = Subject(
    "ticket",
    label("服务请求", "服務請求", "ticket"),
    {
        "kind": text("类型", "類型", "kind", *KINDS),
        "severity": text("紧急程度", "緊急程度", "severity", *SEVERITIES),
        "channel": text("渠道", "管道", "channel", "phone", "web", "api"),
        "state": text("状态", "狀態", "state"),
        "dealer": boolean("由经销商负责", "由經銷商負責", "a dealer is responsible"),
        "answered": boolean("已应答", "已應答", "answered"),
        "promised": boolean("已承诺时间", "已承諾時間", "a time was promised"),
        "handed_over": boolean("已转交", "已轉交", "handed over"),
        "responded": boolean("已响应", "已回應", "responded"),
        "solved": boolean("已解决", "已解決", "solved"),
        "in_warranty": boolean("保修期内", "保固期內", "in warranty"),
        "production_stopped": boolean("设备停机影响生产", "設備停機影響生產", "production has stopped"),
        "safety_risk": boolean("有安全风险", "有安全風險", "there is a danger to people"),
        "machines_down": integer("停机台数", "停機台數", "machines standing still"),
        "has_name": boolean("客户姓名已记录", "客戶姓名已記錄", "the customer's name is recorded"),
        "has_contact": boolean("联系方式已记录", "聯絡方式已記錄", "a way to reach the customer is recorded"),
        "has_model": boolean("产品型号已记录", "產品型號已記錄", "the product model is recorded"),
        "has_purchase_date": boolean("购买时间已记录", "購買時間已記錄", "the purchase date is recorded"),
        "purchase_date_unknown": boolean("客户说不出购买时间", "客戶說不出購買時間", "the purchase date is unknown"),
        "has_problem": boolean("问题描述已记录", "問題描述已記錄", "the problem is described"),
        "has_result": boolean("处理结果已记录", "處理結果已記錄", "the result is recorded"),
        "has_onsite_work": boolean("有上门工单", "有到府工單", "there was work on site"),
        "open_work_orders": integer("未完成的工单数", "未完成的工單數", "work orders not finished"),
        "signed": boolean("客户已签字", "客戶已簽名", "the customer has signed"),
        "customer_confirmed": boolean("客户已确认解决", "客戶已確認解決", "the customer confirmed the solution"),
        "apologised": boolean("已致歉安抚", "已致歉安撫", "the apology was said"),
        "complaint_cause": text("投诉原因", "客訴原因", "cause of the complaint"),
        "settlement_fen": money("和解金额", "和解金額", "settlement"),
        "reopened": integer("重开次数", "重開次數", "times reopened"),
        "reason": text("原因代码", "原因代碼", "reason code of the change"),
        "visits": integer("上门次数", "到府次數", "visits"),
    },
    verbs=tuple(TICKET_MACHINE.moves),
    verb_names=verbs(TICKET_MACHINE.moves),
    moments={
        "ticket.promised": {"due_at": label("承诺的答复时间", "承諾的答覆時間", "the promised time")},
        "ticket.paused": {"until": label("预计恢复的时间", "預計恢復的時間", "the expected end of the pause")},
    },
)

WORK_ORDER = Subject(
    "work_order",
    label("工单", "工單", "work order"),
    {
        "kind": text("处理方式", "處理方式", "kind of work", "onsite", "remote", "software"),
        "state": text("状态", "狀態", "state"),
        "ticket_kind": text("请求类型", "請求類型", "kind of the ticket", *KINDS),
        "severity": text("紧急程度", "緊急程度", "severity", *SEVERITIES),
        "dealer": boolean("由经销商负责", "由經銷商負責", "a dealer is responsible"),
        "has_task": boolean("维修任务已写明", "維修任務已寫明", "the task is named"),
        "has_place": boolean("维修地点已写明", "維修地點已寫明", "the place is named"),
        "has_time": boolean("时间要求已写明", "時間要求已寫明", "the time is named"),
        "has_technician": boolean("技术人员已指定", "技術人員已指定", "the technician is named"),
        "technician_qualified": boolean(
            "技术人员证书有效", "技術人員證照有效", "the technician's certificate is valid"
        ),
        "technician_own": boolean(
            "技术人员属于负责单位", "技術人員屬於負責單位", "the technician belongs to the responsible organisation"
        ),
        "technician_available": boolean("技术人员有空", "技術人員有空", "the technician is free and not on leave"),
        "appointment_agreed": boolean("上门时间已约定", "到府時間已約定", "the customer agreed to the appointment"),
        "prepared": boolean("工具配件已备妥", "工具零件已備妥", "tools and parts are prepared"),
        "arrived": boolean("已到场", "已到場", "arrived"),
        "has_date": boolean("维修日期已记录", "維修日期已記錄", "the repair date is recorded"),
        "has_customer": boolean("客户信息已记录", "客戶資料已記錄", "the customer is recorded"),
        "has_model": boolean("产品型号已记录", "產品型號已記錄", "the product model is recorded"),
        "has_symptom": boolean("故障现象已记录", "故障現象已記錄", "the symptom is recorded"),
        "has_cause": boolean("故障原因已记录", "故障原因已記錄", "the cause is recorded"),
        "has_measure": boolean("维修措施已记录", "維修措施已記錄", "the measure is recorded"),
        "explained": boolean("已向客户说明", "已向客戶說明", "fault and measure were explained"),
        "parts_complete": boolean(
            "更换配件已登记（或确认未换件）", "更換零件已登記（或確認未換件）", "parts are listed, or none was replaced"
        ),
        "tested": boolean("已调试测试", "已調試測試", "the product was tested"),
        "site_cleaned": boolean("现场已清理", "現場已清理", "the site was cleaned"),
        "signed": boolean("客户已签字", "客戶已簽名", "the customer has signed"),
        "rated": boolean("客户已评价", "客戶已評價", "the customer has rated"),
        "customer_confirmed": boolean("客户已确认恢复", "客戶已確認恢復", "the customer confirmed that it works"),
        "remote_result": text("远程处理结果", "遠端處理結果", "result of the remote session", "", "session", "patch"),
        "reason": text("原因代码", "原因代碼", "reason code of the change"),
        "visits": integer("上门次数", "到府次數", "visits so far"),
    },
    verbs=tuple(WORK_MACHINE.moves),
    verb_names=verbs(WORK_MACHINE.moves),
    moments={
        "work_order.dispatched": {
            "starts_at": label("计划的上门时间", "預定的到府時間", "the planned visit"),
            "ends_at": label("计划的结束时间", "預定的結束時間", "the planned end of the visit"),
        },
        "work_order.appointed": {
            "starts_at": label("约定的上门时间", "約定的到府時間", "the agreed visit"),
            "ends_at": label("约定的结束时间", "約定的結束時間", "the agreed end of the visit"),
        },
    },
)


def of_ticket(ticket: Ticket, works: Iterable[WorkOrder] = (), *, reason: str = "") -> dict[str, Any]:
    """Facts of a ticket; `works` are its work orders (none for one just reported)."""
    rows = list(works)
    onsite = [work for work in rows if work.kind == "onsite" and work.state in ("on_site", "completed", "unfinished")]
    finished = [work for work in onsite if work.state == "completed" or work.signed_at]
    return {
        "kind": ticket.kind,
        "severity": ticket.severity,
        "channel": ticket.channel,
        "state": ticket.state,
        "dealer": ticket.dealer_id is not None,
        "answered": ticket.answered_at is not None,
        "promised": ticket.promised_at is not None,
        "handed_over": ticket.handed_over_at is not None,
        "responded": ticket.responded_at is not None,
        "solved": ticket.solved_at is not None,
        "in_warranty": ticket.in_warranty,
        "production_stopped": ticket.production_stopped,
        "safety_risk": ticket.safety_risk,
        "machines_down": ticket.machines_down,
        "has_name": bool(ticket.caller_name or ticket.contact_id or ticket.customer_id),
        "has_contact": bool(ticket.caller_phone or ticket.contact_id),
        "has_model": bool(ticket.model_text or ticket.product_id),
        "has_purchase_date": bool(ticket.purchase_date),
        "purchase_date_unknown": ticket.purchase_date_unknown,
        "has_problem": bool(ticket.problem.strip()),
        "has_result": bool(ticket.solution.strip()),
        "has_onsite_work": bool(onsite),
        "open_work_orders": sum(work.state in ACTIVE for work in rows),
        "signed": bool(finished) and all(work.signed_at for work in finished),
        "customer_confirmed": ticket.customer_confirmed,
        "apologised": ticket.apologised,
        "complaint_cause": ticket.cause_code,
        "settlement_fen": ticket.settlement_fen or 0,
        "reopened": ticket.reopened,
        "reason": reason,
        "visits": len(onsite),
    }


def of_work_order(
    work: WorkOrder,
    *,
    parts: int = 0,
    qualified: bool | None = None,
    available: bool | None = None,
    own: bool | None = None,
    reason: str = "",
) -> dict[str, Any]:
    """Facts of a work order; `parts` counts its lines of replaced parts.

    The technician's fitness (`qualified`, `available`, `own`) is known at dispatch only and left out elsewhere.
    """
    ticket = work.ticket
    found: dict[str, Any] = {
        "kind": work.kind,
        "state": work.state,
        "ticket_kind": ticket.kind,
        "severity": ticket.severity,
        "dealer": work.dealer_id is not None,
        "has_task": bool(work.task.strip()),
        "has_place": bool(work.place.strip()),
        "has_time": work.planned is not None,
        "has_technician": work.technician_id is not None,
        "appointment_agreed": work.appointed,
        "prepared": work.prepared_at is not None,
        "arrived": work.arrived_at is not None,
        "has_date": (work.finished_at or work.arrived_at) is not None,
        "has_customer": bool(ticket.customer_id or ticket.caller_name),
        "has_model": bool(ticket.product_id or ticket.model_text),
        "has_symptom": bool(work.symptom.strip()),
        "has_cause": bool(work.cause.strip()),
        "has_measure": bool(work.measure.strip()),
        "explained": work.explained,
        "parts_complete": work.no_parts or parts > 0,
        "tested": work.tested,
        "site_cleaned": work.site_cleaned,
        "signed": work.signed_at is not None,
        "rated": work.score is not None,
        "customer_confirmed": work.customer_confirmed,
        "remote_result": work.remote_result,
        "reason": reason,
        "visits": work.visit,
    }
    for name, value in (
        ("technician_qualified", qualified),
        ("technician_available", available),
        ("technician_own", own),
    ):
        if value is not None:
            found[name] = value
    return found


# -- fact sets for indicators

RESPONSES = frozenset({"ticket.responded", "work_order.arrived"})
"""What clocks are about that bring somebody to the customer in time (DL-5.2b)."""
PERFORMED = ("on_site", "completed", "unfinished")
"""States of work orders that were really carried out, with or without result."""


def _minutes(end: Any) -> Any:
    """Whole minutes that the customer waited since the report."""
    waited = ExpressionWrapper(end - F("reported_at"), output_field=DurationField())
    return Cast(Floor(Extract(waited, "epoch") / 60), IntegerField())


def last_visit(ticket: str, field: str) -> Any:
    """A field of the last work order of a ticket that was carried out; `ticket` is the outer field with its id."""
    works = WorkOrder.objects.filter(ticket=OuterRef(ticket), state__in=PERFORMED)
    return Subquery(works.order_by("-visit").values(field)[:1])


def _first_arrival() -> Any:
    works = WorkOrder.objects.filter(ticket=OuterRef("pk"), arrived_at__isnull=False)
    return Subquery(works.order_by("arrived_at").values("arrived_at")[:1])


def _visits() -> Any:
    works = WorkOrder.objects.filter(ticket=OuterRef("pk"), state__in=PERFORMED).order_by()
    counted = works.values("ticket").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), Value(0))


def _response_clocks(actor: Actor) -> list[str]:
    """Names of the rules, in any version, by which somebody has to respond or to arrive: a clock is about the event
    that it names first as its end."""
    return sorted(
        {
            f"{clause.id}/{rule.key}"
            for tenure in rulebook.book(actor).tenures
            for clause in tenure.policy.clauses
            for rule in clause.clocks()
            if rule.end[0] in RESPONSES
        }
    )


def _in_state(*states: str) -> Any:
    return ExpressionWrapper(Q(state__in=states), output_field=BooleanField())


def _of_kind(*kinds: str) -> Any:
    def rows(actor: Actor) -> QuerySet[Ticket]:
        found = Ticket.visible_to(actor)
        return found.filter(kind__in=kinds) if kinds else found

    return rows


def _read_ticket(actor: Actor) -> dict[str, Any]:
    plain = ("kind", "severity", "channel", "in_warranty", "reopened", "apologised", "score")
    moments = ("reported_at", "answered_at", "responded_at", "solved_at", "closed_at")
    deadlines = Deadline.objects.filter(case_id=OuterRef("pk"))
    responses = deadlines.filter(ref__in=_response_clocks(actor))
    return {name: name for name in (*plain, *moments)} | {
        "cause": "cause_code",
        "by_dealer": ExpressionWrapper(Q(dealer_id__isnull=False), output_field=BooleanField()),
        "arrived_at": _first_arrival(),
        "to_answer": _minutes(F("answered_at")),
        "to_response": _minutes(F("responded_at")),
        "to_arrival": _minutes(_first_arrival()),
        "to_solution": _minutes(F("solved_at")),
        "timed": Exists(responses.filter(state__in=("kept", "missed"))),
        "on_time": ~Exists(responses.filter(state="missed")),
        "kept": ~Exists(deadlines.filter(state="missed")),
        "visits": _visits(),
        "handled": _in_state("solved", "closed"),
        "withdrawn": _in_state("cancelled", "merged"),
        "rated": ExpressionWrapper(Q(score__isnull=False), output_field=BooleanField()),
    }


_UNITS = {
    "dealer": "dealer_id",
    "team": last_visit("pk", "technician__team_id"),
    "technician": last_visit("pk", "technician_id"),
}
TICKETS = FactSet(
    "tickets",
    label("服务请求", "服務請求", "tickets"),
    columns.TICKETS,
    dated="reported_at",
    rows=_of_kind(),
    reads=_read_ticket,
    units=_UNITS,
    measured_in=dict.fromkeys(("to_answer", "to_response", "to_arrival", "to_solution"), "min"),
)

REPAIRS = FactSet(
    "repairs",
    label("维修", "維修", "repairs"),
    columns.REPAIRS,
    dated="solved_at",
    rows=_of_kind("fault"),
    reads=_read_ticket,
    units=_UNITS,
)

COMPLAINTS = FactSet(
    "complaints",
    label("投诉", "客訴", "complaints"),
    columns.COMPLAINTS,
    dated="reported_at",
    rows=_of_kind("complaint"),
    reads=_read_ticket,
    units=_UNITS,
)

RATINGS = FactSet(
    "ratings",
    label("服务评价", "服務評價", "ratings"),
    columns.RATINGS,
    dated="solved_at",
    rows=_of_kind(),
    reads=_read_ticket,
    units=_UNITS,
    measured_in={"score": "score"},
)
