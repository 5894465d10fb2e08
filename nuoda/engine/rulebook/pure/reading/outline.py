"""Numbering → items → sentences, with places (half-open, in characters of the original text).

Understood at the start of a line, and inside a line after the end of a sentence:
第一章 第3条 一、 （一） 1. 1、 （1） 1) ① 4.1 4.1.1 and list dashes.
Levels follow from the order in which the styles of numbers appear, not from a fixed scheme: each house numbers differently. Rows with `|` or
tabs are tables: a cell is read with the heading of its column and the first cell of its row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .labels import label as case_label
from .letters import plain

_CN = "零〇一二两三四五六七八九十百壹贰叁肆伍陆柒捌玖拾"
_NO_AMOUNT = r"(?![\d.%‰]|\s*(?:个|分钟|小时|天|日|工作|年|月|周|元|分|次|秒|h|min|台|人|%))"
"""Behind a number of an item no unit may stand: `1.5小时` is an amount."""
_STYLES = (
    ("chapter", rf"第\s*[\d{_CN}]+\s*[编篇章][.、:]?"),
    ("part", rf"第\s*[\d{_CN}]+\s*节[.、:]?"),
    ("article", rf"第\s*[\d{_CN}]+\s*[条款][.、:]?"),
    ("cn", rf"[{_CN}]+、"),
    ("cn()", rf"\([{_CN}]+\)"),
    ("1.1.1.1", rf"\d{{1,2}}(?:\s?[.、]\s?\d{{1,2}}){{3}}\.?{_NO_AMOUNT}"),
    ("1.1.1", rf"\d{{1,2}}(?:\s?[.、]\s?\d{{1,2}}){{2}}\.?{_NO_AMOUNT}"),
    ("1.1", rf"\d{{1,2}}\s?[.、]\s?\d{{1,2}}\.?{_NO_AMOUNT}"),
    ("1.", r"\d{1,2}\s?(?:、|\.(?!\d))"),
    ("(1)", r"\(\d{1,2}\)"),
    ("1)", r"\d{1,2}\)"),
    ("circle", r"[①-⑳❶-❿]"),
    ("a)", r"\(?[A-Za-z][)、.](?=\s*[^\sA-Za-z.])"),
    ("1 ", r"\d{1,2}(?=[ \t]+[^\d\s|][^。;,:|\t\n]{0,22}(?:\n|$))"),
    ("dash", r"[-•·●▪◆※](?=\s*\S)"),
)
_MARK = re.compile("|".join(f"(?P<s{index}>{pattern})" for index, (_, pattern) in enumerate(_STYLES)))
_INLINE = re.compile(
    rf"(?<![\d.V])(\d{{1,2}})\.(?![\d])|(?<=[。;:])\s*(?:第[\d{_CN}]+[章节条]|\([{_CN}]+\)|\(\d{{1,2}}\)|[①-⑳])"
)
_END = re.compile(r"[。;!?！？\n]")
_BEGINS = (
    re.compile(
        rf"第\s*[1一]\s*[编篇章条](?!.{{0,6}}(?:规定|所))|^(?:\s*(?:[{_CN}\d]+[、.]|\([{_CN}\d]+\))?\s*)总则|总则",
        re.MULTILINE,
    ),
    re.compile(r"^\s*一[、.]", re.MULTILINE),
)
_NUMBERED = re.compile(rf"^\s*(?:第\s*[\d{_CN}]+\s*[编篇章条]|[二三四五六七八九十]+[、.](?=\s*\S))", re.MULTILINE)
"""A text that was taken out of its middle begins with such a number, whatever begins with `一、` below it."""
_TAIL = re.compile(r"^\s*(?:您可能关注的文档|您可能關注的文檔|相关文档|文档评论|温馨提示)\s*$", re.MULTILINE)
_HEADING_MOST = 24
_LATEST = 0.6
"""A regulation that seems to begin only behind this share of the text began before: the word merely stands there."""
_GENERAL = re.compile(r"目的|宗旨|适用范围|^范围|总则|重要性|意义|^基本原则")
_AIMS = re.compile(r"目的|宗旨|原则|适用范围|^范围|总则|重要性|意义")
_TIMED = re.compile(rf"[\d{_CN}]\s*个?(?:分钟|小时|工作日|天|日|周|月)")


@dataclass(frozen=True, slots=True)
class Item:
    """A numbered piece of the regulation, or a heading without number."""

    number: str
    title: str
    path: tuple[str, ...]
    titles: tuple[str, ...]
    """Titles from the outermost heading to this item's own."""
    start: int
    end: int

    @property
    def section(self) -> str:
        return " ".join(self.path)


@dataclass(frozen=True, slots=True)
class Sentence:
    item: Item
    start: int
    end: int
    text: str
    """In plain letters, as long as its place."""
    before: str = ""
    """What was said before in the same heading: where the trigger stands when the sentence names none."""
    column: str = ""
    row: str = ""
    """For a cell of a table: the heading of its column, the first cell of its row."""
    line: tuple[int, int] | None = None
    """For a cell of a table: the place of its whole row."""
    label: tuple[int, int] | None = None
    """The place of the label under which it stands (`紧急故障：…`), when that names a sort of case."""
    case: str = ""
    """The words of that label."""

    @property
    def whole(self) -> tuple[int, int]:
        """The place to quote: the sentence, or the row of the table."""
        return self.line or (self.start, self.end)

    @property
    def cell(self) -> bool:
        return bool(self.column)


@dataclass(frozen=True, slots=True)
class Outline:
    plain: str
    start: int
    end: int
    items: tuple[Item, ...]
    sentences: tuple[Sentence, ...]


def body(text: str) -> tuple[int, int]:
    """Where the regulation itself stands in a plain text: after covers and advertising, before what a web page hangs
    below. What stands outside is not read for rules."""
    first = next((found for sign in _BEGINS if (found := sign.search(text))), None)
    start = first.start() if first else 0
    if earlier := _NUMBERED.search(text, 0, start):
        start = earlier.start()
    if start > len(text) * _LATEST:
        start = 0
    tail = _TAIL.search(text, start)
    return start, tail.start() if tail else len(text)


def outline(original: str, *, cut: bool = False) -> Outline:
    """Items and sentences of a regulation; `cut` for a piece of one, which has no cover to be left out."""
    text = plain(original)
    start, end = (0, len(text)) if cut else body(text)
    items: list[Item] = []
    sentences: list[Sentence] = []
    stack: list[tuple[str, str, str]] = []
    said: dict[tuple[str, ...], str] = {}
    for block in _blocks(text, start, end):
        if isinstance(block, _Table):
            item = items[-1] if items else Item("", "", (), (), block.start, block.start)
            sentences += block.cells(item)
            continue
        number, style, inside = _number(text, *block)
        title = _title(text, inside, block[1], style)
        if style or title:
            _place(stack, style or "heading", number, title)
            path, titles = tuple(mark for _, mark, _ in stack if mark), tuple(name for _, _, name in stack if name)
            items.append(Item(number, title, path, titles, block[0], block[1]))
        item = items[-1] if items else Item("", "", (), (), block[0], block[1])
        label = case_label(text, inside, block[1])
        case = text[slice(*label)] if label else ""
        for one, other in _sentences(text, inside, block[1]):
            words = text[one:other]
            around = item.titles[:-1] if title else item.titles
            sentences.append(Sentence(item, one, other, words, said.get(around, ""), label=label, case=case))
            said[around] = (said.get(around, "") + words)[-200:]
    return Outline(text, start, end, tuple(items), tuple(sentences))


def general(sentence: Sentence) -> bool:
    """Whether the sentence stands among purposes and scope, where nothing follows for anybody."""
    return any(_GENERAL.search(title) for title in sentence.item.titles[-2:])


def aims(sentence: Sentence) -> bool:
    """Whether the sentence says what the regulation is for, not what anybody must do."""
    return any(_AIMS.search(title) for title in sentence.item.titles[-2:]) or bool(
        re.match(r"(?:目的|适用范围|基本原则|\w{2,4}原则)", sentence.text)
    )


# -- blocks


@dataclass(frozen=True, slots=True)
class _Table:
    start: int
    rows: tuple[tuple[tuple[int, str], ...], ...]

    def cells(self, item: Item) -> Iterator[Sentence]:
        """Cells with the heading of their column; without a row of headings the first cell of a row names the others."""
        head = [cell for _, cell in self.rows[0]]
        headless = any(_TIMED.search(cell) for cell in head)
        for row in self.rows if headless else self.rows[1:]:
            line = (row[0][0], row[-1][0] + len(row[-1][1]))
            for index, (place, cell) in enumerate(row):
                if cell:
                    column = (row[0][1] if headless else head[index]) or "-"
                    first = "" if headless else row[0][1]
                    yield Sentence(item, place, place + len(cell), cell, " ".join(head), column, first, line)


def _blocks(text: str, start: int, end: int) -> Iterator[tuple[int, int] | _Table]:
    rows: list[tuple[tuple[int, str], ...]] = []
    place = start
    for line in text[start:end].splitlines(keepends=True):
        cells = _cells(line, place)
        if cells and (not rows or len(cells) == len(rows[0])):
            rows.append(cells)
        else:
            yield from _close(rows)
            rows = [cells] if cells else []
            if not cells:
                yield from _pieces(text, place, place + len(line))
        place += len(line)
    yield from _close(rows)


def _cells(line: str, place: int) -> tuple[tuple[int, str], ...]:
    """The cells of a row, with their places; empty for a line that is none."""
    stripped = line.strip()
    sign = "|" if stripped.count("|") else "\t"
    if sign not in stripped or set(stripped) <= set("|-:+ "):
        return ()
    found, at = [], place
    for piece in line.rstrip("\n").split(sign):
        cell = piece.strip()
        found.append((at + (piece.index(cell) if cell else 0), cell))
        at += len(piece) + 1
    if sign == "\t" and _MARK.fullmatch(found[0][1]):
        return ()
    edges = sign == "|"
    found = found[edges and found[0][1] == "" : len(found) - (edges and found[-1][1] == "")]
    return tuple(found) if sum(bool(cell) for _, cell in found) > 1 else ()


def _close(rows: list[tuple[tuple[int, str], ...]]) -> Iterator[tuple[int, int] | _Table]:
    if len(rows) > 1:
        yield _Table(rows[0][0][0], tuple(rows))
    elif rows:
        yield rows[0][0][0], rows[0][-1][0] + len(rows[0][-1][1])


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A line cut where numbering goes on inside it: text that was pasted without its line ends."""
    cuts = [start]
    expected = 0
    for mark in _INLINE.finditer(text, start, end):
        if mark[1] is None:
            cuts.append(mark.end() - len(mark[0].lstrip()))
            continue
        number = int(mark[1])
        if text[start : mark.start()].strip() == "":
            expected = number + 1
        elif number == expected and number > 1:
            cuts.append(mark.start())
            expected += 1
        elif number == 1:
            heading = max(text.rfind(sign, start, mark.start()) for sign in "。;") + 1
            cuts += [max(heading, start), mark.start()]
            expected = 2
    for one, other in zip(cuts, [*cuts[1:], end], strict=True):
        if text[one:other].strip():
            yield one, other


def _number(text: str, start: int, end: int) -> tuple[str, str, int]:
    """The number at the head of a block, its style and where the words begin."""
    while start < end and text[start].isspace():
        start += 1
    found = _MARK.match(text, start, end)
    if found is None or found.lastgroup is None:
        return "", "", start
    inside = found.end()
    while inside < end and text[inside].isspace():
        inside += 1
    style = _STYLES[int(found.lastgroup[1:])][0]
    return found[0].strip("、.: -•·●▪◆※") if style != "dash" else "", style, inside


def numbered(line: str) -> bool:
    """Whether a line begins with the number or bullet of an item."""
    return _MARK.match(plain(line.strip()[:40])) is not None


def _title(text: str, start: int, end: int, style: str) -> str:
    """The words of a block that is only a heading; empty for a block of sentences."""
    words = text[start:end].strip()
    if not words or len(words) > _HEADING_MOST or style == "dash":
        return ""
    if words.endswith(":"):
        return words[:-1] if style else ""
    return "" if re.search(r"[。;,:《》]|\d", words) else words


def _place(stack: list[tuple[str, str, str]], style: str, number: str, title: str) -> None:
    styles = [known for known, _, _ in stack]
    if style in styles:
        del stack[styles.index(style) :]
    elif style in ("chapter", "article") and "chapter" not in styles:
        stack.clear()
    elif style == "heading" and styles and styles[-1] in ("(1)", "1)", "circle", "dash"):
        stack.pop()
    stack.append((style, number or title, title))


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    place = start
    for stop in [*(found.end() for found in _END.finditer(text, start, end)), end]:
        words = text[place:stop]
        if words.strip():
            lead = len(words) - len(words.lstrip())
            yield place + lead, place + len(words.rstrip())
        place = stop
