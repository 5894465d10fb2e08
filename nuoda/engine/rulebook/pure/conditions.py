"""Conditions of rules: CEL behind one small interface.

A condition is compiled and type-checked against a subject's declared facts; evaluation is cached per distinct
tuple of the facts it uses. Integers and decimals compare and calculate with each other; `divide(a, b)` stands for
CEL's `/`, which would make 3 of 7 / 2 and infinity of 1.0 / 0.0. Money is integer fen.

Two environments make that possible: CEL's run time compares numbers of both types, its checker refuses to. So a
text is checked by an environment that declares the mixed overloads and runs in one that leaves them to CEL and does
not check again.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from cel_expr_python import cel

from .facts import SUBJECTS, FactType, FactValue, Subject, WrongFact

Constant = int | float | str | bool
CACHE_LIMIT = 50_000
"""Distinct fact tuples kept per condition before its cache starts anew (about 100 bytes each)."""

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)|(?P<string>[rR]?(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))"""
    r"""|(?P<number>\d+(?:\.\d+)?(?:[eE][-+]?\d+)?u?)|(?P<name>[A-Za-z_]\w*)|(?P<mark>&&|\|\||[=!<>]=|.)""",
    re.VERBOSE | re.DOTALL,
)
_PLACE = re.compile(r"<input>:(\d+):(\d+): (.*)")


class ConditionError(ValueError):
    """A condition that cannot be compiled: `line` and `column` count from 1 within its text."""

    def __init__(self, reason: str, line: int, column: int) -> None:
        super().__init__(f"{line}:{column}: {reason}")
        self.reason, self.line, self.column = reason, line, column


class ConditionFailed(RuntimeError):
    """A condition that could not be answered at run time; the caller records it as an error of the clause."""


def _divide(a: float, b: float) -> float:
    return a / b


def _overloads(
    name: str, result: cel.Type, impl: Callable[[float, float], float] | None, every: bool
) -> cel.FunctionDecl:
    integer, decimal = cel.Type.INT, cel.Type.DOUBLE
    pairs = [(integer, decimal), (decimal, integer)]
    if every:
        pairs += [(integer, integer), (decimal, decimal)]
    found = []
    for left, right in pairs:
        label = f"nuoda_{name}_{left.name()}_{right.name()}"
        if impl is None:
            found.append(cel.Overload(id=label, return_type=result, parameters=[left, right]))
        else:
            found.append(cel.Overload(id=label, return_type=result, parameters=[left, right], impl=impl))
    return cel.FunctionDecl(name, found)


def _extensions() -> tuple[cel.CelExtension, cel.CelExtension]:
    arithmetic = [
        _overloads("_+_", cel.Type.DOUBLE, operator.add, False),
        _overloads("_-_", cel.Type.DOUBLE, operator.sub, False),
        _overloads("_*_", cel.Type.DOUBLE, operator.mul, False),
        _overloads("divide", cel.Type.DOUBLE, _divide, True),
    ]
    compare = [_overloads(name, cel.Type.BOOL, None, False) for name in ("_<_", "_<=_", "_>_", "_>=_", "_==_", "_!=_")]
    integer, decimal = cel.Type.INT, cel.Type.DOUBLE
    among = cel.FunctionDecl(
        "@in",
        [
            cel.Overload(id="nuoda_in_int", return_type=cel.Type.BOOL, parameters=[integer, cel.Type.List(decimal)]),
            cel.Overload(id="nuoda_in_dec", return_type=cel.Type.BOOL, parameters=[decimal, cel.Type.List(integer)]),
        ],
    )
    return cel.CelExtension("nuoda.check", [*arithmetic, *compare, among]), cel.CelExtension("nuoda.run", arithmetic)


_CHECK, _RUN = _extensions()
_CONFIG = cel.NewEnvConfigFromYaml('stdlib:\n  exclude_functions:\n  - name: "_/_"\n')
_TYPES: dict[str, cel.Type] = {
    "text": cel.Type.STRING,
    "int": cel.Type.INT,
    "decimal": cel.Type.DOUBLE,
    "bool": cel.Type.BOOL,
    "moment": cel.Type.TIMESTAMP,
    "texts": cel.Type.List(cel.Type.STRING),
}


def _type_of(value: Constant) -> cel.Type:
    if isinstance(value, bool):
        return cel.Type.BOOL
    if isinstance(value, int):
        return cel.Type.INT
    return cel.Type.DOUBLE if isinstance(value, float) else cel.Type.STRING


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a condition: `kind` is string, number, name or mark; `start` its place in the text."""

    kind: str
    text: str
    start: int


def tokens(text: str) -> Iterator[Token]:
    """The words of a condition, without spaces and remarks."""
    for found in _TOKEN.finditer(text):
        if found.lastgroup != "space":
            yield Token(found.lastgroup or "mark", found.group(), found.start())


def _names(words: list[Token]) -> list[Token]:
    """Free names: not a member after a dot, not a function before a parenthesis."""
    found = []
    for index, word in enumerate(words):
        after = words[index + 1].text if index + 1 < len(words) else ""
        before = words[index - 1].text if index else ""
        if word.kind == "name" and after != "(" and before != ".":
            found.append(word)
    return found


def _place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _literal(value: Constant) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return repr(value)


def resolve(text: str, constants: Mapping[str, Constant]) -> str:
    """The condition with the names of defined numbers replaced by their values."""
    result, end = [], 0
    for word in _names(list(tokens(text))):
        if word.text in constants:
            result += [text[end : word.start], _literal(constants[word.text])]
            end = word.start + len(word.text)
    return "".join(result) + text[end:]


def _check_choices(text: str, words: list[Token], subject: Subject) -> None:
    """Refuse a comparison of a closed text with a code that it can never have."""

    def choices(word: Token) -> tuple[str, ...]:
        field = subject.fields.get(word.text) if word.kind == "name" else None
        return field.choices if isinstance(field, FactType) else ()

    def refuse(word: Token, name: str, allowed: tuple[str, ...]) -> None:
        if word.kind == "string" and word.text[1:-1] not in allowed:
            raise ConditionError(
                f"{name} is never {word.text}; it is one of {', '.join(allowed)}", *_place(text, word.start)
            )

    for index, word in enumerate(words[:-2]):
        mark, third = words[index + 1].text, words[index + 2]
        if mark in ("==", "!="):
            if allowed := choices(word):
                refuse(third, word.text, allowed)
            elif allowed := choices(third):
                refuse(word, third.text, allowed)
        elif mark == "in" and third.text == "[" and (allowed := choices(word)):
            for item in words[index + 3 :]:
                if item.text == "]":
                    break
                refuse(item, word.text, allowed)


class Condition:
    """A compiled condition over one subject; make it with `compile`."""

    __slots__ = ("_answers", "_expression", "subject", "text", "uses")

    def __init__(self, text: str, subject: Subject, uses: tuple[str, ...], expression: cel.Expression) -> None:
        self.text, self.subject, self.uses = text, subject, uses
        self._expression = expression
        self._answers: dict[tuple[FactValue, ...], bool] = {}

    @classmethod
    def compile(cls, text: str, subject: Subject, constants: Mapping[str, Constant] | None = None) -> Condition:
        """A condition that answers true or false, compiled once; raises ConditionError with line and column.

        `constants` are numbers and codes defined in the policy; a fact of the same name is an error.
        """
        key = (text, id(subject), repr(sorted((constants or {}).items())))
        known = _compilations.get(key)
        if known is None:
            known = cls._new(text, subject, constants or {})
            if len(_compilations) >= _COMPILATIONS:
                _compilations.clear()
            # Whoever holds the condition holds its subject, so that no other can come to its place in memory.
            _compilations[key] = known
        return known

    @classmethod
    def _new(cls, text: str, subject: Subject, constants: Mapping[str, Constant]) -> Condition:
        if not text.strip():
            raise ConditionError("empty condition", 1, 1)
        words = list(tokens(text))
        names = _names(words)
        for word in names:
            if word.text in constants and word.text in subject.fields:
                raise ConditionError(f"{word.text} is both a fact and a defined value", *_place(text, word.start))
        variables = {name: _TYPES[field.kind] for name, field in subject.fields.items()}
        declared = variables | {name: _type_of(value) for name, value in constants.items()}
        checker = cel.NewEnv(config=_CONFIG, variables=declared, extensions=[_CHECK])
        checked = _compile(checker, text)
        if checked.return_type().name() != "BOOL":
            raise ConditionError(f"answers {checked.return_type().name().lower()}, not true or false", 1, 1)
        _check_choices(text, words, subject)
        resolved = resolve(text, constants)
        expression = cel.NewEnv(variables=variables, extensions=[_RUN]).compile(resolved, disable_check=True)
        uses = tuple(sorted({word.text for word in names if word.text in subject.fields}))
        return cls(resolved, subject, uses, expression)

    def holds(self, facts: Mapping[str, object]) -> bool:
        """Whether the condition holds; raises ConditionFailed when it cannot be answered.

        A fact that is missing or None fails the condition only where its value would decide the answer.
        """
        try:
            known = {name: self.subject.fields[name].check(name, facts.get(name)) for name in self.uses}
        except WrongFact as error:
            raise ConditionFailed(f"{self.text!r}: {error}") from error
        key = tuple(known.values())
        answer = self._answers.get(key)
        if answer is None:
            answer = self._evaluate(known)
            if len(self._answers) >= CACHE_LIMIT:
                self._answers.clear()
            self._answers[key] = answer
        return answer

    def _evaluate(self, known: Mapping[str, FactValue]) -> bool:
        data = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in known.items()
            if value is not None
        }
        try:
            value = self._expression.eval(data=data)
            plain = value.plain_value()
        except RuntimeError as error:
            raise ConditionFailed(f"{self.text!r}: {error}") from error
        if not isinstance(plain, bool):
            raise ConditionFailed(f"{self.text!r}: {_reason(str(plain))}")
        return plain


_compilations: dict[tuple[str, int, str], Condition] = {}
_COMPILATIONS = 4096
"""Compiling one takes 2 ms; a book of four regulations has some 300."""


def _compile(environment: cel.Env, text: str) -> cel.Expression:
    try:
        return environment.compile(text)
    except RuntimeError as error:
        found = _PLACE.search(str(error))
        line, column, reason = (int(found[1]), int(found[2]), found[3]) if found else (1, 1, str(error))
        raise ConditionError(_reason(reason), line, column) from error


def _reason(message: str) -> str:
    if "reference to '_/_'" in message:
        return "there is no '/': write divide(a, b)"
    return message.removesuffix(" [INVALID_ARGUMENT]").replace(" (in container '')", "").replace("\n", " ").strip()


def names(text: str) -> tuple[str, ...]:
    """The names that a condition asks for, whether anybody declares them or not."""
    return tuple(sorted({word.text for word in _names(list(tokens(text)))} - _KEYWORDS))


_KEYWORDS = frozenset({"true", "false", "null", "in"})


@lru_cache(maxsize=4096)
def _compiled(text: str, subject: str) -> Condition | ConditionFailed:
    """The condition, or why it cannot be asked: what loaded once may name a fact that is not declared any more."""
    try:
        return Condition.compile(text, SUBJECTS[subject])
    except ConditionError as error:
        return ConditionFailed(f"{text!r}: {unfit(text, SUBJECTS[subject], error)}")


def unfit(text: str, subject: Subject, error: ConditionError) -> str:
    """Why a stored condition cannot be asked: the facts that are gone, else what the compiler says."""
    gone = [name for name in names(text) if name not in subject.fields]
    return f"{subject.name} has no fact {', '.join(gone)} any more" if gone else error.reason


def uses(text: str, subject: str) -> tuple[str, ...]:
    """Names of the facts that a resolved condition asks for; none of one that cannot be asked."""
    if text == "true" or subject not in SUBJECTS:
        return ()
    found = _compiled(text, subject)
    return found.uses if isinstance(found, Condition) else ()


def holds(text: str, subject: str, facts: Mapping[str, object]) -> bool:
    """Whether a resolved condition holds for facts of a registered subject; raises ConditionFailed, also for a condition
    of a stored version that names a fact nobody declares any more.

    Compiled once per process.
    """
    if text == "true":
        return True
    if subject not in SUBJECTS:
        raise ConditionFailed(f"{text!r}: no app declares the subject {subject!r}")
    found = _compiled(text, subject)
    if isinstance(found, ConditionFailed):
        raise ConditionFailed(*found.args)
    return found.holds(facts)
