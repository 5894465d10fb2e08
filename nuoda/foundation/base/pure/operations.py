"""What programs can do. A room declares its operations in `api/`; the API room serves all of them at `/api/v1`.

    @write("/tickets/{ticket}/answer", scope="tickets:write", roles=DESK)
    def answer_ticket(call: Call, ticket: Name, body: Answer) -> TicketOut:
        '''Answer a ticket: a person speaks with the customer for the first time.'''

Path parameters stand by name, `query` is a `Shape` of filters, `body` one of what is sent, `file` an uploaded file. The
function runs in the actor's scope and calls one action or query; refusals leave it as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import IO, Annotated, Any, Generic, Literal, Protocol, TypeVar, get_type_hints
from uuid import UUID

from pydantic import UUID7, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from .actors import Actor

ANYBODY: frozenset[str] = frozenset()
"""`roles` of an operation that every person may use."""
MOST = 200
"""Rows of one page at most."""

_PRINTABLE = r"^[^\x00]*$"
"""PostgreSQL keeps no NUL in a text."""


class Shape(BaseModel):
    """What is sent or answered. Unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Name = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,59}$")]
"""A number ('TK-2026-000123') or an id."""
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60, pattern=_PRINTABLE)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=_PRINTABLE)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000, pattern=_PRINTABLE)]
Long = Annotated[str, StringConstraints(max_length=2_000_000, pattern=_PRINTABLE)]
"""The text of a regulation: ten times the longest shipped one."""
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2999, 12, 31))]
Moment = AwareDatetime
"""A moment with its offset from UTC."""


class Sent(Shape):
    """A change that may be told later than it happened."""

    happened_at: Moment | None = Field(None, description="When it happened, if that was not just now (sent later).")


class Verb(Shape):
    """What a verb on something may carry."""

    version: int | None = Field(
        None, ge=0, le=2**31 - 1, description="The version that was seen; when it has changed since, it is refused."
    )
    remark: Text = ""


class Told(Verb, Sent):
    """A verb that may be told later than it happened."""


class Nothing(Shape):
    """A mutation with which nothing else is to be said."""


class Made(Shape):
    """A mutation that makes something: the program may choose its id."""

    id: UUID7 | None = Field(None, description="The id of what is made, drawn by the program (UUIDv7).")


class Paging(Shape):
    """Which page of a list."""

    limit: int = Field(50, ge=1, le=MOST, description="Rows of a page.")
    cursor: str = Field("", max_length=600, pattern=r"^[0-9A-Za-z_=-]*$", description="`next` of the page before.")


Item = TypeVar("Item")


class Listing(Shape, Generic[Item]):
    """One page of a list; `next` is the cursor of the following one, empty at the end."""

    items: list[Item]
    next: str = ""


class Ref(Shape):
    """Something named: its id, its number where it has one, and what it is called."""

    id: UUID
    number: str = ""
    name: str


def named(text: str) -> dict[str, Any]:
    """A number or an id, as arguments of a query that takes either."""
    try:
        return {"id": UUID(text)}
    except ValueError:
        return {"number": text}


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks, and when. `happened_at` is set when the program said so and the book lets it be believed."""

    actor: Actor
    at: datetime
    happened_at: datetime | None = None
    device: str = ""


class Upload(Protocol):
    """A file that was sent."""

    name: str | None
    file: IO[bytes]


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """A file as answer; a stream is sent piece by piece, and closed."""

    content: bytes | IO[bytes]
    content_type: str
    name: str


@dataclass(frozen=True)
class Operation:
    """One thing a program can do. `name` is stable: clients are generated from it."""

    name: str
    method: Literal["GET", "POST"]
    path: str
    scope: str
    roles: frozenset[str]
    """Role codes to whom it exists; empty for everybody. To others it is not there (404)."""
    run: Callable[..., Any]
    room: str
    status: int
    places: Mapping[str, Any] = field(default_factory=dict)
    query: type[Shape] | None = None
    body: type[Shape] | None = None
    upload: bool = False
    answer: Any = None

    @property
    def writes(self) -> bool:
        return self.method == "POST"

    @property
    def summary(self) -> str:
        return (self.run.__doc__ or "").strip().split("\n", 1)[0].rstrip(".")

    @property
    def description(self) -> str:
        return " ".join((self.run.__doc__ or "").strip().partition("\n")[2].split())


_operations: dict[str, Operation] = {}
OPERATIONS: Mapping[str, Operation] = MappingProxyType(_operations)
"""Every operation by name, in the order of declaration."""
Run = TypeVar("Run", bound=Callable[..., Any])


def read(path: str, *, scope: str, roles: frozenset[str]) -> Callable[[Run], Run]:
    """Declare a reading operation (GET)."""
    return _declare("GET", path, scope, roles, 200)


def write(path: str, *, scope: str, roles: frozenset[str], status: int = 200) -> Callable[[Run], Run]:
    """Declare a changing operation (POST); `status` 201 for one that makes something."""
    return _declare("POST", path, scope, roles, status)


def _declare(
    method: Literal["GET", "POST"], path: str, scope: str, roles: frozenset[str], status: int
) -> Callable[[Run], Run]:
    def declare(run: Run) -> Run:
        name = run.__name__
        if not (run.__doc__ or "").strip():
            raise TypeError(f"operation {name} has no docstring: say what it does")
        hints = get_type_hints(run, include_extras=True)
        names = re.findall(r"{(\w+)}", path)
        missing = [item for item in names if item not in hints]
        if missing or set(hints) - {*names, "call", "query", "body", "file", "return"}:
            raise TypeError(f"operation {name} does not take what its path names")
        known = _operations.get(name)
        if known is not None and known.run.__module__ != run.__module__:
            raise TypeError(f"operation {name} is declared twice")
        _operations[name] = Operation(
            name=name,
            method=method,
            path=path,
            scope=scope,
            roles=roles,
            run=run,
            room=run.__module__.split(".api", 1)[0].rpartition(".")[2],
            status=status,
            places={item: hints[item] for item in names},
            query=hints.get("query"),
            body=hints.get("body"),
            upload="file" in hints,
            answer=hints.get("return"),
        )
        return run

    return declare
