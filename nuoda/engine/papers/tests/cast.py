"""The small cast of these tests: one company, its people as actors, a case, two forms."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from nuoda.engine.papers.pure.forms import Field, FormType, Section, register
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.actions import dossiers
from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.journal.pure import kinds
from nuoda.foundation.orgs.models import Company

AT = datetime(2026, 11, 21, 6, 5, tzinfo=UTC)
kinds.register("papers_case", prefix="PC", label="case")


def words(hans: str, hant: str = "", en: str = "") -> dict[str, str]:
    return {"zh-hans": hans, "zh-hant": hant or hans, "en": en or hans}


REPAIR = register(
    FormType(
        code="test_repair",
        title=words("售后服务维修记录单", "售後服務維修記錄單", "Repair service record"),
        version=1,
        prefix="RR",
        clauses=("DL-3.3f", "DL-3.5a"),
        fields=(
            Field("customer", words("客户", "客戶", "Customer"), required=True),
            Field("visited_at", words("到场时间", "到場時間", "On site"), "moment"),
            Field("fault", words("故障现象", "故障現象", "Fault"), "long", required=True),
            Field("fee", words("费用", "費用", "Fee"), "money"),
            Field("kind", words("方式", "方式", "Kind"), "choice", choices={"visit": words("上门", "到府", "Visit")}),
            Field("checks", words("检查", "檢查", "Checks"), "checklist", choices={"tested": words("已测试", "已測試", "Tested")}),
            Field("parts", words("配件", "配件", "Parts"), "table", columns=(
                Field("name", words("名称", "名稱", "Name"), required=True, wide=True),
                Field("quantity", words("数量", "數量", "Quantity"), "int", required=True),
            )),
            Field("photos", words("照片", "照片", "Photos"), "photo"),
            Field("engineer", words("维修人员", "維修人員", "Engineer"), "signature", required=True),
            Field("customer_hand", words("客户签字", "客戶簽名", "Customer"), "signature", required=True),
        ),
        sections=(
            Section(words("客户", "客戶", "Customer"), ("customer", "visited_at")),
            Section(words("维修", "維修", "Repair"), ("fault", "kind", "fee", "checks", "parts", "photos")),
        ),
        declaration=words("上述服务已完成。", "上述服務已完成。", "The service is done."),
    )
)  # fmt: skip

CONTENT = {
    "customer": "龘𠮷机械有限公司",
    "visited_at": "2026-11-21T14:05:00+08:00",
    "fault": "主轴异响，停机。",
    "fee": 12300,
    "kind": "visit",
    "checks": {"tested": True},
    "parts": [{"name": "轴承 6204", "quantity": 2}],
}
STROKES = [[[0, 0], [30, 42], [60, 11]], [[12, 20], [80, 22]]]


class Cast:
    """Made inside a test with a database; leaves the connection without scope."""

    def __init__(self) -> None:
        self.company = Company.objects.create(name="诺达机械", created_at=AT)
        self.dealer_id, self.customer_id = uuid4(), uuid4()
        self.system = system(self.company.id)
        self.manager = self._actor("王经理", "service_manager", "company")
        self.guardian = self._actor("安全员", "security_admin", "company")
        self.technician = self._actor("李工", "technician", "technician")
        self.dealer = self._actor("陈店长", "dealer_manager", "dealer", dealer_id=self.dealer_id)
        self.customer = self._actor("赵先生", "customer_contact", "customer", customer_id=self.customer_id)
        self.other_dealer = self._actor("孙店长", "dealer_manager", "dealer", dealer_id=uuid4())
        self.other_customer = self._actor("钱女士", "customer_contact", "customer", customer_id=uuid4())
        self.other_technician = self._actor("周工", "technician", "technician")
        with scoped(self.system):
            self.case: Dossier = dossiers.open(
                kind="papers_case",
                actor=self.manager,
                at=AT,
                title="主轴异响",
                dealer_id=self.dealer_id,
                customer_id=self.customer_id,
            )
            dossiers.share(self.case, person_id=self.technician.person_id, at=AT)

    def _actor(self, name: str, role: str, reach: str, **more: object) -> Actor:
        return Actor(
            company_id=self.company.id,
            person_id=uuid4(),
            name=name,
            roles=frozenset({role}),
            reach=reach,  # type: ignore[arg-type]
            **more,  # type: ignore[arg-type]
        )
