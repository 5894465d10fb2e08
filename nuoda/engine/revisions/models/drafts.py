from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuoda.engine.rulebook.access import may_draft
from nuoda.engine.rulebook.models import Policy, PolicyVersion
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.orgs.models import Person

from ..states import DRAFT, OPEN


class Draft(models.Model):
    """修订: the work on one version of a regulation, from its beginning to its adoption.

    Its text is the content of its version, which the rulebook keeps; it always loads, so that it can be tried out at any time.
    """

    dossier = models.OneToOneField(Dossier, primary_key=True, on_delete=models.PROTECT, related_name="policy_draft")
    company_id = models.UUIDField(editable=False)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="drafts")
    draft_of = models.ForeignKey(PolicyVersion, on_delete=models.SET_NULL, null=True, related_name="drafts")
    """The version that it becomes; None when it was thrown away."""
    base = models.ForeignKey(PolicyVersion, on_delete=models.SET_NULL, null=True, related_name="+")
    """The version it was begun from; None for one that began empty or from a file."""
    state = models.CharField(_("state"), max_length=12, choices=DRAFT.choices)
    edition = models.PositiveIntegerField(default=1)
    """Counts the changes: whoever changes an older edition is refused."""
    writer = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    """Who changed it last."""
    begun_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draft_of"], condition=Q(state__in=OPEN), name="revisions_draft_one_open"),
            models.CheckConstraint(condition=Q(edition__gte=1), name="revisions_draft_edition"),
        ]
        indexes = [models.Index(fields=["company_id", "-changed_at"], name="revisions_draft_newest")]

    def __str__(self) -> str:
        return self.dossier.number

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[Draft]:
        """Drafts are seen by those who may write them."""
        rows = Draft.objects.filter(company_id=actor.company_id)
        return rows if may_draft(actor) else rows.none()
