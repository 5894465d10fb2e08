"""`nuoda replay`: what a changed regulation would have made of the past, and whether the past stands as it is stored."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from nuoda.cli import console
from nuoda.cli.texts import N_, _

help = N_("replay a period under a changed regulation, or check that replay equals life")
examples = [
    "nuoda replay --policy manual.yaml --from 2026-07-01 --to 2026-09-30",
    "nuoda replay --policy manual.yaml --from 2026-07-01 --to 2026-09-30 --json > quarter.json",
    "nuoda replay --live",
]
SHOWN = 20  # changed deadlines and differences printed for people; --json has all


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--policy", type=Path, metavar=_("FILE"), help=_("the regulation to try, as a policy file"))
    parser.add_argument("--from", dest="first", type=date.fromisoformat, metavar=_("DATE"), help=_("first day"))
    parser.add_argument("--to", dest="last", type=date.fromisoformat, metavar=_("DATE"), help=_("last day, included"))
    parser.add_argument("--imports", action="store_true", help=_("also cases that were imported, judged as if"))
    parser.add_argument("--live", action="store_true", help=_("compare every stored time limit with the journal"))


def handle(args: argparse.Namespace) -> int:
    if not args.live and not (args.policy and args.first and args.last):
        raise console.CommandError(
            _("Say what to try and when: --policy FILE --from DATE --to DATE; or --live."), console.USAGE
        )
    data: dict[str, Any] = {}
    lines: list[str] = []
    code = console.DONE
    if args.live:
        data["live"] = [_live(company_id, name, lines) for company_id, name in _companies()]
        if any(item["differences"] for item in data["live"]):
            code = console.REFUSED
    if args.policy:
        text = args.policy.read_text(encoding="utf-8")
        data["replays"] = [_replay(company_id, name, text, args, lines) for company_id, name in _companies()]
    console.emit(data, lines)
    return code


def _companies() -> list[tuple[Any, str]]:
    from nuoda.foundation.orgs.models import Company

    return list(Company.objects.order_by("created_at").values_list("pk", "short_name"))


def _live(company_id: Any, name: str, lines: list[str]) -> dict[str, Any]:
    from nuoda.engine.replay.actions import proofs
    from nuoda.foundation.base.access import scoped, system

    compared = 0
    with console.Progress(_("Comparing {name}").format(name=name)) as progress, scoped(system(company_id)) as at:

        def step(count: int) -> None:
            nonlocal compared
            compared += count
            progress.step(count)

        found = list(proofs.unlike(company_id, at=at, step=step))
    lines.append(
        _("{name}: {cases} cases compared, {count} differences between what is stored and the journal").format(
            name=name, cases=compared, count=len(found)
        )
    )
    lines.extend(f"    {difference}" for difference in found[:SHOWN])
    return {
        "company": name,
        "cases": compared,
        "differences": [
            {
                "number": item.number,
                "deadline": item.deadline_id,
                "ref": item.ref,
                "what": item.what,
                "stored": item.stored,
                "journal": item.folded,
            }
            for item in found
        ],
    }


def _replay(company_id: Any, name: str, text: str, args: argparse.Namespace, lines: list[str]) -> dict[str, Any]:
    from nuoda.engine.clocks import queries as clocks
    from nuoda.engine.replay.actions import hands, trials
    from nuoda.foundation.base.access import scoped, system
    from nuoda.foundation.base.pure.refusals import Refused

    actor = system(company_id)
    changed: list[dict[str, Any]] = []
    total = trials.Seen()
    try:
        with scoped(actor) as at:
            draft, _content = trials.read(text)
            within = trials.period(company_id, args.first, args.last)
            question = trials.Question(company_id, draft, trials.version_id(draft), within, args.imports)
            trial = trials.Trial(question, clocks.ruling(actor))
            ids = trial.candidates(at=at)
            with console.Progress(_("Replaying {name}").format(name=name), ids.size) as progress:
                for seen in hands.seen(trial, ids, at=at):
                    total.add(seen)
                    for changes in seen.changes:
                        changed += map(_changed, trials.told(company_id, changes))
                    progress.step(seen.looked)
    except Refused as refusal:
        raise console.CommandError(str(refusal.reason)) from refusal
    figures = _figures(total)
    lines += _told(name, draft, total, figures, changed)
    return {
        "company": name,
        "policy": draft.name,
        "version": draft.version,
        "from": args.first,
        "to": args.last,
        "cases": total.cases,
        "cases_step_by_step": total.by_steps,
        "clauses": figures,
        "changed": changed,
    }


def _figures(total: Any) -> list[dict[str, Any]]:
    """Per clock: states on both sides, over all dealers and teams."""
    from nuoda.engine.replay.models.replays import DEADLINE_STATES

    sums: dict[str, dict[str, dict[str, int]]] = {}
    for (ref, _group), sides in total.figures.items():
        mine = sums.setdefault(ref, {"life": {}, "draft": {}})
        for side, counts in sides.items():
            for state in DEADLINE_STATES:
                mine[side][state] = mine[side].get(state, 0) + counts.get(state, 0)
    return [{"ref": ref, "clause": ref.partition("/")[0], **sums[ref]} for ref in sorted(sums)]


def _changed(item: Any) -> dict[str, Any]:
    return {
        "number": item.case.number,
        "ref": item.ref,
        "round": item.round,
        "started_at": item.started_at,
        "kind": item.kind,
        "life": {"state": item.life, "due_at": item.life_due},
        "draft": {"state": item.draft, "due_at": item.draft_due},
    }


def _told(
    name: str, draft: Any, total: Any, figures: list[dict[str, Any]], changed: list[dict[str, Any]]
) -> Iterator[str]:
    yield _("{name}: {cases} cases under {policy} {version}").format(
        name=name, cases=total.cases, policy=draft.name, version=draft.version
    )
    rows = [(_("clause"), _("opened"), _("kept"), _("missed"), _("withdrawn"), _("open"))]
    for figure in figures:
        life, new = figure["life"], figure["draft"]
        sums = [
            {**side, "opened": sum(side.values()), "open": side.get("open", 0) + side.get("paused", 0)}
            for side in (life, new)
        ]
        cells = [
            f"{sums[0].get(key, 0)} → {sums[1].get(key, 0)}"
            for key in ("opened", "kept", "missed", "withdrawn", "open")
        ]
        rows.append((figure["ref"], *cells))
    yield from console.table(rows)
    yield _("{count} time limits come out otherwise.").format(count=len(changed))
    for item in changed[:SHOWN]:
        sides = " → ".join(
            f"{item[side]['state'] or '—'} {item[side]['due_at'] or ''}".strip() for side in ("life", "draft")
        )
        yield f"    {item['number']}  {item['ref']}  {sides}"
    yield _("Replay is exact about what was recorded. It cannot know how people would have worked under other rules.")
