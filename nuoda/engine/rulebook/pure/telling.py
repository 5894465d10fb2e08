# ruff: noqa: E501 - one line for each sentence in three languages
"""Rules told as sentences, for people who read the regulation beside its rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from .durations import Duration, Unit
from .facts import SUBJECTS, Subject, subject_of
from .factsets import FACT_SETS
from .policies import Decision, Parameter
from .rules import (
    ApprovalRule,
    CadenceRule,
    ClockRule,
    ConsequenceRule,
    FormRule,
    GateRule,
    IndicatorRule,
    Rule,
    Text,
)

_UNITS: dict[Unit, tuple[str, str, str]] = {
    "min": ("分钟", "分鐘", "min"),
    "h": ("小时", "小時", "h"),
    "d": ("天", "天", "days"),
    "working_min": ("工作分钟", "工作分鐘", "working minutes"),
    "working_h": ("工作小时", "工作小時", "working hours"),
    "working_d": ("个工作日", "個工作日", "working days"),
    "month": ("个月", "個月", "calendar months"),
}
_LANGUAGES = ("zh-hans", "zh-hant", "en")
_WORDS: dict[str, tuple[str, str, str]] = {
    "clock": ("{start} 之后 {within} 内须有 {end}", "{start} 之後 {within} 內須有 {end}", "After {start}, {end} within {within}"),
    "promised": ("{start} 之后，在承诺的时间（{within}）前须有 {end}", "{start} 之後，在承諾的時間（{within}）前須有 {end}", "After {start}, {end} by the promised time ({within})"),
    "when": ("；条件：{when}", "；條件：{when}", "; when {when}"),
    "owner": ("；由 {owner} 负责", "；由 {owner} 負責", "; owed by {owner}"),
    "pauses": ("；可停表：{pauses}", "；可停錶：{pauses}", "; may pause: {pauses}"),
    "missed": ("；超时告知 {missed}", "；逾期告知 {missed}", "; when missed, told: {missed}"),
    "gate": ("{subject} {verb} 之前必须 {require}", "{subject} {verb} 之前必須 {require}", "{subject} {verb} needs {require}"),
    "approval": ("{subject} {verb} 须经批准：{steps}", "{subject} {verb} 須經核准：{steps}", "{subject} {verb} needs approval: {steps}"),
    "form": ("{subject} {verb} 须有《{title}》（{state}）", "{subject} {verb} 須有《{title}》（{state}）", "{subject} {verb} needs the form “{title}” ({state})"),
    "cadence": ("每{every}：{duty}，由 {owner} 负责", "每{every}：{duty}，由 {owner} 負責", "Every {every}: {duty}, by {owner}"),
    "rate": ("指标 {label}：{facts}中 {numerator} ÷ {denominator}", "指標 {label}：{facts}中 {numerator} ÷ {denominator}", "Indicator {label}: {numerator} / {denominator} of {facts}"),
    "aggregate": ("指标 {label}：{facts}的{column}，取{aggregate}；条件：{denominator}", "指標 {label}：{facts}的{column}，取{aggregate}；條件：{denominator}", "Indicator {label}: {aggregate} of {column} over {facts}, where {denominator}"),
    "target_up": ("；目标不低于 {target}", "；目標不低於 {target}", "; target at least {target}"),
    "target_down": ("；目标不高于 {target}", "；目標不高於 {target}", "; target at most {target}"),
    "mean": ("平均值", "平均值", "mean"),
    "median": ("中位数", "中位數", "median"),
    "p90": ("第 90 百分位", "第 90 百分位", "90th percentile"),
    "sum": ("合计", "合計", "sum"),
    "all": ("全部", "全部", "all"),
    "consequence": ("{on} 时：{then}", "{on} 時：{then}", "On {on}: {then}"),
    "tell": ("告知 {tell}", "告知 {tell}", "tell {tell}"),
    "issued": ("已开具", "已開立", "issued"),
    "signed": ("已签字", "已簽名", "signed"),
    "day": ("天", "天", "day"),
    "week": ("周", "週", "week"),
    "month": ("月", "月", "month"),
    "quarter": ("季度", "季", "quarter"),
    "half_year": ("半年", "半年", "half-year"),
    "year": ("年", "年", "year"),
    "warned": ("临期", "臨期", "nearly due"),
    "overdue": ("超时", "逾期", "missed"),
}  # fmt: skip


def _say(key: str, language: str, **values: object) -> str:
    return _WORDS[key][_LANGUAGES.index(language)].format(**values)


def duration(value: Duration, language: str) -> str:
    """'4 小时', '2 个工作日', '10 min'."""
    return f"{value.amount} {_UNITS[value.unit][_LANGUAGES.index(language)]}"


def text(value: Text, language: str) -> str:
    """A text of the policy in the language, else in the authoritative one."""
    return value.get(language) or value.get("zh-hans", "")


def rule_lines(
    rule: Rule, language: str, roles: Mapping[str, str] | None = None, events: Callable[[str], str] = str
) -> list[str]:
    """What the rule says, as one or more sentences; `roles` names role codes, `events` event types."""
    names = roles or {}

    def people(codes: Iterable[str]) -> str:
        return ", ".join(names.get(code, code) for code in codes)

    def condition(when: str) -> str:
        return "" if when == "true" else _say("when", language, when=when)

    if isinstance(rule, ClockRule):
        kind = "clock" if rule.within else "promised"
        limit = duration(rule.within, language) if rule.within else rule.within_fact
        line = _say(kind, language, start=_or(map(events, rule.start)), end=_or(map(events, rule.end)), within=limit)
        line = f"{text(rule.label, language)}: {line}{condition(rule.when)}{_say('owner', language, owner=people([rule.owner]))}"
        if rule.pauses:
            line += _say("pauses", language, pauses=", ".join(_pause(p.reason, p.limit, language) for p in rule.pauses))
        return [line + (_say("missed", language, missed=people(rule.missed)) if rule.missed else "")]
    if isinstance(rule, GateRule):
        return [
            _say("gate", language, subject=_subject(rule.subject, language), verb=rule.verb, require=rule.require)
            + condition(rule.when),
            text(rule.otherwise, language),
        ]
    if isinstance(rule, ApprovalRule):
        steps = " → ".join(people([step.role]) + condition(step.when) for step in rule.steps)
        subject = _subject(rule.subject, language)
        return [_say("approval", language, subject=subject, verb=rule.verb, steps=steps) + condition(rule.when)]
    if isinstance(rule, FormRule):
        title, state = text(rule.title, language), _say(rule.state, language)
        return [
            _say("form", language, subject=_subject(rule.subject, language), verb=rule.verb, title=title, state=state)
            + condition(rule.when)
        ]
    if isinstance(rule, CadenceRule):
        every, duty = _say(rule.every, language), text(rule.duty, language)
        return [_say("cadence", language, every=every, duty=duty, owner=people([rule.owner]))]
    if isinstance(rule, IndicatorRule):
        return _indicator(rule, language)
    return [_consequence(rule, language, people(rule.tell), events) + condition(rule.when)]


def _indicator(rule: IndicatorRule, language: str) -> list[str]:
    known = FACT_SETS.get(rule.facts)
    column = known.columns.get(rule.of or "") if known else None
    line = _say(
        "rate" if rule.aggregate is None else "aggregate",
        language,
        label=text(rule.label, language),
        facts=text(known.label, language) if known else rule.facts,
        numerator=rule.numerator,
        denominator=_say("all", language) if rule.denominator == "true" else rule.denominator,
        aggregate=_say(rule.aggregate, language) if rule.aggregate else "",
        column=text(column.label, language) if column else rule.of,
    )
    if rule.target is not None:
        goal = f"{rule.target:.4g}" if rule.aggregate else f"{rule.target * 100:.4g} %"
        line += _say(f"target_{rule.direction}", language, target=goal)
    return [line, *([text(rule.meaning, language)] if rule.meaning else [])]


def parameter_lines(parameter: Parameter, language: str) -> list[str]:
    """The value of a parameter in words, then why it is so."""
    value = parameter.value
    why = text(parameter.why, language)
    if isinstance(value, Duration):
        return [f"{parameter.name}: {duration(value, language)}", why]
    if isinstance(value, Decision):
        rows = [f"{choice.when} → {choice.then} ({text(choice.why, language)})" for choice in value.choices]
        return [f"{parameter.name}:", *rows, f"… → {value.otherwise} ({text(value.why, language)})", why]
    if parameter.kind == "money":
        return [f"{parameter.name}: ¥{int(str(value)) / 100:,.2f}", why]
    if isinstance(value, tuple):
        return [f"{parameter.name}:", *(item if isinstance(item, str) else text(item, language) for item in value), why]
    if isinstance(value, Mapping):
        if parameter.kind == "text":
            return [f"{parameter.name}: {value.get(language) or value.get('zh-hans')}", why]
        return [f"{parameter.name}: " + ", ".join(f"{key} {number:g}" for key, number in value.items()), why]
    return [f"{parameter.name}: {value}", why]


def _consequence(rule: ConsequenceRule, language: str, people: str, events: Callable[[str], str]) -> str:
    on = (
        events(rule.on)
        if rule.of is None
        else f"{rule.of} {_say('overdue' if rule.on == 'missed' else 'warned', language)}"
    )
    then = [_say("tell", language, tell=people)] if people else []
    return _say("consequence", language, on=on, then=", ".join([*then, *([rule.do] if rule.do else [])]))


def _pause(reason: str, limit: Duration | None, language: str) -> str:
    return reason if limit is None else f"{reason} (≤ {duration(limit, language)})"


def _or(events: Iterable[str]) -> str:
    return " / ".join(events)


def _subject(name: str, language: str) -> str:
    subject: Subject | None = SUBJECTS.get(subject_of(name))
    return text(subject.label, language) if subject else name
