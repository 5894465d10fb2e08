"""The pages of approvals, through the doors."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from nuoda.foundation.orgs.tests import factories

from ..models import Approval
from .bargains import AT, MATTER, WORLD, as_, bargain, say, state, submitted, world  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]


@pytest.fixture
def cast() -> factories.Cast:
    return factories.cast()


def get(someone, name: str, *args: str) -> tuple[int, str]:
    answer = factories.login(Client(), someone).get(reverse(f"approvals:{name}", args=args))
    return answer.status_code, answer.content.decode()


def post(someone, name: str, *args: str, **data: object) -> tuple[int, str]:
    client = factories.login(Client(), someone)
    answer = client.post(reverse(f"approvals:{name}", args=args), data)
    return answer.status_code, answer.content.decode()


def test_what_waits_for_me_is_listed_and_for_nobody_else(cast) -> None:
    row = submitted(cast.lin, 80_000)
    assert row.dossier.number in get(cast.wang, "mine")[1]
    assert row.dossier.number not in get(cast.lin, "mine")[1]
    assert row.dossier.number in get(cast.lin, "submitted")[1]
    assert row.dossier.number in get(cast.chen, "all")[1]
    assert get(cast.lin, "all")[0] == 404
    assert get(factories.contact(row.about.customer_id, of=cast.company), "mine")[0] == 404


def test_the_page_shows_the_content_as_it_was_and_why_who_is_asked(cast) -> None:
    row = submitted(cast.lin, 800_000, comment="客户停机两天")
    WORLD.amounts[row.about_id] = 1
    status, page = get(cast.wang, "approval", row.dossier.number)
    assert status == 200
    assert "¥8,000.00" in page and "客户停机两天" in page and "沈总" in page and "LC-3.4" in page
    assert reverse("approvals:approve", args=[row.dossier.number]) in page
    assert (
        reverse("approvals:approve", args=[row.dossier.number]) not in get(cast.lin, "approval", row.dossier.number)[1]
    )


def test_strangers_find_no_page_and_no_form(cast) -> None:
    row = submitted(cast.lin, 80_000)
    for someone in (cast.zhao, cast.ma, factories.contact(row.about.customer_id, of=cast.company)):
        for name in (
            "approval",
            "approve",
            "reject",
            "send_back",
            "transfer",
            "add_signer",
            "withdraw",
            "remind",
            "copy",
        ):
            assert get(someone, name, row.dossier.number)[0] == 404
        assert post(someone, "approve", row.dossier.number)[0] == 404
    assert state(row) == "pending"


def test_approving_on_the_page_once_even_when_sent_twice(cast) -> None:
    row = submitted(cast.lin, 80_000)
    client = factories.login(Client(), cast.wang)
    url = reverse("approvals:approve", args=[row.dossier.number])
    page = client.get(url)
    token, step = page.context["token"], page.context["form"].initial["step_id"]
    for _ in range(2):
        assert client.post(url, {"_token": token, "step_id": str(step), "comment": "同意"}).status_code == 302
    assert state(row) == "approved" and len(WORLD.done) == 1


def test_a_refusal_is_a_sentence_and_keeps_the_input(cast) -> None:
    row = submitted(cast.lin, 80_000)
    status, page = post(cast.lin, "approve", row.dossier.number, comment="我自己批")
    assert status == 409 and "我自己批" in page and "LC-3.4" in page
    assert post(cast.wang, "reject", row.dossier.number, comment="")[0] == 422
    assert state(row) == "pending"


def test_the_other_deeds_on_their_pages(cast) -> None:
    row = submitted(cast.lin, 800_000)
    number = row.dossier.number
    assert post(cast.lin, "remind", number)[0] == 302
    assert post(cast.lin, "remind", number)[0] == 409
    assert post(cast.lin, "copy", number, person=str(cast.chen.pk))[0] == 302
    assert number in get(cast.chen, "copies")[1]
    assert post(cast.wang, "add_signer", number, person=str(cast.zhou.pk), place="before")[0] == 302
    assert post(cast.zhou, "transfer", number, person=str(cast.chen.pk))[0] == 302
    assert post(cast.chen, "approve", number)[0] == 302
    assert post(cast.wang, "approve", number)[0] == 302
    assert post(cast.shen, "send_back", number, comment="补充", to="2")[0] == 302
    assert number in get(cast.wang, "mine")[1]
    assert post(cast.wang, "send_back", number, comment="改金额", to="")[0] == 302
    assert state(row) == "sent_back"
    page = get(cast.lin, "approval", number)[1]
    assert reverse("approvals:submit", args=[MATTER, row.about.number]) in page
    WORLD.amounts[row.about_id] = 700_000
    assert post(cast.lin, "submit", MATTER, row.about.number)[0] == 302
    page = get(cast.lin, "approval", number)[1]
    assert "¥7,000.00" in page and "¥8,000.00" in page
    assert post(cast.lin, "withdraw", number)[0] == 302
    assert state(row) == "withdrawn"


def test_the_reason_of_a_step_is_said_in_the_words_of_the_house(cast) -> None:
    row = submitted(cast.lin, 800_000)
    page = get(cast.wang, "approval", row.dossier.number)[1]
    assert "amount &gt; ¥5,000.00" in page and "amount_fen" not in page


def test_before_submitting_one_sees_who_would_be_asked(cast) -> None:
    about = bargain(cast.lin, 800_000)
    status, page = get(cast.lin, "submit", MATTER, about.number)
    assert status == 200 and "王强" in page and "沈总" in page and "LC-3.4" in page
    assert post(cast.lin, "submit", MATTER, about.number, comment="停机", copies=[str(cast.chen.pk)])[0] == 302
    with as_(cast.lin):
        assert Approval.objects.get(about=about).state == "pending"
    assert get(cast.lin, "submit", "nothing", about.number)[0] == 404


def test_many_are_approved_from_the_list(cast) -> None:
    rows = [submitted(cast.lin, 80_000) for _ in range(3)]
    chosen = [str(row.pk) for row in rows[:2]]
    client = factories.login(Client(), cast.wang)
    assert client.post(reverse("approvals:mine"), {"bulk": "approve", "id": chosen}).status_code == 302
    assert [state(row) for row in rows] == ["approved", "approved", "pending"]


def test_the_list_takes_as_many_statements_for_three_as_for_one(cast, django_assert_max_num_queries) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = factories.login(Client(), cast.wang)
    counts = []
    for number in (1, 2):
        for _ in range(number):
            submitted(cast.lin, 80_000)
        client.get(reverse("approvals:mine"))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("approvals:mine"))
        counts.append(len(captured))
    assert counts[0] == counts[1]
