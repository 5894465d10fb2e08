"""Words for the occasions that the shipped regulations name in `consequence … template`, and for deadlines."""

from __future__ import annotations

from .templates import Template, register


def _add(
    code: str,
    topic: str,
    hans: str,
    hant: str,
    en: str,
    more: tuple[str, str, str] = ("", "", ""),
    *,
    urgent: bool = False,
) -> None:
    tails = ("事项：{kind} {number} {title}", "事項：{kind} {number} {title}", "Matter: {kind} {number} {title}")
    bodies = ["\n".join(filter(None, (first, tail, "{url}"))) for first, tail in zip(more, tails, strict=True)]
    register(
        Template(
            code=code,
            topic=topic,
            subject={"zh-hans": hans, "zh-hant": hant, "en": en},
            body=dict(zip(("zh-hans", "zh-hant", "en"), bodies, strict=True)),
            urgent=urgent,
        )
    )


_add("general", "other", "{kind} {number} 有新进展", "{kind} {number} 有新進展", "{kind} {number} has moved on")
_add(
    "deadline_warned", "deadline", "快到期：{number} {duty}（{due} 前）", "即將到期：{number} {duty}（{due} 前）",
    "Due soon: {number} {duty} (by {due})",
    ("条款 {clause}，须在 {due} 前完成。", "條款 {clause}，須在 {due} 前完成。", "Clause {clause}: to be done by {due}."),
)  # fmt: skip
_add(
    "deadline_missed", "deadline", "已超时：{number} {duty}（应于 {due} 前）", "已逾期：{number} {duty}（應於 {due} 前）",
    "Missed: {number} {duty} (was due {due})",
    ("条款 {clause} 的时限已过：{due}。", "條款 {clause} 的時限已過：{due}。", "The time limit of clause {clause} has passed: {due}."),
    urgent=True,
)  # fmt: skip
_add(
    "ticket_reported",
    "ticket",
    "新服务请求 {number} 待应答",
    "新服務請求 {number} 待應答",
    "New ticket {number} waits for an answer",
)
_add(
    "ticket_urgent", "ticket", "紧急：{number} {title}", "緊急：{number} {title}", "Urgent: {number} {title}",
    ("客户停产或重大故障，条款 {clause}。", "客戶停產或重大故障，條款 {clause}。", "Production stopped or major fault, clause {clause}."),
    urgent=True,
)  # fmt: skip
_add(
    "ticket_danger", "ticket", "安全风险：{number} {title}", "安全風險：{number} {title}", "Safety risk: {number} {title}",
    ("报修涉及人身或财产安全，条款 {clause}。", "報修涉及人身或財產安全，條款 {clause}。", "People or property may be at risk, clause {clause}."),
    urgent=True,
)  # fmt: skip
_add(
    "complaint_reported",
    "ticket",
    "新投诉 {number}：{title}",
    "新客訴 {number}：{title}",
    "New complaint {number}: {title}",
    urgent=True,
)
_add("ticket_reopened", "ticket", "{number} 已重新打开", "{number} 已重新開啟", "{number} was reopened")
_add(
    "ticket_reopened_again", "ticket", "多次返工：{number} {title}", "多次返工：{number} {title}", "Reopened again: {number} {title}",
    ("同一问题再次打开，条款 {clause}。", "同一問題再次開啟，條款 {clause}。", "The same matter was opened again, clause {clause}."),
    urgent=True,
)  # fmt: skip
_add(
    "ticket_stuck",
    "ticket",
    "{number} 仍无解决办法",
    "{number} 仍無解決辦法",
    "{number} has no solution yet",
    urgent=True,
)
_add(
    "ticket_promised", "ticket", "我们将在 {moment} 前回复您：{number}", "我們將在 {moment} 前回覆您：{number}",
    "We will come back to you by {moment}: {number}",
)  # fmt: skip
_add("ticket_handed_over", "ticket", "{number} 已转交给您", "{number} 已轉交給您", "{number} was handed over to you")
_add(
    "ticket_solved",
    "ticket",
    "您的服务请求 {number} 已解决",
    "您的服務請求 {number} 已解決",
    "Your ticket {number} is solved",
)
_add(
    "work_order_dispatched", "dispatch", "新派工 {number} {title}", "新派工 {number} {title}", "New work order {number} {title}",
    ("派工人：{actor}", "派工人：{actor}", "Dispatched by {actor}"), urgent=True,
)  # fmt: skip
_add(
    "work_order_cancelled",
    "dispatch",
    "派工 {number} 已取消",
    "派工 {number} 已取消",
    "Work order {number} is cancelled",
    urgent=True,
)
_add(
    "work_order_declined",
    "dispatch",
    "{actor} 退回了派工 {number}",
    "{actor} 退回了派工 {number}",
    "{actor} declined work order {number}",
    urgent=True,
)
_add(
    "work_order_appointed", "dispatch", "上门时间：{moment}（{number}）", "到府時間：{moment}（{number}）",
    "Appointment: {moment} ({number})",
)  # fmt: skip
_add(
    "work_order_nobody_home", "dispatch", "{number} 到场无人", "{number} 到場無人", "{number}: nobody was at the place"
)
_add("follow_up_planned", "care", "待回访 {number}", "待回訪 {number}", "Follow-up {number} is planned")
_add(
    "follow_up_dissatisfied", "care", "客户不满意：{number} {title}", "客戶不滿意：{number} {title}",
    "Dissatisfied customer: {number} {title}", urgent=True,
)  # fmt: skip
_add(
    "approval_asked",
    "approval",
    "待审批：{number} {title}",
    "待簽核：{number} {title}",
    "Approval asked: {number} {title}",
)
_add(
    "approval_decided",
    "approval",
    "审批有结果：{number} {title}",
    "簽核有結果：{number} {title}",
    "Approval decided: {number} {title}",
)
_add("paper_signed", "paper", "单据已签字：{number}", "單據已簽名：{number}", "Paper signed: {number}")
_add(
    "channel_test",
    "other",
    "测试消息",
    "測試訊息",
    "Test message",
    ("通知通道可用。", "通知通道可用。", "This channel works."),
)
