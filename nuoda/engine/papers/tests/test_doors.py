"""The doors of papers: who gets what, and what the public page says."""

from __future__ import annotations

import io
import secrets
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from nuoda.engine.papers import queries
from nuoda.engine.papers.actions import attachments, papers
from nuoda.engine.papers.models import Paper
from nuoda.foundation.base.access import scoped
from nuoda.foundation.orgs.models import Membership, Person, User

from .cast import AT, CONTENT, STROKES, Cast
from .test_uploads import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(settings: Any, tmp_path: Path) -> Cast:
    settings.MEDIA_ROOT = tmp_path
    return Cast()


def logged_in(cast: Cast, role: str, **more: Any) -> Client:
    """A browser of a person with this role."""
    name = secrets.token_hex(4)
    person = Person.objects.create(company_id=cast.company.id, name=name, created_at=AT, **more)
    Membership.objects.create(company_id=cast.company.id, person=person, role=role, since=AT.replace(year=2020))
    user = User.objects.create_user(name, person=person)
    client = Client()
    client.force_login(user)
    return client


def issued(cast: Cast) -> Paper:
    with scoped(cast.technician):
        return papers.issue(form="test_repair", dossier=cast.case, content=CONTENT, actor=cast.technician, at=AT)


def test_the_public_page_proves_without_telling(cast: Cast) -> None:
    paper = issued(cast)
    with scoped(cast.technician):
        papers.sign(
            paper, role="engineer", name="李工", strokes=STROKES, actor=cast.technician, at=AT,
            content_hash=paper.content_hash,
        )  # fmt: skip
    answer = Client().get(reverse("papers:verify", args=[paper.token]))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert answer["X-Robots-Tag"] == "noindex"
    for shown in (paper.number, paper.content_hash, "售后服务维修记录单", "诺达机械"):
        assert shown in page, shown
    for hidden in ("李工", "龘𠮷", "主轴异响", "轴承", "M0.00"):
        assert hidden not in page, hidden
    assert queries.verify_url(paper).endswith(f"/verify/{paper.token}")
    assert len(paper.token) >= 32, "192 random bits"


def test_unguessed_tokens_all_get_the_same_answer(cast: Cast) -> None:
    issued(cast)
    guesses = [secrets.token_urlsafe(24) for _ in range(20)] + [
        "x",
        "a" * 32,
        "a" * 500,
        "%00" * 8,
        "' OR 1=1 --",
        "漢字",
    ]
    answers = {Client().get(f"/verify/{guess}").status_code for guess in guesses}
    assert answers == {404}


def test_the_pdf_goes_to_whoever_sees_the_case_and_to_nobody_else(cast: Cast) -> None:
    paper = issued(cast)
    url = reverse("papers:pdf", args=[paper.pk])
    answer = logged_in(cast, "service_manager").get(url)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.content.startswith(b"%PDF")
    assert logged_in(cast, "customer_contact", customer_id=cast.customer_id).get(url).status_code == 200
    assert logged_in(cast, "customer_contact", customer_id=cast.other_customer.customer_id).get(url).status_code == 404
    assert logged_in(cast, "technician").get(url).status_code == 404
    assert Client().get(url).status_code == 302


def test_files_go_up_and_come_down_as_downloads(cast: Cast) -> None:
    manager = logged_in(cast, "service_manager")
    up = reverse("papers:attach", args=[cast.case.number])
    sent = SimpleUploadedFile("../../现场.png", picture("PNG"), content_type="text/html")
    answer = manager.post(up, {"file": sent, "purpose": "after"}, headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.content
    (row,) = answer.json()["attachments"]
    assert row["name"] == "现场.png"
    down = manager.get(reverse("papers:attachment", args=[row["id"]]))
    assert down["Content-Type"] == "image/png"
    assert down["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert down["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in down["Content-Security-Policy"]
    assert b"".join(down.streaming_content)[:4] == b"\x89PNG"
    again = manager.get(reverse("papers:attachment", args=[row["id"]]), headers={"If-None-Match": down["ETag"]})
    assert again.status_code == 304
    stranger = logged_in(cast, "customer_contact", customer_id=cast.other_customer.customer_id)
    assert stranger.get(reverse("papers:attachment", args=[row["id"]])).status_code == 404
    assert stranger.post(up, {"file": SimpleUploadedFile("a.png", picture("PNG"))}).status_code == 404


def test_a_refused_file_says_why(cast: Cast) -> None:
    manager = logged_in(cast, "service_manager")
    sent = SimpleUploadedFile("a.svg", b"<svg onload='alert(1)'/>", content_type="image/svg+xml")
    answer = manager.post(
        reverse("papers:attach", args=[cast.case.number]), {"file": sent}, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid"


def test_an_upload_is_cut_off_while_it_arrives(cast: Cast, settings: Any) -> None:
    settings.NUODA_UPLOADS = {"photo": 1000, "document": 1000, "text": 1000, "video": 1000}
    manager = logged_in(cast, "service_manager")
    read = 0

    class Counted(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            nonlocal read
            piece = super().read(size)
            read += len(piece)
            return piece

    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        + b"a" * 20_000_000
        + b"\r\n--b--\r\n"
    )
    answer = manager.generic(
        "POST", reverse("papers:attach", args=[cast.case.number]), b"", content_type="multipart/form-data; boundary=b",
        **{"wsgi.input": Counted(body), "CONTENT_LENGTH": str(len(body))},
    )  # fmt: skip
    assert read < 1_000_000
    assert answer.status_code < 500
    with scoped(cast.manager):
        assert not queries.attachments_of(cast.manager, dossier_id=cast.case.pk).exists()


def test_signing_through_the_door_takes_what_the_pad_gives(cast: Cast) -> None:
    paper = issued(cast)
    customer = logged_in(cast, "customer_contact", customer_id=cast.customer_id)
    pad = '[{"points":[{"x":1,"y":2,"time":1700000000000,"pressure":0.5},{"x":30,"y":44,"time":1700000000090}]}]'
    url, said = reverse("papers:sign", args=[paper.pk]), {"role": "customer_hand", "name": "赵先生", "strokes": pad}
    stale = customer.post(url, said | {"content_hash": "0" * 64}, headers={"Accept": "application/json"})
    assert stale.status_code == 409
    done = customer.post(url, said | {"content_hash": paper.content_hash}, headers={"Accept": "application/json"})
    assert done.status_code == 200, done.content
    with scoped(cast.manager):
        (signature,) = Paper.objects.get(pk=paper.pk).signatures.select_related("hand")
        assert signature.hand.strokes == [[[1.0, 2.0, 0.0], [30.0, 44.0, 90.0]]]
        assert queries.proof(paper).signatures[0].verdict == "intact"


def test_nothing_changes_by_get_or_without_token(cast: Cast) -> None:
    paper = issued(cast)
    manager = logged_in(cast, "service_manager")
    for name in ("sign", "void"):
        assert manager.get(reverse(f"papers:{name}", args=[paper.pk])).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = manager.cookies
    assert strict.post(reverse("papers:void", args=[paper.pk]), {"reason": "x"}).status_code == 403
    assert manager.post(reverse("papers:void", args=[paper.pk]), {"reason": "重复"}).status_code == 302
    with scoped(cast.manager):
        assert Paper.objects.get(pk=paper.pk).state == "void"
    assert attachments.limits().photo > 0
