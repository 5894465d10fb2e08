"""What approvals tell the rulebook: the subject `approval`, whose facts go with every event of its dossier."""

from __future__ import annotations

from nuoda.engine.rulebook.pure.facts import FactType, FactValue, Subject

from .models import Approval, Step
from .states import APPROVAL as MACHINE


def _label(hans: str, hant: str, en: str) -> dict[str, str]:
    return {"zh-hans": hans, "zh-hant": hant, "en": en}


APPROVAL = Subject(
    name="approval",
    label=_label("审批", "簽核", "approval"),
    fields={
        "matter": FactType("text", _label("事项", "事項", "matter")),
        "state": FactType("text", _label("状态", "狀態", "state"), tuple(MACHINE.states)),
        "round": FactType("int", _label("轮次", "輪次", "round")),
        "step_role": FactType("text", _label("当前步骤的角色", "目前關卡的角色", "role of the step")),
        "step_mode": FactType("text", _label("会签或或签", "會簽或或簽", "one or all"), ("any", "all")),
        "has_due": FactType("bool", _label("该步骤有时限", "該關卡有時限", "the step has a time limit")),
        "dealer": FactType("bool", _label("由经销商负责", "由經銷商負責", "a dealer is responsible")),
    },
    verbs=tuple(MACHINE.moves),
    moments={"approval.step_opened": {"due_at": _label("审批期限", "簽核期限", "the time limit of the step")}},
)


def of(approval: Approval, step: Step | None = None) -> dict[str, FactValue]:
    """Facts after a change, of an approval and of the step that the change is about."""
    facts: dict[str, FactValue] = {
        "matter": approval.matter,
        "state": approval.state,
        "round": approval.round,
        "dealer": approval.dealer_id is not None,
    }
    if step is not None:
        facts |= {"step_role": step.role, "step_mode": step.mode, "has_due": bool(step.within)}
    return facts
