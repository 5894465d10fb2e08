"""Labels before a rule: those that name a sort of case (`紧急故障：…`), not a step of the work (`派工：…`)."""

from __future__ import annotations

import re

Place = tuple[int, int]
SORT = (
    "紧急|特急|常见|危急|一般|普通|常规|重大|特大|较大|严重|轻微|复杂|简单|疑难|特殊|其他|其它|[一二三四五]级|[ⅠⅡⅢⅣ]级|[A-D]类|第[一二三四]类|"
    "[省市县]级|城区|市区|郊区|县城|县域|乡镇|农村|山区|偏远|外地|本地|本市|省内|省外|境外|海外|夜间|节假日|非工作|工作日|"
    "[保质](?:修|保)期?[内外]|保内|保外|过保|重点|大客户|VIP|停产|停机|困人"
)
"""Words that tell one sort of case from another."""
THING = (
    "类|备件|配件|零件|故障|事件|事故|问题|情况|投诉|报修|抢修|维修|检修|申请|咨询|建议|请求|需求|工单|订单|用户|客户|地区|区域|城市|城区|市区|郊区|乡镇|"
    "设备|机组|变更|中断|异常|工作日|节假日|夜间|时段|时间|服务"
)
PLACES = "[省市县]级|城区|市区|郊区|县城|乡镇|农村|山区|外地|本地|夜间|节假日|保内|保外|直辖市[^,;:]{0,8}市"
"""Those that say it alone."""
_LABEL = re.compile(r"\s*(?P<words>[^,;。:《》]{2,22}?)\s*:(?=\s*\S)")
_SORTED = re.compile(rf"(?:{SORT})")
_KIND = re.compile(r"(?:类|级|故障|中断|事件|事故|投诉|异常|建议|咨询|外服务|问题|申请)(?:\([^)]*\))?$")
_STEP = re.compile(
    r"登记|受理|处理|派单|派工|反馈|评价|流程|方式|渠道|标准|要求|职责|内容|原则|目标|措施|管理|服务$|报修申请"
)


def label(text: str, start: int, end: int) -> Place | None:
    """The label of a block when it names a sort of case (`紧急故障：…`), not a step of the work (`派工：…`)."""
    found = _LABEL.match(text, start, end)
    if found is None:
        return None
    words = re.sub(r"\([^)]*\)", "", found["words"])
    if words.endswith(("包括", "如下", "包含", "有")):
        return None
    if _STEP.search(words) and not _SORTED.search(words):
        return None
    return found.span("words") if _SORTED.search(words) or _KIND.search(words) else None
