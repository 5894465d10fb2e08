from __future__ import annotations

import secrets
from uuid import UUID

from django.db import models
from django.db.models import Q

from nuoda.foundation.base.models import ScopedTable
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.journal.models import CaseShare, Dossier

from ..pure.forms import FormType, get
from ..states import DRAFT, IN_FORCE, LABELS

NOBODY = UUID(int=0)


def new_token() -> str:
    """Address part of the public page: 192 random bits."""
    return secrets.token_urlsafe(24)


def new_salt() -> str:
    return secrets.token_hex(16)


class CaseTable(ScopedTable):
    """A row of a case; seen by whoever sees the case."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case_id = models.UUIDField(editable=False)

    class Meta:
        abstract = True

    @classmethod
    def visible_to(cls, actor: Actor) -> models.QuerySet:  # type: ignore[type-arg]
        rows = cls._default_manager.filter(company_id=actor.company_id)
        if actor.only_administers:  # only of the company's own matters: what shows that a duty was done, say
            return rows.filter(case_id__in=Dossier.visible_to(actor).values("id"))
        if actor.reach in ("company", "system"):
            return rows
        if actor.reach == "dealer":
            return rows.filter(dealer_id=actor.dealer_id)
        if actor.reach == "technician":
            return rows.filter(
                case_id__in=CaseShare.objects.filter(person_id=actor.person_id or NOBODY).values("case_id")
            )
        return rows.filter(customer_id=actor.customer_id)


class Paper(CaseTable):
    """单据: one version of one numbered document. The database refuses any change of its content once it was issued."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="papers")
    form = models.CharField(max_length=40)
    form_version = models.IntegerField()
    number = models.CharField(max_length=60)
    version = models.IntegerField(default=1)
    previous = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="next")
    state = models.CharField(max_length=10, default=DRAFT, choices=list(LABELS.items()))
    content = models.JSONField(default=dict)
    """What was filled in, by field key (see `pure.forms.Field`). Personal data: emptied by erasure."""
    salt = models.CharField(max_length=32, default=new_salt, editable=False)
    content_hash = models.CharField(max_length=64, blank=True)
    token = models.CharField(max_length=32, default=new_token, unique=True, editable=False)
    company_name = models.CharField(max_length=120, blank=True)
    """Heading as it was when the paper was issued."""
    created_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)
    issued_by = models.UUIDField(null=True)
    erased_at = models.DateTimeField(null=True)
    origin = models.CharField(max_length=8, default="live")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company_id", "number", "version"], name="papers_paper_number"),
            models.CheckConstraint(
                condition=Q(state=DRAFT) | Q(issued_at__isnull=False) & ~Q(content_hash=""), name="papers_paper_issued"
            ),
        ]
        indexes = [
            models.Index(fields=["dossier", "form", "-version"], name="papers_paper_dossier"),
            models.Index(fields=["case_id"], name="papers_paper_case"),
        ]

    def __str__(self) -> str:
        return self.number if self.version == 1 else f"{self.number} v{self.version}"

    @property
    def form_type(self) -> FormType:
        return get(self.form, self.form_version)

    @property
    def in_force(self) -> bool:
        return self.state in IN_FORCE


class Signature(CaseTable):
    """A signature bound to the hash of what was signed. Rows are never changed or deleted; what is personal stands in
    Hand."""

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="signatures")
    role = models.CharField(max_length=40)
    """Key of the form's signature field: 'customer', 'engineer'."""
    person_id = models.UUIDField(null=True)
    """The logged-in signer, when he signed for himself; else null (a customer on the technician's phone)."""
    witness_id = models.UUIDField(null=True)
    """Whose login took the signature."""
    signed_at = models.DateTimeField()
    """When it was drawn, by the device's clock as far as the policy lets it differ."""
    recorded_at = models.DateTimeField()
    device = models.CharField(max_length=200, blank=True)
    content_hash = models.CharField(max_length=64)
    hand_hash = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "role"], name="papers_signature_role")]

    def __str__(self) -> str:
        return f"{self.role} {self.seal[:12]}"


class Hand(CaseTable):
    """The personal part of a signature: name, strokes, place. May be deleted (erasure), never changed."""

    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="hand")
    name = models.CharField(max_length=60)
    strokes = models.JSONField()
    place = models.CharField(max_length=120, blank=True)
    salt = models.CharField(max_length=32, default=new_salt, editable=False)

    def __str__(self) -> str:
        return self.name


class VerifyToken(models.Model):
    """Where a public token leads: read before any scope is known, so it stands outside the walls and holds ids only."""

    digest = models.CharField(max_length=64, primary_key=True)
    """sha256 of the token: reading this table gives nobody an address."""
    company_id = models.UUIDField()
    paper_id = models.UUIDField()
