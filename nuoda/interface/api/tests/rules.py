"""Situations of what concerns the regulations: drafts, readings, trials, audits, figures, evidence."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from nuoda.engine.duties.actions import attestations, audits
from nuoda.engine.duties.models import Audit, Obligation
from nuoda.engine.replay.actions import replays, shadows
from nuoda.engine.replay.models import Replay, Shadow
from nuoda.engine.replay.tests import trying
from nuoda.engine.revisions import queries
from nuoda.engine.revisions.models import Draft, Reading
from nuoda.engine.revisions.pure import editing
from nuoda.engine.revisions.tests import cast
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure import documents
from nuoda.foundation.base.access import scoped, system
from nuoda.interface.reports.actions import bundles
from nuoda.interface.reports.models import Bundle

from .world import SITUATIONS, Sending, World, seen, situation

_number = count(1)
CLAUSE = cast.ON_SITE


def draft(world: World) -> Draft:
    return cast.begun(world.cast)


def content_of(row: Draft) -> dict[str, Any]:
    assert row.draft_of is not None
    return dict(row.draft_of.content)


def on_draft(name: str, tail: str, body: Any = None, make: Any = draft, who: str = "quality_supervisor") -> None:
    """Something done with a draft; `body` is a dict or made of the draft."""

    def build(world: World) -> Sending:
        row = make(world)
        told = body(row) if callable(body) else body
        return Sending(who, f"/drafts/{row.dossier.number}{tail}", told)

    SITUATIONS[name] = build


def otherwise(world: World) -> Draft:
    """A draft with another limit, in which examples of the clause come out otherwise."""
    row = draft(world)
    clause = content_of(row)["clauses"][editing.place(content_of(row), CLAUSE)]
    content, _marks = editing.put(content_of(row), CLAUSE, editing.with_limits(clause, {"on_site": {"within": "2 h"}}))
    return cast.edited(row, content, world.cast.chen)


def others(row: Draft) -> list[int]:
    """Places of the examples that come out otherwise."""
    assert row.draft_of is not None
    assert row.writer is not None
    with cast.as_(row.writer) as (actor, at):
        return [one.number for one in queries.other_outcomes(rulebook.policy_of(row.draft_of), actor, at)]


def submitted(world: World) -> Draft:
    row = cast.ready(world.cast)
    cast.submitted(world.cast, row, world.cast.chen)
    return row


def coming(world: World) -> Draft:
    """A draft that was adopted and takes effect next month."""
    row = cast.ready(world.cast, f"{next(_number)} min")
    content = content_of(row)
    day = (world.stage.now + timedelta(days=30 + next(_number))).date().isoformat()
    row = cast.edited(row, {**content, "effective": day}, world.cast.wang)
    cast.adopted(world.cast, row)
    return row


def reading(world: World) -> Reading:
    """What 林晓 has to read."""
    manual = cast.manual(world.cast)
    with scoped(system(world.cast.company.pk)) as at:
        row, _new = Reading.objects.get_or_create(
            person=world.cast.lin, version=manual,
            defaults={"company_id": world.cast.company.pk, "clauses": [CLAUSE], "asked_at": at},
        )  # fmt: skip
        Reading.objects.filter(pk=row.pk).update(confirmed_at=None)
    return row


def waiting(world: World) -> Replay:
    """A replay that nobody has begun."""
    version = trying.drafted(world.stage, version=f"7.{next(_number)}")
    with cast.as_(world.cast.chen) as (actor, at):
        return replays.ask(version=version, first_day=day(world, -9), last_day=day(world, 0), actor=actor, at=at)


def day(world: World, days: int) -> Any:
    return (world.stage.now + timedelta(days=days)).date()


def running(world: World) -> Shadow:
    """A shadow run of the manual, the only one."""
    version = trying.drafted(world.stage, version=f"8.{next(_number)}")
    with scoped(system(world.cast.company.pk)) as at:
        Shadow.objects.filter(status="running").update(status="stopped", stopped_at=at)
    with cast.as_(world.cast.chen) as (actor, at):
        return shadows.start(version=version, actor=actor, at=at)


def shadowless(world: World) -> Draft:
    with scoped(system(world.cast.company.pk)) as at:
        Shadow.objects.filter(status="running").update(status="stopped", stopped_at=at)
    return draft(world)


def audit(world: World, *, marked: bool = False) -> Audit:
    """A spot check of closed tickets, drawn by the quality supervisor."""
    world.closed()
    with cast.as_(world.cast.chen) as (actor, at):
        row = audits.draw_spot(
            clause_id="LC-6.1a", since=at - timedelta(days=9), until=at, dealer_id=None, everybody=True,
            actor=actor, at=at,
        )  # fmt: skip
        for case in row.cases.all() if marked else ():
            audits.mark(row.pk, case.pk, marks=marks(row), actor=actor, at=at)
    return row


def marks(row: Audit) -> dict[str, audits.Mark]:
    return {item["key"]: audits.Mark("fail", "记录不完整") for item in row.items}


def claimed(world: World) -> Obligation:
    """Attested by the service manager; the director has to confirm it."""
    world.duty()
    with cast.as_(world.cast.wang) as (actor, at):
        rows = Obligation.visible_to(actor).select_related("dossier").filter(ref="LC-6.2b/management_report")
        row = rows.latest("due_at")
        if row.state != "claimed":
            files = [("报告.txt", "二月".encode())]
            attestations.attest(row.pk, statement="已提交服务报告", files=files, actor=actor, at=at)
    return row


def owed(world: World) -> Obligation:
    """A duty of the company that is not yet due."""
    world.duty()
    with scoped(system(world.cast.company.pk)):
        return Obligation.objects.select_related("dossier").filter(state="open", unit_id=None).latest("due_at")


def bundle(world: World) -> Bundle:
    with cast.as_(world.cast.chen) as (actor, at):
        days = {"since": at.date().isoformat(), "until": at.date().isoformat()}
        row = bundles.ask(kind="csv", parameters=days, actor=actor, at=at)
    bundles.make(row.pk, company_id=row.company_id)
    return row


# -- regulations and drafts

PERIOD = "/policies/manual/versions"
seen("list_policies", lambda _world: "/policies")
seen("list_policy_versions", lambda _world: PERIOD, query="limit=5")
seen("get_policy_version", lambda _world: f"{PERIOD}/in-force")
seen("download_policy_version", lambda _world: f"{PERIOD}/2.0/file")
seen("get_clause", lambda _world: f"/clauses/{CLAUSE}", who="agent")
seen("get_coverage", lambda _world: "/coverage", query="policy=manual")
seen("list_drafts", lambda world: draft(world) and "/drafts", who="quality_supervisor", query="state=editing")
seen("lint_rulebook", lambda _world: "/lint", who="quality_supervisor", query="policy=manual")
on_draft("get_draft", "")
on_draft("download_draft", "/file")
on_draft("compare_draft", "/compare", make=lambda world: cast.ready(world.cast))
on_draft("lint_draft", "/lint")
on_draft("get_draft_clause", f"/clauses/{CLAUSE}")
on_draft("change_draft_clause", f"/clauses/{CLAUSE}", {"edition": 1, "clocks": {"on_site": {"within": "2 h"}}})
on_draft(
    "add_draft_clause", "/clauses", lambda row: {"edition": 1, "content": editing.fresh(content_of(row), "MN-99.9z")}
)
on_draft("remove_draft_clause", f"/clauses/{CLAUSE}/remove", {"edition": 1, "withdraw": True})
on_draft("move_draft_clause", f"/clauses/{CLAUSE}/move", {"edition": 1, "by": 1})
on_draft("list_other_examples", "/examples", make=otherwise)
on_draft(
    "take_over_examples", "/examples",
    lambda row: {"edition": row.edition, "examples": {f"{CLAUSE}:{number}": None for number in others(row)}},
    make=otherwise,
)  # fmt: skip
on_draft("change_draft_head", "/head", {"edition": 1, "effective": "2030-01-01"})
on_draft("write_draft", "/text", lambda row: {"edition": 1, "text": documents.export(content_of(row))})
on_draft(
    "submit_draft", "/submit", {"comment": "请审批", "transitions": {f"{CLAUSE}/on_site": "convert"}},
    make=lambda world: cast.ready(world.cast),
)  # fmt: skip
on_draft("take_back_draft", "/take-back", {}, make=submitted)
on_draft("discard_draft", "/discard", {})
on_draft("cancel_adoption", "/cancel", {"reason": "再议"}, make=coming, who="director")


@situation("compare_versions")
def _compare(world: World) -> Sending:
    number = f"6.{next(_number)}"
    trying.drafted(world.stage, version=number)
    return Sending("quality_supervisor", "/policies/manual/compare", query=f"old=2.0&new={number}")


@situation("begin_draft")
def _begin(world: World) -> Sending:
    return Sending("quality_supervisor", "/drafts", {"policy": "manual"})


@situation("import_draft")
def _import(world: World) -> Sending:
    return Sending("quality_supervisor", "/drafts/import", {}, file=trying.manual().encode())


@situation("take_up_version")
def _take_up(world: World) -> Sending:
    number = f"5.{next(_number)}"
    trying.drafted(world.stage, version=number)
    return Sending("quality_supervisor", f"{PERIOD}/{number}/take-up", {})


@situation("try_draft")
def _try(world: World) -> Sending:
    row, ticket = draft(world), world.ticket()
    return Sending("quality_supervisor", f"/drafts/{row.dossier.number}/cases/{ticket.number}")


# -- readings

seen("list_readings", lambda world: reading(world) and "/readings", who="agent")
seen("get_reading", lambda world: f"/readings/{reading(world).pk}", who="agent")
seen(
    "list_readers",
    lambda world: reading(world) and f"{PERIOD}/2.0/readers",
    who="quality_supervisor",
    query="open=true",
)


@situation("confirm_reading")
def _confirm(world: World) -> Sending:
    row = reading(world)
    with scoped(system(world.cast.company.pk)):
        version = PolicyVersion.objects.get(pk=row.version_id)
    return Sending("agent", f"/readings/{row.pk}/confirm", {"hash": version.hash})


@situation("remind_readers")
def _remind(world: World) -> Sending:
    row = reading(world)
    with scoped(system(world.cast.company.pk)):
        number = PolicyVersion.objects.get(pk=row.version_id).version
    return Sending("quality_supervisor", f"{PERIOD}/{number}/remind", {})


# -- trials


@situation("ask_replay")
def _ask(world: World) -> Sending:
    body = {
        "draft": draft(world).dossier.number, "first_day": str(day(world, -9)), "last_day": str(day(world, 0)),
    }  # fmt: skip
    return Sending("quality_supervisor", "/replays", body)


@situation("cancel_replay")
def _cancel(world: World) -> Sending:
    return Sending("quality_supervisor", f"/replays/{waiting(world).pk}/cancel", {})


@situation("start_shadow")
def _start(world: World) -> Sending:
    return Sending("quality_supervisor", "/shadows", {"draft": shadowless(world).dossier.number})


@situation("stop_shadow")
def _stop(world: World) -> Sending:
    return Sending("quality_supervisor", f"/shadows/{running(world).pk}/stop", {})


def of_replay(world: World) -> Any:
    return trying.changed(world.stage, world.ticket())


seen("list_replays", lambda world: trying.replayed(world.stage) and "/replays", who="director", query="state=done")
seen("get_replay", lambda world: f"/replays/{of_replay(world).replay_id}", who="director")
seen(
    "list_replay_changes", lambda world: f"/replays/{of_replay(world).replay_id}/changes", who="director",
    query="kind=worse&dealer=none",
)  # fmt: skip


@situation("get_replay_change")
def _change(world: World) -> Sending:
    row = of_replay(world)
    return Sending("director", f"/replays/{row.replay_id}/changes/{row.pk}")


def in_shadow(world: World) -> Any:
    with scoped(system(world.cast.company.pk)) as at:
        Shadow.objects.exclude(pk=trying.SHADOW).filter(status="running").update(status="stopped", stopped_at=at)
    return trying.in_shadow(world.stage, world.ticket())


seen("list_shadows", lambda world: in_shadow(world) and "/shadows", who="director", query="state=running")
seen("get_shadow", lambda world: f"/shadows/{in_shadow(world).shadow_id}", who="director")
seen(
    "list_shadow_deadlines", lambda world: f"/shadows/{in_shadow(world).shadow_id}/deadlines", who="director",
    query="missed=true&differs=true",
)  # fmt: skip


# -- duties and audits


def on_duty(name: str, tail: str, body: dict[str, Any], make: Any, who: str) -> None:
    SITUATIONS[name] = lambda world: Sending(who, f"/duties/{make(world).number}{tail}", body)


on_duty("confirm_duty", "/confirm", {"note": "属实"}, claimed, "director")
on_duty("reject_duty", "/reject", {"note": "缺附件"}, claimed, "director")
on_duty("waive_duty", "/waive", {"reason": "停产检修"}, owed, "director")
seen("list_audits", lambda world: audit(world) and "/audits", who="quality_supervisor", query="state=drawn&spot=true")
seen("get_audit", lambda world: f"/audits/{audit(world).number}", who="quality_supervisor")


@situation("draw_audit")
def _draw(world: World) -> Sending:
    world.stage.now -= timedelta(days=2)
    world.closed()
    world.stage.now += timedelta(days=2)
    body = {"clause": "LC-6.1a", "since": str(day(world, -9)), "until": str(day(world, -1))}
    return Sending("quality_supervisor", "/audits", body)


@situation("mark_audit_case")
def _mark(world: World) -> Sending:
    row = audit(world)
    told = {key: {"result": mark.result, "remark": mark.remark} for key, mark in marks(row).items()}
    return Sending("quality_supervisor", f"/audits/{row.number}/cases/1", {"marks": told})


@situation("sign_audit")
def _sign(world: World) -> Sending:
    return Sending(
        "quality_supervisor", f"/audits/{audit(world, marked=True).number}/sign", {"conclusion": "多数不完整"}
    )


@situation("list_audit_findings")
def _findings(world: World) -> Sending:
    row = audit(world, marked=True)
    with cast.as_(world.cast.chen) as (actor, at):
        audits.sign(row.pk, conclusion="多数不完整", actor=actor, at=at)
    return Sending("quality_supervisor", "/audit-findings", query="clause=LC-6.1a")


# -- figures and evidence

seen("list_compliance", lambda world: world.ticket() and "/compliance", query="periods=2&policy=MN")
seen("get_compliance", lambda world: world.ticket() and "/compliance/clauses/MN-3.2.1a")
seen(
    "list_compliance_cases", lambda world: world.ticket() and "/compliance/cases", query="state=missed&clause=MN-3.2.1a"
)
seen("list_bundles", lambda world: bundle(world) and "/bundles", who="quality_supervisor", query="kind=csv")
seen("get_bundle", lambda world: f"/bundles/{bundle(world).dossier.number}", who="quality_supervisor")
seen("download_bundle", lambda world: f"/bundles/{bundle(world).dossier.number}/file", who="quality_supervisor")


@situation("ask_evidence")
def _evidence(world: World) -> Sending:
    body = {"target": CLAUSE, "since": str(day(world, -9)), "until": str(day(world, 0)), "sample": 2}
    return Sending("quality_supervisor", "/bundles/evidence", body)


@situation("ask_event_log")
def _log(world: World) -> Sending:
    body = {"format": "csv", "since": str(day(world, -9)), "until": str(day(world, 0))}
    return Sending("quality_supervisor", "/bundles/event-log", body)
