"""What people are told about duties: the words of the notices."""

from __future__ import annotations

from nuoda.engine.notices.pure.templates import Template
from nuoda.engine.notices.pure.templates import register as keep

_TAIL = ("{title}\n{url}", "{title}\n{url}", "{title}\n{url}")


def _add(code: str, hans: str, hant: str, en: str, *, urgent: bool = False) -> None:
    languages = ("zh-hans", "zh-hant", "en")
    keep(
        Template(
            code=code,
            topic="deadline",
            subject=dict(zip(languages, (hans, hant, en), strict=True)),
            body=dict(zip(languages, _TAIL, strict=True)),
            urgent=urgent,
        )
    )


def register() -> None:
    _add(
        "duty_opened", "新的周期义务：{duty}（{due} 前完成）", "新的週期義務：{duty}（{due} 前完成）",
        "A duty begins: {duty} (by {due})",
    )  # fmt: skip
    _add(
        "duty_warned", "快到期：{duty}（{due} 前，条款 {clause}）", "即將到期：{duty}（{due} 前，條款 {clause}）",
        "Due soon: {duty} (by {due}, clause {clause})",
    )  # fmt: skip
    _add(
        "duty_missed", "逾期未做：{duty}（应于 {due} 前，条款 {clause}）", "逾期未做：{duty}（應於 {due} 前，條款 {clause}）",
        "Missed: {duty} (was due {due}, clause {clause})", urgent=True,
    )  # fmt: skip
    _add(
        "duty_escalated", "升级：{duty} 逾期仍未做（应于 {due} 前）", "升級：{duty} 逾期仍未做（應於 {due} 前）",
        "Escalated: {duty} is still not done (was due {due})", urgent=True,
    )  # fmt: skip
    _add(
        "deadline_escalated", "升级：{number} {duty} 超时仍未处理（应于 {due} 前）",
        "升級：{number} {duty} 逾期仍未處理（應於 {due} 前）",
        "Escalated: {number} {duty} is still not done (was due {due})", urgent=True,
    )  # fmt: skip
