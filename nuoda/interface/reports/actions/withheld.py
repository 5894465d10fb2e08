"""What a pack says of gates: how often they let through and held back, and every case that was held back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from nuoda.engine.rulebook import queries as rulebook
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.orgs import queries as orgs
from nuoda.foundation.ui.templatetags.words import moment

from .. import queries
from ..pure import gates, workbooks
from ..pure.documents import Heading, Paragraph, Part, Table
from ..queries import OUTCOMES, Scope

LISTED = 30
"""Cases that the document tells, the latest; the tables have all of them."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """Counts by clause, and the cases with their words."""

    passed: Mapping[str, int]
    held: Mapping[str, gates.Held]
    rows: tuple[Any, ...]
    names: Mapping[Any, str]
    texts: gates.Texts


def gather(actor: Actor, clauses: Collection[str], since: datetime, until: datetime, *, most: int) -> Withheld:
    """What these clauses let through and held back in the half-open time; `most`: rows of one table."""
    scope = Scope(since=since, until=until, clauses=clauses or ("",))
    rows = tuple(queries.refusals(actor, scope).select_related("dossier").order_by("-first_at", "pk")[:most])
    wanted = set(clauses)
    passed = {key: counts["moves"] for key, counts in queries.named_in(actor, scope).items() if "moves" in counts}
    return Withheld(
        {key: n for key, n in passed.items() if key in wanted},
        queries.held(actor, scope),
        rows,
        orgs.names(actor, {row.actor_id for row in rows if row.actor_id}),
        gates.texts(rulebook.book(actor).tenures),
    )


def parts(found: Withheld, language: str) -> list[Part]:
    """For the document; nothing where no gate was asked in the period."""
    if not found.passed and not found.held:
        return []
    told: list[Part] = [
        Heading(_("Gates")),
        Paragraph(
            _("Steps that the conditions, documents and approvals of a clause let through or held back. Several tries in a row are one."),
            quiet=True,
        ),
        Table(tuple(_heads()), tuple(tuple(str(cell) for cell in row) for row in _counts(found)), right=tuple(range(1, 7))),
    ]  # fmt: skip
    if found.rows:
        latest = found.rows[:LISTED]
        counted = {"n": len(latest), "all": len(found.rows)}
        told.append(Paragraph(_("The latest %(n)d of %(all)d cases that were held back:") % counted, quiet=True))
        heads = (pgettext("refusal", "When"), _("Clause"), _("Number"), _("What was to be done"), _("What was missing"), _("What became of it"))  # fmt: skip  # noqa: E501
        told.append(Table(heads, tuple(_told(found, row, language) for row in latest), narrow=(0, 1, 2)))
    return told


def _told(found: Withheld, row: Any, language: str) -> tuple[str, ...]:
    return (
        moment(row.first_at), row.clause_id, row.dossier.number if row.dossier else "", gates.deed(row.subject, row.verb, language),
        _said(found, row, language), str(OUTCOMES[row.outcome]),
    )  # fmt: skip


def _said(found: Withheld, row: Any, language: str) -> str:
    return gates.said(found.texts, row.version_id, row.clause_id, row.missing, language)


def _heads() -> list[str]:
    outcomes = [str(label) for label in OUTCOMES.values()]
    return [_("Clause"), _("Let through"), _("Held back"), pgettext("refusal", "Tries"), *outcomes]


def _counts(found: Withheld) -> Iterator[list[workbooks.Cell]]:
    for key in sorted({*found.passed, *found.held}):
        held = found.held.get(key, gates.Held())
        yield [key, found.passed.get(key, 0), held.n, held.tries, *(getattr(held, one) for one in OUTCOMES)]


def sheets(found: Withheld, language: str) -> Iterator[workbooks.Sheet]:
    """Counts by clause, and every case that was held back (up to the pack's limit)."""
    yield workbooks.Sheet(_("Gates"), _heads(), list(_counts(found)))
    heads = [
        _("First tried"), _("Last tried"), pgettext("refusal", "Tries"), _("Clause"), _("Number"), _("What was to be done"),
        _("What was missing"), _("Who"), _("What became of it"), pgettext("refusal", "Done"), "ID",
    ]  # fmt: skip
    yield workbooks.Sheet(_("Held back"), heads, [_row(found, row, language) for row in found.rows])


def _row(found: Withheld, row: Any, language: str) -> list[workbooks.Cell]:
    return [
        row.first_at, row.last_at, row.times, row.clause_id, row.dossier.number if row.dossier else "",
        gates.deed(row.subject, row.verb, language), _said(found, row, language),
        found.names.get(row.actor_id, "") if row.actor_id else _("by itself"), str(OUTCOMES[row.outcome]), row.done_at,
        str(row.pk),
    ]  # fmt: skip
