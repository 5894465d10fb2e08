"""In which situation each operation can be done, and what is sent then."""

from __future__ import annotations

from uuid import uuid4

from nuoda.domain.service.models import Ticket
from nuoda.domain.service.tests.stage import STROKES

from . import rules  # noqa: F401 — its situations stand beside these
from .world import SITUATIONS, TEXT, Sending, World, on_job, on_ticket, seen, situation

__all__ = ["SITUATIONS"]


@situation("report_ticket")
def _report(world: World) -> Sending:
    kit = world.stage.kit
    body = {
        "kind": "fault", "subject": "压力机停机", "problem": "主油泵异响后停机", "contact": str(kit.contact.pk),
        "product": str(kit.machine.pk), "production_stopped": True,
    }  # fmt: skip
    return Sending("agent", "/tickets", body)


def paused(world: World) -> Ticket:
    from nuoda.domain.service.actions import tickets

    return world.do(tickets.pause, world.ticket(), reason="waiting_customer")


on_ticket("answer_ticket", "answer", World.reported, {"remark": "已接听"})
on_ticket("promise_ticket", "promise", World.ticket, lambda world: {"due_at": world.later(hours=2)})
on_ticket("hand_over_ticket", "hand-over", World.ticket, lambda world: {"to_person": str(world.cast.ma.pk)})
on_ticket("respond_ticket", "respond", World.ticket, {"remark": "指导客户断电检查"})
on_ticket("grade_ticket", "severity", World.ticket, {"severity": "general", "reason": "备机已启用"})
on_ticket(
    "solve_ticket", "solve", lambda world: world.ticket(kind="consultation", production_stopped=False),
    {"solution": "请按手册第 12 页校准。", "customer_confirmed": True},
)  # fmt: skip
on_ticket("close_ticket", "close", World.solved, {"customer_confirmed": True})
on_ticket("reopen_ticket", "reopen", World.solved, {"reason": "异响又出现了"})
on_ticket("cancel_ticket", "cancel", World.ticket, {"reason": "mistake", "remark": "重复登记"})
on_ticket("merge_ticket", "merge", World.ticket, lambda world: {"into": world.ticket().number})
on_ticket(
    "pause_ticket", "pause", World.ticket, lambda world: {"reason": "waiting_customer", "until": world.later(hours=5)}
)
on_ticket("resume_ticket", "resume", paused)
on_ticket(
    "reassign_ticket", "reassign", World.ticket, lambda world: {"to_person": str(world.cast.ma.pk), "reason": "换班"}
)
on_ticket(
    "correct_ticket_customer", "customer", World.ticket,
    lambda world: {"customer": world.stage.kit.customer.number, "reason": "登记错了"},
)  # fmt: skip
on_ticket("propose_settlement", "settlement", World.complaint, {"amount_fen": 20_000, "text": "赔偿误工损失"})
on_ticket("settle_complaint", "settle", lambda world: world.complaint(20_000), {"remark": "同意"})
on_ticket("rate_ticket", "rate", World.solved, {"score": 5}, who="customer")


@situation("dispatch_ticket")
def _dispatch(world: World) -> Sending:
    body = {
        "technician": str(world.cast.wu.pk), "task": "检修主油泵", "starts_at": world.later(minutes=30),
        "ends_at": world.later(minutes=150),
    }  # fmt: skip
    return Sending("dealer_manager", f"/tickets/{world.ticket().number}/dispatch", body)


on_job("decline_work", "decline", "assigned", {"reason": "ill"})
on_job("contact_customer", "contact", "assigned", {"remark": "约定今天到场"})
on_job(
    "appoint_work", "appoint", "contacted",
    lambda world: {"starts_at": world.later(hours=1), "ends_at": world.later(hours=2)},
)  # fmt: skip
on_job("prepare_work", "prepare", "contacted")
on_job("arrive_at_work", "arrive", "appointed", {"latitude": 31.3, "longitude": 120.6})
on_job(
    "record_work", "record", "on_site",
    {
        "symptom": "停机", "cause": "泵轴承磨损", "measure": "更换轴承", "resolution": "part_replaced", "explained": True,
        "tested": True, "site_cleaned": True, "parts": [{"name": "油泵轴承 6204", "quantity": 1}],
    },
)  # fmt: skip
on_job("sign_work", "sign", "noted", {"score": 5, "name": "王芳", "strokes": STROKES})
on_job("complete_work", "complete", "signed")
on_job("nobody_home", "nobody-home", "appointed")
on_job("leave_work_unfinished", "leave-unfinished", "on_site", {"reason": "part_missing"})
on_job("cancel_work", "cancel", "assigned", {"reason": "改派"}, who="dealer_manager")


@situation("create_customer")
def _create(world: World) -> Sending:
    return Sending("agent", "/customers", {"name": "常州新程", "kind": "company"})


@situation("add_contact")
def _contact(world: World) -> Sending:
    return Sending(
        "agent", f"/customers/{world.stage.kit.customer.number}/contacts", {"name": "李工", "phone": "13900001111"}
    )


@situation("add_site")
def _site(world: World) -> Sending:
    name = f"厂房 {uuid4().hex[:6]}"
    return Sending(
        "agent", f"/customers/{world.stage.kit.customer.number}/sites", {"name": name, "address": "新安路 8 号"}
    )


@situation("register_machine")
def _machine(world: World) -> Sending:
    kit = world.stage.kit
    body = {"customer": str(kit.customer.pk), "model": str(kit.model.pk), "serial": f"SN-{uuid4().hex[:8]}"}
    return Sending("agent", "/machines", body)


@situation("attempt_follow_up")
def _attempt(world: World) -> Sending:
    return Sending("dealer_manager", f"/follow-ups/{world.follow_up().number}/attempt", {"remark": "无人接听"})


@situation("record_follow_up")
def _record(world: World) -> Sending:
    row = world.follow_up()
    return Sending(
        "dealer_manager",
        f"/follow-ups/{row.number}/record",
        {"score": 5, "answers": ["是"] * len(row.script), "satisfied": True},
    )


@situation("contact_dissatisfied")
def _contacted(world: World) -> Sending:
    row = world.follow_up(dissatisfied=True)
    return Sending("dealer_manager", f"/follow-ups/{row.number}/contacted", {"agreed": "明天派人复查"})


@situation("cancel_follow_up")
def _cancel(world: World) -> Sending:
    return Sending("dealer_manager", f"/follow-ups/{world.follow_up().number}/cancel", {"reason": "not_wanted"})


@situation("submit_approval")
def _submit(world: World) -> Sending:
    row = world.complaint(900_000)
    return Sending(
        "dealer_manager", "/approvals", {"matter": "complaint_settlement", "about": row.number, "comment": "请审批"}
    )


@situation("decide_approval")
def _decide(world: World) -> Sending:
    row = world.approval()
    return Sending(
        world.asked(row), f"/approvals/{row.dossier.number}/decide", {"verdict": "approve", "comment": "同意"}
    )


@situation("withdraw_approval")
def _withdraw(world: World) -> Sending:
    return Sending("dealer_manager", f"/approvals/{world.approval().dossier.number}/withdraw", {"comment": "再议"})


@situation("attach_file")
def _attach(world: World) -> Sending:
    return Sending("dealer_manager", f"/dossiers/{world.ticket().number}/files", {"purpose": "before"}, file=TEXT)


@situation("read_notices")
def _read(world: World) -> Sending:
    return Sending("agent", "/notices/read", {})


seen("list_tickets", lambda world: world.ticket() and "/tickets", query="open=true&kind=fault&limit=10")
seen("get_ticket", lambda world: f"/tickets/{world.ticket().number}")
seen("list_promises", lambda world: f"/tickets/{world.ticket().number}/promises")
seen("list_refusals", lambda world: world.ticket() and "/compliance/refusals", query="outcome=done&outcome=waiting")
seen("ticket_timeline", lambda world: f"/tickets/{world.ticket().number}/timeline")
seen("suggest_technicians", lambda world: f"/tickets/{world.ticket().number}/suggestions")
seen("search", lambda world: world.ticket() and "/search", query="text=压力机")
seen("list_work_orders", lambda world: world.job() and "/work-orders", query="order=planned&active=true")
seen("get_work_order", lambda world: f"/work-orders/{world.job().number}")
seen("list_customers", lambda _world: "/customers", query="order=newest")
seen("get_customer", lambda world: f"/customers/{world.stage.kit.customer.number}")
seen("find_callers", lambda _world: "/callers", query="phone=5678")
seen("list_machines", lambda _world: "/machines", query="status=in_use")
seen("get_machine", lambda world: f"/machines/{world.stage.kit.machine.number}")
seen("list_models", lambda _world: "/models")
seen("explain_clocks", lambda world: f"/cases/{world.ticket().number}/clocks")
seen("list_owed", lambda world: world.ticket() and "/deadlines")
seen("list_papers", lambda world: f"/cases/{world.paper().dossier.number}/papers")
seen("get_paper", lambda world: f"/papers/{world.paper().pk}")
seen("get_paper_pdf", lambda world: f"/papers/{world.paper().pk}/pdf")
seen("list_files", lambda world: f"/cases/{world.file().dossier.number}/files")
seen("download_file", lambda world: f"/files/{world.file().pk}")
seen("list_follow_ups", lambda world: world.follow_up() and "/follow-ups", query="state=planned")
seen("get_follow_up", lambda world: f"/follow-ups/{world.follow_up().number}")
seen("list_approvals", lambda world: world.approval() and "/approvals", query="box=all")
seen("get_approval", lambda world: f"/approvals/{world.approval().dossier.number}")
seen("list_duties", lambda world: world.duty() and "/duties", query="box=all&state=open")
seen("get_duty", lambda world: f"/duties/{world.duty().number}")
SITUATIONS["attest_duty"] = lambda world: Sending(
    "service_manager", f"/duties/{world.duty().number}/attest", {"statement": "已整理客户服务档案"}
)
seen("list_notices", lambda _world: "/notices", query="unread=true")
seen("list_indicators", lambda _world: "/indicators")
seen("get_indicator", lambda _world: "/indicators/DL-5.2b/on_time_repair", query="unit=dealer")
seen("list_indicator_cases", lambda _world: "/indicators/DL-5.2b/on_time_repair/cases", query="part=denominator")
