"""The numbers that Word counts by itself: they stand in no paragraph's text, but a regulation is cited by them."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS = "零一二三四五六七八九"
_CHINESE = {
    "chineseCounting", "chineseCountingThousand", "chineseLegalSimplified", "ideographDigital", "japaneseCounting",
    "taiwaneseCounting", "taiwaneseCountingThousand",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Level:
    form: str
    words: str
    """`第%1条`, `%1.%2`: %n is the number of level n."""
    first: int


class Lists:
    """Levels of a document's lists, by list id and depth, and the lists that styles bring with them."""

    def __init__(self, numbering: Element | None, styles: Element | None) -> None:
        self.levels: dict[tuple[str, int], Level] = {}
        self.styles: dict[str, tuple[str, int]] = {}
        if numbering is not None:
            self._read(numbering)
        for style in styles.iter(f"{_W}style") if styles is not None else ():
            if found := numbered(style.find(f"{_W}pPr")):
                self.styles[style.get(f"{_W}styleId", "")] = found

    def _read(self, numbering: Element) -> None:
        abstract = {
            one.get(f"{_W}abstractNumId", ""): {
                int(level.get(f"{_W}ilvl", "0")): Level(
                    _value(level, "numFmt", "decimal"),
                    _value(level, "lvlText", ""),
                    int(_value(level, "start", "1")),
                )
                for level in one.findall(f"{_W}lvl")
            }
            for one in numbering.findall(f"{_W}abstractNum")
        }
        for one in numbering.findall(f"{_W}num"):
            for depth, level in abstract.get(_value(one, "abstractNumId", ""), {}).items():
                self.levels[(one.get(f"{_W}numId", ""), depth)] = level


class Counter:
    """Counts paragraphs on in the order of the document."""

    def __init__(self, lists: Lists) -> None:
        self.lists = lists
        self.counts: dict[str, dict[int, int]] = {}

    def number(self, paragraph: Element) -> str:
        """What Word would print before the paragraph, with a space; empty for one without number."""
        properties = paragraph.find(f"{_W}pPr")
        found = numbered(properties) or (
            self.lists.styles.get(_value(properties, "pStyle", "")) if properties is not None else None
        )
        level = self.lists.levels.get(found) if found else None
        if found is None or level is None:
            return ""
        name, depth = found
        counts = self.counts.setdefault(name, {})
        counts[depth] = counts.get(depth, level.first - 1) + 1
        for deeper in [one for one in counts if one > depth]:
            del counts[deeper]
        if level.form in ("bullet", "none"):
            return "- " if level.form == "bullet" else ""
        words = level.words
        for upper in range(depth + 1):
            above = self.lists.levels.get((name, upper), level)
            words = words.replace(f"%{upper + 1}", spelled(counts.get(upper, above.first), above.form))
        return words + " "


def numbered(properties: Element | None) -> tuple[str, int] | None:
    """The list and depth that a paragraph or a style names."""
    place = properties.find(f"{_W}numPr") if properties is not None else None
    if place is None or not (name := _value(place, "numId", "")) or name == "0":
        return None
    return name, int(_value(place, "ilvl", "0"))


def spelled(number: int, form: str) -> str:
    """A number as the list writes it."""
    if form in _CHINESE:
        return chinese(number)
    if form == "decimalEnclosedCircle" and 1 <= number <= 20:
        return chr(0x2460 + number - 1)
    if form in ("lowerLetter", "upperLetter") and 1 <= number <= 26:
        return chr((97 if form == "lowerLetter" else 65) + number - 1)
    return str(number)


def chinese(number: int) -> str:
    """1 to 99 in Chinese numerals, others in digits."""
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[ones] if ones else "")


def _value(node: Element, name: str, otherwise: str) -> str:
    found = node.find(f"{_W}{name}")
    return otherwise if found is None else found.get(f"{_W}val", otherwise)
