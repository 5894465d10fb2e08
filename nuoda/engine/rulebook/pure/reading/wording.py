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
