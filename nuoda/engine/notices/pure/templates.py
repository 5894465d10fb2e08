"""Words of notices: logic-less, over one fixed list of fields.

A placeholder is a name in braces. Known names are replaced by plain text in a single pass, everything else stays as
it is:
there is nothing to execute, neither in a template nor in a value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

Text = Mapping[str, str]
"""A text by language: 'zh-hans', 'zh-hant', 'en'."""
LANGUAGES = ("zh-hans", "zh-hant", "en")

FIELDS: Mapping[str, Text] = MappingProxyType(
    {
        "kind": {"zh-hans": "事项种类", "zh-hant": "事項種類", "en": "kind of the matter"},
        "number": {"zh-hans": "编号", "zh-hant": "編號", "en": "number"},
        "title": {"zh-hans": "标题", "zh-hant": "標題", "en": "title"},
        "clause": {"zh-hans": "条款号", "zh-hant": "條款號", "en": "clause"},
        "duty": {"zh-hans": "时限名称", "zh-hant": "時限名稱", "en": "what is owed"},
        "due": {"zh-hans": "到期时间", "zh-hant": "到期時間", "en": "due time"},
        "at": {"zh-hans": "发生时间", "zh-hant": "發生時間", "en": "when it happened"},
        "moment": {"zh-hans": "约定时间", "zh-hant": "約定時間", "en": "moment agreed upon"},
        "actor": {"zh-hans": "操作人", "zh-hant": "操作人", "en": "who did it"},
        "for": {"zh-hans": "受委托代谁处理", "zh-hant": "受委託代誰處理", "en": "on whose behalf you are told"},
        "company": {"zh-hans": "公司", "zh-hant": "公司", "en": "company"},
        "url": {"zh-hans": "页面地址", "zh-hant": "頁面網址", "en": "address of the page"},
    }
)
"""Every field a template may name, with its meaning. All values are text."""

_PLACE = re.compile(r"\{([a-z_]{1,20})\}")


@dataclass(frozen=True, slots=True)
class Template:
    """Words of one occasion; `topic` groups occasions for preferences, `urgent` may break quiet hours."""

    code: str
    topic: str
    subject: Text
    body: Text
    urgent: bool = False


_templates: dict[str, Template] = {}
TEMPLATES: Mapping[str, Template] = MappingProxyType(_templates)

TOPICS: Mapping[str, Text] = MappingProxyType(
    {
        "deadline": {"zh-hans": "时限提醒", "zh-hant": "時限提醒", "en": "time limits"},
        "ticket": {"zh-hans": "服务请求", "zh-hant": "服務請求", "en": "tickets"},
        "dispatch": {"zh-hans": "派工", "zh-hant": "派工", "en": "dispatch"},
        "care": {"zh-hans": "回访与评价", "zh-hant": "回訪與評價", "en": "follow-up and ratings"},
        "approval": {"zh-hans": "审批", "zh-hant": "簽核", "en": "approvals"},
        "paper": {"zh-hans": "单据", "zh-hant": "單據", "en": "papers"},
        "other": {"zh-hans": "其他", "zh-hant": "其他", "en": "other"},
    }
)


def register(template: Template) -> Template:
    """Make a template known; ValueError when it lacks a language, names an unknown field or topic, or is taken."""
    for text in (template.subject, template.body):
        if any(not text.get(language) for language in LANGUAGES):
            raise ValueError(f"template {template.code} lacks one of {LANGUAGES}")
        unknown = {name for words in text.values() for name in _PLACE.findall(words)} - set(FIELDS)
        if unknown:
            raise ValueError(f"template {template.code} names unknown fields: {sorted(unknown)}")
    if template.topic not in TOPICS:
        raise ValueError(f"template {template.code}: no topic {template.topic!r}")
    if _templates.get(template.code, template) != template:
        raise ValueError(f"template {template.code} is registered twice")
    _templates[template.code] = template
    return template


def of(code: str) -> Template:
    """The template of a code, else the general one."""
    return _templates.get(code) or _templates["general"]


def fill(words: str, values: Mapping[str, str]) -> str:
    """Replace known placeholders once; an unknown name stays literal, a known one without value becomes empty."""
    return _PLACE.sub(lambda found: values.get(found[1], "") if found[1] in FIELDS else found[0], words)


def render(template: Template, values: Mapping[str, str], *, language: str) -> tuple[str, str]:
    """(subject, body) in the language, else in zh-Hans. The subject is one line of at most 200 characters."""
    subject = fill(template.subject.get(language) or template.subject["zh-hans"], values)
    body = fill(template.body.get(language) or template.body["zh-hans"], values)
    return " ".join(subject.split())[:200], body.strip()
