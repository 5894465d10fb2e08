"""Pages of people: every one opens for those it is for, and is not there for others."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from nuoda.foundation.base import access
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.ui.tests.kit import page_is_sound, same_queries

from ..actions import logins
from ..models import Company, Dealer, Membership, OneTimeLink, Person, User
from ..pure import roster
from . import factories

pytestmark = pytest.mark.django_db
ADMINS = {"system", "security", "audit"}
PAGES = {
    "people": {"lin", "wang", "chen", "zhou", "shen", "ma", *ADMINS},
    "dealers": {"lin", "wang", "chen", "zhou", "shen", "ma", *ADMINS},
    "departments": {"lin", "wang", "chen", "zhou", "shen", "ma", *ADMINS},
    "teams": {"lin", "wang", "chen", "zhou", "shen", "ma", *ADMINS},
    "qualifications": {"lin", "wang", "chen", "zhou", "shen", "ma", *ADMINS},
    "leaves": {"lin", "wang", "chen", "zhou", "shen", "ma", *ADMINS},
    "delegations": {"lin", "wang", "chen", "zhou", "shen", "ma", *ADMINS},
    "invite": {"ma", "system"},
    "invite-many": {"ma", "system"},
    "dealer-new": {"system"},
    "department-new": {"system"},
    "team-new": {"system"},
    "company": {"system"},
    "setup": {"system"},
    "roles": ADMINS,
    "security": {"security"},
    "safeguards": {"security"},
    "audit": {"audit"},
    "account": {"lin", "wang", "zhao", "chen", "zhou", "shen", "ma", "wu", *ADMINS},
    "password": {"lin", "wang", "zhao", "chen", "zhou", "shen", "ma", "wu", *ADMINS},
    "delegate": {"lin", "wang", "zhao", "chen", "zhou", "shen", "ma", "wu", *ADMINS},
    "token-new": {"lin", "wang", "zhao", "chen", "zhou", "shen", "ma", "wu", *ADMINS},
}
CAST = ("lin", "wang", "zhao", "chen", "zhou", "shen", "ma", "wu", "system", "security", "audit")


@pytest.fixture
def cast() -> factories.Cast:
    return factories.cast()


@pytest.mark.parametrize("who", CAST)
def test_each_page_opens_for_its_readers_only(cast: factories.Cast, who: str) -> None:
    client = factories.login(Client(), getattr(cast, who))
    for name, readers in PAGES.items():
        response = client.get(reverse(f"orgs:{name}"))
        assert response.status_code == (200 if who in readers else 404), f"{who} at {name}"
        if response.status_code == 200:
            page_is_sound(response)


def test_strangers_see_no_page(cast: factories.Cast, client: Client) -> None:
    for name in PAGES:
        response = client.get(reverse(f"orgs:{name}"))
        assert response.status_code == 302 and "/accounts/login/" in response["Location"], name


def test_public_pages_are_sound(cast: factories.Cast, client: Client) -> None:
    for path in ("/accounts/login/", "/accounts/forgotten/", "/link/never/", "/accounts/logout/"):
        response = client.get(path, follow=True)
        page_is_sound(response)


def test_pages_of_the_second_factor_are_sound(cast: factories.Cast, client: Client) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    client.post("/accounts/login/", {"login": cast.lin.user.username, "password": factories.PASSWORD})
    assert "/accounts/reauthenticate/" in client.get("/accounts/mfa/totp/activate/")["Location"]
    page_is_sound(client.get("/accounts/reauthenticate/"))
    client.post("/accounts/reauthenticate/", {"password": factories.PASSWORD})
    for path in ("/accounts/mfa/", "/accounts/mfa/totp/activate/"):
        page = client.get(path)
        assert page.status_code == 200, (path, page.headers)
        page_is_sound(page)
    TOTP.activate(cast.lin.user, generate_totp_secret())
    for path in ("/accounts/mfa/", "/accounts/mfa/totp/deactivate/", "/accounts/mfa/recovery-codes/generate/"):
        page = client.get(path)
        assert page.status_code == 200, (path, page.headers)
        page_is_sound(page)
    client.post("/accounts/mfa/recovery-codes/generate/")
    page_is_sound(client.get("/accounts/mfa/recovery-codes/"))
    page_is_sound(client.get("/accounts/mfa/reauthenticate/"))


def test_another_dealer_s_people_and_another_company_s_are_not_found(cast: factories.Cast) -> None:
    stranger = factories.cast("别家公司")
    client = factories.login(Client(), cast.ma)
    for someone, status in ((cast.wu, 200), (cast.he_ping, 404), (cast.lin, 404), (stranger.wu, 404)):
        assert client.get(reverse("orgs:person", args=[someone.pk])).status_code == status
    assert client.get(reverse("orgs:dealer", args=[cast.west.pk])).status_code == 404
    everybody = factories.login(Client(), cast.system)
    assert everybody.get(reverse("orgs:person", args=[stranger.lin.pk])).status_code == 404


def test_a_person_s_card_shows_roles_qualifications_and_what_can_be_done(cast: factories.Cast) -> None:
    factories.qualification(cast.zhao, "pump")
    page = factories.login(Client(), cast.wang).get(reverse("orgs:person", args=[cast.zhao.pk]))
    page_is_sound(page)
    text = page.content.decode()
    assert "赵磊" in text and "pump" in text
    assert reverse("orgs:qualify", args=[cast.zhao.pk]) in text
    assert reverse("orgs:deactivate", args=[cast.zhao.pk]) not in text


def test_a_dealer_s_page_shows_who_serves_there_and_who_is_missing(cast: factories.Cast) -> None:
    page = factories.login(Client(), cast.zhou).get(reverse("orgs:dealer", args=[cast.east.pk]))
    page_is_sound(page)
    text = page.content.decode()
    assert "马超" in text and "吴迪" in text and "DL-2.2" in text
    assert "何平" not in text


def test_the_list_of_people_costs_the_same_with_more_rows(cast: factories.Cast) -> None:
    client = factories.login(Client(), cast.system)
    client.get(reverse("orgs:people"))
    same_queries(client, reverse("orgs:people"), lambda: factories.person(of=cast.company))


def test_the_list_finds_by_name_pinyin_and_phone_tail(cast: factories.Cast) -> None:
    Person.objects.filter(pk=cast.lin.pk).update(phone="13812345678")
    client = factories.login(Client(), cast.system)
    for text in ("林晓", "lin x", "5678"):
        page = client.get(reverse("orgs:people"), {"q": text}).content.decode()
        assert "林晓" in page and "孙涛" not in page, text


def test_inviting_shows_the_link_once(cast: factories.Cast) -> None:
    client = factories.login(Client(), cast.system)
    response = client.post(reverse("orgs:invite"), {"name": "新人", "roles": ["agent"]})
    assert response["Location"] == reverse("orgs:once")
    page = client.get(reverse("orgs:once")).content.decode()
    assert "/link/" in page
    assert client.get(reverse("orgs:once")).status_code == 302
    assert Membership.objects.filter(person__name="新人", role="agent").exists()


def test_a_role_is_given_and_taken_on_pages(cast: factories.Cast) -> None:
    client = factories.login(Client(), cast.security)
    grant = reverse("orgs:grant", args=[cast.sun.pk])
    assert client.post(grant, {"role": "audit_admin"}).status_code == 302
    second = client.post(grant, {"role": "system_admin"})
    assert (second.status_code == 409 and "互斥" in second.content.decode()) or "exclude" in second.content.decode()
    assert client.post(reverse("orgs:revoke", args=[cast.sun.pk, "audit_admin"])).status_code == 302
    assert not Membership.objects.filter(person=cast.sun, role="audit_admin", until=None).exists()


def test_the_security_page_shows_tries_and_unlocks(cast: factories.Cast) -> None:
    for _ in range(10):
        logins.claim("login", user=cast.lin.user)
    client = factories.login(Client(), cast.security)
    page = client.get(reverse("orgs:security"))
    assert "林晓" in page.content.decode()
    client.post(reverse("orgs:unlock", args=[cast.lin.user.pk]))
    assert logins.claim("login", user=cast.lin.user) == 1


def test_the_security_administrator_ends_sessions(cast: factories.Cast) -> None:
    other = factories.login(Client(), cast.lin)
    assert other.get(reverse("orgs:account")).status_code == 200
    factories.login(Client(), cast.security).post(reverse("orgs:end-sessions", args=[cast.lin.user.pk]))
    assert other.get(reverse("orgs:account")).status_code == 302


def test_the_audit_page_names_people_and_events(cast: factories.Cast) -> None:
    Client().post("/accounts/login/", {"login": cast.lin.user.username, "password": "wrong"})
    page = factories.login(Client(), cast.audit).get(reverse("orgs:audit"))
    page_is_sound(page)
    assert "林晓" in page.content.decode()


# -- the beginning


def begin(client: Client, **more: str):
    return client.post("/setup/", {"company": "新公司", "name": "李总", "username": "admin", "email": ""}, **more)


def test_a_company_begins_in_the_browser_on_the_machine_itself(client: Client) -> None:
    page_is_sound(client.get("/setup/"))
    response = begin(client)
    assert response["Location"].startswith("/link/")
    page_is_sound(client.get(response["Location"]))
    done = client.post(response["Location"], {"password": "a-new-sentence-9", "again": "a-new-sentence-9"})
    assert done["Location"] == "/setup/"
    page = client.get("/setup/")
    page_is_sound(page)
    admin = Person.objects.get(name="李总")
    assert factories.actor(admin).roles == {"system_admin"}
    assert Client().post("/setup/", {"company": "x", "name": "y", "username": "z"}).status_code == 404
    assert Company.objects.count() == 1


@pytest.mark.parametrize("where", [{"REMOTE_ADDR": "203.0.113.9"}, {"HTTP_X_FORWARDED_FOR": "203.0.113.9"}])
def test_from_elsewhere_nobody_begins_a_company(client: Client, where: dict[str, str]) -> None:
    assert "nuoda init" in client.get("/setup/", **where).content.decode()
    assert begin(client, **where).status_code == 404
    assert not Company.objects.exists()


def test_many_are_invited_from_a_paste_a_csv_and_a_spreadsheet(cast: factories.Cast) -> None:
    import xlsxwriter

    client = factories.login(Client(), cast.system)
    url = reverse("orgs:invite-many")
    client.post(url, {"text": "甲\tagent\ta@example.test\n乙\ttechnician\t\t138\t华东"})
    heading = "角色,姓名\nservice_manager,丙\n"
    client.post(url, {"file": SimpleUploadedFile("people.csv", heading.encode("gb18030"))})
    book = io.BytesIO()
    with xlsxwriter.Workbook(book) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["姓名", "手机"])
        sheet.write_row(1, 0, ["丁", 13800001111])
    client.post(url, {"file": SimpleUploadedFile("people.xlsx", book.getvalue())})
    found = {row.name: row for row in Person.objects.filter(name__in="甲乙丙丁")}
    assert set(found) == set("甲乙丙丁")
    assert (found["乙"].dealer, found["丁"].phone) == (cast.east, "13800001111")
    assert User.objects.filter(person__in=found.values()).count() == 4


def test_one_wrong_line_invites_nobody_and_is_named(cast: factories.Cast) -> None:
    client = factories.login(Client(), cast.system)
    answer = client.post(reverse("orgs:invite-many"), {"text": "甲,agent\n乙,wizard\n丙,agent,,,北极"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "wizard" in text and "北极" in text
    assert not Person.objects.filter(name__in="甲乙丙").exists()
    assert client.post(reverse("orgs:invite-many"), {"text": ""}).status_code == 422
    broken = SimpleUploadedFile("x.xlsx", b"PK\x03\x04nothing")
    assert client.post(reverse("orgs:invite-many"), {"file": broken}).status_code == 422


def test_roles_are_read_by_code_and_by_word() -> None:
    known = {"agent": ("agent", "客服人员"), "technician": ("technician",)}
    assert roster.role_codes("客服人员、technician", known) == ["agent", "technician"]
    assert roster.role_codes("", known) == []
    assert roster.role_codes("客服人员,x", known) is None


def test_links_made_for_people_of_other_companies_do_not_exist(cast: factories.Cast) -> None:
    stranger = factories.cast("别家公司")
    client = factories.login(Client(), cast.system)
    assert client.post(reverse("orgs:person-link", args=[stranger.lin.pk])).status_code == 404
    assert not OneTimeLink.objects.exists() and Dealer.objects.count() == 4 and access.current() is None


def test_a_technician_enters_his_own_leave_from_his_account(cast: factories.Cast) -> None:
    client = factories.login(Client(), cast.zhao)
    own = reverse("orgs:leave", args=[cast.zhao.pk])
    assert own in client.get(reverse("orgs:account")).content.decode()
    page_is_sound(client.get(own))
    form = {"starts_at": "2026-12-01T09:00", "ends_at": "2026-12-02T18:00", "reason": ""}
    assert client.post(own, form)["Location"] == reverse("orgs:account")
    assert client.get(reverse("orgs:leave", args=[cast.sun.pk])).status_code == 404


def test_a_customer_s_contact_has_an_account_and_nothing_else_here(cast: factories.Cast) -> None:
    someone = factories.contact(new_id(), of=cast.company)
    client = factories.login(Client(), someone)
    page = client.get(reverse("orgs:account"))
    page_is_sound(page)
    assert reverse("orgs:delegate") not in page.content.decode()
    for name in ("people", "dealers", "qualifications", "roles", "audit"):
        assert client.get(reverse(f"orgs:{name}")).status_code == 404
