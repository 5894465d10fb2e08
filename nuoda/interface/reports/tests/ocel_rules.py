"""What the OCEL 2.0 specification asks of a log in JSON, structure and references, as a function over a parsed log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

KINDS: dict[str, Any] = {"string": str, "time": str, "integer": int, "float": (int, float), "boolean": bool}
NEEDED = {"events": ("id", "type", "time"), "objects": ("id", "type")}


def faults(log: dict[str, Any]) -> Iterator[str]:
    """One sentence for each rule that is broken; nothing for a sound log."""
    for name in ("objectTypes", "eventTypes", "objects", "events"):
        if not isinstance(log.get(name), list):
            yield f"{name} is no list"
            return
    types = {}
    for group in ("eventTypes", "objectTypes"):
        types[group] = {one["name"]: {a["name"]: a["type"] for a in one["attributes"]} for one in log[group]}
        if len(types[group]) != len(log[group]):
            yield f"a name stands twice among {group}"
        for name, attributes in types[group].items():
            yield from (f"{name}.{key}: no type {kind!r}" for key, kind in attributes.items() if kind not in KINDS)
    known = [one.get("id") for one in log["objects"]]
    if len(set(known)) != len(known):
        yield "an object stands twice"
    ids = [one.get("id") for one in log["events"]]
    if len(set(ids)) != len(ids):
        yield "an event stands twice"
    for group, declared in (("events", types["eventTypes"]), ("objects", types["objectTypes"])):
        for one in log[group]:
            yield from _one(group, one, declared, set(known))


def _one(group: str, one: dict[str, Any], declared: dict[str, dict[str, str]], known: set[Any]) -> Iterator[str]:
    where = f"{group} {one.get('id')}"
    for field in NEEDED[group]:
        if not isinstance(one.get(field), str) or not one[field]:
            yield f"{where}: no {field}"
            return
    if one["type"] not in declared:
        yield f"{where}: type {one['type']} is not declared"
        return
    if group == "events":
        yield from _time(where, one["time"])
    seen = set()
    for attribute in one.get("attributes", []):
        kind = declared[one["type"]].get(attribute["name"])
        if kind is None:
            yield f"{where}: {attribute['name']} is not declared"
            continue
        value = attribute["value"]
        if not isinstance(value, KINDS[kind]) or (kind == "integer" and isinstance(value, bool)):
            yield f"{where}: {attribute['name']} is no {kind}"
        if kind == "time":
            yield from _time(where, value)
        if group == "objects":
            yield from _time(where, attribute.get("time", ""))
        elif attribute["name"] in seen:
            yield f"{where}: {attribute['name']} stands twice"
        seen.add(attribute["name"])
    for relation in one.get("relationships", []):
        if relation.get("objectId") not in known:
            yield f"{where}: names an object that is not there"
        if not isinstance(relation.get("qualifier"), str):
            yield f"{where}: a relationship without qualifier"


def _time(where: str, text: str) -> Iterator[str]:
    try:
        moment = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        yield f"{where}: {text!r} is no time"
        return
    if moment.tzinfo is None:
        yield f"{where}: {text!r} has no offset"
