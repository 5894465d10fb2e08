"""What can be imported here: customers, contacts, product models, installed products."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nuoda.foundation.base.pure.imports import Field, Table

from ..access import may
from ..models.customers import CustomerKind, CustomerLevel
from ..models.products import WarrantyFrom
from .taking import take_contact, take_customer, take_installed, take_model

_imports = partial(may, verb="import.run")

CUSTOMERS = Table(
    type="customers",
    label=_("customers"),
    order=10,
    take=take_customer,
    may=_imports,
    fields=[
        Field(
            key="name",
            label=_("Customer name"),
            required=True,
            limit=160,
            example="苏州恒力机械有限公司",
            aliases=["客户名称", "客戶名稱", "客户", "客戶", "名称", "名稱"],
        ),
        Field(
            key="code",
            label=_("Own code"),
            limit=40,
            example="ERP-0042",
            hint=_("Code in another system; a second import recognises the customer by it."),
            aliases=["客户编码", "客戶編碼", "客户编号", "客戶編號"],
        ),
        Field(
            key="kind",
            label=_("Customer kind"),
            kind="choice",
            choices=CustomerKind.choices,
            example="company",
            aliases=["客户类型", "客戶類型", "类型", "類型"],
        ),
        Field(
            key="level",
            label=_("Customer level"),
            kind="choice",
            choices=CustomerLevel.choices,
            example="ordinary",
            aliases=["客户级别", "客戶級別", "客户等级"],
        ),
        Field(key="region", label=_("Region"), limit=80, example="江苏", aliases=["区域", "地区", "區域", "地區"]),
        Field(
            key="tax_no",
            label=_("Tax number"),
            limit=30,
            example="91320594MA1XXXXX0X",
            aliases=["税号", "纳税人识别号", "稅號", "統一編號"],
        ),
        Field(key="contact", label=_("Contact"), limit=60, example="王芳", aliases=["联系人", "聯絡人"]),
        Field(
            key="phone",
            label=_("Phone"),
            limit=40,
            example="13812345678",
            aliases=["电话", "手机", "联系电话", "電話", "手機"],
        ),
        Field(key="site", label=_("Site"), limit=80, example="一号厂房", aliases=["地点", "地點"]),
        Field(key="province", label=_("Province"), limit=40, example="江苏省", aliases=["省", "省份"]),
        Field(key="city", label=_("City"), limit=40, example="苏州市", aliases=["市", "城市"]),
        Field(key="district", label=_("District"), limit=40, example="工业园区", aliases=["区", "区县", "區"]),
        Field(
            key="address",
            label=_("Address"),
            limit=200,
            example="星湖街 328 号",
            aliases=["地址", "详细地址", "詳細地址"],
        ),
        Field(
            key="dealer", label=_("Dealer"), example="D001", hint=_("The dealer's code."), aliases=["经销商", "經銷商"]
        ),
        Field(key="note", label=_("Note"), limit=2000, aliases=["备注", "備註"]),
    ],
)

CONTACTS = Table(
    type="contacts",
    label=_("contacts"),
    order=20,
    take=take_contact,
    may=_imports,
    fields=[
        Field(
            key="customer",
            label=_("Customer"),
            required=True,
            example="苏州恒力机械有限公司",
            hint=_("Number, own code or exact name."),
            aliases=["客户", "客戶", "客户名称", "客戶名稱"],
        ),
        Field(
            key="name",
            label=pgettext_lazy("person", "Name"),
            required=True,
            limit=60,
            example="王芳",
            aliases=["姓名", "联系人", "聯絡人"],
        ),
        Field(key="phone", label=_("Phone"), limit=40, example="13812345678", aliases=["电话", "手机", "電話", "手機"]),
        Field(
            key="email",
            label=_("E-mail"),
            limit=254,
            example="wang@example.com",
            aliases=["邮箱", "电子邮件", "電子郵件"],
        ),
        Field(key="title", label=_("Position"), limit=60, example="设备科长", aliases=["职位", "職位"]),
    ],
)

MODELS = Table(
    type="products",
    label=_("product models"),
    order=30,
    take=take_model,
    may=_imports,
    fields=[
        Field(
            key="code",
            label=_("Model"),
            required=True,
            limit=60,
            example="NL-3015",
            aliases=["型号", "产品型号", "型號"],
        ),
        Field(
            key="name",
            label=_("Name"),
            required=True,
            limit=120,
            example="光纤激光切割机",
            aliases=["名称", "产品名称", "名稱", "產品名稱"],
        ),
        Field(
            key="category",
            label=_("Product category"),
            required=True,
            example="laser",
            hint=_("Code or name of a category that is there."),
            aliases=["产品类别", "类别", "產品類別"],
        ),
        Field(
            key="warranty_months",
            label=_("Warranty (months)"),
            kind="int",
            example="12",
            aliases=["质保期（月）", "质保月数", "保固期（月）"],
        ),
        Field(
            key="warranty_from",
            label=_("Warranty counts from"),
            kind="choice",
            choices=WarrantyFrom.choices,
            example="purchase",
            aliases=["质保起算", "保固起算"],
        ),
    ],
)

INSTALLED = Table(
    type="installed",
    label=_("installed products"),
    order=40,
    take=take_installed,
    may=_imports,
    fields=[
        Field(
            key="serial",
            label=_("Serial number"),
            required=True,
            limit=60,
            example="SN-00042",
            aliases=["序列号", "出厂编号", "機身序號", "序號"],
        ),
        Field(
            key="customer",
            label=_("Customer"),
            required=True,
            example="苏州恒力机械有限公司",
            hint=_("Number, own code or exact name."),
            aliases=["客户", "客戶", "客户名称", "客戶名稱"],
        ),
        Field(key="model", label=_("Model"), required=True, example="NL-3015", aliases=["型号", "产品型号", "型號"]),
        Field(key="site", label=_("Site"), limit=80, example="一号厂房", aliases=["地点", "地點"]),
        Field(
            key="purchase_date",
            label=_("Purchase date"),
            kind="date",
            example="2025-11-03",
            aliases=["购买日期", "購買日期"],
        ),
        Field(
            key="installed_date",
            label=_("Installation date"),
            kind="date",
            example="2025-11-20",
            aliases=["安装日期", "安裝日期"],
        ),
        Field(key="warranty_until", label=_("Warranty agreed until"), kind="date", example="2027-11-03"),
        Field(key="warranty_reason", label=_("Agreed because"), limit=120, example="HT-2025-031"),
        Field(
            key="dealer", label=_("Dealer"), example="D001", hint=_("The dealer's code."), aliases=["经销商", "經銷商"]
        ),
    ],
)
TABLES = (CUSTOMERS, CONTACTS, MODELS, INSTALLED)
