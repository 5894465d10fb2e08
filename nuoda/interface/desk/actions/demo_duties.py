"""How the demo company keeps its periodic duties: day by day, by the real actions, most in time, some late, some not at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from nuoda.domain.service.pure.times import ZONE
from nuoda.engine.duties import queries
from nuoda.engine.duties.actions import attestations, audits, sweeps
from nuoda.engine.duties.actions.audits import Mark
from nuoda.engine.duties.models import Attestation, Audit, Obligation
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor

from .demo_company import Cast

SAID = {
    "management_report": ("服务报告.txt", "本月服务量、时限履行、投诉和改进建议。", "已按月汇总服务情况，报告见附件。"),
    "monthly": ("考核记录.txt", "指标得分、检查情况、客户反馈和综合结论。", "已按指标和检查情况完成考核，记录见附件。"),
    "quarterly_evaluation": (
        "质量评估.txt",
        "满意度、及时率、一次修复率和改进方向。",
        "已完成季度质量评估，结论见附件。",
    ),
    "training_plan": ("培训计划.txt", "目标、内容、方式、时间和讲师。", "下一年度培训计划已定稿，见附件。"),
}
_ELSE = ("工作记录.txt", "办理情况和结论。", "已按要求完成，记录见附件。")
_WRONG = ("没有佩戴工作证", "记录里缺故障原因", "没有说明费用", "进展没有告知客户")


@dataclass
class Duties:
    """The company's people and what they owe; `dice` are of its own, so that the tickets' story does not depend on them."""

    cast: Cast
    dice: Random
    day: datetime | None = None
    waits: dict[UUID, int] = field(default_factory=dict)
    """Days that somebody lets pass before he does a duty; beyond its due time for those who are late."""

    def live(self, at: datetime) -> None:
        """What a day brings: duties begin and are missed; on working days people do some of them."""
        today = at.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        if self.day is not None and today <= self.day:
            return
        self.day = today
        sweeps.sweep(self.cast.company_id, at=at, origin="demo")
        if today.weekday() < 5:
            self._work(at)

    def _work(self, at: datetime) -> None:
        keeper = system(self.cast.company_id)
        with scoped(keeper):
            owed = queries.obligations(keeper).filter(done_at=None, state__in=("open", "claimed", "missed"))
            rows = list(owed.order_by("due_at", "ref", "unit_name"))
            drawn = {row.obligation_id: row for row in Audit.objects.filter(state="drawn", obligation__in=rows)}
            waiting = Attestation.objects.filter(obligation__in=rows, state="waits")
            said = list(waiting.order_by("obligation__ref", "obligation__unit_name", "obligation__period"))
        by_id = {row.pk: row for row in rows}
        for word in said:
            self._decide(word, by_id[word.obligation_id], at)
        claimed = {word.obligation_id for word in said}
        for row in rows:
            if row.pk in claimed or at < row.opens_at + timedelta(days=self._wait(row)):
                continue
            who = self._actor(row.owner_role, row.dealer_id)
            if who is None:
                continue
            if row.pk in drawn:
                self._audit(drawn[row.pk], who, at)
            else:
                self._attest(row, who, at)

    def _wait(self, row: Obligation) -> int:
        if row.pk not in self.waits:
            span = max((row.due_at - row.opens_at).days, 2)
            late = self.dice.random() < 0.14
            self.waits[row.pk] = span + self.dice.randrange(2, 12) if late else self.dice.randrange(1, span)
        return self.waits[row.pk]

    def _actor(self, role: str, dealer_id: UUID | None) -> Actor | None:
        """Who does what a role owes; at a dealer its manager is the service manager."""
        found = self.cast.actors.get((role, dealer_id), [])
        if not found and dealer_id is not None and role == "service_manager":
            found = self.cast.actors.get(("dealer_manager", dealer_id), [])
        return self.dice.choice(found) if found else None

    def _attest(self, row: Obligation, who: Actor, at: datetime) -> None:
        with scoped(who):
            if not queries.attests(who, row):
                return
            name, content, statement = SAID.get(row.ref.partition("/")[2], _ELSE)
            proof = f"{row.dossier.title}\n{content}\n".encode()
            attestations.attest(row.pk, statement=statement, files=[(name, proof)], actor=who, at=at)

    def _decide(self, word: Attestation, row: Obligation, at: datetime) -> None:
        rule = queries.rule_of(row)
        who = self._actor(rule.attest.confirm, None) if rule and rule.attest and rule.attest.confirm else None
        if who is None or at - word.attested_at < timedelta(days=self.dice.randrange(1, 3)):
            return
        with scoped(who):
            if self.dice.random() < 0.06:
                attestations.reject(word.pk, note="附件里没有改进措施，请补充。", actor=who, at=at)
                self.waits[row.pk] = (at - row.opens_at).days + 2
            else:
                attestations.confirm(word.pk, note="已阅，同意。", actor=who, at=at)

    def _audit(self, row: Audit, who: Actor, at: datetime) -> None:
        with scoped(who):
            failed = 0
            for case in queries.cases(row):
                marks = {item["key"]: self._mark() for item in row.items}
                failed += any(mark.result == "fail" for mark in marks.values())
                audits.mark(row.pk, case.pk, marks=marks, actor=who, at=at)
            told = (
                f"抽查 {row.size} 件，{failed} 件没做到，已告知当事人改正。"
                if failed
                else f"抽查 {row.size} 件，全部做到。"
            )
            audits.sign(row.pk, conclusion=told, actor=who, at=at)

    def _mark(self) -> Mark:
        lot = self.dice.random()
        if lot < 0.05:
            return Mark("fail", self.dice.choice(_WRONG))
        return Mark("na") if lot < 0.1 else Mark("pass")
