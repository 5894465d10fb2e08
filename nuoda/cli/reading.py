"""`nuoda rulebook read`: what the reader proposes for a regulation, and how well it reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nuoda.cli import console
from nuoda.cli.texts import N_, _

REASONS = {
    "empty": N_("The file {name} is empty."),
    "large": N_("The file {name} is too long for a regulation: at most 10 MB and 500,000 characters."),
    "bomb": N_("The file {name} grows without measure when it is unpacked; it was not read."),
    "active": N_("The file {name} carries active content; save it again as plain .docx or .txt."),
    "locked": N_("The file {name} is protected by a password; save it without one."),
    "broken": N_("The file {name} is damaged and cannot be read."),
    "type": N_("The file {name} is neither text nor .docx; save it as one of these."),
}


def read(path: Path) -> int:
    """Show the proposals of a regulation, in the order of its text."""
    from nuoda.engine.rulebook.pure.reading import reader

    found = reader.read(_text(path))
    rows = [(_("line"), _("section"), _("kind"), _("reads"), _("words"))]
    for one in found.proposals:
        line = found.text.count("\n", 0, one.start) + 1
        words = " ".join(found.text[one.start : one.end].split())
        rows.append((str(line), one.item.section, one.kind, _short(one), words[:60]))
    console.emit(as_json(found), [*console.table(rows), "", _summary(found)])
    return console.DONE


def score(gold: Path | None) -> int:
    """Show precision and recall against a gold list; the texts stand beside it or among the shared regulations."""
    from nuoda.engine import rulebook
    from nuoda.engine.rulebook.pure.reading import reader, scoring
    from nuoda.engine.rulebook.pure.reading.proposals import KINDS

    path = gold or Path(rulebook.__file__).parent / "tests" / "gold_reader.json"
    if not path.is_file():
        raise console.CommandError(_("There is no file {name}.").format(name=path))
    pairs = []
    for text in json.loads(path.read_text(encoding="utf-8"))["texts"]:
        pairs.append((reader.read(_text(_beside(path, text["file"]))).proposals, text["items"]))
    judged = {line["kind"] for _proposals, lines in pairs for line in lines}
    comparison = scoring.compare(pairs, [kind for kind in KINDS if kind in judged])
    rows = [
        (
            _("kind"),
            _("proposals"),
            _("precision"),
            _("recall"),
            _("precision by the register"),
            _("recall by the register"),
        )
    ]
    for one in comparison.scores:
        figures = (one.precision, one.recall, one.precision_register, one.recall_register)
        rows.append((one.kind, str(one.proposed), *("-" if figure is None else f"{figure:.2f}" for figure in figures)))  # type: ignore[arg-type]
    missed = [(line["clause"], line["section"], line["kind"], line.get("key", "")) for line in comparison.missed]
    console.emit(
        {
            "scores": [
                {
                    "kind": one.kind,
                    "proposed": one.proposed,
                    "precision": one.precision,
                    "recall": one.recall,
                    "precision_register": one.precision_register,
                    "recall_register": one.recall_register,
                }
                for one in comparison.scores
            ],
            "missed": [dict(zip(("clause", "section", "kind", "key"), line, strict=True)) for line in missed],
            "wrong": [{"kind": one.kind, "section": one.item.section, "word": one.word} for one in comparison.wrong],
        },
        [
            *console.table(rows),
            "",
            *(_("not found: {line}").format(line=" ".join(filter(None, line))) for line in missed),
            *(
                _("not borne out: {kind} {section}").format(kind=one.kind, section=one.item.section)
                for one in comparison.wrong
            ),
        ],
    )
    return console.DONE


def as_json(found: Any) -> dict[str, Any]:
    """A reading as plain values; places count characters from 0, half-open."""
    return {
        "proposals": [
            {
                "kind": one.kind,
                "place": [one.start, one.end],
                "sentence": list(one.sentence),
                "section": one.item.section,
                "words": found.text[one.start : one.end],
                "roles": list(one.roles),
                **{name: value for name, value in _fields(one) if value not in ("", None, False)},
            }
            for one in found.proposals
        ],
        "numbers": [
            {
                "place": [one.start, one.end],
                "words": found.text[one.start : one.end],
                "kind": one.kind,
                "value": str(one.duration) if one.duration else one.amount,
            }
            for one in found.quantities
        ],
        "vague": [
            {"word": one.word, "place": [one.start, one.end], "section": one.item.section} for one in found.vague
        ],
        "roles": list(found.roles),
        "counts": found.count(),
    }


def _fields(one: Any) -> Iterator[tuple[str, Any]]:
    from nuoda.engine.rulebook.pure.reading.doubts import doubts

    yield "within", str(one.within) if one.within else None
    for name in ("ahead", "due", "starts", "ends", "circumstance", "when", "every", "name", "formula", "target"):
        yield name, getattr(one, name)
    yield "people", list(one.people) or None
    yield "look_at", list(doubts(one)) or None


def _short(one: Any) -> str:
    if one.kind in ("clock", "open_clock"):
        way = "←" if one.ahead else "→"
        begins = "/".join(filter(None, (one.starts, one.due)))
        return f"{one.within or '?'}: {begins or '?'} {way} {one.ends or '?'}"
    people = " → ".join((*one.roles, *one.people))
    told = [one.every, one.name, one.formula, "" if one.target is None else f"{one.target:g}", people]
    return " ".join(filter(None, told))


def _summary(found: Any) -> str:
    counts = ", ".join(f"{kind} {count}" for kind, count in found.count().items() if count)
    return _("{counts}; {numbers} numbers, {vague} vague words").format(
        counts=counts or "0", numbers=len(found.quantities), vague=len(found.vague)
    )


def _text(path: Path) -> str:
    from nuoda.engine.rulebook.pure.reading.files import Unreadable, text_of

    if not path.is_file():
        raise console.CommandError(_("There is no file {name}.").format(name=path))
    try:
        return text_of(path.read_bytes())
    except Unreadable as error:
        raise console.CommandError(_(REASONS[error.code]).format(name=path)) from error


def _beside(gold: Path, name: str) -> Path:
    from nuoda.config import env

    near = gold.parent / name
    return near if near.is_file() else env.shared() / "regulations" / name
