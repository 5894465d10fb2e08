"""Numbered forms from declared fields.

An app registers a `FormType` per document that a regulation names (售后服务工单, 售后服务维修记录单 …); papers are
filled, checked,
hashed and printed from that declaration alone. A changed form is a new version under the same code, so that papers
issued earlier keep their layout and their hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

Text = Mapping[str, str]
"""A text by language: 'zh-hans', 'zh-hant', 'en'."""

FieldType = Literal[
    "text", "long", "int", "money", "date", "moment", "choice", "table", "checklist", "photo", "signature"
]
LANGUAGES = ("zh-hans", "zh-hant", "en")
LONGEST = {"text": 500, "long": 20_000}
"""Characters that fit into a field of that type."""
MOST_ROWS = 500
"""Rows of one table, items of one checklist, photos of one field."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a form asks.

    Values by type: text and long str; int; money int in fen; date 'YYYY-MM-DD'; moment ISO 8601 with offset; choice
    one of
    `choices`; table a list of mappings by column key; checklist a mapping of choice to true or false; photo a list of
    sha256 hex digests of attachments; signature has no value: it is given when the paper is signed, in the role `key`.
    """

    key: str
    label: Text
    type: FieldType = "text"
    required: bool = False
    wide: bool = False
    """Takes the whole width of the print."""
    choices: Mapping[str, Text] = field(default_factory=dict)
    columns: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    title: Text
    fields: tuple[str, ...]
    note: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FormType:
    """A document's declaration; `prefix` is the mark of the form in the number of its papers."""

    code: str
    title: Text
    version: int
    prefix: str
    fields: tuple[Field, ...]
    sections: tuple[Section, ...]
    clauses: tuple[str, ...] = ()
    """Clauses that ask for the document; printed in the footer."""
    size: Literal["a4", "a5"] = "a4"
    declaration: Text = field(default_factory=dict)
    """What the signers confirm; printed above the signatures."""

    def field(self, key: str) -> Field:
        for item in self.fields:
            if item.key == key:
                return item
        raise KeyError(key)

    @property
    def signatures(self) -> tuple[str, ...]:
        """Keys of the signature fields: the roles in which the paper is signed."""
        return tuple(item.key for item in self.fields if item.type == "signature")

    @property
    def required_signatures(self) -> tuple[str, ...]:
        return tuple(item.key for item in self.fields if item.type == "signature" and item.required)


_registry: dict[str, dict[int, FormType]] = {}


def register(form: FormType) -> FormType:
    """Make a form known under its code and version; ValueError when the declaration contradicts itself."""
    _verify(form)
    known = _registry.setdefault(form.code, {})
    if known.get(form.version, form) != form:
        raise ValueError(f"form {form.code} version {form.version} is declared twice with different content")
    known[form.version] = form
    return form


def get(code: str, version: int | None = None) -> FormType:
    """The form, newest version unless one is named; KeyError for an unknown code or version."""
    versions = _registry[code]
    return versions[max(versions) if version is None else version]


def known() -> tuple[FormType, ...]:
    """The newest version of every registered form, by code."""
    return tuple(versions[max(versions)] for _, versions in sorted(_registry.items()))


def say(text: Text, language: str) -> str:
    """The text in the language, else in zh-Hans (the authoritative one), else in any."""
    return text.get(language) or text.get("zh-hans") or next(iter(text.values()), "")


def _verify(form: FormType) -> None:
    keys = [item.key for item in form.fields]
    if len(set(keys)) != len(keys):
        raise ValueError(f"form {form.code}: a field key stands twice")
    placed = [key for section in form.sections for key in section.fields]
    inner = [item.key for item in form.fields if item.type != "signature"]
    if sorted(placed) != sorted(inner):
        raise ValueError(f"form {form.code}: sections and fields differ: {sorted(set(placed) ^ set(inner))}")
    texts = [form.title, *(item.label for item in form.fields), *(section.title for section in form.sections)]
    if any(not text.get(language) for text in texts for language in LANGUAGES):
        raise ValueError(f"form {form.code}: a title or label lacks one of {LANGUAGES}")
    for item in form.fields:
        if item.type in ("choice", "checklist") and not item.choices:
            raise ValueError(f"form {form.code}: {item.key} has no choices")
        if item.type == "table" and not item.columns:
            raise ValueError(f"form {form.code}: {item.key} has no columns")


def problems(form: FormType, content: Mapping[str, Any], *, complete: bool = True) -> dict[str, str]:
    """What is wrong with which field, as codes: 'missing', 'unknown', 'type', 'long', 'choice', 'rows'.

    With `complete=False` missing fields are let pass (a draft). Keys of table cells read 'parts.2.quantity'.
    """
    found: dict[str, str] = {}
    fields = {item.key: item for item in form.fields if item.type != "signature"}
    for key in content:
        if key not in fields:
            found[key] = "unknown"
    for key, item in fields.items():
        value = content.get(key)
        if _empty(value):
            if complete and item.required:
                found[key] = "missing"
            continue
        found.update(_wrong(item, value, key))
    return found


def _empty(value: Any) -> bool:
    return value is None or value == "" or value == [] or value == {}


def _wrong(item: Field, value: Any, key: str) -> dict[str, str]:
    match item.type:
        case "text" | "long":
            if not isinstance(value, str):
                return {key: "type"}
            return {key: "long"} if len(value) > LONGEST[item.type] else {}
        case "int" | "money":
            return {} if isinstance(value, int) and not isinstance(value, bool) else {key: "type"}
        case "date":
            return {} if _reads(date.fromisoformat, value) else {key: "type"}
        case "moment":
            return {} if _reads(_moment, value) else {key: "type"}
        case "choice":
            return {} if isinstance(value, str) and value in item.choices else {key: "choice"}
        case "checklist":
            if not isinstance(value, Mapping) or not all(isinstance(mark, bool) for mark in value.values()):
                return {key: "type"}
            return {} if all(choice in item.choices for choice in value) else {key: "choice"}
        case "photo":
            if not isinstance(value, list) or not all(_digest(name) for name in value):
                return {key: "type"}
            return {key: "rows"} if len(value) > MOST_ROWS else {}
        case "table":
            return _wrong_rows(item, value, key)
    return {}


def _wrong_rows(item: Field, rows: Any, key: str) -> dict[str, str]:
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        return {key: "type"}
    if len(rows) > MOST_ROWS:
        return {key: "rows"}
    columns = {column.key: column for column in item.columns}
    found: dict[str, str] = {}
    for number, row in enumerate(rows, 1):
        for name in row:
            if name not in columns:
                found[f"{key}.{number}.{name}"] = "unknown"
        for name, column in columns.items():
            value, place = row.get(name), f"{key}.{number}.{name}"
            if _empty(value):
                if column.required:
                    found[place] = "missing"
            else:
                found.update(_wrong(column, value, place))
    return found


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("no offset")
    return moment


def _reads(parse: Any, value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parse(value)
    except ValueError:
        return False
    return True


def _digest(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 64 and all(sign in "0123456789abcdef" for sign in value)


def plain(value: Any) -> Any:
    """A value as the content JSON keeps it: moments and dates in ISO 8601, ids as text, mappings and lists inside
    out."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
