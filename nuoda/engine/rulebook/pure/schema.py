"""The form of a policy file as a JSON Schema: one description for the loader, the exporter and editors.

The order of `properties` is the order in which an exported file writes them.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

LANGUAGES = ("zh-hans", "zh-hant", "en")
NAME = r"^[a-z][a-z0-9_]*$"
EVENT = r"^[a-z_]+\.[a-z_]+$"
CLAUSE = r"^[A-Z]{2}-[0-9]+(\.[0-9]+)*[a-z]?$"
LOCAL = r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$"


def _string(pattern: str = "", help: str = "") -> Schema:
    found: Schema = {"type": "string", "minLength": 1}
    if pattern:
        found["pattern"] = pattern
    if help:
        found["description"] = help
    return found


def _list(items: Schema, least: int = 0) -> Schema:
    return {"type": "array", "items": items, "minItems": least}


def _some(items: Schema) -> Schema:
    """One value or a list of them."""
    return {"anyOf": [items, _list(items, 1)]}


def _object(required: str, **properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


TEXT = _object("zh-hans zh-hant en", **{language: _string() for language in LANGUAGES})
CONDITION = _string(help="A condition (CEL) over the facts of the subject; defined numbers may be named.")
DURATION = _string(help="'10 min', '4 h', '2 working days', '1 calendar month', or the name of a parameter.")
ROLES = _list(_string(NAME))
FACTS: Schema = {"type": "object"}

CLOCK = _object(
    "clock label start end owner",
    clock=_string(NAME),
    label=TEXT,
    subject=_string(NAME, "Default: the subject of the starting event."),
    start=_some(_string(EVENT)),
    when=CONDITION,
    end=_some(_string(EVENT)),
    end_when=CONDITION,
    within=DURATION,
    due=_string(NAME, "Field of the starting event that holds the promised moment."),
    ahead=_string(
        help="With 'due': so long before the promised moment ('24 h', '3 working days'). May name a parameter."
    ),
    per=_string(NAME, "Field that the starting and the ending event must share."),
    reassess=_some(_string(EVENT)),
    cancel=_some(_string(EVENT)),
    replace={"type": "boolean"},
    pauses=_list(_object("reason", reason=_string(NAME), limit=DURATION)),
    owner=_string(NAME),
    warnings=_list(
        _object(
            "",
            share={"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
            before=DURATION,
            tell=ROLES,
        )
    ),
    missed=ROLES,
    transition={"enum": ["keep", "convert", "restart"]},
    calendar={"enum": ["owner", "company"]},
)
GATE = _object(
    "gate subject verb require otherwise",
    gate=_string(NAME),
    subject=_string(NAME),
    verb=_string(NAME),
    when=CONDITION,
    require=CONDITION,
    otherwise=TEXT,
    fields=_list(_string(NAME)),
)
APPROVAL = _object(
    "approval subject verb label steps",
    approval=_string(NAME),
    label=TEXT,
    subject=_string(NAME),
    verb=_string(NAME),
    when=CONDITION,
    steps=_list(
        _object(
            "role",
            role=_string(NAME),
            when=CONDITION,
            mode={"enum": ["any", "all"]},
            within=DURATION,
            of={"enum": ["company", "dealer", "department"]},
        ),
        1,
    ),
    if_empty={"enum": ["refuse", "skip", "up"]},
    if_self={"enum": ["refuse", "skip", "up"]},
)
FORM = _object(
    "form title subject verb fields",
    form=_string(NAME),
    title=TEXT,
    subject=_string(NAME),
    verb=_string(NAME),
    when=CONDITION,
    state={"enum": ["issued", "signed"]},
    fields=_list(_string(NAME), 1),
)
_WARNINGS = _list(
    _object(
        "",
        share={"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        before=DURATION,
        tell=ROLES,
    )
)
_COUNT: Schema = {"anyOf": [{"type": "integer", "minimum": 1}, _string(NAME, "Name of a parameter.")]}
CADENCE = _object(
    "cadence every duty owner",
    cadence=_string(NAME),
    every={"enum": ["day", "week", "month", "quarter", "half_year", "year"]},
    per=_string(NAME, "company, organisation, dealer, team, person, or a kind of subject; default: company."),
    duty=TEXT,
    owner=_string(NAME),
    within=_string(help="Time after the end of the period; left out: due by its end. May name a parameter."),
    grace=DURATION,
    met_by=_some(_string(EVENT)),
    when=CONDITION,
    times=_COUNT,
    attest=_object("", by=ROLES, evidence={"type": "boolean"}, confirm=_string(NAME)),
    audit=_object("of size", of=_string(EVENT), when=CONDITION, size=_COUNT),
    opened=ROLES,
    warnings=_WARNINGS,
    missed=ROLES,
    transition={"enum": ["keep", "convert", "restart", "end"]},
)
INDICATOR = _object(
    "indicator label facts denominator",
    indicator=_string(NAME),
    label=TEXT,
    meaning=TEXT,
    facts=_string(NAME, "A published fact set."),
    dated=_string(NAME, "Moment column that places a row in a period. Default: the set's own."),
    denominator=CONDITION,
    numerator=CONDITION,
    aggregate={"enum": ["mean", "median", "p90", "sum"]},
    of=_string(NAME, "Number column of the aggregate."),
    target={"anyOf": [{"type": "number"}, _string(NAME, "Name of a parameter.")]},
    direction={"enum": ["up", "down"]},
    period={"enum": ["month", "quarter", "year"]},
    units=_list({"enum": ["company", "dealer", "team", "technician"]}, 1),
    settles=DURATION,
)
CONSEQUENCE = _object(
    "consequence on",
    consequence=_string(NAME),
    on=_string(r"^(missed|warned|[a-z_]+\.[a-z_]+)$"),
    of=_string(NAME, "The clock or cadence, for 'missed' and 'warned'."),
    when=CONDITION,
    tell=ROLES,
    template=_string(NAME),
    do=_string(r"^[a-z_]+(\.[a-z_]+)?$"),
    ladder=_list(_object("after tell", after=DURATION, tell=_list(_string(NAME), 1)), 1),
)
RULES: dict[str, Schema] = {
    "clock": CLOCK,
    "gate": GATE,
    "approval": APPROVAL,
    "form": FORM,
    "cadence": CADENCE,
    "indicator": INDICATOR,
    "consequence": CONSEQUENCE,
}

DECISION = _object(
    "subject choose otherwise why",
    subject=_string(NAME),
    choose=_list(_object("when then why", when=CONDITION, then=_string(NAME), why=TEXT), 1),
    otherwise=_string(NAME),
    why=TEXT,
)
PARAMETER_VALUES: dict[str, Schema] = {
    "duration": _string(),
    "int": {"type": "integer"},
    "decimal": {"type": "number"},
    "money": {"type": "integer", "description": "fen"},
    "code": _string(NAME),
    "text": TEXT,
    "texts": _list(TEXT, 1),
    "list": _list(_string(NAME), 1),
    "weights": {"type": "object", "additionalProperties": {"type": "number"}, "minProperties": 1},
    "decision": DECISION,
}
PARAMETER = _object(
    "name kind value why",
    name=_string(NAME),
    kind={"enum": list(PARAMETER_VALUES)},
    value={},
    why=TEXT,
)

_CASE = {"subject": _string(NAME), "verb": _string(NAME), "facts": FACTS}
EXAMPLES: dict[str, Schema] = {
    "refused": _object("name subject verb facts refused", name=TEXT, **_CASE, refused=_list(_string(NAME))),
    "steps": _object("name subject verb facts steps", name=TEXT, **_CASE, steps=_list(_string(NAME))),
    "answer": _object("name decide facts answer", name=TEXT, decide=_string(NAME), facts=FACTS, answer=_string(NAME)),
    "follows": _object("name on facts follows", name=TEXT, on=_string(), facts=FACTS, follows=_list(_string(NAME))),
    "figure": _object(
        "name indicator rows figure",
        name=TEXT,
        indicator=_string(NAME),
        rows=_list(FACTS),
        figure={"anyOf": [{"type": "number"}, {"enum": ["not assessed"]}]},
        n={"type": "integer", "minimum": 0, "description": "How many rows count."},
    ),
    "day": _object(
        "name cadence day due state",
        name=TEXT,
        cadence=_string(NAME),
        day=_string(r"^\d{4}-\d{2}-\d{2}$", "A day of the period."),
        due=_string(LOCAL),
        done=_string(LOCAL, "When it was done; left out: never."),
        as_of=_string(LOCAL),
        state={"enum": ["open", "met", "missed"]},
    ),
    "expect": _object(
        "name events expect",
        name=TEXT,
        events=_list(_object("at event", at=_string(LOCAL), event=_string(EVENT), facts=FACTS, payload=FACTS), 1),
        as_of=_string(LOCAL),
        expect=_list(
            _object(
                "clock state",
                clock=_string(NAME),
                round={"type": "integer", "minimum": 1},
                due=_string(LOCAL),
                state={"enum": ["open", "kept", "missed", "paused", "withdrawn", "none"]},
            ),
            1,
        ),
    ),
}

CLAUSE_SHAPE = _object(
    "id section text source binds",
    id=_string(CLAUSE),
    section=_string(),
    text=TEXT,
    source=_string(),
    binds=ROLES,
    informative={"type": "boolean"},
    waiting={
        "anyOf": [
            _object("events for", events=_list(_string(EVENT), 1), **{"for": TEXT}),
            _string(help="What the clause waits for, in one word."),
        ],
        "description": "Events that nothing emits yet; the rules are kept, and run once the events come.",
    },
    checklist=_list(_object("key text", key=_string(NAME), text=TEXT), 1),
    parameters=_list(PARAMETER, 1),
    rules={"type": "array", "minItems": 1, "items": {"oneOf": list(RULES.values())}},
    examples={"type": "array", "minItems": 1, "items": {"oneOf": list(EXAMPLES.values())}},
)
POLICY = _object(
    "policy code version effective title department scope note roles clauses",
    policy=_string(r"^[a-z][a-z0-9-]*$"),
    code=_string(r"^[A-Z]{2}$"),
    version=_string(r"^\d+(\.\d+)*$"),
    effective=_string(r"^\d{4}-\d{2}-\d{2}$"),
    title=TEXT,
    department=TEXT,
    scope=TEXT,
    note=TEXT,
    roles=_list(_object("code name", code=_string(NAME), name=TEXT)),
    definitions=_list(
        _object(
            "word means",
            word=_string(),
            means=TEXT,
            why=TEXT,
            clauses=_list(_string(CLAUSE), 1),
            parameters=ROLES,
        )
    ),
    clauses=_list(CLAUSE_SHAPE, 1),
    withdraws=_list(
        _string(
            r"^[A-Z]{2}-[^/]+/[a-z][a-z0-9_]*$", help="A clock that is gone and whose open deadlines are withdrawn."
        ),
        1,
    ),
)


def document() -> Schema:
    """The JSON Schema to hand to an editor."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Nuoda policy",
        **POLICY,
    }


def shape_of(item: Any, kinds: dict[str, Schema]) -> Schema | None:
    """The shape of a rule or example, told by the key that only its kind has."""
    if isinstance(item, dict):
        for key, shape in kinds.items():
            if key in item:
                return shape
    return None
