"""`nuoda rulebook`: read, check and show the regulations."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nuoda.cli import console
from nuoda.cli.texts import N_, _

help = N_("read, check and show the regulations")
examples = [
    "nuoda rulebook lint",
    "nuoda rulebook lint policies/manual/2.0.yaml --json",
    "nuoda rulebook show MN-3.2.1b",
    "nuoda rulebook coverage --in-force",
    "nuoda rulebook read regulation.docx",
    "nuoda rulebook schema > policy.schema.json",
]
needs = "program"


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(
        dest="verb", required=True, metavar=_("lint | show | coverage | read | schema | format")
    )
    lint = verbs.add_parser("lint", help=_("what a careful reader would object to; exit code 1 if a rule cannot run"))
    lint.add_argument("--strict", action="store_true", help=_("warnings too make the exit code 1"))
    show = verbs.add_parser("show", help=_("a clause with its text and rules, or the list of clauses"))
    show.add_argument("clause", nargs="?", help=_("id of a clause, such as MN-3.2.1b"))
    coverage = verbs.add_parser(
        "coverage", help=_("how many clauses run, are attested, inform, wait, or are undefined")
    )
    for verb in (lint, coverage):
        verb.add_argument("files", nargs="*", type=Path, help=_("policy files (default: those that are shipped)"))
    for verb in (lint, show, coverage):
        verb.add_argument("--in-force", action="store_true", help=_("the versions in force instead of files"))
    reader = verbs.add_parser("read", help=_("propose rules for a regulation given as .txt or .docx"))
    reader.add_argument("file", nargs="?", type=Path, help=_("the regulation; with --score a list of what is right"))
    reader.add_argument(
        "--score", action="store_true", help=_("how well the reader reads the regulations it is tried on")
    )
    verbs.add_parser("schema", help=_("the JSON Schema of policy files, for editors"))
    formatter = verbs.add_parser("format", help=_("write policy files in their one written form"))
    formatter.add_argument("files", nargs="+", type=Path)


def handle(args: argparse.Namespace) -> int:
    if args.verb == "schema":
        return _schema()
    if args.verb == "format":
        return _format(args.files)
    if args.verb == "read":
        return _propose(args)
    with _texts(args) as texts:
        return {"lint": _lint, "show": _show, "coverage": _coverage}[args.verb](args, texts)


@contextlib.contextmanager
def _texts(args: argparse.Namespace) -> Iterator[dict[str, str]]:
    """Policy files by name: those given, those shipped, or those in force in the database."""
    from nuoda.engine.rulebook.actions import packs

    if not args.in_force:
        paths = getattr(args, "files", None) or list(packs.files())
        here = Path.cwd()
        yield {
            str(path.relative_to(here) if path.is_relative_to(here) else path): path.read_text(encoding="utf-8")
            for path in paths
        }
        return
    from nuoda.cli.dispatch import reachable

    with reachable():
        yield _in_force()


def _in_force() -> dict[str, str]:
    from nuoda.engine.rulebook import queries
    from nuoda.engine.rulebook.pure import documents
    from nuoda.foundation.base.access import scoped, system
    from nuoda.foundation.orgs.models import Company

    found = {}
    for company_id, name in Company.objects.order_by("created_at").values_list("pk", "short_name"):
        actor = system(company_id)
        with scoped(actor) as at:
            for row in queries.in_force(actor, at):
                found[f"{name}/{row.policy.name} {row.version}"] = documents.export(row.content)
    if not found:
        raise console.CommandError(_("No regulation is in force yet. Start with: nuoda init"))
    return found


def _validity() -> list[Any]:
    """Gaps and overlaps in time, over all companies."""
    from nuoda.engine.rulebook import queries
    from nuoda.engine.rulebook.pure.linting import validity
    from nuoda.foundation.base.access import scoped, system
    from nuoda.foundation.orgs.models import Company

    found: list[Any] = []
    for company_id in Company.objects.values_list("pk", flat=True):
        with scoped(system(company_id)):
            found += validity(queries.tenures(company_id))
    return found


def _lint(args: argparse.Namespace, texts: dict[str, str]) -> int:
    from nuoda.engine.revisions.queries import world
    from nuoda.engine.rulebook.pure.linting import lint

    found = lint(texts, world()) + (_validity() if args.in_force else [])
    errors = sum(finding.severity == "error" for finding in found)
    warnings = sum(finding.severity == "warning" for finding in found)
    total = _("{files} files, {errors} errors, {warnings} warnings").format(
        files=len(texts), errors=errors, warnings=warnings
    )
    console.emit(
        {"errors": errors, "warnings": warnings, "findings": [finding.as_json() for finding in found]},
        [*(str(finding) for finding in found), total],
    )
    return console.REFUSED if errors or (args.strict and warnings) else console.DONE


def _read(texts: dict[str, str]) -> list[Any]:
    from nuoda.engine.rulebook.pure import loading
    from nuoda.engine.rulebook.pure.documents import PolicyError

    policies = []
    for name, text in texts.items():
        try:
            policies.append(loading.load(text))
        except PolicyError as error:
            raise console.CommandError(f"{name}:{error.problems[0]}") from error
    return policies


def _show(args: argparse.Namespace, texts: dict[str, str]) -> int:
    from nuoda.config import env
    from nuoda.engine.rulebook.pure.telling import labels, rule_lines

    language = env.language()
    policies = _read(texts)
    if args.clause is None:
        rows = [(clause.id, clause.status, clause.text[language]) for policy in policies for clause in policy.clauses]
        console.emit([{"id": key, "status": status, "text": text} for key, status, text in rows], console.table(rows))
        return console.DONE
    for policy in policies:
        clause = policy.clause(args.clause)
        if clause is not None:
            called = labels(clause.rules, language)
            lines = [line for rule in clause.rules for line in rule_lines(rule, language, called=called)]
            console.emit(
                {
                    "id": clause.id,
                    "policy": policy.name,
                    "version": policy.version,
                    "hash": policy.hash,
                    "section": clause.section,
                    "status": clause.status,
                    "text": dict(clause.text),
                    "binds": list(clause.binds),
                    "source": clause.source,
                    "rules": lines,
                },
                [
                    f"{clause.id}  {policy.title[language]} {policy.version}, {clause.section}  ({clause.status})",
                    "",
                    clause.text[language],
                    "",
                    *(f"- {line}" for line in lines),
                ],
            )
            return console.DONE
    raise console.CommandError(_("There is no clause {name}.").format(name=args.clause))


def _coverage(args: argparse.Namespace, texts: dict[str, str]) -> int:
    from nuoda.engine.rulebook.pure.coverage import coverage
    from nuoda.foundation.base.pure.events import REGISTRY

    policies = _read(texts)
    counts = {f"{policy.name} {policy.version}": policy.counts() for policy in policies}
    names = ["executed", "attested", "informative", "waiting", "undefined"]
    words = [_("executed"), _("attested"), _("informative"), _("waiting"), _("undefined"), _("all")]
    rows = [(_("regulation"), *words)]
    for name, found in counts.items():
        rows.append((name, *(str(found[key]) for key in names), str(sum(found.values()))))
    lines = coverage(policies, REGISTRY)
    console.emit({"regulations": counts, "clauses": [line.as_json() for line in lines]}, console.table(rows))
    return console.DONE


def _propose(args: argparse.Namespace) -> int:
    from nuoda.cli import reading

    if args.score:
        return reading.score(args.file)
    if args.file is None:
        raise console.CommandError(
            _("Name the file of a regulation: nuoda rulebook read regulation.docx"), console.USAGE
        )
    return reading.read(args.file)


def _schema() -> int:
    import json

    from nuoda.engine.rulebook.pure import schema

    text = schema.document()
    console.emit(text, [json.dumps(text, ensure_ascii=False, indent=2)])
    return console.DONE


def _format(files: list[Path]) -> int:
    from nuoda.engine.rulebook.pure import documents, loading

    changed = []
    for path in files:
        text = path.read_text(encoding="utf-8")
        try:
            written = documents.export(loading.read(text).content)
        except documents.PolicyError as error:
            raise console.CommandError(f"{path}:{error.problems[0]}") from error
        if written != text:
            path.write_text(written, encoding="utf-8")
            changed.append(str(path))
    console.emit({"changed": changed}, changed or [_("Nothing had to change.")])
    return console.DONE
