"""The fields of rules as Django fields, with what really exists to choose from, in the reader's language."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext as _t

from nuoda.engine.duties.pure import units
from nuoda.engine.notices.pure import templates
from nuoda.engine.papers.pure import forms as papers
from nuoda.engine.rulebook.pure import telling
from nuoda.engine.rulebook.pure.documents import Content
from nuoda.engine.rulebook.pure.facts import SUBJECTS, subject_of
from nuoda.engine.rulebook.pure.factsets import FACT_SETS, NUMBERS
from nuoda.engine.rulebook.pure.reading.wording import MOMENT_NAMES
from nuoda.engine.rulebook.pure.telling import text
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.base.pure.events import REGISTRY
from nuoda.foundation.orgs.pure.roles import ROLES

from .. import queries
from ..pure import ruleforms, spelling
from ..pure.figures import Figure
from ..pure.places import Place
from ..pure.ruleforms import Part
from . import rulewords, words

MONO = {"data_wide": "1", "class": "rv-mono", "spellcheck": "false", "autocomplete": "off", "translate": "no"}
_NAME = re.compile(r"^(?P<list>[a-z_]+?)\d+(?:_(?P<field>.+))?$")
_LANGUAGE = re.compile(r"^(?:(?P<text>.+)_)?(?P<code>zh-hans|zh-hant|en)$")
Choice = tuple[str, Any]
Group = tuple[str, str | list[Choice]]


def roles_of(content: Content) -> list[Choice]:
    """Codes and names of the roles that a clause can bind: those of the policy, then those of the program."""
    names = {role["code"]: role["name"].get(language()) or role["name"]["zh-hans"] for role in content["roles"]}
    names |= {code: str(role.label) for code, role in ROLES.items() if code not in names}
    return list(names.items())


def speech(content: Content, subject: str) -> spelling.Speech:
    """The reader's words for the codes of a rule about this subject."""
    known = SUBJECTS.get(subject)
    reason = known.fields.get("reason") if known else None
    reasons = {code: text(name, language()) for code, name in reason.names.items()} if reason else {}
    named = [item for clause in content["clauses"] for item in clause.get("parameters", ())]
    return spelling.Speech(
        language(),
        dict(roles_of(content)),
        reasons,
        {item["name"]: item["value"] for item in named if item["kind"] == "duration"},
        {item["name"]: item["value"] for item in named if item["kind"] in ("int", "decimal")},
    )


def speech_of(content: Content, part: Part) -> spelling.Speech:
    """The reader's words for a rule; a clock's pauses have reasons of their own."""
    data = part.data
    subject = data.get("subject") or subject_of(next(iter(_many(data.get("start", ()))), ""))
    return speech(content, subject if isinstance(subject, str) else "")


def _many(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


class Offers:
    """What there is to choose from, for a clause of a draft."""

    def __init__(self, content: Content, clause: Content) -> None:
        self.content, self.clause = content, clause
        self.roles = roles_of(content)

    def of(self, place: Place, part: Part, chosen: Any) -> list[Group]:
        """The choices of a field; what stands there already is among them."""
        choices = self._of(place, part)
        known = {code for code, label in choices if isinstance(label, str) or not isinstance(label, list)}
        known |= {code for _group, inner in choices if isinstance(inner, list) for code, _label in inner}
        return [*choices, *((code, self._called(place, code)) for code in _many(chosen or ()) if code not in known)]

    def _called(self, place: Place, code: str) -> str:
        if place.kind in ("event", "cause"):
            return queries.called(code)
        return telling.person(code, language())

    def _of(self, place: Place, part: Part) -> list[Group]:
        empty: list[Group] = [("", "—")]
        match place.kind:
            case "role":
                return [*([] if place.must else empty), *self.roles]
            case "event":
                return [*empty, *self.events]
            case "cause":
                return [*empty, *((code, _code("on", code)) for code in ("missed", "warned")), *self.events]
            case "act":
                return [*empty, *self.acts]
            case "per":
                own: list[Group] = [(code, _code("per", code)) for code in units.OWN]
                return [*own, *((kind.code, str(kind.label)) for kind in units.KINDS.values())]
            case "paper":
                there = {rule.get("form") for rule in self.clause.get("rules", ())}
                return [*empty, *((f.code, text(f.title, language())) for f in papers.known() if f.code not in there)]
            case "facts":
                return [*empty, *((name, text(known.label, language())) for name, known in FACT_SETS.items())]
            case "column" | "moment":
                return [*empty, *self._columns(place, part)]
            case "promise":
                return [*empty, *_promises(part)]
            case "timed":
                called = [
                    (rule[kind], text(rule["label" if kind == "clock" else "duty"], language()))
                    for rule in self.clause.get("rules", ())
                    for kind in ruleforms.TIMED
                    if kind in rule
                ]
                return [*empty, *called]
            case "template":
                known = templates.TEMPLATES.items()
                return [*empty, *((code, text(template.subject, language())) for code, template in known)]
            case "effect":
                return [*empty, *telling.effects(language())]
            case "answer":
                return [*empty, *self._answers(part)]
        return self._codes(place, part)

    def _codes(self, place: Place, part: Part) -> list[Group]:
        if place.choices == ("roles",):
            return list(self.roles)
        if place.choices == ("facts",):
            known = SUBJECTS.get(part.data.get("subject", ""))
            return [(name, text(fact.label, language())) for name, fact in (known.fields if known else {}).items()]
        if place.choices == ("paper",):
            forms_ = {form.code: form for form in papers.known()}
            form = forms_.get(part.data.get("form", ""))
            return [(field.key, text(field.label, language())) for field in (form.fields if form else ())]
        if place.name == "transition":
            ways = words.DUTIES if part.kind == "cadence" else words.WAYS
            return [(code, ways[code]) for code in place.choices]
        return [(code, _code(_key(place.name), code)) for code in place.choices]

    def _columns(self, place: Place, part: Part) -> list[Group]:
        kinds = NUMBERS if place.kind == "column" else ("moment",)
        known = FACT_SETS.get(part.data.get("facts", ""))
        sets = [known] if known else list(FACT_SETS.values())
        found: list[Group] = []
        for one in sets:
            columns = [(n, text(c.label, language())) for n, c in one.columns.items() if c.kind in kinds]
            if columns:
                found += columns if known else [(text(one.label, language()), columns)]
        return found

    def _answers(self, part: Part) -> list[Choice]:
        """The codes that the facts of the decision's subject can have, of the fact that has those of its answers."""
        value = part.data["value"]
        given = {value["otherwise"], *(row["then"] for row in value["choose"])}
        known = SUBJECTS.get(value["subject"])
        for fact in known.fields.values() if known else ():
            if given & set(fact.choices):
                return [(c, text(fact.names[c], language()) if c in fact.names else c) for c in fact.choices if c]
        return []

    @cached_property
    def events(self) -> list[Group]:
        """Every event by what it happens to; first what the other time limits of the regulation are about."""
        usual = [
            str(rule.get("subject") or subject_of(_many(rule["start"])[0]))
            for clause in self.content["clauses"]
            for rule in clause.get("rules", ())
            if "clock" in rule
        ]
        found: dict[str, list[Choice]] = defaultdict(list)
        for name in REGISTRY:
            if subject_of(name) in SUBJECTS:
                found[subject_of(name)].append((name, queries.called(name)))
        known = sorted(found, key=lambda name: -usual.count(name))
        return [(text(SUBJECTS[name].label, language()), found[name]) for name in known]

    @cached_property
    def acts(self) -> list[Group]:
        """Every step of every subject."""
        return [
            (
                text(subject.label, language()),
                [(f"{subject.name}.{verb}", act(subject.name, verb)) for verb in subject.verbs],
            )
            for subject in SUBJECTS.values()
            if subject.verbs
        ]


def _promises(part: Part) -> list[Group]:
    """The moments by which a clock can be due: those that the events announce with which it begins; of one that has no beginning
    yet 'work_order.appointed/starts_at', by event."""
    found: dict[str, str] = {}
    for event in _many(part.data.get("start", ())):
        known = SUBJECTS.get(subject_of(event))
        found |= {name: text(said, language()) for name, said in (known.announces(event) if known else {}).items()}
        found |= {name: text(said, language()) for (to_come, name), said in MOMENT_NAMES.items() if to_come == event}
    if part.data:
        return list(found.items())
    return [
        (queries.called(event), [(f"{event}/{name}", text(said, language())) for name, said in moments.items()])
        for subject in SUBJECTS.values()
        for event, moments in subject.moments.items()
    ]


def act(subject: str, verb: str) -> str:
    """'工单 · 完成'."""
    known = SUBJECTS.get(subject)
    name = known.verb_names.get(verb) if known else None
    return f"{text(known.label, language()) if known else subject} · {text(name, language()) if name else verb}"


def _code(field: str, code: str) -> Any:
    return rulewords.CODES.get(f"{field}:{code}") or rulewords.CODES.get(code, code)


def _key(name: str) -> str:
    """'steps0_role' → 'steps.role', 'start1' → 'start'."""
    found = _NAME.match(name)
    if found is None:
        return name
    return f"{found['list']}.{found['field']}" if found["field"] else found["list"]


def label(place: Place, kind: str) -> Any:
    """What a field is called."""
    name, said = place.name, ""
    if found := _LANGUAGE.match(name):
        name, said = found["text"] or "value", found["code"]
    key = _key(name)
    if name != key and "." not in key and not name.endswith("0") and key in rulewords.FURTHER:
        return rulewords.FURTHER[key]
    if name.startswith("value_") and kind == "number":
        return name.removeprefix("value_")
    known = rulewords.LABELS
    what = known.get(f"{kind}.{key}") or known.get(key) or known.get(key.rpartition(".")[2]) or known.get(key.partition(".")[0], key)  # fmt: skip
    return _t("%(what)s (%(language)s)") % {"what": what, "language": words.SPOKEN[said]} if said else what


def called(figure: Figure, place: Place, language: str) -> Any:
    """What a field of a number is called on the page of all numbers; its value by what it is for, for whoever hears the page."""
    said = label(place, "number")
    if place.path[0] != "value":
        return said
    why = f"{figure.clause_id} {text(figure.data['why'], language)}"
    return why if place.name == "value" else f"{why} {said}"


def hint(place: Place, kind: str) -> Any:
    if place.like:
        return ""
    known = rulewords.HINTS
    return known.get(f"{kind}.{_key(place.name)}") or known.get(place.name) or known.get(place.kind, "")


def field(place: Place, part: Part, offers: Offers, shown: Any, check: Mapping[str, str]) -> forms.Field:
    """The Django field of a place; `check` is where a condition is checked, and what is sent with it."""
    made = _made(place, part, offers, shown, check)
    made.label, made.help_text = label(place, part.kind), hint(place, part.kind)
    made.required = place.must
    return made


def _made(place: Place, part: Part, offers: Offers, shown: Any, check: Mapping[str, str]) -> forms.Field:
    match place.kind:
        case "many":
            boxes = forms.CheckboxSelectMultiple(attrs={"data_wide": "1"})
            return forms.MultipleChoiceField(choices=_flat(offers.of(place, part, shown)), widget=boxes)
        case "condition":
            return forms.CharField(widget=forms.Textarea(attrs={**MONO, **check, "rows": 2}))
        case "words":
            return forms.CharField(widget=forms.Textarea(attrs={"rows": 2, "data_wide": "1", **empty(place)}))
        case (
            "role" | "event" | "cause" | "act" | "per" | "paper" | "facts" | "column" | "moment" | "timed" | "promise"
            | "template" | "effect" | "choice" | "attest" | "answer"
        ):  # fmt: skip
            return forms.ChoiceField(choices=offers.of(place, part, shown))
    wide = {"data_wide": "1"} if place.kind in ("warnings", "pauses", "codes") else {}
    return forms.CharField(
        max_length=400, widget=forms.TextInput(attrs={"autocomplete": "off", **wide, **empty(place)})
    )


def empty(place: Place) -> dict[str, Any]:
    """What a field says that is left empty."""
    return {"placeholder": rulewords.SAME} if place.like else {}


def _flat(choices: Iterable[Group]) -> list[Choice]:
    return [(code, said) for code, said in choices]


def checking(url: str, part: Part, place: Place, clause: Content) -> dict[str, str]:
    """How a condition is read back in words, or told where it is wrong, as it is typed."""
    key = part.prefix + place.name
    asked = {"field": key, "subject": ruleforms.subject(place, part, clause)}
    with_it = "this"
    if place.about in ("act", "start0", "end0", "met_by0", "audit_of", "on", "facts"):
        asked["about"] = part.prefix + place.about
        with_it += f", [name='{part.prefix}{place.about}']"
    return {
        "hx-get": f"{url}?{urlencode(asked)}",
        "hx-trigger": "focus once, input changed delay:400ms",
        "hx-target": f"[id='{key}-said']",
        "hx-include": with_it,
    }
