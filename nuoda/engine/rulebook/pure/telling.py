# ruff: noqa: E501 - one line for each sentence in three languages
"""Rules told as sentences, for people who read the regulation beside its rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from . import wording
from .durations import Duration, Unit
from .facts import SUBJECTS, Subject, subject_of
from .factsets import FACT_SETS, FactSet
from .policies import Decision, Parameter
from .reading.wording import MOMENT_NAMES
from .rules import (
    ApprovalRule,
    CadenceRule,
    ClockRule,
    ConsequenceRule,
    GateRule,
    IndicatorRule,
    PauseReason,
    Rule,
    Text,
    Warning,
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
_PEOPLE: dict[str, tuple[str, str, str]] = {
    "owner": ("责任人", "負責人", "whoever owes it"),
    "assignee": ("承办人", "承辦人", "the person it was given to"),
    "customer_contact": ("客户联系人", "客戶聯絡人", "the customer's contact"),
}
"""Words beside the role codes that a rule may tell."""
_EFFECTS: dict[str, tuple[str, str, str]] = {
    "follow_up.plan": ("安排回访", "安排回訪", "plan a follow-up call"),
    "follow_up.contact": ("联系不满意的客户", "聯絡不滿意的客戶", "contact the dissatisfied customer"),
}
_WORDS: dict[str, tuple[str, str, str]] = {
    "labelled": ("{label}：{line}", "{label}：{line}", "{label}: {line}"),
    "quoted": ("“{word}”", "「{word}」", "“{word}”"),
    "or": ("或", "或", " or "),
    "and": ("、", "、", ", "),
    "clock": ("{start}之后 {within}内须有{end}", "{start}之後 {within}內須有{end}", "after {start}, {end} within {within}"),
    "promised": ("{start}之后，须在{moment}前{end}", "{start}之後，須在{moment}前{end}", "after {start}, {end} by {moment}"),
    "ahead": ("{start}之后，最迟在{limit}须有{end}", "{start}之後，最遲在{limit}須有{end}", "after {start}, {end} at least {limit}"),
    "moment": ("承诺的时间", "承諾的時間", "the promised time"),
    "so long before": ("{moment}前 {ahead}", "{moment}前 {ahead}", "{ahead} before {moment}"),
    "when": ("；条件：{when}", "；條件：{when}", "; when {when}"),
    "owner": ("；责任人：{owner}", "；負責人：{owner}", "; owed by {owner}"),
    "pauses": ("；可停表：{pauses}", "；可停錶：{pauses}", "; may pause: {pauses}"),
    "at_most": ("{reason}（最长 {limit}）", "{reason}（最長 {limit}）", "{reason} (at most {limit})"),
    "near": ("；预警：{points}", "；預警：{points}", "; warned {points}"),
    "share": ("用时过 {share} 时", "用時過 {share} 時", "after {share} of the time"),
    "before": ("到期前 {before}", "到期前 {before}", "{before} before it is due"),
    "warns": ("{point}提醒{tell}", "{point}提醒{tell}", "{point} ({tell})"),
    "missed": ("；超时告知{missed}", "；逾期告知{missed}", "; when missed, told: {missed}"),
    "gate": ("{subject}{verb}之前须满足：{require}", "{subject}{verb}之前須滿足：{require}", "{subject} {verb} needs {require}"),
    "approval": ("{subject}{verb}须经审批：{steps}", "{subject}{verb}須經簽核：{steps}", "{subject} {verb} needs approval: {steps}"),
    "form": ("{subject}{verb}时须有《{title}》（{state}）", "{subject}{verb}時須有《{title}》（{state}）", "{subject} {verb} needs the form “{title}” ({state})"),
    "cadence": ("每{every}：{duty}；责任人：{owner}", "每{every}：{duty}；負責人：{owner}", "Every {every}: {duty}, by {owner}"),
    "per": ("；按{per}", "；按{per}", "; for each {per}"),
    "after": ("；周期结束后 {within}内", "；週期結束後 {within}內", "; within {within} after the period"),
    "grace": ("，宽限 {grace}", "，寬限 {grace}", ", grace {grace}"),
    "met_by": ("；以 {times} 次{events}为准", "；以 {times} 次{events}為準", "; done by {times} × {events}"),
    "attest": ("；由{by}说明完成情况", "；由{by}說明完成情況", "; attested by {by}"),
    "evidence": ("并附佐证", "並附佐證", " with evidence"),
    "confirm": ("，经{role}确认", "，經{role}確認", ", confirmed by the {role}"),
    "audit": ("；从当期{event}的记录中随机抽查 {size} 件，按检查表逐项核对", "；從當期{event}的紀錄中隨機抽查 {size} 件，依檢查表逐項核對", "; {size} cases drawn at random among those with {event}, gone through by the checklist"),
    "ladder": ("一直未办的，{rungs}", "一直未辦的，{rungs}", "while it stays undone, {rungs}"),
    "rung": ("{after}后告知{tell}", "{after}後告知{tell}", "after {after} tell {tell}"),
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
    "consequence": ("{on}后：{then}", "{on}後：{then}", "On {on}: {then}"),
    "tell": ("告知{tell}", "告知{tell}", "tell {tell}"),
    "then": ("；", "；", ", "),
    "issued": ("已开具", "已開立", "issued"),
    "signed": ("已签字", "已簽名", "signed"),
    "day": ("天", "天", "day"),
    "week": ("周", "週", "week"),
    "month": ("月", "月", "month"),
    "quarter": ("季度", "季", "quarter"),
    "half_year": ("半年", "半年", "half-year"),
    "year": ("年", "年", "year"),
    "warned": ("{what}临期", "{what}臨期", "{what} nearly due"),
    "overdue": ("{what}超时", "{what}逾期", "{what} missed"),
    "value": ("{value}：{why}", "{value}：{why}", "{value}: {why}"),
    "choice": ("{when} → {then}（{why}）", "{when} → {then}（{why}）", "{when} → {then} ({why})"),
    "otherwise": ("其他情况", "其他情況", "otherwise"),
}  # fmt: skip


def _say(key: str, language: str, **values: object) -> str:
    return _WORDS[key][_LANGUAGES.index(language)].format(**values)


def duration(value: Duration, language: str) -> str:
    """'4 小时', '2 个工作日', '10 min'."""
    return f"{value.amount} {_UNITS[value.unit][_LANGUAGES.index(language)]}"


def limit(rule: ClockRule, language: str) -> str:
    """The time limit of a clock: '4 小时'; '约定的上门时间'; '计划的发货时间前 24 小时'."""
    if rule.within is not None:
        return duration(rule.within, language)
    moment = moment_name(rule.start[0], rule.within_fact or "", language) or _say("moment", language)
    if rule.ahead is None:
        return moment
    return _say("so long before", language, moment=moment, ahead=duration(rule.ahead, language))


def moment_name(event: str, field: str, language: str) -> str:
    """What the moment that an event announces is called; '' for one that nobody named."""
    known = SUBJECTS.get(subject_of(event))
    named = (known.announces(event) if known else {}).get(field) or MOMENT_NAMES.get((event, field))
    return text(named, language) if named else ""


def text(value: Text, language: str) -> str:
    """A text of the policy in the language, else in the authoritative one."""
    return value.get(language) or value.get("zh-hans", "")


def labels(rules: Iterable[Rule], language: str) -> dict[str, str]:
    """What the clocks and cadences of a clause are called, by their key."""
    clocks = {rule.key: text(rule.label, language) for rule in rules if isinstance(rule, ClockRule)}
    return clocks | {rule.key: text(rule.duty, language) for rule in rules if isinstance(rule, CadenceRule)}


def rule_lines(
    rule: Rule,
    language: str,
    roles: Mapping[str, str] | None = None,
    events: Callable[[str], str] = str,
    called: Mapping[str, str] | None = None,
) -> list[str]:
    """What the rule says, as one or more sentences; `roles` names role codes, `events` event types, `called` its clause's clocks."""
    return _Teller(language, roles or {}, events, called or {}).lines(rule)


@dataclass(frozen=True, slots=True)
class _Teller:
    """How rules are said: the language, and what roles, events and the clocks of the clause are called."""

    language: str
    roles: Mapping[str, str]
    events: Callable[[str], str]
    called: Mapping[str, str]

    def lines(self, rule: Rule) -> list[str]:
        if isinstance(rule, ClockRule):
            return [self.clock(rule)]
        if isinstance(rule, CadenceRule):
            return [self.cadence(rule)]
        if isinstance(rule, IndicatorRule):
            return _indicator(rule, self.language)
        if isinstance(rule, ConsequenceRule):
            return [self.consequence(rule) + self.condition(rule.when, subject_of(rule.on))]
        subject, verb = (
            _subject(rule.subject, self.language),
            self.quoted(_verb(rule.subject, rule.verb, self.language)),
        )
        when = self.condition(rule.when, rule.subject)
        if isinstance(rule, GateRule):
            require = _told(rule.require, rule.subject, self.language)
            line = self.say("gate", subject=subject, verb=verb, require=require)
            return [line + when, text(rule.otherwise, self.language)]
        if isinstance(rule, ApprovalRule):
            steps = " → ".join(
                self.people([step.role]) + self.condition(step.when, rule.subject) for step in rule.steps
            )
            return [self.say("approval", subject=subject, verb=verb, steps=steps) + when]
        title, state = text(rule.title, self.language), self.say(rule.state)
        return [self.say("form", subject=subject, verb=verb, title=title, state=state) + when]

    def say(self, key: str, **values: object) -> str:
        return _say(key, self.language, **values)

    def quoted(self, word: str) -> str:
        return self.say("quoted", word=word)

    def people(self, codes: Iterable[str]) -> str:
        return self.say("and").join(self.roles.get(code) or person(code, self.language) for code in codes)

    def happens(self, events: Iterable[str]) -> str:
        return self.say("or").join(self.quoted(self.events(event)) for event in events)

    def condition(self, when: str, subject: str) -> str:
        return "" if when == "true" else self.say("when", when=_told(when, subject, self.language))

    def clock(self, rule: ClockRule) -> str:
        kind = "clock" if rule.within else "ahead" if rule.ahead else "promised"
        said = limit(rule, self.language)
        line = self.say(
            kind, start=self.happens(rule.start), end=self.happens(rule.end), within=said, moment=said, limit=said
        )
        line = self.say("labelled", label=text(rule.label, self.language), line=line)
        line += self.condition(rule.when, rule.subject) + self.say("owner", owner=self.people([rule.owner]))
        if rule.pauses:
            pauses = self.say("and").join(_pause(item, rule.subject, self.language) for item in rule.pauses)
            line += self.say("pauses", pauses=pauses)
        if rule.warnings:
            line += self.say("near", points=self.say("and").join(map(self.warning, rule.warnings)))
        return line + (self.say("missed", missed=self.people(rule.missed)) if rule.missed else "")

    def warning(self, item: Warning) -> str:
        if item.share is not None:
            point = self.say("share", share=f"{item.share * 100:g} %")
        else:
            point = self.say("before", before=duration(item.before, self.language) if item.before else "")
        return self.say("warns", point=point, tell=self.people(item.tell)) if item.tell else point

    def cadence(self, rule: CadenceRule) -> str:
        every, duty = self.say(rule.every), text(rule.duty, self.language)
        line = self.say("cadence", every=every, duty=duty, owner=self.people([rule.owner]))
        if rule.per != "company":
            line += self.say("per", per=self.say(rule.per) if rule.per in _WORDS else _subject(rule.per, self.language))
        if rule.within is not None:
            line += self.say("after", within=duration(rule.within, self.language))
        if rule.grace is not None:
            line += self.say("grace", grace=duration(rule.grace, self.language))
        if rule.met_by:
            line += self.say("met_by", times=rule.times, events=self.happens(rule.met_by))
            line += self.condition(rule.when, subject_of(rule.met_by[0]))
        if rule.attest is not None:
            line += self.say("attest", by=self.people(rule.attest.by or [rule.owner]))
            line += self.say("evidence") if rule.attest.evidence else ""
            line += self.say("confirm", role=self.people([rule.attest.confirm])) if rule.attest.confirm else ""
        if rule.audit is not None:
            line += self.say("audit", event=self.happens([rule.audit.of]), size=rule.audit.size)
        return line

    def consequence(self, rule: ConsequenceRule) -> str:
        if rule.of is None:
            on = self.happens([rule.on])
        else:
            what = self.quoted(self.called.get(rule.of) or rule.of)
            on = self.say("overdue" if rule.on == "missed" else "warned", what=what)
        then = [self.say("tell", tell=self.people(rule.tell))] if rule.tell else []
        then += [_word(_EFFECTS, rule.do, self.language)] if rule.do else []
        if rule.ladder:
            rungs = [
                self.say("rung", after=duration(rung.after, self.language), tell=self.people(rung.tell))
                for rung in rule.ladder
            ]
            then.append(self.say("ladder", rungs=("，" if self.language != "en" else ", ").join(rungs)))
        return self.say("consequence", on=on, then=self.say("then").join(then))


def person(code: str, language: str) -> str:
    """What a word beside the role codes means; the code itself when it is none."""
    return _word(_PEOPLE, code, language)


def effects(language: str) -> list[tuple[str, str]]:
    """What a consequence can do: its code and what it is called."""
    return [(code, _word(_EFFECTS, code, language)) for code in _EFFECTS]


def _word(words: Mapping[str, tuple[str, str, str]], code: str, language: str) -> str:
    return words[code][_LANGUAGES.index(language)] if code in words else code


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


def parameter_lines(parameter: Parameter, language: str) -> list[str]:
    """The value of a parameter and what it is for; of a list or a decision first what it is for, then its rows."""
    value = parameter.value
    why = text(parameter.why, language)
    if isinstance(value, Decision):
        rows = [
            _say(
                "choice",
                language,
                when=_told(choice.when, value.subject, language),
                then=_answer(choice.then, value.subject, language),
                why=_short(choice.why, language),
            )
            for choice in value.choices
        ]
        last = _answer(value.otherwise, value.subject, language)
        other = _say("otherwise", language)
        return [why, *rows, _say("choice", language, when=other, then=last, why=_short(value.why, language))]
    if isinstance(value, tuple):
        return [why, *(item if isinstance(item, str) else text(item, language) for item in value)]
    return [_say("value", language, value=_value(parameter, language), why=why)]


def _short(value: Text, language: str) -> str:
    """A reason as it stands in brackets, without its full stop."""
    return text(value, language).rstrip("。.")


def _value(parameter: Parameter, language: str) -> str:
    value = parameter.value
    if isinstance(value, Duration):
        return duration(value, language)
    if parameter.kind == "money":
        return f"¥{int(str(value)) / 100:,.2f}"
    if isinstance(value, Mapping):
        if parameter.kind == "text":
            return str(value.get(language) or value.get("zh-hans"))
        return _say("and", language).join(f"{key} {number:g}" for key, number in value.items())
    return str(value)


def _pause(pause: PauseReason, subject: str, language: str) -> str:
    known = SUBJECTS.get(subject)
    reason = wording.code(pause.reason, known.fields.get("reason") if known else None, language)
    if pause.limit is None:
        return reason
    return _say("at_most", language, reason=reason, limit=duration(pause.limit, language))


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


def _subject(name: str, language: str) -> str:
    subject: Subject | None = SUBJECTS.get(subject_of(name))
    return text(subject.label, language) if subject else name
