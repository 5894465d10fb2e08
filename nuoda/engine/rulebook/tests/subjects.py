"""The subjects the shipped policies speak about, as the service and care apps declare them (docs/facts.md)."""

from __future__ import annotations

from nuoda.engine.revisions.facts import VERSION
from nuoda.engine.rulebook.pure.facts import FactKind, FactType, Subject


def _fact(kind: FactKind, hans: str, hant: str, en: str, *choices: str) -> FactType:
    return FactType(kind, {"zh-hans": hans, "zh-hant": hant, "en": en}, choices)


_DUE = {"zh-hans": "承诺的答复时间", "zh-hant": "承諾的答覆時間", "en": "the promised time"}

TICKET = Subject(
    "ticket",
    {"zh-hans": "服务请求", "zh-hant": "服務請求", "en": "ticket"},
    {
        "kind": _fact("text", "类型", "類型", "kind", "consultation", "fault", "complaint", "suggestion"),
        "severity": _fact("text", "紧急程度", "緊急程度", "severity", "urgent", "general", "none"),
        "channel": _fact("text", "渠道", "管道", "channel", "phone", "web", "api"),
        "state": _fact("text", "状态", "狀態", "state"),
        "dealer": _fact("bool", "由经销商负责", "由經銷商負責", "a dealer is responsible"),
        "answered": _fact("bool", "已应答", "已應答", "answered"),
        "promised": _fact("bool", "已承诺时间", "已承諾時間", "a time was promised"),
        "handed_over": _fact("bool", "已转交", "已轉交", "handed over"),
        "responded": _fact("bool", "已响应", "已回應", "responded"),
        "solved": _fact("bool", "已解决", "已解決", "solved"),
        "in_warranty": _fact("bool", "保修期内", "保固期內", "in warranty"),
        "production_stopped": _fact("bool", "设备停机影响生产", "設備停機影響生產", "production has stopped"),
        "safety_risk": _fact("bool", "有安全风险", "有安全風險", "there is a danger to people"),
        "machines_down": _fact("int", "停机台数", "停機台數", "machines standing still"),
        "has_name": _fact("bool", "客户姓名已记录", "客戶姓名已記錄", "the customer's name is recorded"),
        "has_contact": _fact("bool", "联系方式已记录", "聯絡方式已記錄", "a way to reach the customer is recorded"),
        "has_model": _fact("bool", "产品型号已记录", "產品型號已記錄", "the product model is recorded"),
        "has_purchase_date": _fact("bool", "购买时间已记录", "購買時間已記錄", "the purchase date is recorded"),
        "purchase_date_unknown": _fact(
            "bool", "客户说不出购买时间", "客戶說不出購買時間", "the customer does not know the purchase date"
        ),
        "has_problem": _fact("bool", "问题描述已记录", "問題描述已記錄", "the problem is described"),
        "has_result": _fact("bool", "处理结果已记录", "處理結果已記錄", "the result is recorded"),
        "has_onsite_work": _fact("bool", "有上门工单", "有到府工單", "there was work on site"),
        "open_work_orders": _fact("int", "未完成的工单数", "未完成的工單數", "work orders not finished"),
        "signed": _fact("bool", "客户已签字", "客戶已簽名", "the customer has signed"),
        "customer_confirmed": _fact("bool", "客户已确认解决", "客戶已確認解決", "the customer confirmed the solution"),
        "apologised": _fact("bool", "已致歉安抚", "已致歉安撫", "the apology was said"),
        "complaint_cause": _fact("text", "投诉原因", "客訴原因", "cause of the complaint"),
        "settlement_fen": _fact("int", "和解金额（分）", "和解金額（分）", "settlement in fen"),
        "reopened": _fact("int", "重开次数", "重開次數", "times reopened"),
        "reason": _fact("text", "原因代码", "原因代碼", "reason code of the change"),
        "visits": _fact("int", "上门次数", "到府次數", "visits"),
    },
    (
        "report",
        "answer",
        "promise",
        "hand_over",
        "set_severity",
        "respond",
        "solve",
        "close",
        "reopen",
        "cancel",
        "merge",
        "pause",
        "resume",
        "reassign",
        "propose_settlement",
        "settle",
    ),
    moments={"ticket.promised": {"due_at": _DUE}},
)

WORK_ORDER = Subject(
    "work_order",
    {"zh-hans": "工单", "zh-hant": "工單", "en": "work order"},
    {
        "kind": _fact("text", "处理方式", "處理方式", "kind of work", "onsite", "remote", "software"),
        "state": _fact("text", "状态", "狀態", "state"),
        "ticket_kind": _fact(
            "text", "请求类型", "請求類型", "kind of the ticket", "consultation", "fault", "complaint", "suggestion"
        ),
        "severity": _fact("text", "紧急程度", "緊急程度", "severity", "urgent", "general", "none"),
        "dealer": _fact("bool", "由经销商负责", "由經銷商負責", "a dealer is responsible"),
        "has_task": _fact("bool", "维修任务已写明", "維修任務已寫明", "the task is named"),
        "has_place": _fact("bool", "维修地点已写明", "維修地點已寫明", "the place is named"),
        "has_time": _fact("bool", "时间要求已写明", "時間要求已寫明", "the time is named"),
        "has_technician": _fact("bool", "技术人员已指定", "技術人員已指定", "the technician is named"),
        "technician_qualified": _fact(
            "bool", "技术人员证书有效", "技術人員證照有效", "the technician's certificate is valid"
        ),
        "technician_own": _fact(
            "bool",
            "技术人员属于负责单位",
            "技術人員屬於負責單位",
            "the technician belongs to the responsible organisation",
        ),
        "technician_available": _fact(
            "bool", "技术人员有空", "技術人員有空", "the technician is free and not on leave"
        ),
        "appointment_agreed": _fact(
            "bool", "上门时间已约定", "到府時間已約定", "the customer agreed to the appointment"
        ),
        "prepared": _fact("bool", "工具配件已备妥", "工具零件已備妥", "tools and parts are prepared"),
        "arrived": _fact("bool", "已到场", "已到場", "arrived"),
        "has_date": _fact("bool", "维修日期已记录", "維修日期已記錄", "the repair date is recorded"),
        "has_customer": _fact("bool", "客户信息已记录", "客戶資料已記錄", "the customer is recorded"),
        "has_model": _fact("bool", "产品型号已记录", "產品型號已記錄", "the product model is recorded"),
        "has_symptom": _fact("bool", "故障现象已记录", "故障現象已記錄", "the symptom is recorded"),
        "has_cause": _fact("bool", "故障原因已记录", "故障原因已記錄", "the cause is recorded"),
        "has_measure": _fact("bool", "维修措施已记录", "維修措施已記錄", "the measure is recorded"),
        "explained": _fact("bool", "已向客户说明", "已向客戶說明", "fault and measure were explained"),
        "parts_complete": _fact(
            "bool",
            "更换配件已登记（或确认未换件）",
            "更換零件已登記（或確認未換件）",
            "parts are listed, or none was replaced",
        ),
        "tested": _fact("bool", "已调试测试", "已調試測試", "the product was tested"),
        "site_cleaned": _fact("bool", "现场已清理", "現場已清理", "the site was cleaned"),
        "signed": _fact("bool", "客户已签字", "客戶已簽名", "the customer has signed"),
        "rated": _fact("bool", "客户已评价", "客戶已評價", "the customer has rated"),
        "customer_confirmed": _fact("bool", "客户已确认恢复", "客戶已確認恢復", "the customer confirmed that it works"),
        "remote_result": _fact(
            "text", "远程处理结果", "遠端處理結果", "result of the remote session", "", "session", "patch"
        ),
        "reason": _fact("text", "原因代码", "原因代碼", "reason code of the change"),
        "visits": _fact("int", "上门次数", "到府次數", "visits so far"),
    },
    ("dispatch", "decline", "contact", "appoint", "arrive", "nobody_home", "complete", "sign", "cancel"),
    moments={
        "work_order.appointed": {
            "starts_at": {"zh-hans": "约定的上门时间", "zh-hant": "約定的到府時間", "en": "the agreed visit"},
        },
    },
)

FOLLOW_UP = Subject(
    "follow_up",
    {"zh-hans": "回访", "zh-hant": "回訪", "en": "follow-up"},
    {
        "state": _fact("text", "状态", "狀態", "state"),
        "ticket_kind": _fact(
            "text", "请求类型", "請求類型", "kind of the ticket", "consultation", "fault", "complaint", "suggestion"
        ),
        "dealer": _fact("bool", "由经销商负责", "由經銷商負責", "a dealer is responsible"),
        "attempts": _fact("int", "已联系次数", "已聯絡次數", "attempts so far"),
        "reached": _fact("bool", "已联系上客户", "已聯絡上客戶", "the customer was reached"),
        "score": _fact("int", "满意度评分（1–5）", "滿意度評分（1–5）", "score from 1 to 5"),
        "satisfied": _fact("bool", "客户满意", "客戶滿意", "the customer is satisfied"),
        "result": _fact("text", "结果", "結果", "result", "", "satisfied", "dissatisfied", "unreachable", "declined"),
        "script_done": _fact("bool", "回访提纲已问完", "回訪提綱已問完", "every question of the script was asked"),
    },
    ("plan", "attempt", "record", "give_up", "contact"),
)

APPROVAL = Subject(
    "approval",
    {"zh-hans": "审批", "zh-hant": "簽核", "en": "approval"},
    {
        "matter": _fact("text", "事项", "事項", "matter"),
        "state": _fact("text", "状态", "狀態", "state"),
        "round": _fact("int", "轮次", "輪次", "round"),
        "step_role": _fact("text", "当前步骤的角色", "目前關卡的角色", "role of the step"),
        "step_mode": _fact("text", "会签或或签", "會簽或或簽", "one or all", "any", "all"),
        "has_due": _fact("bool", "该步骤有时限", "該關卡有時限", "the step has a time limit"),
        "dealer": _fact("bool", "由经销商负责", "由經銷商負責", "a dealer is responsible"),
    },
    ("submit", "approve", "reject", "send_back", "resubmit", "withdraw", "lapse"),
    moments={
        "approval.step_opened": {"due_at": {"zh-hans": "审批期限", "zh-hant": "簽核期限", "en": "the step's limit"}}
    },
)

SUBJECTS = {subject.name: subject for subject in (TICKET, WORK_ORDER, FOLLOW_UP, APPROVAL, VERSION)}
