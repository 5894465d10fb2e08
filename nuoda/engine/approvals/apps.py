from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApprovalsConfig(AppConfig):
    name = "nuoda.engine.approvals"
    label = "approvals"
    verbose_name = _("approvals")

    def ready(self) -> None:
        from nuoda.engine.rulebook.pure import facts as rulebook_facts
        from nuoda.engine.states.actions import moves
        from nuoda.foundation.journal.pure import kinds

        from . import facts, queries, reactions  # noqa: F401 — reactions register by import
        from .actions import proofs  # noqa: F401
        from .web import menu, panels, words

        kinds.register("approval", prefix="SP", label=_("approval"), inward=True)
        kinds.address("approval", "approvals:approval")
        rulebook_facts.register(facts.APPROVAL)
        moves.register_hold(queries.hold)
        words.register()
        menu.register()
        panels.register()
