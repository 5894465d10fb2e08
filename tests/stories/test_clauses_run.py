"""Every clause that has to run names the test that sees it run."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from nuoda.engine.rulebook.actions import packs
from nuoda.engine.rulebook.pure import loading
from nuoda.engine.rulebook.pure.policies import Clause

ROOT = Path(__file__).resolve().parents[2]
URGENT, PROMISE = "tests/stories/test_urgent_breakdown.py", "tests/stories/test_promised_answer.py"
COMPLAINT, AGAIN = "tests/stories/test_complaint.py", "tests/stories/test_reopened_ticket.py"
DEALER, LATE = "tests/stories/test_dealers_job.py", "tests/stories/test_recorded_late.py"
GATES = "tests/stories/test_visit_gates.py"

SEEN: dict[str, tuple[str, str]] = {
    "MN-3.2.1a": (PROMISE, "test_a_consultation_on_the_web_has_ten_minutes_and_a_day_side_by_side"),
    "MN-3.2.1b": (URGENT, "test_the_breakdown_is_answered_attended_repaired_signed_and_closed_in_time"),
    "MN-3.2.1c": (AGAIN, "test_a_reopened_ticket_begins_its_next_round_and_the_first_keeps_its_result"),
    "MN-3.2.1d": (PROMISE, "test_a_suggestion_receives_an_opinion_and_comes_to_a_result"),
    "MN-3.2.2a": (GATES, "test_a_general_visit_is_agreed_an_urgent_one_need_not_be"),
    "MN-3.2.2b": (GATES, "test_a_remote_session_leaves_its_result_and_the_customers_word"),
    "MN-3.2.2c": (GATES, "test_without_a_visit_the_customer_confirms_before_the_matter_is_closed"),
    "DL-2.2": (DEALER, "test_a_technician_of_the_company_is_not_sent_to_a_dealers_ticket"),
    "DL-2.2a": (AGAIN, "test_a_technician_declines_and_the_manager_has_an_hour"),
    "DL-2.2b": (URGENT, "test_an_unqualified_technician_is_refused_with_the_clause"),
    "DL-2.2c": (AGAIN, "test_a_reopened_ticket_begins_its_next_round_and_the_first_keeps_its_result"),
    "DL-3.1a": (URGENT, "test_an_incomplete_report_names_what_is_missing"),
    "DL-3.1b": (PROMISE, "test_answered_in_the_same_call_nothing_is_left_to_promise"),
    "DL-3.1c": (PROMISE, "test_a_promise_is_a_clock_and_a_new_promise_takes_its_place"),
    "DL-3.1d": (COMPLAINT, "test_a_complaint_begins_with_an_apology"),
    "DL-3.2a": (DEALER, "test_a_matter_handed_to_a_dealer_takes_everything_along"),
    "DL-3.2b": (GATES, "test_a_dispatch_names_task_place_and_time_and_tells_the_technician"),
    "DL-3.3a": (AGAIN, "test_nobody_home_and_the_second_visit_solves_it"),
    "DL-3.3b": (AGAIN, "test_a_visit_left_unfinished_leaves_the_ticket_owed"),
    "DL-3.3d": (GATES, "test_each_thing_that_is_missing_is_refused_by_its_own_clause"),
    "DL-3.3e": (GATES, "test_each_thing_that_is_missing_is_refused_by_its_own_clause"),
    "DL-3.3f": (GATES, "test_what_is_changed_after_signing_is_signed_again"),
    "DL-3.5a": (GATES, "test_each_thing_that_is_missing_is_refused_by_its_own_clause"),
    "LC-3.4": (PROMISE, "test_a_suggestion_receives_an_opinion_and_comes_to_a_result"),
    "LC-4.1.2a": (PROMISE, "test_a_consultation_on_the_web_has_ten_minutes_and_a_day_side_by_side"),
    "LC-4.2.4a": (COMPLAINT, "test_a_complaint_has_its_clocks_and_the_manager_is_told"),
    "LC-4.2.4b": (AGAIN, "test_a_reopened_ticket_begins_its_next_round_and_the_first_keeps_its_result"),
    "LC-4.3.4a": (COMPLAINT, "test_the_dissatisfied_customer_is_contacted_within_the_set_time"),
    "LC-5.1.1": (PROMISE, "test_who_asks_is_recorded_first"),
    "LC-5.3.3b": (COMPLAINT, "test_nobody_contacts_him_and_it_goes_up_once"),
    "LC-6.2a": (LATE, "test_within_the_tolerance_nothing_is_marked_and_without_the_clause_nothing_ever"),
}
ATTESTED = {"DL-3.3c"}
"""A person confirms it on the checklist: nothing of it can run."""
WANTED = re.compile(
    r"MN-3\.2\.|DL-2\.2|DL-3\.[123][a-z]?$|DL-3\.5a$|LC-3\.4$|LC-4\.1\.2a$|LC-4\.2\.4|LC-4\.3\.4a$|LC-5\.1\.1$|LC-5\.3\.3b$"
    r"|LC-6\.2a$"
)


@cache
def clauses() -> dict[str, Clause]:
    found = {}
    for path in packs.files():
        for clause in loading.load(path.read_text(encoding="utf-8")).clauses:
            found[clause.id] = clause
    return found


def wanted() -> list[str]:
    """The clauses of the issue, as far as the shipped regulations have them."""
    return sorted(name for name in clauses() if WANTED.match(name))


@cache
def functions_of(path: str) -> dict[str, str]:
    """The tests of a file with their text."""
    text = (ROOT / path).read_text(encoding="utf-8")
    nodes = ast.parse(text).body
    return {node.name: ast.get_source_segment(text, node) or "" for node in nodes if isinstance(node, ast.FunctionDef)}


def test_the_regulations_have_the_clauses_that_must_run() -> None:
    assert set(SEEN) | ATTESTED == set(wanted())
    assert len(wanted()) >= 30


@pytest.mark.parametrize("name", sorted(SEEN))
def test_a_clause_is_executed_and_a_test_sees_it_run(name: str) -> None:
    assert clauses()[name].status == "executed"
    path, test = SEEN[name]
    assert test in functions_of(path), f"{path} has no {test}"
    told = [template for rule in clauses()[name].rules if (template := getattr(rule, "template", ""))]
    said = functions_of(path)[test]
    assert name in said or any(f'"{template}"' in said for template in told), f"{test} never speaks of {name}"


@pytest.mark.parametrize("name", sorted(ATTESTED))
def test_what_a_person_confirms_has_its_checklist(name: str) -> None:
    assert clauses()[name].status == "attested" and clauses()[name].checklist
