"""What `nuoda check` proves about tickets and work orders."""

from __future__ import annotations

from nuoda.foundation.base.queries import invariant

from ..states import ACTIVE, OPEN, TICKET, WORK_ORDER

_ACTIVE = ", ".join(f"'{state}'" for state in ACTIVE)
_OPEN = ", ".join(f"'{state}'" for state in OPEN)


def _states(table: str, known: list[str]) -> str:
    codes = ", ".join(f"'{code}'" for code in known)
    return f"""SELECT format('%s: the state %s does not exist', o.number, t.state) FROM {table} t
    JOIN journal_dossier o ON o.id = t.dossier_id WHERE t.state NOT IN ({codes})"""  # noqa: S608 - codes of ours


invariant(
    "service.states",
    "Every ticket and work order is in a state that exists.",
    f"{_states('service_ticket', list(TICKET.states))} UNION ALL {_states('service_workorder', list(WORK_ORDER.states))} ORDER BY 1",
)
invariant(
    "service.jobs",
    "Every job under way has its ticket, which is open.",
    f"""SELECT format('%s: the job is under way, its ticket is gone or not open', o.number) FROM service_workorder w
    JOIN journal_dossier o ON o.id = w.dossier_id LEFT JOIN service_ticket t ON t.dossier_id = w.ticket_id
    WHERE w.state IN ({_ACTIVE}) AND (t.dossier_id IS NULL OR t.state NOT IN ({_OPEN})) ORDER BY 1""",  # noqa: S608 - codes of ours
)
invariant(
    "service.bookings",
    "No technician is booked twice at one time.",
    f"""SELECT format('%s and %s book one technician at one time', least(x.number, y.number), greatest(x.number, y.number))
    FROM service_workorder a JOIN service_workorder b ON b.technician_id = a.technician_id AND b.planned && a.planned
        AND b.dossier_id > a.dossier_id
    JOIN journal_dossier x ON x.id = a.dossier_id JOIN journal_dossier y ON y.id = b.dossier_id
    WHERE a.state IN ({_ACTIVE}) AND b.state IN ({_ACTIVE}) ORDER BY 1""",  # noqa: S608 - codes of ours
)
invariant(
    "service.scopes",
    "Tickets and work orders belong to the company, dealer and customer of their dossier, and jobs to the case of their ticket.",
    """SELECT format('%s: company, dealer, customer or case differ from its dossier''s', o.number) FROM (
        SELECT dossier_id, company_id, dealer_id, customer_id, dossier_id AS case_id FROM service_ticket
        UNION ALL SELECT dossier_id, company_id, dealer_id, customer_id, ticket_id FROM service_workorder) t
    JOIN journal_dossier o ON o.id = t.dossier_id
    WHERE (o.company_id, o.case_id) <> (t.company_id, t.case_id) OR o.dealer_id IS DISTINCT FROM t.dealer_id
        OR o.customer_id IS DISTINCT FROM t.customer_id ORDER BY 1""",
)
invariant(
    "service.customers",
    "Contact, site and machine of a ticket belong to its customer.",
    """SELECT format('%s: its contact, site or machine is another customer''s', o.number) FROM service_ticket t
    JOIN journal_dossier o ON o.id = t.dossier_id LEFT JOIN customers_contact c ON c.id = t.contact_id
    LEFT JOIN customers_site s ON s.id = t.site_id LEFT JOIN customers_installedproduct p ON p.dossier_id = t.product_id
    WHERE t.state IN ({open}) AND t.customer_id IS NOT NULL
        AND (c.customer_id <> t.customer_id OR s.customer_id <> t.customer_id OR p.customer_id <> t.customer_id)
    ORDER BY 1""".replace("{open}", _OPEN),
)
invariant(
    "service.shares",
    "Every technician sees the case of his job under way.",
    f"""SELECT format('%s: its technician does not see the case', o.number) FROM service_workorder w
    JOIN journal_dossier o ON o.id = w.dossier_id WHERE w.state IN ({_ACTIVE}) AND NOT EXISTS (
        SELECT FROM journal_caseshare s WHERE s.person_id = w.technician_id AND s.case_id = w.case_id) ORDER BY 1""",  # noqa: S608
)
