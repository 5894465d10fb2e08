"""What `nuoda check` proves about papers and files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from django.core.files.storage import default_storage

from nuoda.foundation.base.pure.checks import check
from nuoda.foundation.base.queries import invariant

from .. import queries
from ..models import Attachment, Paper
from ..states import DRAFT

CHUNK = 1 << 20


@check("papers.seals")
def seals() -> Iterator[str]:
    """Every paper that was issued is as it was issued, and every signature stands under the content that was signed."""
    for paper in Paper.objects.exclude(state=DRAFT).order_by("number", "version").iterator(chunk_size=500):
        proof = queries.proof(paper)
        if proof.standing == "changed":
            yield f"{paper.number} version {paper.version}: not as it was issued and signed"


@check("papers.files")
def files() -> Iterator[str]:
    """Every file that is attached lies in the store, with the bytes that were attached."""
    told: set[str] = set()
    for row in Attachment.objects.filter(removed_at=None).order_by("added_at", "id").iterator(chunk_size=500):
        if row.path in told:
            continue
        told.add(row.path)
        if not default_storage.exists(row.path):
            yield f"file {row.pk} ({row.kind}) is not in the store"
            continue
        digest = hashlib.sha256()
        with default_storage.open(row.path) as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
        if digest.hexdigest() != row.digest:
            yield f"file {row.pk} ({row.kind}) has other bytes than were attached"


invariant(
    "papers.tokens",
    "Every token that verifies leads to a paper of its company.",
    """SELECT format('token %s… leads to no paper', left(t.digest, 8)) FROM papers_verifytoken t
    LEFT JOIN papers_paper p ON p.id = t.paper_id AND p.company_id = t.company_id WHERE p.id IS NULL ORDER BY 1""",
)
invariant(
    "papers.amendments",
    "A paper has one successor at most, with the next version of the same number.",
    """SELECT format('%s version %s does not follow the version before it', p.number, p.version) FROM papers_paper p
    JOIN papers_paper q ON q.id = p.previous_id
    WHERE p.number <> q.number OR p.version <> q.version + 1 OR p.company_id <> q.company_id
        OR EXISTS (SELECT FROM papers_paper r WHERE r.previous_id = q.id AND r.id <> p.id) ORDER BY 1""",
)
