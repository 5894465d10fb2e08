"""The two papers of a ticket's way: 售后服务工单 (MN-3.2.1d, template 4) and 售后服务维修记录单 (DL-3.3f, DL-3.5a)."""

from __future__ import annotations

from nuoda.engine.papers.pure.forms import Field, FormType, Section, Text


def _t(hans: str, hant: str, en: str) -> Text:
    return {"zh-hans": hans, "zh-hant": hant, "en": en}


_KINDS = {
    "consultation": _t("咨询", "諮詢", "consultation"),
    "fault": _t("故障报修", "故障報修", "fault"),
    "complaint": _t("投诉", "客訴", "complaint"),
    "suggestion": _t("建议", "建議", "suggestion"),
}
_SEVERITIES = {
    "urgent": _t("紧急", "緊急", "urgent"),
    "general": _t("一般", "一般", "general"),
    "none": _t("不分级", "不分級", "not graded"),
}
_CHECKS = {
    "explained": _t("已向客户说明故障原因和维修措施", "已向客戶說明故障原因與維修措施", "fault and measure explained"),
    "tested": _t("已调试测试，运行正常", "已調試測試，運轉正常", "tested, runs well"),
    "site_cleaned": _t("现场已清理", "現場已清理", "site cleaned"),
}
_PART_COLUMNS = (
    Field("code", _t("编号", "編號", "code")),
    Field("name", _t("名称", "名稱", "name")),
    Field("quantity", _t("数量", "數量", "quantity"), "int"),
    Field("old_serial", _t("旧件序列号", "舊件序號", "serial out")),
    Field("new_serial", _t("新件序列号", "新件序號", "serial in")),
)

SERVICE_ORDER = FormType(
    code="service_order",
    title=_t("售后服务工单", "售後服務工單", "Service work order"),
    version=1,
    prefix="GD",
    clauses=("MN-3.2.1d", "MN-3.2.1a"),
    fields=(
        Field("ticket", _t("服务请求号", "服務請求號", "ticket"), required=True),
        Field("reported_at", _t("受理时间", "受理時間", "reported at"), "moment", required=True),
        Field("kind", _t("类型", "類型", "kind"), "choice", required=True, choices=_KINDS),
        Field("severity", _t("紧急程度", "緊急程度", "severity"), "choice", choices=_SEVERITIES),
        Field("customer", _t("客户", "客戶", "customer")),
        Field("contact", _t("联系人", "聯絡人", "contact")),
        Field("phone", _t("联系电话", "聯絡電話", "phone")),
        Field("place", _t("地点", "地點", "place"), wide=True),
        Field("model", _t("产品型号", "產品型號", "model")),
        Field("serial", _t("序列号", "序號", "serial number")),
        Field("purchase_date", _t("购买时间", "購買時間", "purchase date"), "date"),
        Field("warranty", _t("质保", "保固", "warranty")),
        Field("problem", _t("问题描述", "問題描述", "problem"), "long", required=True, wide=True),
        Field("promised_at", _t("承诺时间", "承諾時間", "promised time"), "moment"),
        Field("technician", _t("技术人员", "技術人員", "technician")),
        Field("planned", _t("计划时间", "計畫時間", "planned time")),
        Field("solution", _t("处理结果", "處理結果", "result"), "long", wide=True),
    ),
    sections=(
        Section(_t("受理", "受理", "Intake"), ("ticket", "reported_at", "kind", "severity")),
        Section(
            _t("客户与产品", "客戶與產品", "Customer and product"),
            ("customer", "contact", "phone", "place", "model", "serial", "purchase_date", "warranty"),
        ),
        Section(
            _t("问题与处理", "問題與處理", "Problem and handling"),
            ("problem", "promised_at", "technician", "planned", "solution"),
        ),
    ),
)

REPAIR_RECORD = FormType(
    code="repair_record",
    title=_t("售后服务维修记录单", "售後服務維修記錄單", "Repair service record"),
    version=1,
    prefix="WX",
    clauses=("DL-3.3f", "DL-3.5a"),
    declaration=_t(
        "客户确认以上维修内容属实，设备已恢复使用。",
        "客戶確認以上維修內容屬實，設備已恢復使用。",
        "The customer confirms the work above and that the machine is in use again.",
    ),
    fields=(
        Field("ticket", _t("服务请求号", "服務請求號", "ticket"), required=True),
        Field("work_order", _t("工单号", "工單號", "work order"), required=True),
        Field("repaired_at", _t("维修日期", "維修日期", "date of repair"), "moment", required=True),
        Field("technician", _t("技术人员", "技術人員", "technician"), required=True),
        Field("customer", _t("客户", "客戶", "customer"), required=True),
        Field("phone", _t("联系电话", "聯絡電話", "phone")),
        Field("place", _t("地点", "地點", "place"), wide=True),
        Field("model", _t("产品型号", "產品型號", "model"), required=True),
        Field("serial", _t("序列号", "序號", "serial number")),
        Field("warranty", _t("质保", "保固", "warranty")),
        Field("symptom", _t("故障现象", "故障現象", "symptom"), "long", required=True, wide=True),
        Field("cause", _t("故障原因", "故障原因", "cause"), "long", wide=True),
        Field("measure", _t("维修措施", "維修措施", "repair action"), "long", required=True, wide=True),
        Field("parts", _t("更换零部件", "更換零件", "parts replaced"), "table", columns=_PART_COLUMNS, wide=True),
        Field("checks", _t("完工检查", "完工檢查", "checks"), "checklist", choices=_CHECKS, wide=True),
        Field("photos", _t("现场照片", "現場照片", "photos"), "photo", wide=True),
        Field("score", _t("服务评价（1–5）", "服務評價（1–5）", "rating (1–5)"), "int", required=True),
        Field("comment", _t("客户意见", "客戶意見", "customer's comment"), "long", wide=True),
        Field("customer_signature", _t("客户签字", "客戶簽名", "customer's signature"), "signature", required=True),
    ),
    sections=(
        Section(_t("工单", "工單", "Job"), ("ticket", "work_order", "repaired_at", "technician")),
        Section(
            _t("客户与产品", "客戶與產品", "Customer and product"),
            ("customer", "phone", "place", "model", "serial", "warranty"),
        ),
        Section(_t("维修", "維修", "Repair"), ("symptom", "cause", "measure", "parts", "checks", "photos")),
        Section(_t("评价与签字", "評價與簽名", "Rating and signature"), ("score", "comment")),
    ),
)
