# ruff: noqa: E501 - one line for each sentence in three languages
"""Rules told as sentences, for people who read the regulation beside its rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from . import wording
from .durations import Duration, Unit
from .facts import SUBJECTS, Subject, subject_of
from .factsets import FACT_SETS, FactSet
from .policies import Decision, Parameter
from .rules import (
    ApprovalRule,
    CadenceRule,
    ClockRule,
    ConsequenceRule,
    FormRule,
    GateRule,
    IndicatorRule,
    PauseReason,
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
    "per": ("；按{per}", "；按{per}", "; for each {per}"),
    "after": ("；周期结束后 {within} 内", "；週期結束後 {within} 內", "; within {within} after the period"),
    "grace": ("，宽限 {grace}", "，寬限 {grace}", ", grace {grace}"),
    "met_by": ("；以{times}次“{events}”为准", "；以{times}次「{events}」為準", "; done by {times} × {events}"),
    "attest": ("；由 {by} 说明完成情况", "；由 {by} 說明完成情況", "; attested by {by}"),
    "evidence": ("并附佐证", "並附佐證", " with evidence"),
    "confirm": ("，经 {role} 确认", "，經 {role} 確認", ", confirmed by the {role}"),
    "audit": ("；从当期“{event}”的记录中随机抽查 {size} 件，按检查表逐项核对", "；從當期「{event}」的紀錄中隨機抽查 {size} 件，依檢查表逐項核對", "; {size} cases drawn at random among those with {event}, gone through by the checklist"),
    "ladder": ("逾期未办的，{rungs}", "逾期未辦的，{rungs}", "while it stays undone, {rungs}"),
    "rung": ("{after} 后告知 {tell}", "{after} 後告知 {tell}", "after {after} tell {tell}"),
    "organisation": ("公司和各经销商", "公司與各經銷商", "organisation"),
    "dealer": ("经销商", "經銷商", "dealer"),
    "team": ("班组", "班組", "team"),
    "person": ("每个人", "每個人", "person"),
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

    def condition(when: str, subject: str) -> str:
        return "" if when == "true" else _say("when", language, when=_told(when, subject, language))

    if isinstance(rule, ClockRule):
        kind = "clock" if rule.within else "promised"
        limit = duration(rule.within, language) if rule.within else rule.within_fact
        line = _say(kind, language, start=_or(map(events, rule.start)), end=_or(map(events, rule.end)), within=limit)
        line = f"{text(rule.label, language)}: {line}{condition(rule.when, rule.subject)}{_say('owner', language, owner=people([rule.owner]))}"
        if rule.pauses:
            line += _say("pauses", language, pauses=", ".join(_pause(p, rule.subject, language) for p in rule.pauses))
        return [line + (_say("missed", language, missed=people(rule.missed)) if rule.missed else "")]
    if isinstance(rule, GateRule):
        return [
            _say(
                "gate",
                language,
                subject=_subject(rule.subject, language),
                verb=_verb(rule.subject, rule.verb, language),
                require=_told(rule.require, rule.subject, language),
            )
            + condition(rule.when, rule.subject),
            text(rule.otherwise, language),
        ]
    if isinstance(rule, ApprovalRule):
        steps = " → ".join(people([step.role]) + condition(step.when, rule.subject) for step in rule.steps)
        subject, verb = _subject(rule.subject, language), _verb(rule.subject, rule.verb, language)
        line = _say("approval", language, subject=subject, verb=verb, steps=steps)
        return [line + condition(rule.when, rule.subject)]
    if isinstance(rule, FormRule):
        title, state = text(rule.title, language), _say(rule.state, language)
        subject, verb = _subject(rule.subject, language), _verb(rule.subject, rule.verb, language)
        line = _say("form", language, subject=subject, verb=verb, title=title, state=state)
        return [line + condition(rule.when, rule.subject)]
    if isinstance(rule, CadenceRule):
        return [_cadence(rule, language, people, events)]
    if isinstance(rule, IndicatorRule):
        return _indicator(rule, language)
    return [_consequence(rule, language, people, events) + condition(rule.when, subject_of(rule.on))]


def _indicator(rule: IndicatorRule, language: str) -> list[str]:
    known = FACT_SETS.get(rule.facts)
    column = known.columns.get(rule.of or "") if known else None
    line = _say(
        "rate" if rule.aggregate is None else "aggregate",
        language,
        label=text(rule.label, language),
        facts=text(known.label, language) if known else rule.facts,
        numerator=_over(rule.numerator, known, language),
        denominator=_say("all", language) if rule.denominator == "true" else _over(rule.denominator, known, language),
        aggregate=_say(rule.aggregate, language) if rule.aggregate else "",
        column=text(column.label, language) if column else rule.of,
    )
    if rule.target is not None:
        goal = f"{rule.target:.4g}" if rule.aggregate else f"{rule.target * 100:.4g} %"
        line += _say(f"target_{rule.direction}", language, target=goal)
    return [line, *([text(rule.meaning, language)] if rule.meaning else [])]


def _over(condition: str | None, known: FactSet | None, language: str) -> str:
    return wording.condition(condition or "", known.columns, language) if known else condition or ""


def _cadence(
    rule: CadenceRule, language: str, people: Callable[[Iterable[str]], str], events: Callable[[str], str]
) -> str:
    every, duty = _say(rule.every, language), text(rule.duty, language)
    line = _say("cadence", language, every=every, duty=duty, owner=people([rule.owner]))
    if rule.per != "company":
        line += _say(
            "per", language, per=_say(rule.per, language) if rule.per in _WORDS else _subject(rule.per, language)
        )
    if rule.within is not None:
        line += _say("after", language, within=duration(rule.within, language))
    if rule.grace is not None:
        line += _say("grace", language, grace=duration(rule.grace, language))
    if rule.met_by:
        line += _say("met_by", language, times=rule.times, events=_or(map(events, rule.met_by)))
        if rule.when != "true":
            line += _say("when", language, when=_told(rule.when, subject_of(rule.met_by[0]), language))
    if rule.attest is not None:
        line += _say("attest", language, by=people(rule.attest.by or [rule.owner]))
        line += _say("evidence", language) if rule.attest.evidence else ""
        line += _say("confirm", language, role=people([rule.attest.confirm])) if rule.attest.confirm else ""
    if rule.audit is not None:
        line += _say("audit", language, event=events(rule.audit.of), size=rule.audit.size)
    return line


def parameter_lines(parameter: Parameter, language: str) -> list[str]:
    """The value of a parameter in words, then why it is so."""
    value = parameter.value
    why = text(parameter.why, language)
    if isinstance(value, Duration):
        return [f"{parameter.name}: {duration(value, language)}", why]
    if isinstance(value, Decision):
        rows = [
            f"{_told(choice.when, value.subject, language)} → {_answer(choice.then, value.subject, language)} ({text(choice.why, language)})"
            for choice in value.choices
        ]
        return [
            f"{parameter.name}:",
            *rows,
            f"… → {_answer(value.otherwise, value.subject, language)} ({text(value.why, language)})",
            why,
        ]
    if parameter.kind == "money":
        return [f"{parameter.name}: ¥{int(str(value)) / 100:,.2f}", why]
    if isinstance(value, tuple):
        return [f"{parameter.name}:", *(item if isinstance(item, str) else text(item, language) for item in value), why]
    if isinstance(value, Mapping):
        if parameter.kind == "text":
            return [f"{parameter.name}: {value.get(language) or value.get('zh-hans')}", why]
        return [f"{parameter.name}: " + ", ".join(f"{key} {number:g}" for key, number in value.items()), why]
    return [f"{parameter.name}: {value}", why]


def _consequence(
    rule: ConsequenceRule, language: str, people: Callable[[Iterable[str]], str], events: Callable[[str], str]
) -> str:
    on = (
        events(rule.on)
        if rule.of is None
        else f"{rule.of} {_say('overdue' if rule.on == 'missed' else 'warned', language)}"
    )
    then = [_say("tell", language, tell=people(rule.tell))] if rule.tell else []
    then += [rule.do] if rule.do else []
    if rule.ladder:
        rungs = [
            _say("rung", language, after=duration(rung.after, language), tell=people(rung.tell)) for rung in rule.ladder
        ]
        then.append(_say("ladder", language, rungs=", ".join(rungs)))
    return _say("consequence", language, on=on, then=", ".join(then))


def _pause(pause: PauseReason, subject: str, language: str) -> str:
    known = SUBJECTS.get(subject)
    reason = wording.code(pause.reason, known.fields.get("reason") if known else None, language)
    return reason if pause.limit is None else f"{reason} (≤ {duration(pause.limit, language)})"


def _told(condition: str, subject: str, language: str) -> str:
    known = SUBJECTS.get(subject)
    return wording.condition(condition, known.fields, language) if known else condition


def _answer(code: str, subject: str, language: str) -> str:
    """What a decision answers, by the name that the subject's facts give the code."""
    known = SUBJECTS.get(subject)
    fields = known.fields.values() if known else ()
    return next((text(field.names[code], language) for field in fields if code in field.names), code)


def _verb(subject: str, verb: str, language: str) -> str:
    known = SUBJECTS.get(subject)
    return text(known.verb_names[verb], language) if known and verb in known.verb_names else verb


def _or(events: Iterable[str]) -> str:
    return " / ".join(events)


def _subject(name: str, language: str) -> str:
    subject: Subject | None = SUBJECTS.get(subject_of(name))
    return text(subject.label, language) if subject else name
