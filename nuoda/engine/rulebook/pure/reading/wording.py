"""Words in three languages for what the reader writes into a policy: role names, labels of rules, matters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ..rules import Text
from .letters import simplified


def said(hans: str, hant: str, en: str) -> dict[str, str]:
    return {"zh-hans": hans, "zh-hant": hant, "en": en}


ROLE_NAMES: dict[str, Text] = {
    "agent": said("客服人员", "客服人員", "customer service agent"),
    "technician": said("技术维修人员", "技術維修人員", "technician"),
    "service_manager": said("售后服务经理", "售後服務經理", "service manager"),
    "quality_supervisor": said("质量监督员", "品質監督員", "quality supervisor"),
    "hq_support": said("公司售后支持", "公司售後支援", "company support"),
    "dealer_manager": said("经销商负责人", "經銷商負責人", "dealer's manager"),
    "director": said("公司管理层", "公司管理層", "management"),
    "customer_contact": said("客户联系人", "客戶聯絡人", "customer contact"),
    "sales": said("销售人员", "銷售人員", "salesperson"),
    "sales_manager": said("销售经理", "銷售經理", "sales manager"),
    "department_head": said("部门负责人", "部門主管", "head of department"),
    "regional_manager": said("区域经理", "區域經理", "regional manager"),
    "safety_supervisor": said("安全主管", "安全主管", "safety supervisor"),
    "marketing": said("市场人员", "行銷人員", "marketing"),
    "finance": said("财务人员", "財務人員", "finance"),
    "legal": said("法务人员", "法務人員", "legal"),
    "warehouse": said("仓储物流人员", "倉儲物流人員", "warehouse and logistics"),
    "trainer": said("培训讲师", "培訓講師", "trainer"),
}
"""Every role that the vocabulary knows."""

EVENT_NAMES: dict[str, Text] = {
    "appointment.confirmed": said("约定已确认", "約定已確認", "appointment confirmed"),
    "contract.signed": said("合同已签署", "合約已簽署", "contract signed"),
    "customer.reminded": said("已提醒客户", "已提醒客戶", "customer reminded"),
    "expense.claimed": said("已填写报销申请", "已填寫報帳申請", "expense claimed"),
    "expense.incurred": said("费用发生", "費用發生", "expense incurred"),
    "finding.mended": said("已整改", "已整改", "finding mended"),
    "finding.opened": said("检查发现问题", "檢查發現問題", "finding opened"),
    "improvement.started": said("已采取改进措施", "已採取改進措施", "improvement started"),
    "incident.noticed": said("发生突发事件", "發生突發事件", "incident noticed"),
    "incident.plan_activated": said("预案已启动", "預案已啟動", "emergency plan activated"),
    "incident.reported": said("突发事件已报告", "突發事件已報告", "incident reported"),
    "incident.told": said("事件进展已通报", "事件進展已通報", "progress of the incident told"),
    "installation.appointed": said("安装时间已确认", "安裝時間已確認", "installation appointed"),
    "installation.completed": said("安装完成", "安裝完成", "installation completed"),
    "installation.customer_contacted": said(
        "已联系客户安装", "已聯絡客戶安裝", "customer contacted about the installation"
    ),
    "maintenance.due": said("保养到期", "保養到期", "maintenance due"),
    "maintenance.recorded": said("保养已记录", "保養已記錄", "maintenance recorded"),
    "milestone.reached": said("节点已达到", "節點已達成", "milestone reached"),
    "need.analysed": said("客户需求已分析", "客戶需求已分析", "needs analysed"),
    "need.talked": said("已与客户沟通需求", "已與客戶溝通需求", "needs talked over"),
    "order.confirmed": said("订单已确认", "訂單已確認", "order confirmed"),
    "order.entered": said("订单已录入", "訂單已輸入", "order entered"),
    "order.placed": said("接到订单", "接到訂單", "order placed"),
    "purchase.ordered": said("采购已下单", "採購已下單", "purchase ordered"),
    "receipt.objected": said("客户对收货有异议", "客戶對收貨有異議", "receipt objected to"),
    "receipt.objection_answered": said("收货异议已响应", "收貨異議已回應", "objection answered"),
    "record.written": said("记录已填写", "記錄已填寫", "record written"),
    "return.approved": said("退换货已批准", "退換貨已核准", "return approved"),
    "shipment.address_confirmed": said("收货地址已确认", "收貨地址已確認", "address of the shipment confirmed"),
    "shipment.customer_told": said(
        "已告知客户物流问题", "已告知客戶物流問題", "customer told of the logistics problem"
    ),
    "shipment.exception": said("物流异常", "物流異常", "logistics problem"),
    "shipment.received": said("客户已收货", "客戶已收貨", "shipment received"),
    "shipment.sent": said("已发货", "已出貨", "shipment sent"),
    "stock.replenished": said("配件已补充", "零件已補充", "stock replenished"),
    "ticket.escalated": said("服务请求已上报", "服務請求已上報", "request escalated"),
    "training.followed_up": said("培训已回访", "訓練已回訪", "training followed up"),
    "training.held": said("培训已进行", "訓練已進行", "training held"),
}
"""Events of the vocabulary that nothing emits yet; the others have their names in the journal."""


MOMENT_NAMES: dict[tuple[str, str], Text] = {
    ("contract.signed", "expires_at"): said("合同到期日", "合約到期日", "the end of the contract"),
    ("installation.appointed", "starts_at"): said("约定的安装时间", "約定的安裝時間", "the agreed installation"),
    ("maintenance.planned", "due_at"): said("计划的保养时间", "預定的保養時間", "the planned maintenance"),
    ("milestone.planned", "due_at"): said("节点约定的日期", "節點約定的日期", "the date of the milestone"),
    ("finding.opened", "due_at"): said("整改期限", "改善期限", "the time limit for mending it"),
    ("order.confirmed", "delivery_at"): said("约定的交货时间", "約定的交貨時間", "the agreed delivery"),
    ("shipment.planned", "ships_at"): said("计划的发货时间", "預定的出貨時間", "the planned shipping"),
    ("training.planned", "starts_at"): said("计划的培训时间", "預定的訓練時間", "the planned training"),
}
"""Moments that events to come will announce, by event and field of its payload; those of today's events their subjects name."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a document or an approval is about: the subject and its verb, and the event that will say so."""

    words: str
    subject: str
    verb: str
    event: str


MATTERS = (
    Matter("合同", "contract", "sign", "contract.signed"),
    Matter("报价", "quotation", "release", "quotation.released"),
    Matter("方案", "solution", "release", "solution.released"),
    Matter("预算", "budget", "adopt", "budget.adopted"),
    Matter("报销|费用", "expense", "pay", "expense.paid"),
    Matter("退换货|退货|换货", "return", "approve", "return.approved"),
    Matter("配件|领用", "requisition", "issue", "requisition.issued"),
    Matter("培训|考试|考核合格", "training", "close", "training.closed"),
    Matter("安装|验收", "installation", "close", "installation.closed"),
    Matter("订单", "order", "confirm", "order.confirmed"),
    Matter("收货|发货", "shipment", "receive", "shipment.received"),
)
OTHER = Matter("", "document", "release", "document.released")


@lru_cache(maxsize=1)
def _taiwan() -> object:
    from opencc import OpenCC

    return OpenCC("s2tw")


def in_three(words: str) -> dict[str, str]:
    """A text of the author in both kinds of letters; the English is left to him and shows the Chinese meanwhile."""
    own = " ".join(words.split())
    hans = simplified(own)
    hant = own if hans != own else _taiwan().convert(own)  # type: ignore[attr-defined]
    return said(hans, hant, hans)
