"""What `nuoda check` proves about duties and audits."""

from __future__ import annotations

from nuoda.foundation.base.queries import invariant

invariant(
    "duties.owners",
    "A duty still owed in person is owed by somebody who is there and holds the role by which he owes it.",
    """SELECT format('%s %s: %s has left or lost the role, and it is still his', o.number, d.ref, p.name)
    FROM duties_obligation d JOIN orgs_person p ON p.id = d.owner_person_id JOIN journal_dossier o ON o.id = d.dossier_id
    WHERE d.done_at IS NULL AND d.state IN ('open', 'claimed', 'missed') AND NOT (p.active AND EXISTS (
        SELECT FROM orgs_membership m WHERE m.person_id = p.id AND m.role = d.owner_role AND m.until IS NULL))
    AND NOT EXISTS (SELECT FROM procrastinate_jobs j WHERE j.task_name = 'duties.pass_on' AND j.status IN ('todo', 'doing')
        AND j.args->>'person' = p.id::text) ORDER BY 1""",
)
invariant(
    "duties.audits",
    "No audit waits to be gone through whose duty nobody owes any more.",
    """SELECT format('%s: its duty is %s', o.number, d.state) FROM duties_audit a
    JOIN duties_obligation d ON d.dossier_id = a.obligation_id JOIN journal_dossier o ON o.id = a.dossier_id
    WHERE a.state = 'drawn' AND d.state IN ('waived', 'withdrawn') ORDER BY 1""",
)
