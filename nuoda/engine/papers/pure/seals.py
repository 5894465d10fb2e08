"""What is signed: one canonical form of a paper's content, its hash, and the seal that binds a signature to it.

Source of the duties: Electronic Signature Law art. 5 and 13 (later change of text or signature can be noticed).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any, Literal

Stroke = Sequence[Sequence[float]]
"""Points of one stroke: (x, y) or (x, y, milliseconds since the first point), in pixels of the pad."""

Verdict = Literal["intact", "changed", "erased"]

MOST_STROKES, MOST_POINTS = 400, 20_000


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no spaces, UTF-8; ValueError for floats that are not finite, TypeError for what is no
    JSON."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def content_hash(
    *, form: str, form_version: int, number: str, version: int, content: Mapping[str, Any], salt: str
) -> str:
    """sha256 (hex) of a paper's content together with what the content is: form, number and version.

    The salt keeps the hash from being guessed from a short content; it is erased with the content.
    """
    document = {
        "form": form,
        "form_version": form_version,
        "number": number,
        "version": version,
        "content": content,
        "salt": salt,
    }
    return hashlib.sha256(canonical(document)).hexdigest()


def hand_hash(*, name: str, strokes: Sequence[Stroke], place: str, salt: str) -> str:
    """sha256 (hex) of what is personal in a signature; kept after the personal row has been erased."""
    return hashlib.sha256(canonical({"name": name, "strokes": strokes, "place": place, "salt": salt})).hexdigest()


def seal(*, content: str, hand: str, role: str, signed_at: datetime, device: str) -> str:
    """sha256 (hex) that binds a hand to a content: hashes of both, the role, the moment, the device."""
    bound = {"content": content, "hand": hand, "role": role, "signed_at": stamp(signed_at), "device": device}
    return hashlib.sha256(canonical(bound)).hexdigest()


def stamp(moment: datetime) -> str:
    """The moment as whole microseconds since 1970 in UTC: the same text whatever the time zone it is shown in."""
    if moment.tzinfo is None:
        raise ValueError("a moment without time zone cannot be sealed")
    return str(round(moment.timestamp() * 1_000_000))


def readable_strokes(strokes: Any) -> list[list[list[float]]]:
    """Strokes from outside as plain numbers; ValueError unless there is at least one stroke of two points.

    Taken are lists of points (x, y, milliseconds), and the groups of signature_pad: {"points": [{"x", "y", "time"}]}.
    """
    if not isinstance(strokes, list) or not 0 < len(strokes) <= MOST_STROKES:
        raise ValueError("strokes")
    cleaned: list[list[list[float]]] = []
    points = 0
    start: float | None = None
    for group in strokes:
        stroke = group
        if isinstance(group, dict):
            try:
                stroke = [[point["x"], point["y"], point.get("time", 0)] for point in group["points"]]
                if start is None and stroke:
                    start = stroke[0][2]
                stroke = [[x, y, time - (start or 0)] for x, y, time in stroke]
            except (KeyError, TypeError, AttributeError):
                raise ValueError("group") from None
        if not isinstance(stroke, list):
            raise ValueError("stroke")
        line: list[list[float]] = []
        for point in stroke:
            if not isinstance(point, list | tuple) or not 2 <= len(point) <= 4:
                raise ValueError("point")
            if not all(isinstance(n, int | float) and not isinstance(n, bool) and isfinite(n) for n in point):
                raise ValueError("number")
            if any(abs(n) > 1e7 for n in point):
                raise ValueError("range")
            line.append([round(float(n), 2) for n in point])
        points += len(line)
        if line:
            cleaned.append(line)
    if points > MOST_POINTS or not any(len(line) >= 2 for line in cleaned):
        raise ValueError("points")
    return cleaned


def drawing(strokes: Sequence[Stroke]) -> str:
    """The strokes as an SVG picture: numbers only, cropped to the ink with a margin."""
    xs = [point[0] for stroke in strokes for point in stroke] or [0.0]
    ys = [point[1] for stroke in strokes for point in stroke] or [0.0]
    left, top = min(xs), min(ys)
    width, height = max(max(xs) - left, 1.0), max(max(ys) - top, 1.0)
    margin = max(width, height) * 0.04 + 2
    thick = max(max(width, height) / 90, 1.2)
    paths = []
    for stroke in strokes:
        start, *rest = ((point[0] - left, point[1] - top) for point in stroke)
        line = "".join(f"L{x:.2f} {y:.2f}" for x, y in rest) or "l0.01 0"
        paths.append(f'<path d="M{start[0]:.2f} {start[1]:.2f}{line}"/>')
    box = f"{-margin:.2f} {-margin:.2f} {width + 2 * margin:.2f} {height + 2 * margin:.2f}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><g fill="none" stroke="#101828" '
        f'stroke-width="{thick:.2f}" stroke-linecap="round" stroke-linejoin="round">{"".join(paths)}</g></svg>'
    )


@dataclass(frozen=True, slots=True)
class Sealed:
    """One stored signature as verification needs it; `name`, `strokes`, `place`, `salt` are None once erased."""

    role: str
    signed_at: datetime
    device: str
    content: str
    hand: str
    seal: str
    name: str | None = None
    strokes: Sequence[Stroke] | None = None
    place: str | None = None
    salt: str | None = None


def judge(sealed: Sealed, *, content: str) -> Verdict:
    """Whether a stored signature still fits the content hash it claims to sign and its own parts."""
    if sealed.content != content:
        return "changed"
    bound = seal(
        content=sealed.content,
        hand=sealed.hand,
        role=sealed.role,
        signed_at=sealed.signed_at,
        device=sealed.device,
    )
    if bound != sealed.seal:
        return "changed"
    if sealed.strokes is None or sealed.name is None or sealed.salt is None:
        return "erased"
    hand = hand_hash(name=sealed.name, strokes=sealed.strokes, place=sealed.place or "", salt=sealed.salt)
    return "intact" if hand == sealed.hand else "changed"
