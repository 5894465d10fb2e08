"""Coming in, staying in, being put out."""

from __future__ import annotations

import contextlib
import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.test import Client, override_settings
from django.urls import reverse

from nuoda.foundation.base import access
from nuoda.foundation.journal.models import Entry

from ..actions import logins
from ..models import LoginTry, Session, User
from . import factories

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def log_in(client: Client, name: str, password: str = factories.PASSWORD, **headers: str):
    return client.post(LOGIN, {"login": name, "password": password}, headers=headers)


def recorded(company_id) -> list[str]:
    with access.scoped(access.system(company_id)):
        return list(Entry.objects.filter(company_id=company_id).order_by("recorded_at").values_list("type", flat=True))


@pytest.mark.parametrize("field", ["username", "email"])
def test_name_and_email_both_log_in_whatever_the_letters_case(client: Client, field: str) -> None:
    someone = factories.person("林晓")
    response = log_in(client, getattr(someone.user, field).upper())
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(someone.user.pk)
    assert recorded(someone.company_id) == ["login.succeeded"]


def test_the_journal_of_logins_holds_no_personal_data(client: Client) -> None:
    someone = factories.person("林晓")
    log_in(client, someone.user.username, "wrong")
    log_in(client, someone.user.username)
    client.post("/accounts/logout/")
    with access.scoped(access.system(someone.company_id)):
        rows = list(Entry.objects.order_by("recorded_at"))
    assert [row.type for row in rows] == ["login.failed", "login.succeeded", "login.ended"]
    assert [row.payload["person"] for row in rows] == [str(someone.pk)] * 3
    text = str([row.payload for row in rows])
    assert "林晓" not in text and someone.user.username not in text and "wrong" not in text


def test_the_session_gets_a_new_key_at_login(client: Client) -> None:
    someone = factories.person()
    session = client.session
    session["before"] = 1
    session.save()
    planted = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = planted
    log_in(client, someone.user.username)
    assert client.session.session_key != planted
    assert not Session.objects.filter(session_key=planted).exists()


def test_a_session_names_its_user_address_and_device(client: Client) -> None:
    someone = factories.person()
    log_in(client, someone.user.username, user_agent="Specimen/1.0")
    row = Session.objects.get(user=someone.user)
    assert (row.address, row.device) == ("127.0.0.1", "Specimen/1.0")
    assert row.seen_at is not None and row.started_at is not None


def test_unknown_accounts_wrong_passwords_and_closed_accounts_get_the_same_answer(client: Client) -> None:
    known, closed = factories.person(), factories.person()
    User.objects.filter(person=closed).update(is_active=False)

    def answer(name: str, password: str) -> str:
        fresh = Client()
        response = log_in(fresh, name, password)
        assert response.status_code == 200
        return str(response.context["form"].non_field_errors())

    answers = {
        answer(known.user.username, "wrong-one"),
        answer("nobody-of-that-name", "wrong-one"),
        answer("nobody@example.test", "wrong-one"),
        answer(closed.user.username, factories.PASSWORD),
    }
    assert len(answers) == 1


def test_unknown_accounts_lock_as_known_ones_do(client: Client) -> None:
    someone = factories.person()
    said = []
    for name in (someone.user.username, "nobody-of-that-name"):
        for _ in range(settings.LOGIN_TRIES):
            log_in(client, name, "wrong")
        said.append(str(log_in(client, name, "wrong").context["form"].non_field_errors()))
    assert said[0] == said[1]
    assert "15" in said[0]


def test_a_locked_account_refuses_the_right_password_until_the_window_has_passed(client: Client) -> None:
    someone = factories.person()
    for _ in range(settings.LOGIN_TRIES):
        log_in(client, someone.user.username, "wrong")
    assert log_in(client, someone.user.username).status_code == 200
    LoginTry.objects.update(last_at=access.now() - timedelta(seconds=settings.LOGIN_WINDOW + 1))
    assert log_in(client, someone.user.username).status_code == 302
    assert recorded(someone.company_id).count("login.locked") == 1


def test_no_span_of_the_window_holds_more_tries_than_allowed() -> None:
    """Tries spread out so that a fixed window would begin anew in their midst."""
    someone = factories.person()
    for _ in range(settings.LOGIN_TRIES):
        logins.claim("login", user=someone.user)
        LoginTry.objects.update(last_at=access.now() - timedelta(seconds=settings.LOGIN_WINDOW * 0.9))
    with pytest.raises(logins.Locked):
        logins.claim("login", user=someone.user)


def guesses(threads: int, each: int, claim=None) -> int:
    """How many of threads × each parallel wrong guesses were evaluated."""
    someone = factories.person()
    evaluated = []
    original = User.check_password

    def counted(self, password):
        evaluated.append(1)
        return False

    start = threading.Barrier(threads)

    def run() -> None:
        start.wait()
        for _ in range(each):
            with contextlib.suppress(ValidationError):
                authenticate(None, username=someone.user.username, password="wrong")
        connections.close_all()

    User.check_password = counted
    try:
        workers = [threading.Thread(target=run) for _ in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    finally:
        User.check_password = original
    return len(evaluated)


@pytest.mark.django_db(transaction=True)
def test_of_a_thousand_parallel_guesses_ten_are_evaluated() -> None:
    assert guesses(threads=20, each=50) == settings.LOGIN_TRIES


@pytest.mark.django_db(transaction=True)
def test_without_the_conditional_statement_guesses_slip_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: reading first and writing afterwards lets parallel guesses through."""
    barrier = threading.Barrier(20)

    def read_then_write(kind, *, user, text=""):
        row = LoginTry.objects.filter(key=f"login:{user.pk}").first()
        count = row.count if row else 0
        if count >= settings.LOGIN_TRIES:
            raise logins.Locked
        barrier.wait(5)
        LoginTry.objects.update_or_create(
            key=f"login:{user.pk}", defaults={"count": count + 1, "user": user, "last_at": access.now()}
        )
        return count + 1

    monkeypatch.setattr(logins, "claim", read_then_write)
    assert guesses(threads=20, each=1) > settings.LOGIN_TRIES


def test_a_deactivated_account_is_out_with_its_next_request(client: Client) -> None:
    someone = factories.person()
    log_in(client, someone.user.username)
    assert client.get("/accounts/mfa/").status_code == 200
    User.objects.filter(person=someone).update(is_active=False)
    response = client.get("/accounts/mfa/")
    assert response.status_code == 302 and LOGIN in response["Location"]
    User.objects.filter(person=someone).update(is_active=True)
    assert client.get("/accounts/mfa/").status_code == 302, "the session was emptied for good"


def test_a_raised_epoch_and_a_changed_password_end_sessions(client: Client) -> None:
    for change in ({"epoch": 1}, {"password": "another"}):
        someone = factories.person()
        fresh = Client()
        factories.login(fresh, someone)
        assert fresh.get("/accounts/mfa/").status_code == 200
        User.objects.filter(person=someone).update(**change)
        assert fresh.get("/accounts/mfa/").status_code == 302


def test_a_session_ends_after_the_company_s_idle_time(client: Client) -> None:
    someone = factories.person()
    factories.login(client, someone)
    assert client.get("/accounts/mfa/").status_code == 200
    session = client.session
    session["seen"] -= 479 * 60
    session.save()
    assert client.get("/accounts/mfa/").status_code == 200, "one minute is left, and this request counts as use"
    session = client.session
    session["seen"] -= 481 * 60
    session.save()
    assert client.get("/accounts/mfa/").status_code == 302


def test_use_does_not_write_the_session_every_time(client: Client, django_assert_num_queries) -> None:
    factories.login(client, factories.person())
    client.get("/accounts/mfa/")
    seen = client.session["seen"]
    client.get("/accounts/mfa/")
    assert client.session["seen"] == seen


def test_the_middleware_costs_the_session_and_one_statement(client: Client) -> None:
    from django.test.utils import CaptureQueriesContext

    factories.login(client, factories.person())
    client.post("/ui/theme", {"theme": "dark"})
    with CaptureQueriesContext(connection) as asked:
        client.post("/ui/theme", {"theme": "dark"})
    assert len(asked) == 2, [row["sql"] for row in asked]


def test_strangers_cost_nothing(client: Client, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert client.get("/accounts/mfa/").status_code == 302


def test_strangers_are_sent_to_the_login_and_back(client: Client) -> None:
    response = client.get("/accounts/mfa/?x=1")
    assert response["Location"] == f"{LOGIN}?next=/accounts/mfa/%3Fx%3D1"
    fragment = client.get("/accounts/mfa/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Redirect"]) == (204, LOGIN)


def test_login_does_not_lead_away_from_the_site(client: Client) -> None:
    someone = factories.person()
    response = client.post(
        f"{LOGIN}?next=https://evil.example/", {"login": someone.user.username, "password": factories.PASSWORD}
    )
    assert response["Location"] == "/"


def test_forms_without_a_csrf_token_are_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    someone = factories.person()
    response = log_in(client, someone.user.username)
    assert response.status_code == 403
    assert not Session.objects.filter(user=someone.user).exists()


def test_nobody_can_sign_up(client: Client) -> None:
    assert client.get("/accounts/signup/").status_code == 404
    assert client.post("/accounts/signup/", {"username": "x", "password1": "y"}).status_code == 404


def test_passwords_are_kept_with_modest_argon2() -> None:
    someone = factories.person()
    assert someone.user.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_login_page_speaks_the_chosen_language(client: Client) -> None:
    page = client.get(LOGIN)
    assert page.status_code == 200
    assert page.headers["Cache-Control"]
    assert reverse("orgs:forgotten") in page.content.decode()


@override_settings(LOGIN_TRIES=3)
def test_codes_of_the_second_factor_are_counted_too(client: Client) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    someone = factories.person()
    TOTP.activate(someone.user, generate_totp_secret())
    assert log_in(client, someone.user.username)["Location"].startswith("/accounts/mfa/authenticate/")
    assert "_auth_user_id" not in client.session
    for _ in range(3):
        client.post("/accounts/mfa/authenticate/", {"code": "000000"})
    with pytest.raises(logins.Locked):
        logins.claim("code", user=someone.user)
    assert recorded(someone.company_id).count("login.failed") == 3


def test_the_second_factor_lets_in_with_code_or_recovery_code(client: Client) -> None:
    from allauth.mfa.models import Authenticator
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    someone = factories.person()
    TOTP.activate(someone.user, secret := generate_totp_secret())
    codes = RecoveryCodes.activate(someone.user).get_unused_codes()
    assert secret not in str(Authenticator.objects.get(type="totp").data), "the secret is kept encrypted"
    log_in(client, someone.user.username)
    assert client.post("/accounts/mfa/authenticate/", {"code": codes[0]}).status_code == 302
    assert client.session["_auth_user_id"] == str(someone.user.pk)
    again = Client()
    log_in(again, someone.user.username)
    assert again.post("/accounts/mfa/authenticate/", {"code": codes[0]}).status_code == 200, (
        "a recovery code works once"
    )


def test_administrators_set_up_a_second_factor_when_the_company_asks_for_it(client: Client) -> None:
    cast = factories.cast()
    cast.company.admins_need_mfa = True
    cast.company.save()
    factories.login(client, cast.system)
    response = client.post("/ui/theme", {"theme": "dark"})
    assert response["Location"] == "/accounts/mfa/totp/activate/"
    assert client.get("/accounts/mfa/").status_code == 200
    other = factories.login(Client(), cast.lin)
    assert other.post("/ui/theme", {"theme": "dark"})["Location"] == "/"
