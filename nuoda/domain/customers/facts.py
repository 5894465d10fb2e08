"""What this app tells the rulebook: facts of customers and machines, also carried by the facts of others (tickets)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from nuoda.engine.rulebook.pure.facts import FactType, FactValue, Subject, register

from .models import Customer, InstalledProduct
from .models.customers import CustomerKind, CustomerLevel
from .models.products import InstalledStatus

CUSTOMER: Mapping[str, FactType] = {
    "customer_kind": FactType(
        "text",
        {"en": "customer kind", "zh-hans": "客户类型", "zh-hant": "客戶類型"},
        choices=tuple(CustomerKind.values),
    ),
    "customer_level": FactType(
        "text",
        {"en": "customer level", "zh-hans": "客户级别", "zh-hant": "客戶級別"},
        choices=tuple(CustomerLevel.values),
    ),
}
"""Facts of a customer; whoever has a customer takes them into its own subject."""

INSTALLED_PRODUCT: Mapping[str, FactType] = {
    "product_category": FactType("text", {"en": "product category", "zh-hans": "产品类别", "zh-hant": "產品類別"}),
    "product_model": FactType("text", {"en": "product model", "zh-hans": "产品型号", "zh-hant": "產品型號"}),
    "in_warranty": FactType("bool", {"en": "in warranty", "zh-hans": "保内", "zh-hant": "保固期內"}),
    "warranty_reason": FactType("text", {"en": "reason of the warranty", "zh-hans": "保修依据", "zh-hant": "保固依據"}),
    "installed_status": FactType(
        "text",
        {"en": "status of the machine", "zh-hans": "设备状态", "zh-hant": "設備狀態"},
        choices=tuple(InstalledStatus.values),
    ),
}
"""Facts of a machine."""

register(Subject("customer", {"en": "customer", "zh-hans": "客户", "zh-hant": "客戶"}, CUSTOMER))
register(
    Subject(
        "installed_product",
        {"en": "installed product", "zh-hans": "设备", "zh-hant": "設備"},
        {**CUSTOMER, **INSTALLED_PRODUCT},
    )
)


def customer_facts(customer: Customer | None) -> dict[str, FactValue]:
    """Facts of a customer; unknown (None) when there is none."""
    if customer is None:
        return dict.fromkeys(CUSTOMER)
    return {"customer_kind": customer.kind, "customer_level": customer.level}


def installed_facts(product: InstalledProduct | None, *, on: date) -> dict[str, FactValue]:
    """Facts of a machine on a day; reads model and category (join them with select_related)."""
    if product is None:
        return dict.fromkeys(INSTALLED_PRODUCT)
    state = product.warranty_on(on)
    return {
        "product_category": product.model.category.code,
        "product_model": product.model.code,
        "in_warranty": state.in_warranty,
        "warranty_reason": state.reason.code,
        "installed_status": product.status,
    }
