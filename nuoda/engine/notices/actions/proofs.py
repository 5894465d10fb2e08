"""What `nuoda check` proves about messages."""

from __future__ import annotations

from nuoda.foundation.base.queries import invariant

invariant(
    "notices.deliveries",
    "Every message out has somebody it is for: a notice, a channel, or a person's digest.",
    """SELECT format('delivery %s is for nobody', d.id) FROM notices_delivery d LEFT JOIN notices_notice n ON n.id = d.notice_id
    WHERE (d.channel_id IS NULL AND d.person_id IS NULL AND n.id IS NULL) OR d.notice_id IS NOT NULL AND n.id IS NULL
    ORDER BY d.id""",
)
invariant(
    "notices.entries",
    "Nobody is told of what was rolled back: every notice and delivery has its entry, of its own company.",
    """SELECT format('%s %s tells of an entry that is not there', t.what, t.id) FROM (
        SELECT 'notice' AS what, id, company_id, entry_id FROM notices_notice
        UNION ALL SELECT 'delivery', id, company_id, entry_id FROM notices_delivery) t
    WHERE t.entry_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM journal_entry e WHERE e.id = t.entry_id AND e.company_id = t.company_id) ORDER BY t.id""",
)
invariant(
    "notices.persons",
    "A notice is for a person of its company, and a message for the person of its notice.",
    """SELECT format('notice %s is for somebody of another company', n.id) FROM notices_notice n
    JOIN orgs_person p ON p.id = n.person_id WHERE p.company_id <> n.company_id
    UNION ALL SELECT format('delivery %s is for another person than its notice', d.id) FROM notices_delivery d
    JOIN notices_notice n ON n.id = d.notice_id WHERE d.person_id IS NOT NULL AND d.person_id <> n.person_id ORDER BY 1""",
)
invariant(
    "notices.sent",
    "What was sent says when.",
    """SELECT format('delivery %s is sent, at no time', id) FROM notices_delivery
    WHERE state = 'sent' AND sent_at IS NULL ORDER BY id""",
)
