from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RevisionsConfig(AppConfig):
    name = "nuoda.engine.revisions"
    label = "revisions"
    verbose_name = _("revisions")

    def ready(self) -> None:
        from nuoda.engine.approvals.pure import matters
        from nuoda.engine.rulebook.actions import proposals
        from nuoda.engine.rulebook.pure import facts as rulebook_facts
        from nuoda.foundation.journal.pure import kinds

        from . import facts, reactions  # noqa: F401 — reactions register by import
        from .actions import adoptions, drafts
        from .web import menu, panels, words

        kinds.register(drafts.KIND, prefix="XD", label=_("revision of a regulation"), inward=True)
        kinds.address(drafts.KIND, "revisions:draft")
        rulebook_facts.register(facts.VERSION)
        matters.register_subject(
            drafts.MATTER,
            subject="policy_version",
            verb="adopt",
            label=_("new version of a regulation"),
            content=adoptions.content,
            may_ask=adoptions.may_ask,
            on_approved=adoptions.decided,
            on_rejected=adoptions.refused,
            barred=adoptions.barred,
        )
        proposals.opens(drafts.open_kept)
        words.register()
        menu.register()
        panels.register()
