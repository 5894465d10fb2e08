"""佐证包: what a clause, a chapter or a regulation said in a period, what became of it, and the proofs of a random sample."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import IO, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.files.storage import default_storage
from django.db.models import CharField, F, Value, Window
from django.db.models.functions import MD5, Cast, Concat, RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _

from nuoda.engine.clocks import queries as clocks
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.clocks.web import words
from nuoda.engine.papers import queries as papers
from nuoda.engine.papers.actions import prints
from nuoda.engine.papers.models import Attachment, Paper
from nuoda.engine.papers.pure.forms import say
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.pure.book import Tenure
from nuoda.engine.rulebook.pure.policies import Clause
from nuoda.engine.rulebook.pure.telling import text
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.rates import Share
from nuoda.foundation.base.pure.refusals import Invalid
from nuoda.foundation.orgs import queries as orgs
from nuoda.foundation.orgs.models import Company
from nuoda.foundation.ui.templatetags.words import moment

from .. import queries
from ..models import Bundle
from ..pure import workbooks
from ..pure.documents import Document, Heading, Paragraph, Part, Table, as_pdf
from ..pure.tallies import Tally, chapter
from ..queries import Scope
from . import assessed, withheld

ORIGINALS = 50 * 1024 * 1024
"""Bytes of originals that one pack holds; what is beyond is listed with its hash."""
CASES = 20_000
"""Rows of the table of cases; a pack of more says so."""
SAMPLE = (0, 50)
"""Cases per clause that may be drawn."""


def checked(parameters: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """The parameters as they are kept; raises Invalid."""
    target = str(parameters.get("target", ""))
    known = queries.clause_ids(actor)
    if not any(target in (one, chapter(one), one.partition("-")[0]) for one in known):
        raise Invalid(
            _("There is no such clause, chapter or regulation."),
            fields={"target": _("There is no such clause, chapter or regulation.")},
        )
    since, until = date.fromisoformat(str(parameters["since"])), date.fromisoformat(str(parameters["until"]))
    if until < since:
        raise Invalid(_("The period ends before it begins."), fields={"until": _("The period ends before it begins.")})
    sample = min(max(int(parameters.get("sample", 5)), SAMPLE[0]), SAMPLE[1])
    return {
        "target": target, "since": since.isoformat(), "until": until.isoformat(), "sample": sample,
        "seed": int(parameters.get("seed", 1)), "originals": bool(parameters.get("originals", True)),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sampled:
    """A drawn time limit with its derivation and the originals of its case."""

    row: Deadline
    lines: tuple[tuple[str, str], ...]
    papers: tuple[Paper, ...]
    files: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Everything a pack says."""

    clauses: tuple[tuple[Tenure, Clause], ...]
    tallies: Mapping[str, Tally]
    sampled: tuple[Sampled, ...]
    cases: tuple[Deadline, ...]
    besides: assessed.Assessed
    gates: withheld.Withheld


def gather(parameters: Mapping[str, Any], actor: Actor, at: datetime) -> Found:
    """What the pack will say; the same seed over the same rows draws the same sample."""
    since, until = _moments(parameters, orgs.zone(actor))
    target = str(parameters["target"])
    clauses = tuple(_clauses(actor, target, since, until))
    ids = list(dict.fromkeys(clause.id for _tenure, clause in clauses))
    scope = Scope(since=since, until=until, clauses=ids or ("",))
    tallies = {key: found[0] for key, found in queries.tallies(actor, scope, [since, until]).items()}
    rows = queries.deadlines(actor, scope).select_related("dossier", "version__policy")
    drawn = sample(rows, seed=int(parameters["seed"]), each=int(parameters["sample"]))
    return Found(
        clauses,
        tallies,
        tuple(_sampled(row, actor, at) for row in drawn),
        tuple(rows.order_by("clause_id", "started_at", "pk")[:CASES]),
        assessed.gather(
            actor, ids, since, until, at=at, seed=int(parameters["seed"]), each=int(parameters["sample"]), most=CASES
        ),
        withheld.gather(actor, ids, since, until, most=CASES),
    )


def sample(rows: Any, *, seed: int, each: int) -> list[Deadline]:
    """So many of each clause, drawn by the hash of seed and id: reproducible, and nobody's choice."""
    lot = MD5(Concat(Value(f"{seed}|"), Cast("pk", CharField())))
    ranked = rows.annotate(place=Window(RowNumber(), partition_by=[F("clause_id")], order_by=[lot.asc()]))
    return list(ranked.filter(place__lte=each).order_by("clause_id", "place")) if each else []


def _clauses(actor: Actor, target: str, since: datetime, until: datetime) -> Iterator[tuple[Tenure, Clause]]:
    """Clauses of the target in every version that was in force in the period."""
    for tenure in rulebook.book(actor).tenures:
        if tenure.since < until and (tenure.until is None or tenure.until > since):
            for clause in tenure.policy.clauses:
                if target in (clause.id, chapter(clause.id), clause.id.partition("-")[0]):
                    yield tenure, clause


def _sampled(row: Deadline, actor: Actor, at: datetime) -> Sampled:
    explained = next(
        (one for one in clocks.explanations(actor, at=at, case_id=row.case_id) if one.row.pk == row.pk), None
    )
    lines: tuple[tuple[str, str], ...] = ()
    if explained is not None:
        authors = {UUID(pause.author) for pause in explained.derivation.pauses if pause.author}
        names = orgs.names(actor, authors)
        lines = tuple((line.label, f"{line.text}  {line.amount}".strip()) for line in words.lines(explained, names))
    return Sampled(
        row,
        lines,
        tuple(one for one in papers.papers_of(actor, case_id=row.case_id) if one.state in ("issued", "signed")),
        tuple(papers.attachments_of(actor, case_id=row.case_id)),
    )


def parts(bundle: Bundle, actor: Actor, at: datetime) -> Iterator[tuple[str, bytes | IO[bytes]]]:
    """The parts of the pack: document, tables, and originals up to `ORIGINALS` bytes."""
    found = gather(bundle.parameters, actor, at)
    yield "evidence.pdf", as_pdf(document(found, bundle, actor, at))
    yield "evidence.xlsx", workbooks.as_xlsx(list(tables(found, bundle.language)), orgs.zone(actor))
    if not bundle.parameters["originals"]:
        return
    left, seen = ORIGINALS, set[str]()
    for one in found.sampled:
        for paper in one.papers:
            name = f"originals/{paper.number}-v{paper.version}.pdf"
            if name not in seen and left > 0:
                seen.add(name)
                content = prints.pdf(paper, actor=actor, language=bundle.language)
                left -= len(content)
                yield name, content
        for file in one.files:
            name = f"originals/{file.digest[:16]}-{file.name}"
            if name not in seen and file.size <= left and default_storage.exists(file.path):
                seen.add(name)
                left -= file.size
                with default_storage.open(file.path) as content_of:
                    yield name, content_of


def document(found: Found, bundle: Bundle, actor: Actor, at: datetime) -> Document:
    """The pack to read: texts with their versions, figures, samples with their derivations, list of originals."""
    language, given = bundle.language, bundle.parameters
    parts: list[Part] = [Heading(_("Texts in force"))]
    for tenure, clause in found.clauses:
        tenancy = _("version %(version)s, in force from %(since)s") % {
            "version": tenure.policy.version,
            "since": f"{timezone.localtime(tenure.since):%Y-%m-%d}",
        }
        parts += [Heading(f"{clause.id}　{clause.section}", 2), Paragraph(text(clause.text, language)), Paragraph(f"{tenancy} · SHA-256 {tenure.policy.hash}", quiet=True)]  # fmt: skip  # noqa: E501
    besides = found.besides
    if found.tallies or not (besides.indicators or besides.duties or besides.audits):
        parts.append(Heading(_("What became of it")))
    if found.tallies:
        told = _("Time limits that began in the period, as they stand now; imported cases are left out.")
        parts += [Paragraph(told, quiet=True), _figures(found)]
    elif not (besides.indicators or besides.duties or besides.audits):
        parts.append(Paragraph(_("No time limit of these clauses began in the period."), quiet=True))
    parts += withheld.parts(found.gates, language)
    parts += assessed.parts(besides, language)
    if found.sampled:
        drawn = _(
            "%(n)d cases, at most %(each)d of each clause, drawn at random with the seed %(seed)d: the same seed draws the same cases."
        )
        counted = {"n": len(found.sampled), "each": given["sample"], "seed": given["seed"]}
        parts += [Heading(_("Sampled cases")), Paragraph(drawn % counted, quiet=True)]
    for one in found.sampled:
        parts.append(
            Heading(f"{one.row.dossier.number} · {one.row.clause_id} · {words.label(one.row.label, one.row.ref)}", 2)
        )
        parts.append(Table(("", ""), one.lines, narrow=(0,)))
        originals = [(f"{say(p.form_type.title, language)} {p.number}", p.content_hash) for p in one.papers]
        originals += [(file.name, file.digest) for file in one.files]
        if originals:
            halved = tuple((name, f"{digest[:32]}\n{digest[32:]}") for name, digest in originals)
            parts.append(Table((_("Original"), "SHA-256"), halved, narrow=(1,)))
    company = Company.objects.filter(pk=actor.company_id).values_list("name", flat=True).get()
    return Document(
        title=_("Evidence pack: %(target)s") % {"target": given["target"]},
        company=company,
        language=language,
        made_at=at,
        parts=parts,
        head=(
            (_("Number"), bundle.dossier.number),
            (_("About"), called(found, str(given["target"]), language)),
            (_("Period"), f"{given['since']} – {given['until']}"),
            (_("Ordered by"), bundle.asked_by.name),
            (_("Made"), moment(at)),
        ),
        foot=f"{bundle.dossier.number} · {given['target']} · {given['since']} – {given['until']}",
        missing_words=_("〓 stands for characters that the type lacks: {}"),
    )


def called(found: Found, target: str, language: str) -> str:
    """What the pack is about: the regulation by its title, of a clause also its section."""
    for tenure, clause in found.clauses:
        title = text(tenure.policy.title, language)
        return f"{title} · {target} {clause.section}" if target == clause.id else f"{title} · {target}"
    return target


HEADS = ("kept", "missed", "open", "paused", "withdrawn", "waived")


def _figures(found: Found) -> Table:
    rows = []
    for clause_id, tally in found.tallies.items():
        share, low, high = shares(tally)
        rows.append(
            (
                clause_id,
                *(str(tally[state]) for state in HEADS),
                str(tally.judged),
                share,
                f"{low} – {high}" if low else "",
            )
        )
    heads = (_("Clause"), *(str(words.STATES[state]) for state in HEADS), "n", _("Share kept"), _("95 % interval"))
    return Table(heads, tuple(rows), right=tuple(range(1, 9)), narrow=tuple(range(9)))


def shares(tally: Tally) -> tuple[str, str, str]:
    if tally.rate is None or tally.interval is None:
        return _("not assessed"), "", ""
    return f"{tally.rate * 100:.1f}%", f"{tally.interval[0] * 100:.1f}%", f"{tally.interval[1] * 100:.1f}%"


def _shares(tally: Tally) -> list[Share | None]:
    if tally.rate is None or tally.interval is None:
        return [None, None, None]
    return [Share(tally.rate), *map(Share, tally.interval)]


def tables(found: Found, language: str) -> Iterator[workbooks.Sheet]:
    """The same as tables: figures, every case of the period (up to `CASES`), the sample, originals, versions; then what
    indicators, duties and audits say."""
    states = [str(words.STATES[state]) for state in HEADS]
    yield workbooks.Sheet(
        _("What became of it"),
        [_("Clause"), *states, "n", _("Share kept"), _("Lower bound"), _("Upper bound")],
        [
            [key, *(tally[state] for state in HEADS), tally.judged, *_shares(tally)]
            for key, tally in found.tallies.items()
        ],
    )
    heads = [
        _("Number"),
        _("Clause"),
        _("What is owed"),
        _("State"),
        _("Began"),
        _("Due"),
        _("Done"),
        _("Version"),
        "ID",
    ]
    yield workbooks.Sheet(_("Cases"), heads, [_case(row) for row in found.cases])
    yield workbooks.Sheet(_("Sample"), heads, [_case(one.row) for one in found.sampled])
    yield workbooks.Sheet(
        _("Originals"),
        [_("Case"), _("Original"), "SHA-256"],
        [
            [one.row.dossier.number, name, digest]
            for one in found.sampled
            for name, digest in [(p.number, p.content_hash) for p in one.papers]
            + [(f.name, f.digest) for f in one.files]
        ],
    )
    seen = {tenure.version_id: tenure for tenure, _clause in found.clauses}
    yield workbooks.Sheet(
        _("Versions"),
        [_("Regulation"), _("Version"), _("In force since"), _("until"), "SHA-256"],
        [[one.policy.code, one.policy.version, one.since, one.until, one.policy.hash] for one in seen.values()],
    )
    yield from withheld.sheets(found.gates, language)
    yield from assessed.sheets(found.besides, language)


def _case(row: Deadline) -> Sequence[workbooks.Cell]:
    return [
        row.dossier.number, row.clause_id, words.label(row.label, row.ref), str(words.STATES[row.state]), row.started_at,
        row.due_at, row.done_at, row.version.version, str(row.pk),
    ]  # fmt: skip


def _moments(parameters: Mapping[str, Any], zone: ZoneInfo) -> tuple[datetime, datetime]:
    first, last = date.fromisoformat(parameters["since"]), date.fromisoformat(parameters["until"])
    return datetime.combine(first, time.min, zone), datetime.combine(last + timedelta(days=1), time.min, zone)
