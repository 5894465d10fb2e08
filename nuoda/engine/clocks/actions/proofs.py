"""What `nuoda check` proves about deadlines and the entries that speak of them."""

from __future__ import annotations

from nuoda.foundation.base.queries import invariant

_SAID = """SELECT (payload->>'deadline')::uuid AS deadline,
    count(*) FILTER (WHERE type = 'deadline.missed') - count(*) FILTER (WHERE type = 'deadline.miss_withdrawn') AS times
    FROM journal_entry WHERE type IN ('deadline.missed', 'deadline.miss_withdrawn') GROUP BY 1"""

invariant(
    "clocks.missed_once",
    "Every miss stands in the journal once, and every deadline that says so has its entry.",
    f"""SELECT format('%s %s: the journal says %s times that it was missed', coalesce(o.number, '?'), d.ref, coalesce(said.times, 0))
    FROM clocks_deadline d LEFT JOIN ({_SAID}) said ON said.deadline = d.id LEFT JOIN journal_dossier o ON o.id = d.dossier_id
    WHERE coalesce(said.times, 0) > 1 OR (d.missed_entry_id IS NOT NULL AND coalesce(said.times, 0) <> 1)
    ORDER BY 1""",  # noqa: S608 - no values in it
)
invariant(
    "clocks.missed_rows",
    "Every miss that the journal tells and nobody withdrew is a deadline's.",
    f"""SELECT format('deadline %s: the journal says that it was missed, its row does not', said.deadline)
    FROM ({_SAID}) said LEFT JOIN clocks_deadline d ON d.id = said.deadline
    WHERE said.times > 0 AND (d.id IS NULL OR d.state NOT IN ('missed', 'waived')) ORDER BY 1""",  # noqa: S608 - no values in it
)
invariant(
    "clocks.events",
    "Every deadline has the entries that began and ended it.",
    """SELECT format('%s %s: the entry that %s it is gone', coalesce(o.number, '?'), d.ref, place.what) FROM clocks_deadline d
    CROSS JOIN LATERAL (VALUES ('began', d.start_id), ('ended', d.end_id), ('did', d.done_id)) AS place(what, entry)
    LEFT JOIN journal_dossier o ON o.id = d.dossier_id
    WHERE place.entry IS NOT NULL AND NOT EXISTS (SELECT FROM journal_entry e WHERE e.id = place.entry) ORDER BY 1""",
)
invariant(
    "clocks.owed",
    "What is still owed is looked at again: every open deadline with a due time has its next moment.",
    """SELECT format('%s %s: nobody looks at it again', coalesce(o.number, '?'), d.ref) FROM clocks_deadline d
    LEFT JOIN journal_dossier o ON o.id = d.dossier_id
    WHERE d.state = 'open' AND d.due_at IS NOT NULL AND d.due_at > now() AND d.next_action_at IS NULL AND d.origin <> 'import'
    ORDER BY 1""",
)
invariant(
    "clocks.pauses",
    "Every pause ends after it begins and belongs to the case of its deadline.",
    """SELECT format('%s: a pause from %s to %s', d.ref, p.from_at, p.to_at) FROM clocks_deadlinepause p
    JOIN clocks_deadline d ON d.id = p.deadline_id WHERE p.to_at < p.from_at OR p.case_id <> d.case_id ORDER BY 1""",
)
invariant(
    "clocks.owners",
    "What is still owed in person is owed by somebody who is there and holds the role by which he owes it.",
    """SELECT format('%s %s: %s has left or lost the role, and it is still his', coalesce(o.number, '?'), d.ref, p.name)
    FROM clocks_deadline d JOIN orgs_person p ON p.id = d.owner_person_id LEFT JOIN journal_dossier o ON o.id = d.dossier_id
    WHERE d.done_at IS NULL AND d.origin <> 'import' AND NOT (p.active AND EXISTS (
        SELECT FROM orgs_membership m WHERE m.person_id = p.id AND m.role = d.owner_role AND m.until IS NULL))
    AND NOT EXISTS (SELECT FROM procrastinate_jobs j WHERE j.task_name = 'duties.pass_on' AND j.status IN ('todo', 'doing')
        AND j.args->>'person' = p.id::text) ORDER BY 1""",
)
