"""Typed columns of the fact sets that the service publishes, and how a fact is declared in three languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nuoda.engine.rulebook.pure.facts import FactType


def label(hans: str, hant: str, en: str) -> dict[str, str]:
    return {"zh-hans": hans, "zh-hant": hant, "en": en}


def boolean(hans: str, hant: str, en: str) -> FactType:
    return FactType("bool", label(hans, hant, en))


def integer(hans: str, hant: str, en: str) -> FactType:
    return FactType("int", label(hans, hant, en))


def money(hans: str, hant: str, en: str) -> FactType:
    return FactType("int", label(hans, hant, en), money=True)


NAMES = {
    "consultation": label("咨询", "諮詢", "consultation"),
    "fault": label("故障", "故障", "fault"),
    "complaint": label("投诉", "客訴", "complaint"),
    "suggestion": label("建议", "建議", "suggestion"),
    "urgent": label("紧急", "緊急", "urgent"),
    "general": label("一般", "一般", "general"),
    "none": label("不分级", "不分級", "not graded"),
    "phone": label("电话", "電話", "phone"),
    "web": label("网页", "網頁", "web"),
    "api": label("接口", "API", "API"),
    "onsite": label("上门", "到府", "on site"),
    "remote": label("远程", "遠端", "remote"),
    "software": label("软件", "軟體", "software"),
    "session": label("远程连接", "遠端連線", "remote session"),
    "patch": label("软件补丁", "軟體修補", "software patch"),
    "waiting_customer": label("等待客户", "等待客戶", "waiting for the customer"),
    "waiting_parts": label("等待配件", "等待零件", "waiting for parts"),
    "waiting_vendor": label("等待供应商", "等待供應商", "waiting for a supplier"),
    "waiting_evidence": label("等待佐证", "等待佐證", "waiting for evidence"),
}
"""What codes are called where a rule is told in words."""


def text(hans: str, hant: str, en: str, *choices: str) -> FactType:
    named = choices or tuple(NAMES)
    return FactType("text", label(hans, hant, en), choices, {code: NAMES[code] for code in named if code in NAMES})


KINDS = ("consultation", "fault", "complaint", "suggestion")
SEVERITIES = ("urgent", "general", "none")


def moment(hans: str, hant: str, en: str) -> FactType:
    return FactType("moment", label(hans, hant, en))


_SEVERITY = text("紧急程度", "緊急程度", "severity", *SEVERITIES)
_BY_DEALER = boolean("由经销商负责", "由經銷商負責", "a dealer is responsible")
_REPORTED = moment("登记时间", "登記時間", "when it was reported")
_SOLVED = moment("解决时间", "解決時間", "when it was solved")

TICKETS = {
    "kind": text("类型", "類型", "kind", *KINDS),
    "severity": _SEVERITY,
    "channel": text("渠道", "管道", "channel", "phone", "web", "api"),
    "by_dealer": _BY_DEALER,
    "withdrawn": boolean("已取消或合并", "已取消或合併", "cancelled or merged"),
    "to_answer": integer("登记到应答的分钟数", "登記到應答的分鐘數", "minutes from report to answer"),
    "to_response": integer("登记到响应的分钟数", "登記到回應的分鐘數", "minutes from report to response"),
    "to_arrival": integer("登记到到场的分钟数", "登記到到場的分鐘數", "minutes from report to arrival"),
    "to_solution": integer("登记到解决的分钟数", "登記到解決的分鐘數", "minutes from report to solution"),
    "reported_at": _REPORTED,
    "answered_at": moment("应答时间", "應答時間", "when it was answered"),
    "responded_at": moment("响应时间", "回應時間", "when somebody responded"),
    "arrived_at": moment("首次到场时间", "首次到場時間", "when somebody first arrived"),
    "solved_at": _SOLVED,
}
REPAIRS = {
    "severity": _SEVERITY,
    "by_dealer": _BY_DEALER,
    "in_warranty": boolean("保修期内", "保固期內", "in warranty"),
    "timed": boolean("有响应或到场时限", "有回應或到場時限", "a clause set a time to respond or arrive"),
    "on_time": boolean("响应和到场均未超时", "回應與到場均未逾期", "response and arrival were in time"),
    "visits": integer("实际服务次数", "實際服務次數", "visits and sessions carried out"),
    "reopened": integer("重开次数", "重開次數", "times reopened"),
    "reported_at": _REPORTED,
    "solved_at": _SOLVED,
}
COMPLAINTS = {
    "severity": _SEVERITY,
    "by_dealer": _BY_DEALER,
    "cause": text("投诉原因", "客訴原因", "cause of the complaint"),
    "apologised": boolean("已致歉安抚", "已致歉安撫", "the apology was said"),
    "handled": boolean("已处理", "已處理", "handled"),
    "withdrawn": boolean("已取消或合并", "已取消或合併", "cancelled or merged"),
    "kept": boolean("各项时限均未超时", "各項時限均未逾期", "no time limit of the case was missed"),
    "reported_at": _REPORTED,
    "solved_at": _SOLVED,
    "closed_at": moment("结案时间", "結案時間", "when it was closed"),
}
RATINGS = {
    "kind": text("类型", "類型", "kind", *KINDS),
    "severity": _SEVERITY,
    "by_dealer": _BY_DEALER,
    "rated": boolean("客户已评价", "客戶已評價", "the customer rated the service"),
    "score": integer("评分（1–5）", "評分（1–5）", "score from 1 to 5"),
    "solved_at": _SOLVED,
}

_VERBS = {
    "report": label("受理", "受理", "report"),
    "answer": label("应答", "應答", "answer"),
    "promise": label("承诺时间", "承諾時間", "promise"),
    "hand_over": label("转交", "轉交", "hand over"),
    "respond": label("响应", "回應", "respond"),
    "set_severity": label("定级", "定級", "set the severity"),
    "dispatch": label("派工", "派工", "dispatch"),
    "withdraw_dispatch": label("收回派工", "收回派工", "take the dispatch back"),
    "start_work": label("开工", "開工", "start work"),
    "solve": label("解决", "解決", "solve"),
    "close": label("关闭", "結案", "close"),
    "reopen": label("重新打开", "重新開啟", "reopen"),
    "cancel": label("取消", "取消", "cancel"),
    "merge": label("合并", "合併", "merge"),
    "pause": label("暂停", "暫停", "pause"),
    "resume": label("恢复", "恢復", "resume"),
    "reassign": label("改派", "改派", "reassign"),
    "correct_customer": label("更正客户", "更正客戶", "correct the customer"),
    "propose_settlement": label("提出和解", "提出和解", "propose a settlement"),
    "settle": label("和解", "和解", "settle"),
    "decline": label("拒单", "拒單", "decline"),
    "contact": label("联系客户", "聯絡客戶", "contact"),
    "appoint": label("预约上门", "預約到府", "appoint"),
    "prepare": label("备工具配件", "備工具零件", "prepare"),
    "arrive": label("到场签到", "到場簽到", "arrive"),
    "note": label("记录", "記錄", "note"),
    "sign": label("签字", "簽名", "sign"),
    "complete": label("完工", "完工", "complete"),
    "nobody_home": label("无人在场", "無人在場", "nobody at home"),
    "leave_unfinished": label("未完工离开", "未完工離開", "leave unfinished"),
}


def verbs(codes: Iterable[str]) -> dict[str, Mapping[str, str]]:
    """What moves of a state machine are called; raises KeyError for one that has no name."""
    return {code: _VERBS[code] for code in codes}
