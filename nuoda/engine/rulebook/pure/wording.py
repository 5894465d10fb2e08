"""Conditions told in words, for people who read the regulation and not its code.

    wording.condition('kind == "fault" && !solved', SUBJECTS["ticket"].fields, "zh-hans") → '类型为故障且未达到“已解决”'

What is beyond plain comparisons (arithmetic, functions) is shown as it is written, never told half.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from .conditions import Token, tokens
from .facts import FactType
from .rules import Text

_LANGUAGES = ("zh-hans", "zh-hant", "en")
_WORDS: dict[str, tuple[str, str, str]] = {
    "&&": ("且", "且", " and "),
    "||": ("，或", "，或", ", or "),
    "group": ("（{inner}）", "（{inner}）", "({inner})"),
    "not": ("未达到“{inner}”", "未達到「{inner}」", "not “{inner}”"),
    "==": ("{name}为{value}", "{name}為{value}", "{name} is {value}"),
    "!=": ("{name}不为{value}", "{name}不為{value}", "{name} is not {value}"),
    "empty": ("没有{name}", "沒有{name}", "no {name}"),
    "filled": ("{name}已填", "{name}已填", "{name} is given"),
    "<": ("{name}小于 {value}", "{name}小於 {value}", "{name} below {value}"),
    "<=": ("{name}不超过 {value}", "{name}不超過 {value}", "{name} at most {value}"),
    ">": ("{name}超过 {value}", "{name}超過 {value}", "{name} above {value}"),
    ">=": ("{name}不少于 {value}", "{name}不少於 {value}", "{name} at least {value}"),
    "or": ("或", "或", " or "),
    "nothing": ("空", "空", "empty"),
}  # fmt: skip


class _Beyond(Exception):
    """The condition says more than these words can."""


def condition(text: str, fields: Mapping[str, FactType], language: str) -> str:
    """The condition in words; as it is written where words do not reach."""
    try:
        return _Reader(text, fields, language).whole()
    except (_Beyond, IndexError):
        return text


def code(value: str, field: FactType | None, language: str) -> str:
    """The name of a code that a fact can have; the code itself when it has none."""
    return _called(field.names[value], language) if field and value in field.names else value


def _called(text: Text, language: str) -> str:
    return text.get(language) or text.get("zh-hans", "")


class _Reader:
    """Recursive descent over the words of one condition: or, and, not, comparison."""

    def __init__(self, text: str, fields: Mapping[str, FactType], language: str) -> None:
        self.words: list[Token] = list(tokens(text))
        self.place = 0
        self.fields = fields
        self.language = language

    def whole(self) -> str:
        said = self.either()
        if self.place != len(self.words):
            raise _Beyond
        return said

    def either(self) -> str:
        return self.say("||").join(self.chain(self.both, "||"))

    def both(self) -> str:
        return self.say("&&").join(self.chain(self.one, "&&"))

    def chain(self, part: Callable[[], str], mark: str) -> list[str]:
        found = [part()]
        while self.peek() == mark:
            self.place += 1
            found.append(part())
        return found

    def one(self) -> str:
        mark = self.peek()
        if mark == "!":
            self.place += 1
            return self.say("not", inner=self.one())
        if mark == "(":
            self.place += 1
            inner = self.either()
            self.expect(")")
            return self.say("group", inner=inner)
        return self.comparison()

    def comparison(self) -> str:
        field = self.fields.get(self.peek() or "")
        if field is None:
            raise _Beyond
        self.place += 1
        name = _called(field.label, self.language)
        mark = self.peek()
        if mark == "in":
            self.place += 1
            return self.say("==", name=name, value=self.say("or").join(self.listed(field)))
        if mark in ("==", "!=", "<", "<=", ">", ">="):
            self.place += 1
            value = self.value(field)
            if value == "":
                return self.say("empty" if mark == "==" else "filled", name=name)
            return self.say(mark, name=name, value=value)
        if field.kind != "bool" or mark not in (None, "&&", "||", ")"):
            raise _Beyond
        return name

    def listed(self, field: FactType) -> list[str]:
        self.expect("[")
        found = [self.value(field)]
        while self.peek() == ",":
            self.place += 1
            found.append(self.value(field))
        self.expect("]")
        return [value or self.say("nothing") for value in found]

    def value(self, field: FactType) -> str:
        word = self.words[self.place]
        self.place += 1
        if word.kind == "string" and word.text[0] in "\"'" and "\\" not in word.text:
            return code(word.text[1:-1], field, self.language)
        if word.kind == "number" and self.peek() not in ("+", "-", "*"):
            return _number(word.text.rstrip("u"), money=field.money)
        raise _Beyond

    def expect(self, mark: str) -> None:
        if self.peek() != mark:
            raise _Beyond
        self.place += 1

    def peek(self) -> str | None:
        return self.words[self.place].text if self.place < len(self.words) else None

    def say(self, key: str, **values: str) -> str:
        return _WORDS[key][_LANGUAGES.index(self.language)].format(**values)


def _number(text: str, *, money: bool) -> str:
    return f"¥{Decimal(text) / 100:,.2f}" if money else f"{Decimal(text):,}"
