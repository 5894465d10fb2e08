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
        "deadline_handed_over", "交接给您：{number} {duty}（{due} 前完成）", "交接給您：{number} {duty}（{due} 前完成）",
        "Handed over to you: {number} {duty} (by {due})",
    )  # fmt: skip
    _add(
        "duty_handed_over", "交接给您的周期义务：{duty}（{due} 前完成）", "交接給您的週期義務：{duty}（{due} 前完成）",
        "A duty was handed over to you: {duty} (by {due})",
    )  # fmt: skip
    keep(
        Template(
            code="owed_left_behind",
            topic="deadline",
            subject={
                "zh-hans": "有人离岗，未办事项待指定接手人",
                "zh-hant": "有人離職或卸任，未辦事項待指定接手人",
                "en": "Somebody has left: what he still owed waits for a successor",
            },
            body={
                "zh-hans": "未办的时限和周期义务已转由其角色承担。请在首页“待接手”中指定接手人。",
                "zh-hant": "未辦的時限與週期義務已轉由其角色承擔。請在首頁「待接手」中指定接手人。",
                "en": "His role owes it now. Name who takes it over under “Waiting for a successor” on the home page.",
            },
        )
    )
    _add(
        "deadline_escalated", "升级：{number} {duty} 超时仍未处理（应于 {due} 前）",
        "升級：{number} {duty} 逾期仍未處理（應於 {due} 前）",
        "Escalated: {number} {duty} is still not done (was due {due})", urgent=True,
    )  # fmt: skip
