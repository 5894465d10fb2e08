"""What revisions tell the rulebook: the subject `policy_version`, so that the book itself says who adopts it."""

from __future__ import annotations

from nuoda.engine.rulebook.pure.facts import FactType, FactValue, Subject

from .pure.redline import Redline
from .states import DRAFT as MACHINE


def _label(hans: str, hant: str, en: str) -> dict[str, str]:
    return {"zh-hans": hans, "zh-hant": hant, "en": en}


VERSION = Subject(
    name="policy_version",
    label=_label("制度版本", "制度版本", "version of a regulation"),
    fields={
        "policy": FactType("text", _label("制度", "制度", "regulation")),
        "state": FactType("text", _label("状态", "狀態", "state"), tuple(MACHINE.states)),
        "clauses_added": FactType("int", _label("新增条款数", "新增條款數", "clauses added")),
        "clauses_removed": FactType("int", _label("删除条款数", "刪除條款數", "clauses removed")),
        "clauses_changed": FactType("int", _label("修改条款数", "修改條款數", "clauses changed")),
        "clocks_changed": FactType("int", _label("修改的时限数", "修改的時限數", "time limits changed")),
    },
    verbs=tuple(MACHINE.moves),
    verb_names={
        "begin": _label("起草", "起草", "begin"),
        "edit": _label("修改", "修改", "change"),
        "submit": _label("提交", "提交", "submit"),
        "give_back": _label("退回", "退回", "give back"),
        "adopt": _label("发布生效", "發布生效", "put into force"),
        "discard": _label("作废草稿", "作廢草稿", "throw away"),
        "cancel": _label("撤回发布", "撤回發布", "take back"),
    },
    moments={"policy_version.adopted": {"since": _label("生效时间", "生效時間", "the moment it takes effect")}},
)


def of(policy: str, state: str, redline: Redline | None = None) -> dict[str, FactValue]:
    """Facts of a draft in a state; the counts are known where its changes are."""
    known: dict[str, FactValue] = {"policy": policy, "state": state}
    if redline is not None:
        known |= {
            "clauses_added": redline.count("added"),
            "clauses_removed": redline.count("removed"),
            "clauses_changed": redline.count("changed"),
            "clocks_changed": redline.clocks,
        }
    return known
