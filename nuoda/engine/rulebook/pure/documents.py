"""Policy files as documents: YAML with the place of every value, checked against the schema, and written back.

YAML 1.2's few scalars only: `on`, `yes` and `17:50` are texts, dates stay texts. A file in the exported form is
read and written without a changed byte.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from . import schema

Path = tuple[str | int, ...]
Content = dict[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something wrong in a policy file; `line` and `column` count from 1 (0: no place known)."""

    line: int
    column: int
    reason: str
    clause: str = ""

    def __str__(self) -> str:
        where = f" [{self.clause}]" if self.clause else ""
        return f"{self.line}:{self.column}: {self.reason}{where}"

    def place(self, path: str = "") -> dict[str, Any]:
        """As programs are told of it; `path` names the value that line and column count in, '' the whole text."""
        return {
            "clause": self.clause, "path": path, "line": self.line, "column": self.column, "reason": self.reason
        }  # fmt: skip


class PolicyError(ValueError):
    """A policy that cannot be loaded, with every problem found."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True, slots=True)
class Mark:
    line: int
    column: int
    style: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    content: Content
    marks: Mapping[Path, Mark] = field(default_factory=dict)

    def mark(self, path: Path) -> Mark:
        """The place of a value, or of the nearest one around it."""
        while path not in self.marks and path:
            path = path[:-1]
        return self.marks.get(path, Mark(0, 0))

    def clause_at(self, path: Path) -> str:
        if len(path) > 1 and path[0] == "clauses" and isinstance(path[1], int):
            clause = self.content["clauses"][path[1]]
            found = clause.get("id", "") if isinstance(clause, dict) else ""
            return found if isinstance(found, str) else ""
        return ""

    def problem(self, path: Path, reason: str, line: int = 1, column: int = 1) -> Problem:
        """A problem at `line` and `column` within the value at `path`."""
        mark = self.mark(path)
        if mark.style in ("|", ">"):
            return Problem(mark.line + line, column, reason, self.clause_at(path))
        shift = mark.column + column - 1 + (1 if mark.style and column > 1 else 0) if line == 1 else column
        return Problem(mark.line + line - 1, shift, reason, self.clause_at(path))


_SCALARS = {
    "tag:yaml.org,2002:bool": re.compile(r"^(?:true|false)$"),
    "tag:yaml.org,2002:int": re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"),
    "tag:yaml.org,2002:float": re.compile(r"^[-+]?[0-9]+\.[0-9]+$"),
    "tag:yaml.org,2002:null": re.compile(r"^(?:null|~|)$"),
}


class _Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    yaml_implicit_resolvers: dict[str, Any] = {}


# libyaml reads the same language about ten times as fast; PyYAML's wheels carry it.
class _FastLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    yaml_implicit_resolvers: dict[str, Any] = {}


class _Dumper(yaml.SafeDumper):
    yaml_implicit_resolvers: dict[str, Any] = {}

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


for _kind in (_Loader, _FastLoader, _Dumper):
    for _tag, _pattern in _SCALARS.items():
        _kind.add_implicit_resolver(_tag, _pattern, None)


def _flow(dumper: yaml.SafeDumper, items: list[Any]) -> yaml.Node:
    short = all(isinstance(item, str | int | float) for item in items) and sum(len(str(item)) for item in items) < 90
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=short)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    # Breaks that YAML folds away in any other style: pasted texts carry them.
    style = '"' if _BREAKS.search(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_BREAKS = re.compile("[\r\x85\u2028\u2029]")
_Dumper.add_representer(list, _flow)
_Dumper.add_representer(str, _text)


def _compose(text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=_FastLoader)
    except yaml.YAMLError:
        return yaml.compose(text, Loader=_Loader)  # names the place of a mistake more exactly


def parse(text: str) -> Document:
    """Read YAML with the place of every value; raises PolicyError for what is not plain, unique-keyed YAML."""
    try:
        root = _compose(text)
    except yaml.MarkedYAMLError as error:
        place = error.problem_mark
        line, column = (place.line + 1, place.column + 1) if place else (0, 0)
        raise PolicyError([Problem(line, column, f"not YAML: {error.problem}")]) from error
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, error.position - before.rfind("\n")
        raise PolicyError([Problem(line, column, f"not YAML: {error.reason}")]) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise PolicyError([Problem(0, 0, f"not YAML: {error}")]) from error
    marks: dict[Path, Mark] = {}
    problems: list[Problem] = []
    try:
        content = _read(root, (), marks, problems) if root is not None else None
    except RecursionError as error:
        raise PolicyError([Problem(1, 1, "is nested too deeply, or refers to itself")]) from error
    if not isinstance(content, dict):
        problems.append(Problem(1, 1, "a policy is a mapping of names to values"))
    if problems:
        raise PolicyError(problems)
    return Document(content, marks)  # type: ignore[arg-type]


_MOST = 300_000
"""Values of one text: the longest shipped regulation has about twenty thousand. References to one place can stand for any number."""


def _read(node: yaml.Node, path: Path, marks: dict[Path, Mark], problems: list[Problem]) -> Any:
    if len(marks) > _MOST:
        raise PolicyError([Problem(node.start_mark.line + 1, node.start_mark.column + 1, "has too many values")])
    place = Mark(node.start_mark.line + 1, node.start_mark.column + 1, getattr(node, "style", None) or "")
    marks[path] = place
    if isinstance(node, yaml.MappingNode):
        found: Content = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key, str) or key in found:
                mark = key_node.start_mark
                problems.append(Problem(mark.line + 1, mark.column + 1, f"{key!r} stands twice or is no name"))
                continue
            found[key] = _read(value_node, (*path, key), marks, problems)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_read(item, (*path, index), marks, problems) for index, item in enumerate(node.value)]
    kind = node.tag.rpartition(":")[2]
    value: str = node.value
    if kind == "str":
        return value
    if kind == "int":
        return int(value)
    if kind == "float":
        return float(value)
    if kind == "bool":
        return value == "true"
    if kind == "null":
        return None
    problems.append(Problem(place.line, place.column, f"the tag {node.tag} has no place in a policy"))
    return None


def validate(document: Document) -> list[Problem]:
    """Everything in which the document departs from the schema, and characters that no text can have."""
    unfit = [
        document.problem(path, "cannot be kept: a character that no text can have, or nested too deeply")
        for path in _unfit(document.content)
    ]
    return unfit or [_departure(document, error) for error in _errors(document.content)]


def _departure(document: Document, error: ValidationError) -> Problem:
    path, reason = tuple(error.absolute_path), _say(error)
    if len(path) == 2 and path[0] == "clauses":
        # Whoever sent one clause does not know which number it has in the whole.
        reason = f"{document.clause_at(path) or 'clause'}: {error.message}"
    return document.problem(path, reason)


_UNFIT = re.compile("[\x00\ud800-\udfff]")
"""PostgreSQL keeps no NUL, UTF-8 no half of a surrogate pair; YAML can escape both."""
DEEPEST = 40
"""Names and places down to a value; regulations have about ten."""


def _unfit(value: Any, path: Path = ()) -> Iterator[Path]:
    if len(path) > DEEPEST or (isinstance(value, str) and _UNFIT.search(value)):
        yield path
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unfit(item, (*path, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _unfit(key, path)
            yield from _unfit(item, (*path, key))


_CLAUSES = schema.POLICY["properties"]["clauses"]
_AROUND = Draft202012Validator(
    schema.POLICY
    | {"properties": schema.POLICY["properties"] | {"clauses": {k: v for k, v in _CLAUSES.items() if k != "items"}}}
)
"""The shape of a policy around its clauses."""
_sound: set[bytes] = set()
"""Clauses that departed from nothing: most clauses of a text are those of the text before it, and looking at all takes 0.15 s."""
_KEPT = 20_000


def _errors(content: Content) -> Iterator[ValidationError]:
    yield from _AROUND.iter_errors(content)
    clauses = content.get("clauses")
    for number, clause in enumerate(clauses if isinstance(clauses, list) else ()):
        key = hashlib.sha256(repr(clause).encode()).digest()
        if key in _sound:
            continue
        found = False
        for error in _clause_errors(clause, ("clauses", number)):
            found = True
            yield error
        if not found:
            if len(_sound) >= _KEPT:
                _sound.clear()
            _sound.add(key)


def _clause_errors(clause: Any, path: Path) -> Iterator[ValidationError]:
    for error in _below(_CLAUSES["items"], clause, path):
        if error.validator != "oneOf":
            yield error
    if not isinstance(clause, dict):
        return
    for key, kinds in (("rules", schema.RULES), ("examples", schema.EXAMPLES)):
        items = clause.get(key)
        for index, item in enumerate(items if isinstance(items, list) else ()):
            yield from _shaped(item, kinds, (*path, key, index))
    for index, parameter in enumerate(clause.get("parameters") or ()):
        shape = schema.PARAMETER_VALUES.get(str(parameter.get("kind"))) if isinstance(parameter, dict) else None
        if shape is not None:
            yield from _below(shape, parameter.get("value"), (*path, "parameters", index, "value"))


def _shaped(item: Any, kinds: dict[str, schema.Schema], path: Path) -> Iterator[ValidationError]:
    shape = schema.shape_of(item, kinds)
    if shape is None:
        yield ValidationError(f"is none of {', '.join(kinds)}", path=path)
    else:
        yield from _below(shape, item, path)


def _below(shape: schema.Schema, value: Any, path: Path) -> Iterator[ValidationError]:
    for error in Draft202012Validator(shape).iter_errors(value):
        error.path.extendleft(reversed(path))
        yield error


def _say(error: ValidationError) -> str:
    name = ".".join(str(part) for part in list(error.absolute_path)[-2:])
    return f"{name}: {error.message}" if name else error.message


def order(content: Any, shape: schema.Schema) -> Any:
    """The content with its names in the order of the schema; free mappings are sorted."""
    if isinstance(content, list):
        items = shape.get("items", {})
        if "anyOf" in shape:
            items = shape["anyOf"][1]["items"]
        return [order(item, _shape(item, items)) for item in content]
    if isinstance(content, dict):
        known = shape.get("properties", {})
        if "value" in known and content.get("kind") in schema.PARAMETER_VALUES:
            known = known | {"value": schema.PARAMETER_VALUES[content["kind"]]}
        names = [name for name in known if name in content] + sorted(name for name in content if name not in known)
        return {name: order(content[name], known.get(name, {})) for name in names}
    return content


def _shape(item: Any, shape: schema.Schema) -> schema.Schema:
    for kinds in (schema.RULES, schema.EXAMPLES):
        if shape.get("oneOf") == list(kinds.values()):
            return schema.shape_of(item, kinds) or {}
    return shape


def export(content: Content) -> str:
    """The policy as YAML in its one written form."""
    return part(content, schema.POLICY)


def part(content: Content, shape: schema.Schema) -> str:
    """A part of a policy as YAML in its written form; `shape` gives the order of its names."""
    return yaml.dump(
        order(content, shape),
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=118,
        default_flow_style=False,
    )


def digest(content: Content) -> str:
    """SHA-256 of the content, whatever the order of its names."""
    plain = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()
