"""Evidence packs and event logs: what they hold, that they are as they were made, and who may take them."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from datetime import datetime
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.clocks.models import Deadline
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.rates import Share
from nuoda.foundation.base.pure.refusals import Invalid, NotYours
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.orgs.models import Person
from nuoda.foundation.orgs.tests import factories as people
from nuoda.foundation.ui.tests import kit

from ..actions import bundles, evidence
from ..models import Bundle
from ..pure.workbooks import Sheet, as_xlsx
from .ocel_rules import faults

pytestmark = pytest.mark.django_db
DAYS = {"since": "2026-03-01", "until": "2026-03-31"}


@pytest.fixture
def stage() -> Stage:
    stage = Stage.set(local(5, 9))
    stage.repaired(stage.report(), stage.cast.zhao)
    for _n in range(4):
        stage.report(subject="=HYPERLINK(1)")
    stage.report(dealer_id=stage.cast.east.pk)
    return stage


def asked(stage: Stage, kind: str, person: Person | None = None, **parameters: Any) -> Bundle:
    with stage.acting(person or stage.cast.chen) as (actor, at):
        row = bundles.ask(kind=kind, parameters=DAYS | parameters, actor=actor, at=at)
    bundles.make(row.pk, company_id=row.company_id)
    with scoped(system(row.company_id)):
        return Bundle.objects.select_related("dossier").get(pk=row.pk)


def opened(row: Bundle) -> zipfile.ZipFile:
    with default_storage.open(row.path) as file:
        return zipfile.ZipFile(io.BytesIO(file.read()))


def test_a_pack_holds_text_tables_and_originals_with_their_hashes(stage: Stage) -> None:
    row = asked(stage, "evidence", target="MN-3", sample=20, seed=5)
    assert (row.problem, row.failed_at) == ("", None)
    archive = opened(row)
    names = set(archive.namelist())
    assert {"evidence.pdf", "evidence.xlsx", "manifest.json"} < names
    assert any(name.startswith("originals/") for name in names)
    assert archive.read("evidence.pdf").startswith(b"%PDF")
    book = CalamineWorkbook.from_filelike(io.BytesIO(archive.read("evidence.xlsx")))
    cases = book.get_sheet_by_index(1).to_python()
    with scoped(system(stage.cast.company.pk)):
        assert len(cases) - 1 == Deadline.objects.filter(clause_id__startswith="MN-3").count() > 4
        assert bundles.verified(row) == []
        made = Entry.objects.get(type="bundle.made")
    assert made.payload["digest"] == row.digest


def test_the_same_seed_draws_the_same_cases(stage: Stage) -> None:
    with scoped(system(stage.cast.company.pk)):
        rows = Deadline.objects.filter(clause_id="MN-3.2.1a")
        first, again = evidence.sample(rows, seed=5, each=3), evidence.sample(rows, seed=5, each=3)
        assert [row.pk for row in first] == [row.pk for row in again]
        assert len(first) == 3
        draws = {tuple(row.pk for row in evidence.sample(rows, seed=seed, each=3)) for seed in range(12)}
    assert len(draws) > 1, "another seed draws others"


def changed(row: Bundle, **parts: bytes | None) -> None:
    """Writes the stored file anew with some parts replaced, taken out (None) or added."""
    archive, buffer = opened(row), io.BytesIO()
    known = {name: archive.read(name) for name in archive.namelist()} | {
        f"{key}": value for key, value in parts.items()
    }
    with zipfile.ZipFile(buffer, "w") as out:
        for name, content in known.items():
            if content is not None:
                out.writestr(name, content)
    default_storage.delete(row.path)
    default_storage.save(row.path, ContentFile(buffer.getvalue()))


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"events.csv": b"x"}, "changed"),
        ({"events.csv": None}, "missing"),
        ({"more.txt": b"x"}, "added"),
        ({"manifest.json": b"{}"}, "manifest"),
    ],
)
def test_a_changed_file_is_found(stage: Stage, parts: dict[str, bytes | None], code: str) -> None:
    row = asked(stage, "csv")
    with scoped(system(row.company_id)):
        assert bundles.verified(row) == [] and list(bundles.stored()) == []
        changed(row, **parts)
        assert {"file", code} == {fault for fault, _part in bundles.verified(row)}
        assert list(bundles.stored())
        default_storage.delete(row.path)
        assert bundles.verified(row) == [("gone", "")]


def test_who_may_take_proofs_out(stage: Stage) -> None:
    row = asked(stage, "csv")
    url = reverse("reports:download", args=[row.dossier.number])
    answer = people.login(Client(), stage.cast.wang).get(url)
    assert answer.status_code == 200 and b"".join(answer.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]
    for who in ("lin", "ma", "zhao", "he_ping", "security"):
        assert people.login(Client(), getattr(stage.cast, who)).get(url).status_code == 404
    with pytest.raises(NotYours), stage.acting(stage.cast.ma) as (actor, at):
        bundles.ask(kind="csv", parameters=DAYS, actor=actor, at=at)
    with scoped(stage.actor(stage.cast.ma)):
        assert not Bundle.objects.exists(), "the database's wall stands behind"


def test_an_administrator_proves_by_hashes_only(stage: Stage) -> None:
    full = asked(stage, "evidence", target="MN-3.2.1a")
    client = people.login(Client(), stage.cast.audit)
    assert client.get(reverse("reports:download", args=[full.dossier.number])).status_code == 404
    own = asked(stage, "evidence", stage.cast.audit, target="MN-3.2.1a", originals=True)
    assert not [name for name in opened(own).namelist() if name.startswith("originals/")]
    assert client.get(reverse("reports:download", args=[own.dossier.number])).status_code == 200
    cases = client.get(reverse("reports:cases")).content.decode()
    assert "HYPERLINK" not in cases
    assert "HYPERLINK" in people.login(Client(), stage.cast.wang).get(reverse("reports:cases")).content.decode()


def test_what_names_nothing_is_refused(stage: Stage) -> None:
    with stage.acting(stage.cast.chen) as (actor, at):
        for kind, wrong in (("evidence", {"target": "MN-99"}), ("csv", {"until": "2026-02-01"}), ("secret", {})):
            with pytest.raises(Invalid):
                bundles.ask(kind=kind, parameters=DAYS | wrong, actor=actor, at=at)


def test_a_bundle_that_cannot_be_made_says_so(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_args: Any) -> Any:
        raise OSError("no space")

    monkeypatch.setitem(bundles.MAKERS, "csv", breaks)  # type: ignore[arg-type]
    row = asked(stage, "csv")
    assert row.failed_at is not None and row.ready_at is None
    page = people.login(Client(), stage.cast.chen).get(reverse("reports:bundle", args=[row.dossier.number]))
    kit.page_is_sound(page)


def test_cells_are_never_formulas() -> None:
    content = as_xlsx([Sheet("表", ["=1+1"], [["=HYPERLINK(1)"], ["@x"]])], local(5, 9).tzinfo)  # type: ignore[arg-type]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_shares_are_percentages_in_a_spreadsheet() -> None:
    content = as_xlsx([Sheet("表", ["n", "率"], [[3, Share(0.953)], [0.5, None]])], local(5, 9).tzinfo)  # type: ignore[arg-type]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b'formatCode="0.0%"' in archive.read("xl/styles.xml")
        cells = archive.read("xl/worksheets/sheet1.xml").decode()
    assert re.search(r'<c r="B2" s="\d+"><v>0.953</v>', cells) and '<c r="A3"><v>0.5</v>' in cells


def test_the_rates_of_a_pack_are_shares(stage: Stage) -> None:
    row = asked(stage, "evidence", target="MN-3", sample=20, seed=5)
    with zipfile.ZipFile(io.BytesIO(opened(row).read("evidence.xlsx"))) as book:
        assert b'formatCode="0.0%"' in book.read("xl/styles.xml")
        first = book.read("xl/worksheets/sheet1.xml").decode()
    style = re.search(r'<c r="I2" s="(\d+)"><v>', first)
    assert style is not None and style[1] != "0"


# -- event logs --------------------------------------------------------------------------------------------


def test_an_event_log_keeps_the_rules_of_ocel(stage: Stage) -> None:
    row = asked(stage, "ocel")
    log = json.loads(opened(row).read("events.jsonocel"))
    assert list(faults(log)) == []
    with scoped(system(row.company_id)):
        told = Entry.objects.filter(case_id__isnull=False, type__startswith="ticket.").count()
    assert sum(event["type"].startswith("ticket.") for event in log["events"]) == told > 10
    types = {one["type"] for one in log["objects"]}
    assert {"ticket", "work_order", "customer", "product", "paper", "person", "dealer"} <= types


def test_a_log_holds_no_personal_data(stage: Stage) -> None:
    text = (
        opened(asked(stage, "ocel")).read("events.jsonocel").decode()
        + opened(asked(stage, "csv")).read("events.csv").decode()
    )
    contact = stage.kit.contact
    for secret in (
        contact.name,
        contact.phone,
        stage.kit.customer.name,
        "主油泵",
        stage.cast.lin.name,
        stage.cast.zhao.name,
    ):
        assert secret and secret not in text


def test_the_rules_find_what_breaks_them(stage: Stage) -> None:
    log = json.loads(opened(asked(stage, "ocel")).read("events.jsonocel"))

    def broken(change: Any) -> list[str]:
        copy = json.loads(json.dumps(log))
        change(copy)
        return list(faults(copy))

    assert broken(lambda log: log["events"][0].pop("time"))
    assert broken(lambda log: log["events"][0].update(type="unknown"))
    assert broken(lambda log: log["events"][0]["relationships"].append({"objectId": "none", "qualifier": "x"}))
    assert broken(lambda log: log["events"][0]["attributes"].append({"name": "strange", "value": 1}))
    assert broken(lambda log: log["objects"].append(log["objects"][0]))
    assert broken(lambda log: log["events"][0].update(time="yesterday"))
    assert broken(lambda log: log.pop("objectTypes"))


def test_the_csv_has_a_line_per_event_and_no_formula(stage: Stage) -> None:
    text = opened(asked(stage, "csv")).read("events.csv").decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert len(lines) > 20
    assert all(line["case"] and datetime.fromisoformat(line["time"]) for line in lines)
    assert not any(value.startswith(("=", "+", "@")) for line in lines for value in line.values())
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines)


def test_the_pages_are_sound(stage: Stage) -> None:
    row = asked(stage, "evidence", target="MN-3.2.1a")
    client = people.login(Client(), stage.cast.chen)
    for url in (
        reverse("reports:bundles"),
        reverse("reports:ask_evidence"),
        reverse("reports:ask_log"),
        reverse("reports:bundle", args=[row.dossier.number]),
    ):
        kit.page_is_sound(client.get(url))


def test_asking_by_the_form_makes_a_bundle(stage: Stage) -> None:
    client = people.login(Client(), stage.cast.chen)
    form = client.get(reverse("reports:ask_evidence"))
    sent = {
        "target": "MN-3.2.1a",
        "since": "2026-03-01",
        "until": "2026-03-31",
        "sample": "2",
        "seed": "1",
        "originals": "on",
    }
    token = form.context.get("token") or ""
    answer = client.post(reverse("reports:ask_evidence"), sent | ({"token": token} if token else {}))
    assert answer.status_code in (302, 303), answer.content[:300]
    with scoped(system(stage.cast.company.pk)):
        row = Bundle.objects.get()
        assert row.parameters["target"] == "MN-3.2.1a"
