"""A list's state: everything the address says, and addresses that change one thing of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from nuoda.foundation.base.pure.actors import Actor

from .columns import Column
from .filters import Filter, Unreadable


@dataclass(slots=True)
class ListState:
    """What the address asks for. `values` by filter name; `wrong` names filters that could not be read."""

    q: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    sort: tuple[str, bool] | None = None
    """(column key, descending), or None for the list's own order."""
    group: str = ""
    columns: list[str] = field(default_factory=list)
    after: str = ""
    before: str = ""
    view: str = ""
    wrong: list[Filter] = field(default_factory=list)
    parameters: dict[str, list[str]] = field(default_factory=dict)
    """The understood part of the address, without paging."""

    def address(self, **changes: Any) -> str:
        """'?…' with some parameters replaced ('' or None removes one); paging starts over unless given."""
        found: dict[str, Any] = {name: list(values) for name, values in self.parameters.items()}
        for name, value in changes.items():
            if value in (None, "", []):
                found.pop(name, None)
            else:
                found[name] = value
        return "?" + urlencode(found, doseq=True)

    def without(self, gone: Mapping[str, str]) -> str:
        """'?…' without one value of a parameter (a chip's cross)."""
        found = {name: list(values) for name, values in self.parameters.items()}
        for name, value in gone.items():
            rest = [item for item in found.get(name, []) if item != value]
            if rest:
                found[name] = rest
            else:
                found.pop(name, None)
        found.pop("view", None)
        return "?" + urlencode(found, doseq=True)

    @property
    def saved_address(self) -> str:
        """The state as a saved view keeps it."""
        return self.address(view=None).removeprefix("?")

    @property
    def filtered(self) -> bool:
        return bool(self.values or self.q)


def read(data: QueryDict, filters: Sequence[Filter], columns: Sequence[Column], actor: Actor) -> ListState:
    """Reads an address. Unknown parameters are left out; unreadable filters are named in `wrong`."""
    state = ListState(
        after=data.get("after", "")[:600], before=data.get("before", "")[:600], view=data.get("view", "")[:36]
    )
    state.q = " ".join(data.get("q", "").replace("\x00", "").split())[:100]
    for item in filters:
        try:
            value = item.read(data, actor)
        except Unreadable:
            state.wrong.append(item)
            continue
        if value is not None:
            state.values[item.name] = value
            for name in item.parameters():
                given = [text for text in data.getlist(name) if text]
                if given:
                    state.parameters[name] = given
    known = {column.key: column for column in columns}
    sort = data.get("sort", "")
    if sort.removeprefix("-") in known and known[sort.removeprefix("-")].sort:
        state.sort = (sort.removeprefix("-"), sort.startswith("-"))
        state.parameters["sort"] = [sort]
    group = data.get("group", "")
    if group in known and known[group].grouped and known[group].sort:
        state.group = group
        state.parameters["group"] = [group]
    wanted = data.getlist("cols")
    if len(wanted) == 1:
        wanted = wanted[0].split(",")
    state.columns = [name for name in dict.fromkeys(wanted) if name in known]
    if state.columns:
        state.parameters["cols"] = [",".join(state.columns)]
    if state.q:
        state.parameters["q"] = [state.q]
    if state.view:
        state.parameters["view"] = [state.view]
    return state


def canonical(address: str) -> str:
    """An address with its parameters sorted, for comparing."""
    data = QueryDict(address)
    return urlencode(sorted((name, value) for name, values in data.lists() for value in values if name != "view"))
