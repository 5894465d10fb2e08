"""What `nuoda check` proves about approvals."""

from __future__ import annotations

from nuoda.foundation.base.queries import invariant

invariant(
    "approvals.steps",
    "An approval under way has one open step, and a decided one has none.",
    """SELECT format('%s: %s, and %s steps are open', o.number, a.state, count(s.id)) FROM approvals_approval a
    JOIN journal_dossier o ON o.id = a.dossier_id
    LEFT JOIN approvals_step s ON s.approval_id = a.dossier_id AND s.round = a.round AND s.state = 'open'
    GROUP BY o.number, a.state HAVING count(s.id) <> CASE WHEN a.state = 'pending' THEN 1 ELSE 0 END ORDER BY 1""",
)
invariant(
    "approvals.content",
    "What was decided is what was put before the approvers in that round.",
    """SELECT format('%s: round %s was decided on another content', o.number, d.round) FROM approvals_decision d
    JOIN journal_dossier o ON o.id = d.approval_id
    LEFT JOIN approvals_round r ON r.approval_id = d.approval_id AND r.number = d.round
    WHERE r.id IS NULL OR d.verdict IN ('approved', 'rejected', 'granted') AND d.content_hash <> r.content_hash ORDER BY 1""",
)
invariant(
    "approvals.own",
    "Nobody approved his own request.",
    """SELECT format('%s: the submitter approved it', o.number) FROM approvals_decision d
    JOIN approvals_round r ON r.approval_id = d.approval_id AND r.number = d.round AND r.submitter_id = d.person_id
    JOIN journal_dossier o ON o.id = d.approval_id WHERE d.verdict = 'approved' ORDER BY 1""",
)
invariant(
    "approvals.journal",
    "Every decision has its entry.",
    """SELECT format('%s: the entry of a decision is gone', o.number) FROM approvals_decision d
    JOIN journal_dossier o ON o.id = d.approval_id
    WHERE d.entry_id IS NOT NULL AND NOT EXISTS (SELECT FROM journal_entry e WHERE e.id = d.entry_id) ORDER BY 1""",
)
