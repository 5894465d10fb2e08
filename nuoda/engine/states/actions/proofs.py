"""What `nuoda check` proves about refusals."""

from __future__ import annotations

from nuoda.foundation.base.queries import invariant

invariant(
    "states.refusals",
    "A refusal lies in its dossier's case and company, held back one of its people, and names a clause of the version that judged it.",
    """SELECT format('refusal %s (%s): %s', r.id, r.clause_id, wrong.what) FROM states_refusal r
    LEFT JOIN journal_dossier d ON d.id = r.dossier_id
    LEFT JOIN rulebook_policyversion v ON v.id = r.version_id
    CROSS JOIN LATERAL (VALUES
        ('it lies in another case than its dossier', r.dossier_id IS NOT NULL AND d.case_id IS DISTINCT FROM r.case_id),
        ('its dossier is another company''s', d.company_id <> r.company_id),
        ('the version that judged it does not know the clause', r.version_id IS NOT NULL AND NOT coalesce(
            v.content->'clauses' @> jsonb_build_array(jsonb_build_object('id', r.clause_id)), false)),
        ('somebody of another company was held back', EXISTS (
            SELECT FROM orgs_person p WHERE p.id = r.actor_id AND p.company_id <> r.company_id))
    ) AS wrong(what, so) WHERE wrong.so ORDER BY 1""",
)
