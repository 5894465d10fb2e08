"""Contrast of the tokens (WCAG 2.2: 1.4.3 text 4.5:1, 1.4.11 edges and icons 3:1), computed in both themes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[1] / "static/ui/tokens.css"
GROUNDS = ("bg", "surface", "raised", "sunk", "hover")
TONES = ("kept", "near", "missed", "paused", "info", "neutral")
TEXT = [
    *((text, ground) for text in ("text", "muted", "link") for ground in GROUNDS),
    *((tone, f"{tone}-soft") for tone in TONES),
    *((tone, "surface") for tone in TONES),
    ("text", "missed-soft"),
    ("text", "accent-soft"),
    ("link", "accent-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
]
EDGES = [
    *((edge, ground) for edge in ("edge", "focus", "accent", "star") for ground in ("surface", "bg")),
    *((f"{tone}-solid", "surface") for tone in TONES),
]


def themes(css: str) -> dict[str, dict[str, tuple[int, int, int]]]:
    """The colours of each theme by token name, as 0–255 triples; dark takes what it does not set from light."""
    blocks = re.findall(r"(:root, )?\[data-bs-theme=\"(light|dark)\"\] \{([^}]*)\}", css)
    found: dict[str, dict[str, tuple[int, int, int]]] = {}
    for _root, name, body in blocks:
        colours = re.findall(r"--nu-([a-z-]+):\s*#([0-9a-f]{6});", body)
        found.setdefault(name, {}).update((key, tuple(bytes.fromhex(value))) for key, value in colours)  # type: ignore[misc]
    return found


def luminance(colour: tuple[int, int, int]) -> float:
    """Relative luminance, WCAG 2.2."""
    linear = [value / 255 / 12.92 if value <= 10 else ((value / 255 + 0.055) / 1.055) ** 2.4 for value in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def too_weak(css: str) -> list[str]:
    """Pairs below their ratio, in words."""
    weak = []
    for theme, colours in themes(css).items():
        for pairs, least in ((TEXT, 4.5), (EDGES, 3.0)):
            for one, other in pairs:
                ratio = contrast(colours[one], colours[other])
                if ratio < least:
                    weak.append(f"{theme}: {one} on {other} {ratio:.2f} < {least}")
    return weak


def test_every_pair_is_strong_enough_in_both_themes() -> None:
    css = TOKENS.read_text("utf-8")
    assert set(themes(css)) == {"light", "dark"}
    assert too_weak(css) == []


def test_both_themes_set_the_same_colours() -> None:
    found = themes(TOKENS.read_text("utf-8"))
    assert set(found["light"]) == set(found["dark"])


@pytest.mark.parametrize(("token", "paler"), [("muted", "#98a2b1"), ("near", "#d99a3a"), ("edge", "#c9d0d9")])
def test_a_paler_colour_is_noticed(token: str, paler: str) -> None:
    css = re.sub(rf"(--nu-{token}): #[0-9a-f]{{6}}", rf"\1: {paler}", TOKENS.read_text("utf-8"), count=1)
    assert any(f"{token} on" in line for line in too_weak(css))


def test_the_known_ratios() -> None:
    assert contrast((255, 255, 255), (0, 0, 0)) == pytest.approx(21)
    assert contrast((0x77, 0x77, 0x77), (255, 255, 255)) == pytest.approx(4.48, abs=0.005)


def test_components_take_their_colours_from_the_tokens() -> None:
    """Outside paper, white signature ground and the danger button, components name no colour of their own."""
    css = (TOKENS.parent / "nuoda.css").read_text("utf-8").split("/* Paper */")[0]
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", css)) <= {"#fff", "#566073", "#b8272b"}
    used = set(re.findall(r"var\((--nu-[a-z-]+)", css))
    assert used <= set(re.findall(r"(--nu-[a-z-]+):", TOKENS.read_text("utf-8")))
