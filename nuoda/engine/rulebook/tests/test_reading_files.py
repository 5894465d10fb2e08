"""Files that the reader takes: their code page, Word's own numbers, and what is refused."""

from __future__ import annotations

import argparse
import io
import json
import zipfile
from pathlib import Path

import pytest

from nuoda.cli import console
from nuoda.cli.commands import rulebook as command
from nuoda.engine.rulebook.pure.reading import files
from nuoda.engine.rulebook.pure.reading.files import Unreadable, text_of
from nuoda.engine.rulebook.pure.reading.numbering import chinese
from nuoda.engine.rulebook.pure.reading.reader import read

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
SIMPLE = "第一条 客服人员应在2小时内答复客户，并定期回访。\n"
TRADITIONAL = "第一條 客服人員應在2小時內答覆客戶，並定期回訪。\n"


def docx(body: str, numbering: str = "", styles: str = "", head: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f"{head}<w:document {W}><w:body>{body}</w:body></w:document>")
        if numbering:
            archive.writestr("word/numbering.xml", f"<w:numbering {W}>{numbering}</w:numbering>")
        if styles:
            archive.writestr("word/styles.xml", f"<w:styles {W}>{styles}</w:styles>")
    return out.getvalue()


def line(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def listed(text: str, depth: int = 0, name: str = "1") -> str:
    return line(text, f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{name}"/></w:numPr>')


def level(depth: int, form: str, words: str) -> str:
    return f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{words}"/></w:lvl>'


LISTS = (
    f'<w:abstractNum w:abstractNumId="7">{level(0, "chineseCounting", "第%1条")}{level(1, "decimal", "%2）")}'
    f'{level(2, "decimalEnclosedCircle", "%3")}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (SIMPLE, "utf-8"),
        (SIMPLE, "utf-8-sig"),
        (SIMPLE, "utf-16"),
        (SIMPLE, "gb18030"),
        (SIMPLE, "gbk"),
        (TRADITIONAL, "utf-8"),
        (TRADITIONAL, "big5"),
        (TRADITIONAL, "gb18030"),
    ],
)
def test_the_code_page_is_recognised(text: str, code: str) -> None:
    assert text_of(text.encode(code)) == text


def test_line_ends_are_one_kind() -> None:
    assert text_of(b"a\r\nb\rc\n") == "a\nb\nc\n"


def test_numbers_that_word_counts_stand_in_the_text() -> None:
    body = (
        listed("受理") + listed("客服应在2小时内答复。", 1) + listed("记录姓名。", 1) + listed("核对。", 2)
        + listed("派工") + listed("经理派工。", 1) + line("附则")
    )  # fmt: skip
    assert text_of(docx(body, LISTS)).splitlines() == [
        "第一条 受理",
        "1） 客服应在2小时内答复。",
        "2） 记录姓名。",
        "① 核对。",
        "第二条 派工",
        "1） 经理派工。",
        "附则",
    ]


def test_a_style_brings_its_number_along() -> None:
    style = '<w:style w:styleId="Heading1"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    body = line("总则", '<w:pStyle w:val="Heading1"/>') + line("服务", '<w:pStyle w:val="Heading1"/>')
    assert text_of(docx(body, LISTS, style)).splitlines() == ["第一条 总则", "第二条 服务"]


def test_tables_changes_and_the_clocks_in_them() -> None:
    def row(*cells: str) -> str:
        return f"<w:tr>{''.join(f'<w:tc>{line(cell)}</w:tc>' for cell in cells)}</w:tr>"

    table = f"<w:tbl>{row('类别', '到场时间')}{row('紧急问题', '4小时')}</w:tbl>"
    changed = (
        "<w:p><w:del><w:r><w:delText>旧</w:delText></w:r></w:del><w:ins><w:r><w:t>新规定</w:t></w:r></w:ins></w:p>"
    )
    text = text_of(docx(line("第一条 时限") + table + changed))
    assert text.splitlines() == ["第一条 时限", "| 类别 | 到场时间 |", "| 紧急问题 | 4小时 |", "新规定"]
    assert [one.key for one in read(text).proposals] == ["4 h"]


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{line(text)}</w:tc>"


def test_merged_cells_keep_the_columns_in_their_places() -> None:
    rows = (
        cell("类别") + cell("时限", '<w:gridSpan w:val="2"/>'),
        cell("") + cell("响应时间") + cell("到场时间"),
        cell("紧急", '<w:vMerge w:val="restart"/>') + cell("30分钟") + cell("4小时"),
        cell("", "<w:vMerge/>") + cell("1小时") + cell(""),
    )
    text = text_of(docx(f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"))
    assert text.splitlines() == [
        "| 类别 | 时限 |  |",
        "|  | 响应时间 | 到场时间 |",
        "| 紧急 | 30分钟 | 4小时 |",
        "| 紧急 | 1小时 |  |",
    ]


def test_what_was_deleted_leaves_no_row_and_no_number() -> None:
    gone = f"<w:tr><w:trPr><w:del/></w:trPr>{cell('旧')}{cell('8小时')}</w:tr>"
    table = f"<w:tbl>{gone}<w:tr>{cell('新')}{cell('4小时')}</w:tr></w:tbl>"
    deleted = (
        '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr><w:rPr><w:del/></w:rPr></w:pPr>'
        "<w:del><w:r><w:delText>删去的条文</w:delText></w:r></w:del></w:p>"
    )
    text = text_of(docx(listed("受理") + deleted + listed("派工") + table, LISTS))
    assert text.splitlines() == ["第一条 受理", "第二条 派工", "| 新 | 4小时 |"]


def test_a_table_inside_a_cell_stays_in_its_cell() -> None:
    inner = f"<w:tbl><w:tr>{cell('甲')}{cell('乙')}</w:tr></w:tbl>"
    outer = f"<w:tbl><w:tr><w:tc>{inner}{line('丙')}</w:tc>{cell('4小时')}</w:tr></w:tbl>"
    assert text_of(docx(outer)).splitlines() == ["| 甲 乙 丙 | 4小时 |"]


def test_a_sentence_broken_by_hand_is_one_sentence() -> None:
    body = "<w:p><w:r><w:t>第一条 市区维保人员应当在接到故障报修通知以后的</w:t><w:br/><w:t>2小时内到达现场。</w:t></w:r></w:p>"
    assert text_of(docx(body)) == "第一条 市区维保人员应当在接到故障报修通知以后的2小时内到达现场。"


def test_a_document_of_the_strict_kind_is_read() -> None:
    content = docx(line("客服应在2小时内答复。"))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(out, "w") as made:
        for name in given.namelist():
            made.writestr(name, given.read(name).replace(files._USUAL, files._STRICT))
    assert text_of(out.getvalue()) == "客服应在2小时内答复。"


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("维修人员接到派工通知以后应当尽快联系客户并且按照约\n定的时间到场。", "维修人员接到派工通知以后应当尽快联系客户并且按照约定的时间到场。"),
        ("其他地区不超过\n1h;", "其他地区不超过1h;"),
        ("姓名、\n电话", "姓名、电话"),
        ("第一章 总则\n客服答复。", "第一章 总则\n客服答复。"),
        ("服务热线与值班安排\n客服答复。", "服务热线与值班安排\n客服答复。"),
        ("客服应当记录客户姓名以及联系方式和产品型号等信息\n（二）派工。", "客服应当记录客户姓名以及联系方式和产品型号等信息\n（二）派工。"),
        ("客服应当记录客户姓名以及联系方式和产品型号等信息。\n然后派工。", "客服应当记录客户姓名以及联系方式和产品型号等信息。\n然后派工。"),
        ("甲 | 乙,\n丙 | 丁", "甲 | 乙,\n丙 | 丁"),
    ],
)  # fmt: skip
def test_lines_that_a_program_cut_are_joined_and_others_stay(text: str, joined: str) -> None:
    assert text_of(text.encode()) == joined


def test_numbers_in_chinese() -> None:
    assert [chinese(number) for number in (1, 10, 11, 20, 99, 100)] == ["一", "十", "十一", "二十", "九十九", "100"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"%PDF-1.7\x00", "type"),
        (b"\xd0\xcf\x11\xe0old word", "type"),
        (b"\x00\x01\x02", "type"),
        (b"\xff\xfe\x00", "broken"),
        (b"PK\x03\x04 no archive", "broken"),
        (docx(line("x"), head='<!DOCTYPE d [<!ENTITY a "b">]>'), "active"),
        (docx("<w:p>"), "broken"),
        (docx(line("x"), head='<?xml version="1.0" encoding="UTF-16"?>\x00'), "broken"),
        (docx("<w:sdt><w:sdtContent>" * 3000 + line("x") + "</w:sdtContent></w:sdt>" * 3000), "bomb"),
        (b"x" * (files.MOST_BYTES + 1), "large"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(content: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        text_of(content)
    assert refused.value.code == code


def test_an_archive_that_is_no_document_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    with pytest.raises(Unreadable, match="type"):
        text_of(out.getvalue())


def test_a_file_that_grows_without_measure_is_refused() -> None:
    bomb = docx(line("x" * (8 << 20)))
    assert len(bomb) < 100_000
    with pytest.raises(Unreadable, match="bomb"):
        text_of(bomb)


def test_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_LETTERS", 10)
    with pytest.raises(Unreadable, match="large"):
        text_of(SIMPLE.encode())
    monkeypatch.setattr(files, "MOST_BYTES", 5)
    with pytest.raises(Unreadable, match="large"):
        text_of(SIMPLE.encode())


# -- the command


def run(*words: str | Path) -> int:
    parser = argparse.ArgumentParser()
    command.arguments(parser)
    return command.handle(parser.parse_args([str(word) for word in words]))


@pytest.fixture
def as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setattr(console, "as_json", True)


@pytest.mark.usefixtures("as_json")
def test_read_prints_the_proposals_with_their_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "r.docx"
    path.write_bytes(docx(listed("客服应在2小时内答复客户。"), LISTS))
    assert run("read", path) == console.DONE
    found = json.loads(capsys.readouterr().out)
    (one,) = found["proposals"]
    assert (one["kind"], one["within"], one["words"]) == ("clock", "2 h", "2小时内答复客户")
    assert found["numbers"][0]["value"] == "2 h"
    assert one["look_at"] == ["inferred"]


@pytest.mark.usefixtures("as_json")
def test_score_prints_the_figures(capsys: pytest.CaptureFixture[str]) -> None:
    gold = Path(__file__).parent / "gold_unseen.json"
    assert run("read", "--score", gold) == console.DONE
    scores = {one["kind"]: one for one in json.loads(capsys.readouterr().out)["scores"]}
    assert (scores["clock"]["proposed"], scores["clock"]["recall"]) == (15, 1.0)


def test_read_names_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.7")
    for words in (("read",), ("read", tmp_path / "none.txt"), ("read", tmp_path / "x.pdf")):
        with pytest.raises(console.CommandError):
            run(*words)
