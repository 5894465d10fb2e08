from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CareConfig(AppConfig):
    name = "nuoda.domain.care"
    label = "care"
    verbose_name = _("care")

    def ready(self) -> None:
        from nuoda.engine.rulebook.pure import facts as rulebook_facts
        from nuoda.engine.rulebook.pure import factsets
        from nuoda.foundation.journal.pure import kinds

        from . import facts, reactions  # noqa: F401 — reactions register by import
        from .web import menu, panels, words

        kinds.register("follow_up", prefix="HF", label=_("follow-up"))
        kinds.address("follow_up", "care:follow_up")
        rulebook_facts.register(facts.FOLLOW_UP)
        factsets.publish(facts.FOLLOW_UPS)
        words.register()
        menu.register()
        panels.register()
