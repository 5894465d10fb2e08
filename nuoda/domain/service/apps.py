from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServiceConfig(AppConfig):
    name = "nuoda.domain.service"
    label = "service"
    verbose_name = _("service")

    def ready(self) -> None:
        from nuoda.engine.rulebook.pure import facts as rulebook_facts
        from nuoda.foundation.journal.pure import kinds

        from nuoda.engine.papers.pure import forms as paper_forms

        from . import facts, reactions  # noqa: F401
        from nuoda.foundation.journal.pure import words as event_words

        from .pure import forms
        from .web import menu, panels, words

        kinds.register("ticket", prefix="TK", label=_("ticket"))
        kinds.register("work_order", prefix="WO", label=_("work order"))
        kinds.address("ticket", "service:ticket")
        kinds.address("work_order", "service:work_order")
        rulebook_facts.register(facts.TICKET)
        rulebook_facts.register(facts.WORK_ORDER)
        paper_forms.register(forms.SERVICE_ORDER)
        paper_forms.register(forms.REPAIR_RECORD)
        event_words.register(words.EVENTS)
        menu.install()
        panels.install()
