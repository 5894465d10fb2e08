from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuoda.domain.customers.models import Contact, Customer, InstalledProduct, Site
from nuoda.domain.customers.pure import phones
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.models import CaseShare, Dossier
from nuoda.foundation.orgs.models import Person

from ..states import OPEN, TICKET

KINDS = {
    "consultation": _("consultation"),
    "fault": _("fault"),
    "complaint": _("complaint"),
    "suggestion": _("suggestion"),
}
SEVERITIES = {"urgent": _("urgent"), "general": _("general"), "none": _("not graded")}
SEVERITY_RANKS = {"urgent": 0, "general": 1, "none": 2}
CHANNELS = {"phone": _("phone"), "web": _("web"), "api": _("API")}
PAUSE_REASONS = {
    "waiting_customer": _("waiting for the customer"),
    "waiting_parts": _("waiting for parts"),
    "waiting_vendor": _("waiting for a supplier"),
    "waiting_evidence": _("waiting for evidence"),
    "other": _("other reason"),
}


class Ticket(models.Model):
    """服务请求: a customer's matter, from the first word to the follow-up. Due times are not here: they are deadlines of its case."""

    dossier = models.OneToOneField(Dossier, primary_key=True, on_delete=models.PROTECT, related_name="ticket")
    company_id = models.UUIDField(editable=False)
    dealer_id = models.UUIDField(null=True, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=12, choices=TICKET.choices)
    kind = models.CharField(_("kind"), max_length=12, choices=list(KINDS.items()))
    severity = models.CharField(_("severity"), max_length=8, choices=list(SEVERITIES.items()))
    severity_rank = models.SmallIntegerField(editable=False)
    proposed_severity = models.CharField(max_length=8, choices=list(SEVERITIES.items()))
    severity_clause = models.CharField(max_length=20, blank=True)
    """The clause whose rule proposed the severity."""
    severity_reason = models.CharField(_("reason for the severity"), max_length=200, blank=True)
    channel = models.CharField(_("channel"), max_length=8, choices=list(CHANNELS.items()))

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets")
    product = models.ForeignKey(
        InstalledProduct, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets"
    )
    caller_name = models.CharField(_("caller"), max_length=60, blank=True)
    caller_phone = models.CharField(_("caller's phone"), max_length=40, blank=True)
    model_text = models.CharField(_("product model as told"), max_length=80, blank=True)
    serial_text = models.CharField(_("serial number as told"), max_length=60, blank=True)
    purchase_date = models.DateField(_("purchase date"), null=True, blank=True)
    purchase_date_unknown = models.BooleanField(_("the customer does not know the purchase date"), default=False)
    subject = models.CharField(_("subject"), max_length=120)
    problem = models.TextField(_("problem"), blank=True)
    production_stopped = models.BooleanField(_("production has stopped"), default=False)
    safety_risk = models.BooleanField(_("there is a danger to people"), default=False)
    machines_down = models.PositiveIntegerField(_("machines standing still"), default=0)
    in_warranty = models.BooleanField(_("in warranty"), null=True, blank=True)
    apologised = models.BooleanField(_("the apology was said"), default=False)

    reported_at = models.DateTimeField(_("reported at"))
    answered_at = models.DateTimeField(null=True, blank=True)
    promised_at = models.DateTimeField(null=True, blank=True)
    handed_over_at = models.DateTimeField(null=True, blank=True)
    responded_at = models.DateTimeField(null=True, blank=True)
    solved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(max_length=20, blank=True, choices=list(PAUSE_REASONS.items()))
    keeper = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    """Who looks after the ticket: the agent, later whoever it was handed over to."""
    reporter = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    solution = models.TextField(_("solution"), blank=True)
    cause_code = models.CharField(_("cause of the complaint"), max_length=20, blank=True)
    customer_confirmed = models.BooleanField(_("the customer confirmed"), default=False)
    reopened = models.PositiveSmallIntegerField(default=0)
    end_reason = models.CharField(max_length=20, blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="duplicates")
    score = models.PositiveSmallIntegerField(_("rating"), null=True, blank=True)
    settlement_fen = models.BigIntegerField(_("settlement"), null=True, blank=True)
    settlement_state = models.CharField(
        max_length=10,
        blank=True,
        choices=[("proposed", _("proposed")), ("approved", _("approved")), ("rejected", _("rejected"))],
    )
    version = models.IntegerField(default=0, editable=False)
    """Raised by every change: a form that was opened before somebody else's change is stale."""

    class Meta:
        indexes = [
            # Newest open tickets by severity: the agents' and managers' list.
            models.Index(
                fields=["company_id", "severity_rank", "-reported_at", "dossier"],
                name="service_ticket_open",
                condition=Q(state__in=OPEN),
            ),
            models.Index(
                fields=["dealer_id", "severity_rank", "-reported_at", "dossier"],
                name="service_ticket_dealer_open",
                condition=Q(state__in=OPEN, dealer_id__isnull=False),
            ),
            models.Index(fields=["company_id", "-reported_at", "dossier"], name="service_ticket_all"),
            models.Index(fields=["customer", "-reported_at"], name="service_ticket_customer"),
            models.Index(fields=["keeper", "-reported_at"], name="service_ticket_keeper", condition=Q(state__in=OPEN)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(severity_rank=0, severity="urgent")
                | Q(severity_rank=1, severity="general")
                | Q(severity_rank=2, severity="none"),
                name="service_ticket_rank",
            ),
            models.CheckConstraint(condition=Q(score=None) | Q(score__range=(1, 5)), name="service_ticket_score"),
            models.CheckConstraint(
                condition=Q(paused_at=None, pause_reason="") | ~Q(paused_at=None) & ~Q(pause_reason=""),
                name="service_ticket_pause",
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def number(self) -> str:
        return self.dossier.number

    @property
    def caller_phone_shown(self) -> str:
        """The caller's number as people here read it; what is no number stays as it was told."""
        try:
            return phones.shown(phones.normalise(self.caller_phone))
        except ValueError:
            return self.caller_phone

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[Ticket]:
        """Tickets in the actor's scope: all of the company, of the dealer, of his cases, of the customer. Figures count them;
        who reads them is a matter of roles (`access.READERS`)."""
        rows = Ticket.objects.filter(company_id=actor.company_id)
        if actor.reach in ("company", "system"):
            return rows
        if actor.reach == "dealer":
            return rows.filter(dealer_id=actor.dealer_id)
        if actor.reach == "technician":
            return rows.filter(pk__in=CaseShare.cases_of(actor))
        return rows.filter(customer_id=actor.customer_id)
