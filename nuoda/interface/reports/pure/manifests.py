"""The list of parts of a bundle: by it anybody can tell whether a part was changed, taken out or put in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

NAME = "manifest.json"
_CHUNK = 1 << 20


def part(content: bytes) -> dict[str, Any]:
    return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def written(manifest: Mapping[str, Any]) -> bytes:
    """The manifest as it lies in the bundle: JSON with sorted keys, so that it has one hash."""
    return json.dumps(manifest, ensure_ascii=False, sort_keys=True, indent=1).encode()


def digest(manifest: Mapping[str, Any]) -> str:
    return hashlib.sha256(written(manifest)).hexdigest()


def of_stream(file: IO[bytes]) -> str:
    """sha256 (hex) of a file, read in pieces."""
    found = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        found.update(chunk)
    return found.hexdigest()


def faults(file: IO[bytes], expected: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a bundle, as (code, part): its manifest must have the expected hash, and its parts those of
    the manifest. Codes: 'broken', 'manifest', 'changed', 'missing', 'added'."""
    try:
        with ZipFile(file) as archive:
            names = set(archive.namelist())
            if NAME not in names:
                yield "missing", NAME
                return
            told = archive.read(NAME)
            if hashlib.sha256(told).hexdigest() != expected:
                yield "manifest", NAME
                return
            parts: dict[str, Any] = json.loads(told)["parts"]
            for name, known in sorted(parts.items()):
                if name not in names:
                    yield "missing", name
                    continue
                with archive.open(name) as content:
                    if of_stream(content) != known["sha256"]:
                        yield "changed", name
            for name in sorted(names - set(parts) - {NAME}):
                yield "added", name
    except BadZipFile:
        yield "broken", ""
