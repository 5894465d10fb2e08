"""The words by which a regulation names roles, events and situations; simplified letters.

Tables are tried from top to bottom: what is more special stands above. An event that nothing emits yet is a proposal like any other; the
reader marks it, and the clause waits for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_ROLES = (
    ("sales_manager", "销售经理|销售主管|销售总监"),
    ("service_manager", "(?:售后)?服务经理|售后经理|客服经理|服务主管|服务部(?:负责人|经理)"),
    ("dealer_manager", "经销商(?:负责人|经理)|代理商负责人"),
    ("department_head", "(?:相关|各|本|所在)?部门负责人|部门经理|部门主管"),
    ("safety_supervisor", "安全(?:主管|负责人|员)"),
    ("regional_manager", "(?:区域|大区)经理"),
    ("quality_supervisor", "质量监督\\w{0,2}(?:员|岗位|小组)?|监督(?:小组|部门|岗位|人员|员)|品质监督员"),
    ("hq_support", "(?:公司)?售后支持(?:部门|小组|人员)?|总部支持"),
    ("director", "公司领导|(?:公司)?管理层|总经理|分管副总|副总(?:经理)?|董事长"),
    (
        "technician",
        "(?:技术)?维修人员|技术人员|(?<!总)(?:售后|值班|服务|现场|安装)?(?<!总)工程师|技师|巡检人|售后服务人员|安装人员|专业人员",
    ),
    ("agent", "客服(?:人员|部门|专员|部)?|(?:值班)?坐席|接线员|受理人员"),
    ("legal", "法务(?:部门|人员|部)?|法律(?:部门|顾问)?"),
    ("finance", "财务(?:部门|人员|部)?|会计"),
    ("marketing", "市场(?:部门|人员|部)"),
    ("warehouse", "仓储(?:部门)?|物流(?:部门)?|仓库(?:管理员)?|库管"),
    ("trainer", "(?:培训)?讲师|培训师"),
    ("sales", "(?:服务推销|销售|业务)(?:人员|部门|员|部)"),
    ("customer_contact", "客户(?:代表)?|用户(?:代表)?|顾客"),
)
_ROLE = re.compile("|".join(f"(?P<r{index}>{words})" for index, (_, words) in enumerate(_ROLES)))


@lru_cache(maxsize=8_192)
def roles_in(text: str) -> tuple[str, ...]:
    """Role codes in the order in which they are named, each once."""
    found: dict[str, None] = {}
    for match in _ROLE.finditer(text):
        if match.lastgroup:
            found[_ROLES[int(match.lastgroup[1:])][0]] = None
    return tuple(found)


def bound(text: str) -> tuple[str, ...]:
    """Whom a sentence binds: the roles it names, without the customer who is served."""
    return tuple(role for role in roles_in(text) if role != "customer_contact")


@dataclass(frozen=True, slots=True)
class Word:
    event: str
    words: str
    when: str = ""
    """A further word that must stand in the same sentence."""


STARTS = (
    Word("follow_up.dissatisfied", "不满意"),
    Word("contract.signed", "(?:签署|签订)(?:服务)?合同|合同(?:签署|签订)"),
    Word("order.placed", "(?:接到|收到)?订单"),
    Word("shipment.exception", "物流问题|物流异常"),
    Word("receipt.objected", "异议"),
    Word("shipment.sent", "发货"),
    Word("shipment.received", "收货|签收|送达"),
    Word("installation.completed", "安装(?:完成|结束)?后"),
    Word("maintenance.due", "(?:保养|维保)到期"),
    Word("maintenance.recorded", "保养(?:结束|完成)?后"),
    Word("training.held", "培训(?:结束)?后"),
    Word("need.talked", "沟通后|洽谈后"),
    Word("incident.noticed", "发生.{0,8}(?:突发事件|事故)"),
    Word("incident.reported", "突发事件|应急|事故"),
    Word("expense.incurred", "费用发生"),
    Word("finding.opened", "(?:检查|监督).{0,8}(?:问题|发现)|整改"),
    Word("work_order.dispatched", "派工|工单后|接到工单"),
    Word("return.approved", "退换货|审批通过"),
    Word(
        "ticket.solved",
        "维修(?:完成|结束|完毕)|(?:问题|事件|故障|投诉)(?:解决|处理完毕|处理|排除|关闭)后|处理完毕|检修完工|服务(?:完成|结束)后|修复后|救援结束",
    ),
    Word(
        "ticket.reported",
        "报修|提交问题|咨询|投诉|来电|留言|请求|受理|故障|停机|停产|维修需求|客户的需求|问题|漏油|意见|反馈",
    ),
)
ENDS = (
    Word("customer.contacted_after_dissatisfaction", "沟通|联系|回访|介入|致电", "不满意"),
    Word("receipt.objection_answered", "响应|答复|回复", "异议"),
    Word("work_order.arrived", "到达|到场|抵达|赶到|上门(?!时间)"),
    Word("training.followed_up", "回访", "培训"),
    Word("follow_up.recorded", "回访"),
    Word("order.entered", "录入|处理", "订单"),
    Word("order.confirmed", "收到确认|确认订单"),
    Word("shipment.received", "送达|到货|签收"),
    Word("need.analysed", "整理.{0,6}(?:需求|分析报告)"),
    Word("shipment.customer_told", "通知", "物流"),
    Word("shipment.address_confirmed", "通知|确认", "发货"),
    Word("installation.appointed", "确认", "预约"),
    Word("installation.customer_contacted", "联系", "安装"),
    Word("work_order.contacted", "(?:客户|用户).{0,3}(?:取得)?联系|取得联系|联系(?:客户|用户|业主|报修人)"),
    Word("work_order.dispatched", "派(?:工|单)|派至|指派|安排.{0,6}(?:维修人员|工程师|技术人员|师傅)"),
    Word("expense.claimed", "报销"),
    Word("finding.mended", "整改"),
    Word("incident.plan_activated", "启动.{0,4}(?:预案|方案)"),
    Word("incident.told", "通报|汇报", "事件|应急"),
    Word("incident.reported", "报告", "事件|应急"),
    Word("milestone.reached", "了解.{0,6}(?:进展|进度)"),
    Word("improvement.started", "采取.{0,6}改进|改进措施"),
    Word("stock.replenished", "补充", "配件|库存"),
    Word("purchase.ordered", "提交.{0,10}订单"),
    Word("ticket.handed_over", "转接|转交|移交|传递"),
    Word("ticket.responded", "响应|判断", "工程师|技术|维修|紧急|一般问题"),
    Word("ticket.answered", "响应|答复|回复|回应|回电|应答|接听|反馈|判断|沟通|告知|通知"),
    Word(
        "ticket.solved",
        "(?<!初步)解决(?!意见)|恢复|修复|修好|排除|完成(?!初步|定位|评估|调查|登记|培训|录入)|处理(?!意见|进展|进度|结果)|办结|运到",
    ),
    Word("ticket.escalated", "上报|报告|汇报"),
    Word("record.written", "填写|记录"),
    Word("customer.reminded", "提醒"),
    Word("appointment.confirmed", "确认"),
)


@dataclass(frozen=True, slots=True)
class Date:
    """A moment that is known ahead: the event that announces it, and the field that holds it."""

    event: str
    field: str
    words: str


DATES = (
    Date("contract.signed", "expires_at", "合同期?(?:到期|期满|届满|终止)"),
    Date("shipment.planned", "ships_at", "发货|出货|发运|装运"),
    Date("work_order.appointed", "starts_at", "上门|到场|到访"),
    Date("installation.appointed", "starts_at", "安装|进场"),
    Date("training.planned", "starts_at", "培训|开课|开班"),
    Date("maintenance.planned", "due_at", "(?:保养|维保)(?:到期)?"),
    Date("order.confirmed", "delivery_at", "交货|交付"),
)
_JUST_BEFORE = r"(?:服务|维修|作业)?(?:的?(?:时间|日期|日))?\(?(?:[之以]?前,?)?(?:[须需应]要?|必须|要)?(?:至少)?(?:提前)?(?:至少|不少于)?\s*$"


def date_before(text: str) -> tuple[Date, int] | None:
    """The moment that stands just before a time that runs before it, and where: 发货前(24小时), 上门须提前(2小时), 培训(3天前); None
    where no date is named so."""
    for date in DATES:
        if found := re.search(f"(?:{date.words}){_JUST_BEFORE}", text):
            return date, found.start()
    return None


_CONTACT = re.compile("联系|通知|告知|致电|电话|沟通|提醒")


def end_before(date: Date, end: str, words: str) -> str:
    """What ends a time before such a moment: what happens to the same thing, or a reminder. A guess about anything else would make a
    clock that nothing can keep, so it is left to the author."""
    subject = date.event.partition(".")[0]
    if subject == "work_order" and _CONTACT.search(words):
        return "work_order.contacted"
    return end if end.partition(".")[0] == subject or end == "customer.reminded" else ""


BY_REPORT = frozenset(
    (
        "ticket.answered",
        "ticket.responded",
        "ticket.solved",
        "ticket.escalated",
        "ticket.handed_over",
        "work_order.arrived",
    )
)
"""Ends of a service request: without a word for the start, the time runs from its report."""


def event_in(text: str, words: tuple[Word, ...], around: str = "") -> str:
    """The event of the topmost word of a table that stands in the text; empty for none."""
    for word in words:
        if re.search(word.words, text) and (not word.when or re.search(word.when, text + around)):
            return word.event
    return ""


def last_event(text: str, words: tuple[Word, ...]) -> str:
    """The event whose word stands last in the text, for context that came before; empty for none."""
    best = (-1, "")
    for word in words:
        for found in re.finditer(word.words, text):
            if found.end() > best[0]:
                best = (found.end(), word.event)
    return best[1]


SITUATIONS = (
    (r"紧急|停产|停机", 'severity == "urgent"'),
    (r"一般(?:问题|故障|报修|维修)", 'severity == "general"'),
    (r"建议类|建议", 'kind == "suggestion"'),
    (r"咨询", 'kind == "consultation"'),
    (r"投诉", 'kind == "complaint"'),
    (r"[保质](?:修|保|固)期?外|过保|保外", "!in_warranty"),
    (r"[保质](?:修|保|固)期?内|保内", "in_warranty"),
    (r"人身安全|安全(?:风险|隐患)", "safety_risk"),
)


def situation(text: str) -> str:
    """The condition over a ticket that a sentence's label or words say; empty for none."""
    return next((condition for words, condition in SITUATIONS if re.search(words, text)), "")
