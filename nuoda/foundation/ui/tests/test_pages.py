"""Page kinds: who opens them, what their addresses mean, what they refuse."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from nuoda.foundation.base.access import scoped
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.orgs.tests import factories
from nuoda.foundation.ui.models import SavedView, SentForm
from nuoda.foundation.ui.pure import panels
from nuoda.foundation.ui.tests import kit
from nuoda.foundation.ui.web.pages import every_page

pytestmark = [pytest.mark.django_db, pytest.mark.urls("nuoda.foundation.ui.tests.urls")]


@pytest.fixture
def here(client: Client) -> SimpleNamespace:
    """林晓 (agent) logged in, with `make(name, page)` for rows of her own."""
    cast = factories.cast()
    actor = factories.actor(cast.lin)
    factories.login(client, cast.lin)

    def make(name: str = "", page: str = "a", **fields: Any) -> SavedView:
        with scoped(actor):
            return SavedView.objects.create(
                company_id=actor.company_id, person_id=actor.person_id, page=page,
                name=name or f"v{uuid4().hex[:8]}", **fields,
            )  # fmt: skip

    def names(url: str) -> list[str]:
        response = client.get(url)
        assert response.status_code == 200, response.status_code
        return [str(line.cells[0][1]) for line in response.context["lines"]]

    return SimpleNamespace(cast=cast, actor=actor, client=client, make=make, names=names)


def _all(actor: Any, **where: Any) -> list[SavedView]:
    with scoped(actor):
        return list(SavedView.objects.filter(**where))


def test_strangers_get_404_and_the_unknown_are_led_to_the_login(here: Any) -> None:
    other = factories.login(Client(), here.cast.zhao)
    assert kit.opens(here.client, "/t/views") == 200
    assert kit.opens(other, "/t/views") == 404
    assert kit.opens(other, "/t/everyone") == 409
    answer = Client().get("/t/views")
    assert answer.status_code == 302
    assert "next=/t/views" in answer["Location"]


def test_a_page_that_declares_no_access_opens_for_nobody(here: Any) -> None:
    with pytest.raises(TypeError, match="declares no access"):
        here.client.get("/t/nobody")


def test_the_matrix_finds_every_page_and_the_undeclared_one() -> None:
    rows = {row.name: row for row in every_page() if row.name.startswith("t-")}
    assert rows["t-views"].roles == {"agent", "service_manager"}
    assert rows["t-view"].parameters == ("pk",)
    assert {row.kind for row in rows.values()} == {"list", "record", "form", "board", "page"}
    assert [row.name for row in rows.values() if row.roles is None] == ["t-nobody"]


def test_a_list_asks_as_much_for_three_rows_as_for_one(here: Any) -> None:
    assert kit.same_queries(here.client, "/t/views", here.make) < 12


def test_the_query_count_check_notices_a_query_per_row(here: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "nuoda.foundation.ui.tests.urls.Views.row_tone",
        lambda self, row: SavedView.objects.filter(pk=row.pk).count() and "",
    )
    with pytest.raises(AssertionError, match="statements for one row"):
        kit.same_queries(here.client, "/t/views", here.make)


def test_keyset_pages_show_every_row_once_forwards_and_back(here: Any) -> None:
    wanted = [f"n{number}" for number in range(8)]
    for name in wanted:
        here.make(name)
    seen: list[str] = []
    url, addresses = "/t/views?", []
    while True:
        addresses.append(url)
        response = here.client.get(url)
        seen += [line.cells[0][1] for line in response.context["lines"]]
        if not response.context["part"].after:
            break
        url = "/t/views" + response.context["next_url"]
    assert seen == wanted
    assert len(addresses) == 3
    back = here.client.get(url).context["prev_url"]
    assert here.names("/t/views" + back) == wanted[3:6]


def test_equal_sort_values_do_not_lose_rows(here: Any) -> None:
    for number in range(7):
        here.make(f"x{number}", page="a" if number < 6 else "b")
    url, seen = "/t/views?sort=-page", list[str]()
    while url:
        response = here.client.get(url)
        seen += [line.cells[0][1] for line in response.context["lines"]]
        url = "/t/views" + response.context["next_url"] if response.context["part"].after else ""
    assert sorted(seen) == [f"x{number}" for number in range(7)]
    assert seen[0] == "x6"


@pytest.mark.parametrize("cursor", ["x", "W10", "WzEsMl0", "%00", "eyJhIjoxfQ", "WyJhIiwibm90LWEtdXVpZCJd", "A" * 900])
def test_a_broken_cursor_is_the_first_page(here: Any, cursor: str) -> None:
    here.make("one")
    assert here.names(f"/t/views?after={cursor}") == ["one"]


def test_filters_are_a_closed_grammar(here: Any) -> None:
    here.make("one", page="a")
    here.make("two", page="b", shared=True)
    assert here.names("/t/views?page=a") == ["one"]
    assert here.names("/t/views?page=a&page=b") == ["one", "two"]
    assert here.names("/t/views?shared=1") == ["two"]
    assert here.names("/t/views?q=tw") == ["two"]
    assert here.names("/t/views?name__startswith=o&person_id=1&company_id__in=2") == ["one", "two"]
    for unreadable in ("page=c", "size.min=x", "shared=yes"):
        response = here.client.get(f"/t/views?{unreadable}")
        assert [item.name for item in response.context["state"].wrong]
        assert len(response.context["lines"]) == 2


def test_undeclared_columns_and_sorts_are_ignored(here: Any) -> None:
    here.make("one")
    response = here.client.get("/t/views?sort=person_id&group=name&cols=person_id,page,secret")
    assert [column.key for column in response.context["columns"]] == ["page"]
    assert response.context["state"].sort is None
    assert response.context["state"].group == ""


def test_a_column_of_another_role_is_neither_shown_nor_exported(here: Any) -> None:
    here.make("one", shared=True)
    assert "s3cret" not in here.client.get("/t/views").content.decode()
    assert b"s3cret" not in here.client.get("/t/views?export=csv&cols=name,secret").content
    manager = factories.login(Client(), here.cast.wang)
    assert "s3cret" in manager.get("/t/views").content.decode()


def test_grouping_puts_equal_values_together(here: Any) -> None:
    for name, page in (("a1", "b"), ("a2", "a"), ("a3", "b")):
        here.make(name, page=page)
    lines = here.client.get("/t/views?group=page").context["lines"]
    assert [(line.group, line.cells[0][1]) for line in lines] == [("a", "a2"), ("b", "a1"), (None, "a3")]


def test_htmx_gets_only_the_list(here: Any) -> None:
    here.make("one")
    part = here.client.get("/t/views", headers={"HX-Request": "true", "HX-Target": "list"})
    assert kit.page_is_sound(part, whole=False).lstrip().startswith('<div id="list"')
    back = {"HX-Request": "true", "HX-Target": "list", "HX-History-Restore-Request": "true"}
    assert "<html" in here.client.get("/t/views", headers=back).content.decode()


def test_a_saved_view_keeps_the_address_and_opens_first(here: Any) -> None:
    here.make("one", page="b")
    key = here.client.get("/t/views?page=b").context["page_key"]
    sent = {"page": key, "name": "Mine", "address": "page=b&sort=-name", "default": "1", "next": "/t/views"}
    here.client.post("/ui/views", sent)
    first = here.client.get("/t/views")
    view = _all(here.actor, name="Mine")[0]
    assert first["Location"] == f"/t/views?page=b&sort=-name&view={view.pk}"
    tabs = here.client.get(first["Location"]).context["views"]
    assert [tab["label"] for tab in tabs if tab["lit"]] == ["Mine"]
    assert here.client.get("/t/views?view=").status_code == 200
    here.client.post("/ui/views", sent | {"name": "Second"})
    assert [view.name for view in _all(here.actor, is_default=True)] == ["Second"]


def test_views_of_others_are_seen_when_shared_and_removed_by_nobody_else(here: Any) -> None:
    own = here.make("own", page="foundation.ui.tests.urls.Views")
    shared = here.make("shared", page="foundation.ui.tests.urls.Views", shared=True)
    other = factories.login(Client(), here.cast.wang)
    labels = [tab["label"] for tab in other.get("/t/views").context["views"]]
    assert "shared" in labels
    assert "own" not in labels
    for view in (own, shared):
        assert other.post(f"/ui/views/{view.pk}/remove").status_code == 404
    assert here.client.post(f"/ui/views/{own.pk}/remove").status_code == 302
    assert not _all(here.actor, pk=own.pk)


def test_an_export_is_what_is_seen_formula_safe_and_recorded(here: Any) -> None:
    here.make('=HYPERLINK("x")', page="a")
    here.make("＝2+2", page="a")
    here.make("other", page="b")
    text = here.client.get("/t/views?page=a&export=csv").content.decode("utf-8-sig")
    assert text.splitlines()[0] == "Name,Page"
    assert "'=HYPERLINK" in text
    assert "'＝2+2" in text
    assert "other" not in text
    with scoped(here.actor):
        entry = Entry.objects.get(type="list.exported")
    assert entry.payload == {"page": "foundation.ui.tests.urls.Views", "form": "csv", "rows": 2}


def test_a_workbook_holds_texts_and_no_formula(here: Any) -> None:
    from io import BytesIO

    from python_calamine import CalamineWorkbook

    here.make("=1+1")
    body = here.client.get("/t/views?export=xlsx").content
    rows = CalamineWorkbook.from_filelike(BytesIO(body)).get_sheet_by_index(0).to_python()
    assert rows == [["Name", "Page"], ["=1+1", "a"]]
    assert b"<f>" not in body


def test_bulk_runs_each_row_alone_and_says_what_was_refused(here: Any) -> None:
    good, bad = here.make("good", page="a"), here.make("bad", page="b")
    answer = here.client.post("/t/views?sort=name", {"bulk": "check", "id": [good.pk, bad.pk, "nonsense", uuid4()]})
    assert answer["Location"] == "/t/views?sort=name"
    assert {view.name: view.shared for view in _all(here.actor)} == {"good": True, "bad": False}
    said = here.client.get("/t/views?view=").content.decode()
    assert "not b" in said


def test_a_dangerous_bulk_needs_the_count_typed(here: Any) -> None:
    row = here.make("one")
    here.client.post("/t/views", {"bulk": "remove", "id": [row.pk], "typed": "2"})
    assert _all(here.actor)
    here.client.post("/t/views", {"bulk": "remove", "id": [row.pk], "typed": "1"})
    assert not _all(here.actor)
    assert here.client.post("/t/views", {"bulk": "drop", "id": [row.pk]}).status_code == 404


def test_a_form_calls_its_action_once_however_often_it_is_sent(here: Any) -> None:
    token = str(uuid4())
    first = here.client.post("/t/new", {"name": "fresh", "_token": token})
    assert first.status_code == 302
    with scoped(here.actor):
        SavedView.objects.filter(name="fresh").update(name="renamed")
    second = here.client.post("/t/new", {"name": "fresh", "_token": token})
    assert second["Location"] == first["Location"]
    assert [view.name for view in _all(here.actor)] == ["renamed"]
    here.client.post("/t/new", {"name": "fresh", "_token": str(uuid4())})
    assert len(_all(here.actor)) == 2


def test_a_token_of_somebody_else_does_not_tell_where_it_led(here: Any) -> None:
    token = str(uuid4())
    here.client.post("/t/new", {"name": "fresh", "_token": token})
    other = factories.login(Client(), factories.person("周客服", "agent", of=here.cast.company))
    assert other.post("/t/new", {"name": "fresh", "_token": token}).status_code == 404


def test_a_refusal_rolls_back_names_its_clause_and_keeps_the_input(here: Any) -> None:
    token = str(uuid4())
    response = here.client.post("/t/new", {"name": "refused", "note": "as typed", "_token": token})
    html = kit.page_is_sound(response)
    assert response.status_code == 409
    assert "Not before it is signed." in html
    assert "/rulebook/clauses/MN-3.2.4" in html
    assert 'value="as typed"' in html
    assert token in html
    assert not _all(here.actor)
    with scoped(here.actor):
        assert not SentForm.objects.exists()
    assert here.client.post("/t/new", {"name": "fine", "_token": token}).status_code == 302


def test_an_invalid_field_says_why_at_the_field(here: Any) -> None:
    response = here.client.post("/t/new", {"name": "invalid", "_token": str(uuid4())})
    assert response.status_code == 422
    assert response.context["form"].errors["note"] == ["Say why."]
    empty = here.client.post("/t/new", {"name": ""})
    assert empty.status_code == 422
    assert 'aria-invalid="true"' in kit.page_is_sound(empty)


def test_a_lost_race_gets_a_fresh_token(here: Any) -> None:
    token = str(uuid4())
    html = here.client.post("/t/new", {"name": "stale", "_token": token}).content.decode()
    assert "Somebody else changed it." in html
    assert token not in html


def test_what_is_not_yours_is_not_there(here: Any) -> None:
    assert here.client.post("/t/new", {"name": "strange"}).status_code == 404
    assert kit.opens(here.client, f"/t/views/{uuid4()}") == 404


def test_a_form_in_a_dialog_tells_htmx_where_to_go(here: Any) -> None:
    headers = {"HX-Request": "true", "HX-Target": "dialog-body"}
    opened = here.client.get("/t/new", headers=headers)
    assert 'id="dialog-title"' in kit.page_is_sound(opened, whole=False)
    refused = here.client.post("/t/new", {"name": "refused"}, headers=headers)
    assert refused.status_code == 200
    assert "Not before it is signed." in refused.content.decode()
    done = here.client.post("/t/new", {"name": "fine"}, headers=headers)
    assert done.status_code == 204
    assert done["HX-Redirect"].startswith("/t/views/")


def test_a_record_shows_moves_and_explains_absent_ones(here: Any) -> None:
    html = kit.page_is_sound(here.client.get(f"/t/views/{here.make('one').pk}"))
    assert 'href="/t/new"' in html
    assert "Not signed yet." in html
    assert "/rulebook/clauses/MN-3.2.4" in html


def test_panels_of_higher_floors_come_to_the_record(here: Any) -> None:
    panel = panels.Panel(
        "testview.rail", "extra", "Extra", "ui/_facts.html", lambda actor, at, row: {"facts": []}, frozenset({"agent"})
    )
    hidden = panels.Panel("testview.rail", "hidden", "Hidden panel", "ui/_facts.html", lambda actor, at, row: None)
    others = panels.Panel(
        "testview.rail", "others", "Other role", "ui/_facts.html", lambda actor, at, row: {}, frozenset({"director"})
    )
    for one in (panel, hidden, others):
        panels.register(one)
    try:
        html = here.client.get(f"/t/views/{here.make('one').pk}").content.decode()
    finally:
        for one in (panel, hidden, others):
            panels.unregister(one.place, one.key)
    assert "Extra" in html
    assert "Hidden panel" not in html
    assert "Other role" not in html


def test_a_board_moves_refuses_and_answers_unchanged(here: Any) -> None:
    card = here.make("card", page="a")
    fragment = {"HX-Request": "true", "HX-Target": "board"}
    kit.page_is_sound(here.client.get("/t/board"))
    first = here.client.get("/t/board", headers=fragment)
    again = here.client.get("/t/board", headers=fragment | {"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert here.client.post("/t/board", {"card": card.pk, "lane": "b"}).status_code == 302
    assert _all(here.actor)[0].page == "b"
    changed = here.client.get("/t/board", headers=fragment | {"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    refused = here.client.post("/t/board", {"card": card.pk, "lane": "z"}, headers=fragment)
    assert "No such lane." in refused.content.decode()
