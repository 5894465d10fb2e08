"""People, roles, delegation: what is done, recorded and refused."""

from __future__ import annotations

import json
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client

from nuoda.foundation.base import access
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused
from nuoda.foundation.journal.models import Entry

from .. import queries
from ..actions import accounts, companies, dealers, links, people, roles, staffing, tokens
from ..models import ApiToken, Company, Dealer, Delegation, Membership, OneTimeLink, Person, Session, User
from ..pure.tokens import register_scope
from . import factories

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
register_scope("specimens:read", "读取样品")


@pytest.fixture
def cast() -> factories.Cast:
    return factories.cast()


def as_(someone: Person):
    return factories.actor(someone)


def types(company: Company) -> list[str]:
    with scoped(access.system(company.pk)):
        rows = Entry.objects.filter(company_id=company.pk).order_by("recorded_at", "id")
        return list(rows.values_list("type", flat=True))


def entered(cast: factories.Cast, *codes: str, by: Person | None = None, **values) -> Person:
    actor = as_(by or cast.system)
    with scoped(actor):
        row, _token = people.invite(values={"name": "新人", **values}, roles=codes, actor=actor, at=AT)
    return row


# -- company, dealers, departments


def test_a_company_begins_with_the_system_and_nobody_else(cast: factories.Cast) -> None:
    actor = access.system(new_id())
    with scoped(actor):
        row = companies.create(name="新公司", actor=actor, at=AT)
    assert row.pk == actor.company_id
    with scoped(as_(cast.system)), pytest.raises(NotYours):
        companies.create(name="又一家", actor=as_(cast.system), at=AT)


def test_card_and_safeguards_are_in_different_hands(cast: factories.Cast) -> None:
    for someone, values in ((cast.system, {"name": "新名"}), (cast.security, {"idle_minutes": 30})):
        with scoped(as_(someone)):
            companies.change(values=values, actor=as_(someone), at=AT)
    for someone, values in ((cast.security, {"name": "x"}), (cast.system, {"admins_need_mfa": False})):
        with scoped(as_(someone)), pytest.raises(NotYours):
            companies.change(values=values, actor=as_(someone), at=AT)
    assert types(cast.company) == ["company.changed", "company.changed"]


@pytest.mark.parametrize("minutes", [0, 4, 20161])
def test_an_idle_time_out_of_range_is_refused_by_action_and_database(cast: factories.Cast, minutes: int) -> None:
    with scoped(as_(cast.security)), pytest.raises(Invalid):
        companies.change(values={"idle_minutes": minutes}, actor=as_(cast.security), at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Company.objects.update(idle_minutes=minutes)


def test_dealers_are_taken_in_suspended_and_resumed(cast: factories.Cast) -> None:
    actor = as_(cast.system)
    with scoped(actor):
        row = dealers.create(values={"code": "S1", "name": "华南"}, actor=actor, at=AT)
        dealers.change(id=row.pk, values={"region": "广东"}, actor=actor, at=AT)
        dealers.suspend(id=row.pk, actor=actor, at=AT)
        with pytest.raises(Refused):
            dealers.suspend(id=row.pk, actor=actor, at=AT)
        dealers.resume(id=row.pk, actor=actor, at=AT)
        with pytest.raises(Invalid) as refusal:
            dealers.create(values={"code": "S1", "name": "另一家"}, actor=actor, at=AT)
    assert "code" in refusal.value.fields
    assert types(cast.company) == ["dealer.created", "dealer.changed", "dealer.suspended", "dealer.resumed"]


def test_a_dealer_sees_itself_and_keeps_its_own_outlets_only(cast: factories.Cast) -> None:
    actor = as_(cast.ma)
    with scoped(actor):
        assert list(Dealer.visible_to(actor)) == [cast.east]
        dealers.outlet(name="苏州网点", dealer_id=cast.east.pk, actor=actor, at=AT)
        with pytest.raises(NotYours):
            dealers.outlet(name="兰州网点", dealer_id=cast.west.pk, actor=actor, at=AT)
        with pytest.raises(NotYours):
            dealers.change(id=cast.east.pk, values={"name": "x"}, actor=actor, at=AT)


def test_a_department_cannot_lie_inside_itself(cast: factories.Cast) -> None:
    actor = as_(cast.system)
    with scoped(actor):
        top = companies.department(name="总部", actor=actor, at=AT)
        below = companies.department(name="售后", parent_id=top.pk, head_id=cast.wang.pk, actor=actor, at=AT)
        with pytest.raises(Refused):
            companies.department(name="总部", parent_id=below.pk, id=top.pk, actor=actor, at=AT)
        with pytest.raises(Invalid):
            companies.department(name="售后", actor=actor, at=AT)


# -- people


def test_an_invited_person_has_roles_an_account_and_a_link(cast: factories.Cast) -> None:
    actor = as_(cast.system)
    with scoped(actor):
        row, token = people.invite(
            values={"name": "林晓", "email": "lx@example.test"}, roles=["agent"], actor=actor, at=AT
        )
    assert row.pinyin == "lin xiao"
    assert row.user.username.startswith("linxiao") and not row.user.has_usable_password()
    assert links.find(token, at=AT).purpose == "invitation"
    assert factories.actor(row).roles == {"agent"}
    assert types(cast.company) == ["person.invited", "role.granted", "link.issued"]


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs run on the test's own connection, which a worker would drop between jobs."""
    monkeypatch.setattr("nuoda.foundation.orgs.jobs.close_old_connections", lambda: None)


@pytest.mark.usefixtures("worker")
def test_an_invitation_goes_by_mail_when_asked(cast: factories.Cast, mailoutbox) -> None:
    from ..jobs import mail_link

    actor = as_(cast.system)
    with scoped(actor):
        row, token = people.invite(
            values={"name": "林晓", "email": "lx@example.test"}, by_mail=True, actor=actor, at=AT
        )
        assert token == "" and not OneTimeLink.objects.filter(user=row.user).exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'orgs.mail_link'")
            arguments = json.loads(cursor.fetchone()[0])
    assert set(arguments) == {"user_id", "purpose"}
    mail_link(**arguments)
    (mail,) = mailoutbox
    assert mail.to == ["lx@example.test"] and f"{settings.PUBLIC_ORIGIN}/link/" in mail.body
    token = mail.body.split("/link/")[1].split("/")[0]
    assert links.find(token, at=access.now()) is not None


def test_names_of_accounts_are_made_unique_and_taken_ones_refused(cast: factories.Cast) -> None:
    first, second = entered(cast), entered(cast)
    assert first.user.username != second.user.username
    actor = as_(cast.system)
    with scoped(actor), pytest.raises(Invalid) as refusal:
        people.invite(values={"name": "甲"}, username=first.user.username.upper(), actor=actor, at=AT)
    assert "username" in refusal.value.fields


def test_a_dealer_s_manager_manages_his_own_people_only(cast: factories.Cast) -> None:
    row = entered(cast, "technician", by=cast.ma, dealer_id=cast.east.pk)
    assert factories.actor(row).dealer_id == cast.east.pk
    for values in ({"dealer_id": cast.west.pk}, {}):
        with pytest.raises(NotYours):
            entered(cast, by=cast.ma, **values)
    actor = as_(cast.he_ping)
    for action in (people.deactivate, people.reactivate):
        with scoped(actor), pytest.raises(NotYours):
            action(id=row.pk, actor=actor, at=AT)
    with scoped(actor), pytest.raises(NotYours):
        people.change(id=row.pk, values={"phone": "1"}, actor=actor, at=AT)


@pytest.mark.parametrize("who", ["lin", "wang", "zhao", "chen", "zhou", "shen", "audit", "wu"])
def test_others_manage_nobody(cast: factories.Cast, who: str) -> None:
    actor = as_(getattr(cast, who))
    with scoped(actor):
        with pytest.raises(NotYours):
            people.invite(values={"name": "新人"}, actor=actor, at=AT)
        with pytest.raises(NotYours):
            people.deactivate(id=cast.sun.pk, actor=actor, at=AT)
        with pytest.raises(NotYours):
            roles.grant(person_id=cast.sun.pk, role="agent", actor=actor, at=AT)
        with pytest.raises(NotYours):
            links.reissue(person_id=cast.sun.pk, actor=actor, at=AT)


def test_the_system_administrator_cannot_reach_an_administrator_s_account(cast: factories.Cast) -> None:
    """Changing the e-mail address and asking for a new password would take it over."""
    actor = as_(cast.system)
    with scoped(actor):
        for action in (
            lambda: people.change(id=cast.audit.pk, values={"email": "mine@example.test"}, actor=actor, at=AT),
            lambda: people.deactivate(id=cast.security.pk, actor=actor, at=AT),
            lambda: links.reissue(person_id=cast.security.pk, actor=actor, at=AT),
        ):
            with pytest.raises(NotYours):
                action()


def test_deactivation_ends_everything_at_once(cast: factories.Cast, client: Client) -> None:
    factories.login(client, cast.lin)
    assert client.get("/account/").status_code == 200
    now = access.now()
    with scoped(as_(cast.lin)):
        _row, token = tokens.issue(name="CTI", scopes=["specimens:read"], actor=as_(cast.lin), at=now)
        factories.delegation(cast.lin, cast.sun, now - timedelta(days=1), now + timedelta(days=1))
    assert queries.actor_of_token(token) is not None
    assert "agent" in factories.actor(cast.sun).roles
    with scoped(as_(cast.system)):
        link = links.reissue(person_id=cast.lin.pk, actor=as_(cast.system), at=now)
        people.deactivate(id=cast.lin.pk, actor=as_(cast.system), at=now)
    assert client.get("/account/").status_code == 302
    assert not Session.objects.filter(user=cast.lin.user).exists()
    assert queries.actor_of_token(token) is None
    assert queries.actor_of(cast.lin.user.pk) is None
    assert links.find(link, at=access.now()) is None
    assert "agent" not in factories.actor(cast.sun).roles


def test_coming_back_needs_a_new_password(cast: factories.Cast, client: Client) -> None:
    actor = as_(cast.system)
    with scoped(actor) as at:
        people.deactivate(id=cast.lin.pk, actor=actor, at=at)
        _row, token = people.reactivate(id=cast.lin.pk, actor=actor, at=at)
    name = cast.lin.user.username
    assert client.post("/accounts/login/", {"login": name, "password": factories.PASSWORD}).status_code == 200
    new = {"password": "a-new-sentence-9", "again": "a-new-sentence-9"}
    assert client.post(f"/link/{token}/", new)["Location"] == "/"
    held, user = dict(client.session), User.objects.values().get(pk=cast.lin.user.pk)
    assert client.get("/account/").status_code == 200, (held, user, access.now(), client.cookies)


def test_nobody_deactivates_himself_or_the_last_administrator(cast: factories.Cast) -> None:
    actor = as_(cast.security)
    with scoped(actor):
        with pytest.raises(Refused):
            people.deactivate(id=cast.security.pk, actor=actor, at=AT)
        with pytest.raises(Refused):
            people.deactivate(id=cast.system.pk, actor=actor, at=AT)
        second = factories.person("第二", "system_admin", of=cast.company)
        people.deactivate(id=second.pk, actor=actor, at=AT)


# -- roles


@pytest.mark.parametrize("held", ["system_admin", "security_admin", "audit_admin"])
@pytest.mark.parametrize("asked", ["system_admin", "security_admin", "audit_admin"])
def test_the_three_administrators_exclude_each_other(cast: factories.Cast, held: str, asked: str) -> None:
    someone = factories.person("甲", held, of=cast.company)
    actor = as_(cast.security)
    with scoped(actor), pytest.raises(Refused) as refusal:
        roles.grant(person_id=someone.pk, role=asked, actor=actor, at=AT)
    assert (refusal.value.code == "three_administrators") == (held != asked)


def test_the_database_holds_the_three_apart_by_itself(cast: factories.Cast) -> None:
    sql = """INSERT INTO orgs_membership (id, company_id, person_id, role, since)
             VALUES (gen_random_uuid(), %s, %s, %s, now())"""
    with connection.cursor() as cursor:
        with pytest.raises(IntegrityError, match="three_administrators"), transaction.atomic():
            cursor.execute(sql, [cast.company.pk, cast.system.pk, "audit_admin"])
        cursor.execute(sql, [cast.company.pk, cast.system.pk, "agent"])


def test_without_the_constraint_raw_sql_would_pass(owner) -> None:
    """Negative control of the test above."""
    owner.execute("ALTER TABLE orgs_membership DROP CONSTRAINT orgs_membership_three_administrators")
    company, person = new_id(), new_id()
    owner.execute("INSERT INTO orgs_person (id, company_id, name, pinyin, employee_no, phone, email, title, active, created_at)"
                  " VALUES (%s, %s, 'x', '', '', '', '', '', true, now())", [person, company])  # fmt: skip
    for role in ("system_admin", "audit_admin"):
        owner.execute(
            "INSERT INTO orgs_membership (id, company_id, person_id, role, since)"
            " VALUES (gen_random_uuid(), %s, %s, %s, now())",
            [company, person, role],
        )


def test_the_system_administrator_gives_roles_of_the_business_only(cast: factories.Cast) -> None:
    actor = as_(cast.system)
    with scoped(actor):
        roles.grant(person_id=cast.sun.pk, role="agent", actor=actor, at=AT)
        for role in ("system_admin", "security_admin", "audit_admin"):
            with pytest.raises(NotYours):
                roles.grant(person_id=cast.sun.pk, role=role, actor=actor, at=AT)


def test_the_first_security_administrator_is_appointed_by_the_system_administrator() -> None:
    own = factories.company()
    first, second, third = (factories.person(name, role, of=own) for name, role in
                            (("甲", "system_admin"), ("乙", ""), ("丙", "")))  # fmt: skip
    actor = as_(first)
    with scoped(actor):
        with pytest.raises(NotYours):
            roles.grant(person_id=second.pk, role="audit_admin", actor=actor, at=AT)
        roles.grant(person_id=second.pk, role="security_admin", actor=actor, at=AT)
        with pytest.raises(NotYours):
            roles.grant(person_id=third.pk, role="security_admin", actor=actor, at=AT)


def test_nobody_gives_himself_a_role(cast: factories.Cast) -> None:
    actor = as_(cast.security)
    with scoped(actor), pytest.raises(Refused):
        roles.grant(person_id=cast.security.pk, role="director", actor=actor, at=AT)


def test_dealers_people_hold_dealers_roles_only(cast: factories.Cast) -> None:
    actor = as_(cast.security)
    with scoped(actor):
        for role in ("quality_supervisor", "hq_support", "director", "customer_contact", "system_admin"):
            with pytest.raises(Refused):
                roles.grant(person_id=cast.wu.pk, role=role, actor=actor, at=AT)
        with pytest.raises(Refused):
            roles.grant(person_id=cast.lin.pk, role="dealer_manager", actor=actor, at=AT)


def test_a_role_taken_away_is_gone_with_the_next_look(cast: factories.Cast) -> None:
    actor = as_(cast.security)
    with scoped(actor) as at:
        roles.revoke(person_id=cast.lin.pk, role="agent", actor=actor, at=at)
        with pytest.raises(Refused):
            roles.revoke(person_id=cast.lin.pk, role="agent", actor=actor, at=at)
        with pytest.raises(Refused):
            roles.revoke(person_id=cast.audit.pk, role="audit_admin", actor=actor, at=at)
    assert factories.actor(cast.lin).roles == frozenset()
    assert Membership.objects.filter(person=cast.lin, until__isnull=False).count() == 1


# -- qualifications, leave, delegation


def test_qualifications_are_entered_by_those_who_run_the_people(cast: factories.Cast) -> None:
    for someone, whom in ((cast.wang, cast.zhao), (cast.ma, cast.wu), (cast.zhou, cast.wu)):
        actor = as_(someone)
        with scoped(actor):
            row = staffing.qualify(person_id=whom.pk, skill="pump", valid_from=date(2026, 1, 1),
                                   valid_until=date(2026, 12, 31), actor=actor, at=AT)  # fmt: skip
    assert row.valid_on(date(2026, 12, 31)) and not row.valid_on(date(2027, 1, 1))
    for someone, whom in ((cast.he_ping, cast.wu), (cast.wang, cast.wu), (cast.zhao, cast.zhao)):
        actor = as_(someone)
        with scoped(actor), pytest.raises(NotYours):
            staffing.qualify(person_id=whom.pk, skill="pump", valid_from=date(2026, 1, 1), actor=actor, at=AT)
    with scoped(as_(cast.zhou)):
        staffing.withdraw(id=row.pk, day=date(2026, 6, 1), actor=as_(cast.zhou), at=AT)
    row.refresh_from_db()
    assert row.valid_on(date(2026, 5, 31)) and not row.valid_on(date(2026, 6, 1))


def test_a_technician_plans_his_own_leave_and_no_other_s(cast: factories.Cast) -> None:
    actor = as_(cast.zhao)
    with scoped(actor):
        row = staffing.plan_leave(person_id=cast.zhao.pk, starts_at=AT, ends_at=AT + timedelta(days=2), actor=actor,
                                  at=AT - timedelta(days=1))  # fmt: skip
        with pytest.raises(Refused):
            staffing.plan_leave(person_id=cast.zhao.pk, starts_at=AT + timedelta(days=1),
                                ends_at=AT + timedelta(days=3), actor=actor, at=AT)  # fmt: skip
        with pytest.raises(NotYours):
            staffing.plan_leave(person_id=cast.sun.pk, starts_at=AT, ends_at=AT + timedelta(days=1), actor=actor, at=AT)
        staffing.cancel_leave(id=row.pk, actor=actor, at=AT + timedelta(days=1))
    row.refresh_from_db()
    assert row.ends_at == AT + timedelta(days=1), "a leave that has begun is cut, not forgotten"
    assert types(cast.company) == ["leave.planned", "leave.cancelled"]


@pytest.mark.parametrize(
    ("offset", "held"), [(-timedelta(seconds=1), False), (timedelta(0), True), (timedelta(hours=8), False)]
)
def test_a_delegation_lends_roles_between_its_moments(cast: factories.Cast, offset: timedelta, held: bool) -> None:
    actor = as_(cast.wang)
    with scoped(actor):
        staffing.delegate(giver_id=cast.wang.pk, taker_id=cast.lin.pk, starts_at=AT, ends_at=AT + timedelta(hours=8),
                          actor=actor, at=AT - timedelta(days=1))  # fmt: skip
    taker = factories.actor(cast.lin, at=AT + offset)
    assert ("service_manager" in taker.roles) is held
    assert taker.delegated_from == (cast.wang.pk if held else None)


def test_a_delegation_taken_back_no_longer_lends(cast: factories.Cast) -> None:
    now = access.now()
    row = factories.delegation(cast.wang, cast.lin, now - timedelta(hours=1), now + timedelta(hours=8))
    assert "service_manager" in factories.actor(cast.lin).roles
    with scoped(as_(cast.zhao)), pytest.raises(NotYours):
        staffing.revoke_delegation(id=row.pk, actor=as_(cast.zhao), at=now)
    with scoped(as_(cast.wang)):
        staffing.revoke_delegation(id=row.pk, actor=as_(cast.wang), at=now)
        with pytest.raises(Refused):
            staffing.revoke_delegation(id=row.pk, actor=as_(cast.wang), at=now)
    assert "service_manager" not in factories.actor(cast.lin).roles


def test_what_cannot_be_lent(cast: factories.Cast) -> None:
    def attempt(giver: Person, taker: Person, by: Person, role: str = "") -> None:
        actor = as_(by)
        with scoped(actor):
            staffing.delegate(giver_id=giver.pk, taker_id=taker.pk, role=role, starts_at=AT,
                              ends_at=AT + timedelta(days=1), actor=actor, at=AT)  # fmt: skip

    with pytest.raises(Invalid):
        attempt(cast.wang, cast.ma, cast.wang)
    with pytest.raises(Invalid):
        attempt(cast.wang, cast.wang, cast.wang)
    with pytest.raises(Refused):
        attempt(cast.wang, cast.lin, cast.wang, role="director")
    with pytest.raises(Refused):
        attempt(cast.security, cast.lin, cast.security)
    with pytest.raises(NotYours):
        attempt(cast.wang, cast.lin, cast.lin)
    attempt(cast.wang, cast.lin, cast.security)


def test_an_administrator_s_role_is_never_lent_whatever_the_rows_say(cast: factories.Cast) -> None:
    now = access.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.delegation(cast.security, cast.lin, now, now + timedelta(hours=1), role="security_admin")
    factories.delegation(cast.security, cast.lin, now - timedelta(hours=1), now + timedelta(hours=1))
    Membership.objects.create(company_id=cast.company.pk, person=cast.security, role="director", since=factories.SINCE)
    assert factories.actor(cast.lin).roles == {"agent", "director"}


# -- tokens


def test_a_token_is_its_person_within_scopes_in_one_statement(cast: factories.Cast, django_assert_num_queries) -> None:
    actor = as_(cast.lin)
    with scoped(actor) as at:
        row, token = tokens.issue(name="CTI", scopes=["specimens:read"], actor=actor, at=at)
    with django_assert_num_queries(1):
        found = queries.actor_of_token(token)
    assert found is not None
    assert (found[0].person_id, found[0].roles, found[1]) == (cast.lin.pk, {"agent"}, {"specimens:read"})
    row.refresh_from_db()
    assert row.last_used_at is not None
    assert token not in str(ApiToken.objects.values_list())


def test_tokens_end_by_time_and_by_hand(cast: factories.Cast) -> None:
    actor = as_(cast.zhao)
    now = access.now()
    with scoped(actor):
        _old, run_out = tokens.issue(name="a", scopes=["specimens:read"], expires_at=now, actor=actor,
                                     at=now - timedelta(days=1))  # fmt: skip
        row, token = tokens.issue(name="b", scopes=["specimens:read"], actor=actor, at=now)
    assert queries.actor_of_token(run_out) is None
    assert queries.actor_of_token("nuoda_never") is None
    with scoped(as_(cast.sun)), pytest.raises(NotYours):
        tokens.revoke(id=row.pk, actor=as_(cast.sun), at=now)
    with scoped(as_(cast.security)):
        tokens.revoke(id=row.pk, actor=as_(cast.security), at=now)
    assert queries.actor_of_token(token) is None


@pytest.mark.parametrize("scopes", [[], ["everything"], ["specimens:read", "x"]])
def test_unknown_scopes_are_refused(cast: factories.Cast, scopes: list[str]) -> None:
    with scoped(as_(cast.lin)), pytest.raises(Invalid):
        tokens.issue(name="x", scopes=scopes, actor=as_(cast.lin), at=AT)


# -- one-time links


@pytest.mark.django_db(transaction=True)
def test_of_fifty_parallel_uses_of_a_link_one_wins() -> None:
    someone = factories.person()
    keeper = access.system(someone.company_id)
    with scoped(keeper) as at:
        token = links.issue(user=someone.user, purpose="invitation", actor=keeper, at=at)
    won, lost, start = [], [], threading.Barrier(10)

    def use(number: int) -> None:
        start.wait()
        for turn in range(5):
            try:
                with scoped(keeper) as at:
                    links.redeem(token=token, password=f"a-long-sentence-{number}-{turn}", actor=keeper, at=at)
                won.append(f"a-long-sentence-{number}-{turn}")
            except links.Spent:
                lost.append(number)
        connections.close_all()

    workers = [threading.Thread(target=use, args=(number,)) for number in range(10)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert (len(won), len(lost)) == (1, 49)
    someone.user.refresh_from_db()
    assert someone.user.check_password(won[0])


def test_a_link_opens_once_within_its_time_and_only_the_newest(client: Client) -> None:
    someone = factories.person()
    keeper = access.system(someone.company_id)
    with scoped(keeper) as at:
        older = links.issue(user=someone.user, purpose="password", actor=keeper, at=at)
        newer = links.issue(user=someone.user, purpose="password", actor=keeper, at=at)
    assert client.get(f"/link/{older}/").status_code == 410
    assert client.get(f"/link/{newer}/").status_code == 200
    weak = {"password": "12345678", "again": "12345678"}
    assert client.post(f"/link/{newer}/", weak).status_code == 422
    new = {"password": "a-new-sentence-9", "again": "a-new-sentence-9"}
    assert client.post(f"/link/{newer}/", new).status_code == 302
    assert Client().post(f"/link/{newer}/", new).status_code == 410
    with scoped(keeper) as at:
        late = links.issue(user=someone.user, purpose="password", actor=keeper, at=at - timedelta(hours=3))
    assert client.get(f"/link/{late}/").status_code == 410
    assert client.get("/link/never/").status_code == 410


@pytest.mark.usefixtures("worker")
def test_a_forgotten_password_goes_by_mail_and_says_nothing_about_accounts(client: Client, mailoutbox) -> None:
    from ..jobs import forgotten

    someone = factories.person()
    answers = set()
    for text in (someone.user.email, "nobody@example.test"):
        page = client.post("/accounts/forgotten/", {"login": text})
        answers.add(page.content.decode().count("<p"))
    assert len(answers) == 1
    for text in (someone.user.username, "nobody@example.test"):
        forgotten(text)
    assert [mail.to for mail in mailoutbox] == [[someone.user.email]]


def test_a_changed_password_keeps_this_device_and_ends_the_others(cast: factories.Cast, client: Client) -> None:
    other = factories.login(Client(), cast.lin)
    factories.login(client, cast.lin)
    form = {"old": "not-it", "password": "a-new-sentence-9", "again": "a-new-sentence-9"}
    assert client.post("/account/password/", form).status_code == 422
    form["old"] = factories.PASSWORD
    assert client.post("/account/password/", form).status_code == 302
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302


def test_a_language_is_kept(cast: factories.Cast) -> None:
    accounts.set_language(as_(cast.lin), "en")
    assert as_(cast.lin).language == "en"
    with pytest.raises(Invalid):
        accounts.set_language(as_(cast.lin), "tlh")
    assert Delegation.objects.count() == 0
