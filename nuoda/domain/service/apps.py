from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServiceConfig(AppConfig):
    name = "nuoda.domain.service"
    label = "service"
    verbose_name = _("service")

    def ready(self) -> None:
        from nuoda.domain.customers.pure import matters as customer_matters
        from nuoda.engine.approvals.pure import matters
        from nuoda.engine.papers.pure import forms as paper_forms
        from nuoda.engine.rulebook.pure import facts as rulebook_facts
        from nuoda.engine.rulebook.pure import factsets
        from nuoda.foundation.base.pure import imports
        from nuoda.foundation.journal.pure import kinds
        from nuoda.foundation.journal.pure import words as event_words

        from . import facts, reactions  # noqa: F401
        from .actions import complaints, proofs  # noqa: F401
        from .actions import imports as service_imports
        from .pure import forms
        from .web import menu, panels, words

        kinds.register("ticket", prefix="TK", label=_("ticket"))
        kinds.register("work_order", prefix="WO", label=_("work order"))
        customer_matters.register("ticket")
        kinds.address("ticket", "service:ticket")
        kinds.address("work_order", "service:work_order")
        rulebook_facts.register(facts.TICKET)
        rulebook_facts.register(facts.WORK_ORDER)
        for published in (facts.TICKETS, facts.REPAIRS, facts.COMPLAINTS, facts.RATINGS):
            factsets.publish(published)
        paper_forms.register(forms.SERVICE_ORDER)
        paper_forms.register(forms.REPAIR_RECORD)
        imports.register(imports.Source("incidents", _("incidents of another system"), service_imports.run))
        event_words.register(words.EVENTS)
        matters.register_subject(
            complaints.SETTLEMENT,
            subject="ticket",
            verb="settle",
            label=_("settlement of a complaint"),
            content=complaints.settlement_content,
            may_ask=complaints.may_ask_settlement,
            on_approved=complaints.settle_approved,
            on_rejected=complaints.settle_rejected,
        )
        menu.install()
        panels.install()
