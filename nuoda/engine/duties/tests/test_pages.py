"""The pages: what is owed, one duty from the word to its confirmation, an audit case by case, the ladder of a miss."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from nuoda.engine.duties.models import Audit
from nuoda.foundation.base import access as base_access
from nuoda.foundation.base.access import scoped
from nuoda.foundation.orgs.models import Person
from nuoda.foundation.orgs.tests import factories
from nuoda.foundation.ui.tests.kit import page_is_sound

from .office import cadence, clause, moment, office
from .test_audits import ITEMS, audited
from .test_ladders import LADDER

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_if(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets the doors believe that it is another moment."""
    entered = base_access._enter

    def at(text: str) -> None:
        monkeypatch.setattr(base_access, "_enter", lambda actor: entered(actor) and moment(text))

    return at


def client(who: Person) -> Client:
    return factories.login(Client(), who)


def page(visitor: Client, name: str, *args: object, status: int = 200) -> str:
    answer = visitor.get(reverse(f"duties:{name}", args=args))
    assert answer.status_code == status, name
    if status == 200:
        page_is_sound(answer)
    return unescape(answer.content.decode())


def test_lists_show_what_is_owed_by_whom() -> None:
    own = office(clause(cadence(per="organisation", attest={})))
    own.sweep("2026-03-02 09:00")
    wang, chen, ma = client(own.cast.wang), client(own.cast.chen), client(own.cast.ma)
    assert page(wang, "mine").count("做杂务") >= 1
    for unit in ("华东", "西部"):
        assert unit in page(chen, "all")
    assert "华东" in page(ma, "all") and "西部" not in page(ma, "all")
    assert "还没有抽查" in page(chen, "audits")
    assert "做杂务" in unescape(wang.get(reverse("desk:home")).content.decode())
    page(client(own.cast.zhao), "all", status=404)


def test_the_owner_attests_and_another_confirms_in_the_browser(as_if: Callable[[str], None]) -> None:
    own = office(clause(cadence(attest={"confirm": "director"})))
    own.sweep("2026-03-02 09:00")
    number = own.only().number
    wang, shen = client(own.cast.wang), client(own.cast.shen)
    text = page(wang, "duty", number)
    assert "XX-1" in text and reverse("duties:attest", args=[number]) in text
    page(wang, "attest", number)
    page(client(own.cast.chen), "attest", number, status=404)
    address = reverse("duties:attest", args=[number])
    as_if("2026-03-20 10:00")
    refused = wang.post(address, {"statement": "都做完了"})
    assert refused.status_code == 422
    sent = wang.post(address, {"statement": "都做完了", "evidence": SimpleUploadedFile("a.txt", "做了".encode())})
    assert sent.status_code == 302
    assert own.only().state == "claimed"
    assert "都做完了" in page(shen, "confirm", number) and "a.txt" in page(shen, "duty", number)
    page(wang, "confirm", number, status=404)
    assert shen.post(reverse("duties:confirm", args=[number]), {"note": "看过了"}).status_code == 302
    assert own.only().state == "met"
    assert "看过了" in page(wang, "duty", number)


def test_an_audit_is_gone_through_case_by_case(as_if: Callable[[str], None]) -> None:
    own = audited(size=2)
    for day in (2, 3, 4):
        own.chore(f"2026-03-{day:02d} 10:00")
    own.sweep("2026-04-01 09:00")
    with scoped(own.keeper):
        number = Audit.objects.select_related("dossier").get().number
    chen, shen = client(own.cast.chen), client(own.cast.shen)
    as_if("2026-04-02 10:00")
    assert "穿工装" in page(chen, "check", number, 1)
    page(shen, "check", number, 1, status=404)
    good = {"uniform_result": "pass", "badge_result": "pass"}
    bad = good | {"badge_result": "fail"}
    first = reverse("duties:check", args=[number, 1])
    assert chen.post(first, bad).status_code == 422
    answer = chen.post(first, bad | {"badge_remark": "没有戴"})
    assert answer["Location"] == reverse("duties:check", args=[number, 2])
    answer = chen.post(answer["Location"], good)
    assert answer["Location"] == reverse("duties:audit", args=[number])
    assert "没有戴" in page(shen, "audit", number)
    page(chen, "sign", number)
    assert chen.post(reverse("duties:sign", args=[number]), {"conclusion": "胸牌要查"}).status_code == 302
    text = page(shen, "audit", number)
    assert "胸牌要查" in text and "50%" in text
    assert own.only(period="2026-03").state == "met"


def test_a_spot_check_is_drawn_in_the_browser(as_if: Callable[[str], None]) -> None:
    own = audited()
    own.chore("2026-03-05 10:00")
    as_if("2026-03-20 10:00")
    chen = client(own.cast.chen)
    assert "XX-1" in page(chen, "draw")
    sent = {"clause": "XX-1", "since": "2026-03-01", "until": "2026-03-19", "unit": "all"}
    answer = chen.post(reverse("duties:draw"), sent)
    assert answer.status_code == 302
    with scoped(own.keeper):
        assert answer["Location"] == reverse("duties:audit", args=[Audit.objects.get().number])


def test_a_missed_duty_shows_its_ladder_and_can_be_waived_before() -> None:
    own = office(clause(cadence(attest={}), LADDER))
    own.sweep("2026-03-02 09:00")
    shen = client(own.cast.shen)
    page(shen, "waive", own.only().number)
    own.sweep("2026-04-02 09:00")
    text = page(shen, "duty", own.only(period="2026-03").number)
    assert 'aria-label="升级上报"' in text
    assert "1 天" in text and "服务经理" in text


def test_strangers_find_nothing() -> None:
    own = audited(per="organisation")
    own.chore("2026-03-02 10:00", dealer_id=own.cast.west.pk)
    own.sweep("2026-04-01 09:00")
    with scoped(own.keeper):
        audit = Audit.objects.select_related("dossier").get()
    ma = client(own.cast.ma)
    page(ma, "duty", own.only(unit_id=own.cast.west.pk, period="2026-03").number, status=404)
    page(ma, "audit", audit.number, status=404)
    foreign = client(factories.cast("别家公司").wang)
    page(foreign, "audit", audit.number, status=404)


def test_the_second_wall_stands_without_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: with `visible_to` switched off, the database shows a dealer nothing of another's, a technician nothing of others'."""
    from nuoda.engine.duties.models import AuditCase, Escalation, Obligation

    look = cadence("look", owner="quality_supervisor", within="5 working days", audit={"of": "chore.done", "size": 1})
    own = office(
        clause(cadence(per="dealer", attest={}), LADDER),
        clause(look, id="XX-2", checklist=ITEMS),
        clause(cadence("own", per="person", owner="technician", attest={}), id="XX-3"),
    )
    own.chore("2026-03-02 10:00")
    own.sweep("2026-03-02 09:00")
    own.sweep("2026-04-02 09:00")
    with scoped(own.actor(own.cast.ma)):
        assert set(Obligation.objects.values_list("dealer_id", flat=True)) == {own.cast.east.pk}
        assert set(Escalation.objects.values_list("dealer_id", flat=True)) == {own.cast.east.pk}
        assert not Audit.objects.exists() and not AuditCase.objects.exists()
    with scoped(own.actor(own.cast.zhao)):
        assert set(Obligation.objects.values_list("owner_person_id", flat=True)) == {own.cast.zhao.pk}
    with scoped(own.keeper):
        assert Obligation.objects.values("dealer_id").distinct().count() == 3
        assert Audit.objects.exists()
