from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DutiesConfig(AppConfig):
    name = "nuoda.engine.duties"
    label = "duties"
    verbose_name = _("duties")

    def ready(self) -> None:
        from nuoda.engine.rulebook.pure import facts as rulebook_facts
        from nuoda.foundation.journal.pure import kinds

        from . import events, facts, reactions  # noqa: F401 — importing registers them
        from .actions import proofs  # noqa: F401
        from .pure import notices
        from .web import menu, panels, words

        kinds.register("duty", prefix="LZ", label=_("duty"), inward=True)
        kinds.register("audit", prefix="CC", label=_("audit"), inward=True)
        kinds.address("duty", "duties:duty")
        kinds.address("audit", "duties:audit")
        rulebook_facts.register(facts.AUDIT)
        notices.register()
        words.register()
        menu.register()
        panels.register()
