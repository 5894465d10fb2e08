"""Chains of people: what the rules, the facts and the organisation give, tried on stories and on random companies."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuoda.engine.rulebook.pure.rules import ApprovalRule, ApprovalStep

from ..pure.chains import HEAD, Asked, Candidate, Chain, Ladder, NoApprover, Staff, Unit, finished, needed, resolve


def holds(text: str, facts: Mapping[str, object]) -> bool:
    """A stand-in for the book's conditions: 'true', or 'over N' on the amount."""
    return text == "true" or int(str(facts["amount"])) > int(text.removeprefix("over "))


def somebody(name: str, *roles: str, dealer: UUID | None = None, department: UUID | None = None) -> Candidate:
    return Candidate(uuid4(), name, frozenset(roles), dealer, department)


LADDER = Ladder(("service_manager", "director"), frozenset({"quality_supervisor", HEAD}))
EAST = uuid4()
SALES, SERVICE = uuid4(), uuid4()
DIRECTOR = somebody("沈总", "director")
MANAGER = somebody("王强", "service_manager", department=SERVICE)
SECOND = somebody("李明", "service_manager")
AGENT = somebody("林晓", "agent", department=SERVICE)
DEALER = somebody("马超", "dealer_manager", dealer=EAST)
HEAD_OF_SERVICE = somebody("高原", "agent", department=SERVICE)
STAFF = Staff(
    (DIRECTOR, MANAGER, AGENT, DEALER, HEAD_OF_SERVICE),
    (Unit(SALES, None, DIRECTOR.id), Unit(SERVICE, SALES, HEAD_OF_SERVICE.id)),
)


def asked(*steps: ApprovalStep, when: str = "true", if_empty: str = "up", if_self: str = "up") -> Asked:
    rule = ApprovalRule("settlement", "ticket", "settle", steps, when, if_empty, if_self)  # type: ignore[arg-type]
    return Asked(rule, "LC-3.4", "LC-3.4/settlement")


def chain(
    item: Asked, submitter: Candidate = AGENT, *, amount: int = 0, staff: Staff = STAFF, dealer: UUID | None = None
) -> Chain:
    return resolve([item], {"amount": amount}, staff, submitter=submitter.id, dealer=dealer, holds=holds, ladder=LADDER)


def names(found: Chain) -> list[list[str]]:
    by_id = {person.id: person.name for person in (*STAFF.people, SECOND)}
    return [[by_id[person] for person in step.people] for step in found.steps]


def test_the_amount_chooses_the_steps() -> None:
    item = asked(ApprovalStep("service_manager"), ApprovalStep("director", when="over 500000"))
    assert names(chain(item, amount=20_000)) == [["王强"]]
    assert names(chain(item, amount=800_000)) == [["王强"], ["沈总"]]


def test_below_the_limit_nothing_is_asked() -> None:
    item = asked(ApprovalStep("service_manager"), when="over 50000")
    assert not needed([item], {"amount": 50_000}, holds)
    assert needed([item], {"amount": 50_001}, holds)
    assert chain(item, amount=1).steps == ()


def test_a_rule_whose_steps_all_stay_away_asks_nobody() -> None:
    assert not needed([asked(ApprovalStep("director", when="over 9"))], {"amount": 9}, holds)


def test_a_submitter_who_is_the_only_approver_goes_up() -> None:
    found = chain(asked(ApprovalStep("service_manager")), MANAGER)
    assert names(found) == [["沈总"]]
    assert [note.code for note in found.steps[0].why] == ["asked", "own", "raised"]


def test_where_others_hold_the_same_seat_they_decide() -> None:
    staff = Staff((*STAFF.people, SECOND), STAFF.departments)
    assert names(chain(asked(ApprovalStep("service_manager")), MANAGER, staff=staff)) == [["李明"]]


def test_a_submitter_may_not_decide_where_the_rule_refuses() -> None:
    with pytest.raises(NoApprover) as refusal:
        chain(asked(ApprovalStep("service_manager"), if_self="refuse"), MANAGER)
    assert refusal.value.own and refusal.value.clause == "LC-3.4"


def test_a_step_is_skipped_where_the_rule_says_so() -> None:
    found = chain(asked(ApprovalStep("service_manager"), ApprovalStep("director"), if_self="skip"), MANAGER)
    assert names(found) == [[], ["沈总"]]
    assert found.steps[0].skipped and found.steps[0].why[-1].code == "skipped"


def test_nobody_above_the_director_means_refused_and_never_silently_granted() -> None:
    with pytest.raises(NoApprover):
        chain(asked(ApprovalStep("director")), DIRECTOR)
    with pytest.raises(NoApprover):
        chain(asked(ApprovalStep("quality_supervisor"), if_empty="up"), DIRECTOR)


def test_a_dealers_step_is_decided_at_the_dealer_and_above_in_the_company() -> None:
    step = ApprovalStep("dealer_manager", of="dealer")
    assert names(chain(asked(step), AGENT, dealer=EAST)) == [["马超"]]
    assert names(chain(asked(step), DEALER, dealer=EAST)) == [["王强"]]


def test_the_head_of_the_department_decides_and_the_next_head_for_himself() -> None:
    step = ApprovalStep(HEAD, of="department")
    assert names(chain(asked(step), AGENT)) == [["高原"]]
    assert names(chain(asked(step), HEAD_OF_SERVICE)) == [["沈总"]]


def test_a_raised_step_is_covered_by_a_later_one_that_asks_the_same_people() -> None:
    found = chain(asked(ApprovalStep("service_manager"), ApprovalStep("director")), MANAGER)
    assert names(found) == [[], ["沈总"]]
    assert found.steps[0].why[-1].code == "covered"


@pytest.mark.parametrize(
    ("role", "higher"),
    [
        ("technician", "service_manager"),
        ("service_manager", "director"),
        ("quality_supervisor", "director"),
        (HEAD, "director"),
        ("director", None),
    ],
)
def test_the_ladder_leads_up_and_ends(role: str, higher: str | None) -> None:
    assert LADDER.above(role) == higher


def test_another_ladder_asks_other_people() -> None:
    """The book, not the program, says who stands above whom."""
    lone = Staff((DIRECTOR, AGENT, DEALER))
    step = asked(ApprovalStep("service_manager"))
    assert names(chain(step, staff=lone)) == [["沈总"]]
    other = Ladder(("service_manager", "dealer_manager"))
    with pytest.raises(NoApprover):
        resolve([step], {"amount": 0}, lone, submitter=AGENT.id, dealer=None, holds=holds, ladder=other)


@pytest.mark.parametrize(
    ("mode", "people", "said", "done"),
    [("any", 3, 0, False), ("any", 3, 1, True), ("all", 3, 2, False), ("all", 3, 3, True)],
)
def test_one_is_enough_or_all_must(mode: str, people: int, said: int, done: bool) -> None:
    assert finished(mode, people, said) is done  # type: ignore[arg-type]


ROLES = ["agent", "technician", "service_manager", "dealer_manager", "director", "quality_supervisor"]
IDS = [UUID(int=n) for n in range(1, 8)]
DEPARTMENTS = [UUID(int=n) for n in range(101, 104)]
people = st.lists(
    st.builds(
        Candidate,
        st.sampled_from(IDS),
        st.just("x"),
        st.frozensets(st.sampled_from(ROLES), max_size=3),
        st.sampled_from([None, EAST]),
        st.sampled_from([None, *DEPARTMENTS]),
    ),
    unique_by=lambda person: person.id,
    min_size=1,
    max_size=6,
)
units = st.lists(
    st.builds(Unit, st.sampled_from(DEPARTMENTS), st.sampled_from([None, *DEPARTMENTS]), st.sampled_from([None, *IDS])),
    unique_by=lambda unit: unit.id,
)
steps = st.lists(
    st.builds(
        ApprovalStep,
        st.sampled_from([*ROLES, HEAD]),
        st.sampled_from(["any", "all"]),
        st.sampled_from(["true", "over 100", "over 1000"]),
        st.none(),
        st.sampled_from(["company", "dealer", "department"]),
    ),
    min_size=1,
    max_size=4,
)
ways = st.sampled_from(["refuse", "skip", "up"])


@settings(max_examples=400, deadline=None)
@given(people, units, steps, ways, ways, st.integers(0, 2000), st.sampled_from([None, EAST]), st.data())
def test_random_companies(people, units, steps, if_empty, if_self, amount, dealer, data) -> None:
    staff = Staff(tuple(people), tuple(units))
    submitter = data.draw(st.sampled_from(people))
    item = asked(*steps, if_empty=if_empty, if_self=if_self)
    applying = [step for step in steps if holds(step.when, {"amount": amount})]
    try:
        found = resolve(
            [item], {"amount": amount}, staff, submitter=submitter.id, dealer=dealer, holds=holds, ladder=LADDER
        )
    except NoApprover as refusal:
        assert {if_empty, if_self} != {"skip"}, "a chain that may only skip is never refused"
        assert refusal.clause == "LC-3.4"
        return
    assert len(found.steps) == len(applying)
    known = {person.id for person in people}
    for step in found.steps:
        assert submitter.id not in step.people, "nobody approves his own request"
        assert len(set(step.people)) == len(step.people) and known.issuperset(step.people)
        assert step.why[0].code == "asked"
        codes = {note.code for note in step.why}
        assert step.skipped == bool(codes & {"skipped", "covered"}), "nobody is left out without a reason"
        if "refuse" in (if_empty, if_self) and if_empty == if_self:
            assert "raised" not in codes and not step.skipped
        if if_empty != "skip" and if_self != "skip":
            assert "skipped" not in codes
    again = resolve(
        [item], {"amount": amount}, staff, submitter=submitter.id, dealer=dealer, holds=holds, ladder=LADDER
    )
    assert again == found


@settings(max_examples=200)
@given(st.data())
def test_whoever_had_a_part_is_never_asked_and_somebody_always_is(data: st.DataObject) -> None:
    crew = [
        somebody(str(n), *data.draw(st.sets(st.sampled_from(["service_manager", "director"]))), department=SERVICE)
        for n in range(4)
    ]
    barred = frozenset(person.id for person in data.draw(st.sets(st.sampled_from(crew))))
    way = st.sampled_from(["up", "skip", "refuse"])
    item = asked(
        ApprovalStep("service_manager"), ApprovalStep("director"), if_empty=data.draw(way), if_self=data.draw(way)
    )
    submitter = data.draw(st.sampled_from(crew))
    try:
        found = resolve(
            [item], {}, Staff(tuple(crew)), submitter=submitter.id, dealer=None, holds=holds, ladder=LADDER, barred=barred
        )  # fmt: skip
    except NoApprover:
        return
    people = {person for step in found.steps for person in step.people}
    assert not people & (barred | {submitter.id})
    kept_out = any(note.code in ("own", "barred") for step in found.steps for note in step.why)
    assert people or not kept_out, "what only its writers could approve is not waved through"
