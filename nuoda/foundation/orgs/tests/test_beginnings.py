"""How an installation begins, and what is forgotten every night."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client

from nuoda.foundation.base import access
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.ui.actions import sent_forms
from nuoda.foundation.ui.models import SentForm

from ..actions import beginnings, links, logins
from ..jobs import tidy
from ..models import Company, LoginTry, OneTimeLink, Session, User
from . import factories

pytestmark = pytest.mark.django_db


def test_a_second_company_must_be_asked_for() -> None:
    beginnings.begin(company="甲公司", name="李总")
    with pytest.raises(Refused):
        beginnings.begin(company="乙公司", name="王总")
    beginnings.begin(company="乙公司", name="王总", username="wang", another=True)
    assert Company.objects.count() == 2
    assert not any(user.has_usable_password() for user in User.objects.all()), "no default password exists"


@pytest.mark.django_db(transaction=True)
def test_of_many_beginnings_at_once_one_wins() -> None:
    won, start = [], threading.Barrier(6)

    def run(number: int) -> None:
        start.wait()
        try:
            won.append(beginnings.begin(company=f"公司{number}", name="李总", username=f"admin{number}"))
        except Refused:
            pass
        finally:
            connections.close_all()

    workers = [threading.Thread(target=run, args=(number,)) for number in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert (len(won), Company.objects.count()) == (1, 1)


def test_what_ran_out_is_forgotten_and_the_rest_stays(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    # The test's own transaction lives on the connection that a worker would drop between jobs.
    monkeypatch.setattr("nuoda.foundation.orgs.jobs.close_old_connections", lambda: None)
    someone = factories.person()
    factories.login(client, someone)
    factories.login(Client(), someone)
    now = access.now()
    Session.objects.filter(session_key=client.session.session_key).update(expire_date=now - timedelta(seconds=1))
    keeper = access.system(someone.company_id)
    with access.scoped(keeper):
        links.issue(user=someone.user, purpose="password", actor=keeper, at=now - timedelta(days=91))
        links.issue(user=someone.user, purpose="password", actor=keeper, at=now)
    logins.claim("login", user=someone.user)
    logins.claim("login", user=None, text="nobody")
    LoginTry.objects.filter(user=None).update(last_at=now - timedelta(days=2))
    with access.scoped(keeper):
        sent_forms.claim(id=new_id(), page="old", actor=keeper, at=now - timedelta(days=8))
        sent_forms.claim(id=new_id(), page="fresh", actor=keeper, at=now)
    tidy(0)
    with access.scoped(keeper):
        assert list(SentForm.objects.values_list("page", flat=True)) == ["fresh"]
    assert (Session.objects.count(), LoginTry.objects.count(), OneTimeLink.objects.count()) == (1, 1, 1)
