"""The technician's phone: today's jobs in order of due time."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.ui.web.pages import PhonePage

from .. import queries
from ..states import WORK_ORDER
from .words import next_clocks, severity_chip, state_chip


class Jobs(PhonePage):
    """我的工单: what is under way, the most pressing first, and what was finished lately."""

    access = frozenset({"technician"})
    title = _("My jobs")
    menu = "jobs"
    template = "service/jobs.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = list(queries.jobs_of(self.actor)[:100])
        clocks = next_clocks(self.actor, [row.case_id for row in rows])
        jobs = [
            {
                "job": row,
                "clock": clocks.get(row.case_id),
                "state": state_chip(WORK_ORDER, row.state),
                "severity": severity_chip(row.ticket.severity) if row.ticket.severity != "none" else None,
            }
            for row in rows
        ]
        # Due first; what has no time limit follows by its planned time.
        far = self.at.max.replace(tzinfo=self.at.tzinfo)
        jobs.sort(key=lambda item: ((item["clock"].due if item["clock"] else None) or far, item["job"].planned.lower))
        # Questions that the desk passed on, to be answered without a visit (DL-3.1c).
        passed = list(queries.passed_to(self.actor)[:20])
        due = next_clocks(self.actor, [row.pk for row in passed])
        matters = [(row, due.get(row.pk)) for row in passed]
        return self.answer(
            context={
                "jobs": jobs,
                "matters": matters,
                "blocks": self.contributed("phone.home"),
                "done": list(queries.finished_jobs(self.actor)[:10]),
            }
        )
