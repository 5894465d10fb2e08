"""Printed papers: Chinese type with the rare characters, no empty boxes, nothing of the content executed."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from nuoda.engine.papers.pure import forms
from nuoda.engine.papers.pure.glyphs import drawable, fit
from nuoda.engine.papers.pure.print import HERE, Hand, Printed, Sheet, render
from nuoda.engine.papers.pure.seals import drawing

from .cast import AT, CONTENT, REPAIR, STROKES, words

SHEET = Sheet(
    form=REPAIR,
    content=CONTENT,
    company="诺达机械（苏州）有限公司",
    number="TK-2026-000123-RR1",
    version=1,
    state="issued",
    zone=ZoneInfo("Asia/Shanghai"),
    issued_at=AT,
    content_hash="ab" * 32,
    verify_url="https://service.example.com/verify/abcdefghijklmnopqrstuvwxyz012345",
    hands=(Hand("engineer", "李工", AT, STROKES),),
)


def text_of(printed: Printed, tmp_path: Path) -> str:
    """The words of a PDF as any reader finds them."""
    file = tmp_path / "paper.pdf"
    file.write_bytes(printed.pdf)
    if shutil.which("pdftotext"):
        done = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True)
        return done.stdout.decode()
    pypdf = pytest.importorskip("pypdf", reason="neither pdftotext nor pypdf is here")
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(str(file)).pages)


def test_rare_characters_and_formats_are_in_the_text(tmp_path: Path) -> None:
    printed = render(SHEET)
    text = text_of(printed, tmp_path)
    assert printed.missing == ()
    for phrase in (
        "龘𠮷机械有限公司", "售后服务维修记录单", "TK-2026-000123-RR1", "2026-11-21 周六 14:05", "¥123.00", "轴承 6204",
        "（待签字）", "DL-3.3f", "1/1", "abababab",
    ):  # fmt: skip
        assert phrase in text.replace("1 / 1", "1/1"), phrase


@pytest.mark.parametrize(("language", "title", "day"), [
    ("zh-hant", "售後服務維修記錄單", "2026-11-21 週六 14:05"),
    ("en", "Repair service record", "2026-11-21 Sat 14:05"),
])  # fmt: skip
def test_three_languages(tmp_path: Path, language: str, title: str, day: str) -> None:
    text = text_of(render(SHEET, language=language), tmp_path)
    assert title in text
    assert day in text
    assert "龘𠮷" in text


def test_what_the_type_lacks_is_named_and_never_an_empty_box(tmp_path: Path) -> None:
    printed = render(replace(SHEET, content={**CONTENT, "customer": "𠀀한😀公司"}))
    assert printed.missing == ("𠀀", "한", "😀")
    text = text_of(printed, tmp_path)
    assert "〓〓〓公司" in text
    assert "U+20000" in text
    assert "U+1F600" in text
    fonts = subprocess.run(["pdffonts", str(tmp_path / "paper.pdf")], capture_output=True).stdout.decode() if shutil.which("pdffonts") else "Noto"  # fmt: skip  # noqa: E501
    assert "Noto" in fonts


def test_the_coverage_tells_the_truth() -> None:
    """Every character that coverage promises gets through the type without a fallback or an empty box."""
    fonttools = pytest.importorskip("fontTools.ttLib", reason="fonttools is only needed to cut the type")
    face = fonttools.TTFont(str(HERE / "fonts/NotoSansCJKsc-Regular.subset.otf"), lazy=True).getBestCmap()
    assert all(drawable(chr(point)) for point in face)
    assert not any(drawable(chr(point)) for point in range(0xAC00, 0xD7A4))
    assert sum(drawable(chr(point)) for point in range(0x30000)) <= len(face) + 2


def test_the_type_holds_the_common_sets() -> None:
    def whole(encoding: str, most: int) -> list[str]:
        lacking = []
        for point in range(0x4E00, 0xA000):
            try:
                lead = chr(point).encode(encoding)[0]
            except UnicodeEncodeError:
                continue
            if lead <= most and not drawable(chr(point)):
                lacking.append(chr(point))
        return lacking

    assert whole("gb2312", 0xF7) == []
    assert whole("big5", 0xC6) == []
    assert not [sign for sign in "龘𠮷䶮㛃堃喆珺犇骉甪" if not drawable(sign)]
    assert sum(file.stat().st_size for file in (HERE / "fonts").iterdir()) < 12_000_000


def test_invisible_signs_are_dropped_and_newlines_kept() -> None:
    assert fit("甲\u200b\ufeff乙\r\n丙\u202e丁") == ("甲乙\n丙丁", ())


PAYLOADS = [
    "#sys.version", '#eval("1+1")', '#read("/etc/passwd")', '#image("/etc/passwd")', '#import "@preview/x:1.0.0"',
    "$x^2$", "*bold*", "_it_", "`raw`", "= heading", "\\u{41}", "<label>", "@ref", "// comment", "/* c */", "#{1+1}",
    "{{7*7}}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{% debug %}", "{{request}}", "%s%n", "<script>alert(1)</script>",
]  # fmt: skip


def test_content_is_never_executed(tmp_path: Path) -> None:
    rows = [{"name": payload, "quantity": number} for number, payload in enumerate(PAYLOADS)]
    text = text_of(render(replace(SHEET, content={**CONTENT, "parts": rows})), tmp_path)
    flat = re.sub(r"\s+", "", text)
    for payload in PAYLOADS:
        assert re.sub(r"\s+", "", payload) in flat, payload
    assert "root:" not in text


def test_print_is_deterministic_and_small() -> None:
    assert render(SHEET).pdf == render(SHEET).pdf
    assert len(render(SHEET).pdf) < 120_000


def test_long_papers_number_their_pages_and_repeat_the_heading_of_the_table(tmp_path: Path) -> None:
    rows = [{"name": f"配件 {number}", "quantity": number} for number in range(120)]
    text = text_of(render(replace(SHEET, content={**CONTENT, "parts": rows})), tmp_path).replace(" / ", "/")
    pages = int(re.search(r"1/(\d+)", text)[1])  # type: ignore[index]
    assert pages >= 3
    assert f"{pages}/{pages}" in text
    assert text.count("数量") == pages or text.count("数量") == pages - 1


def test_a5_and_every_state(tmp_path: Path) -> None:
    small = replace(REPAIR, size="a5")
    for state, banner in (("draft", "草稿"), ("amended", "已被更正"), ("void", "已作废")):
        text = text_of(render(replace(SHEET, form=small, state=state)), tmp_path)  # type: ignore[arg-type]
        assert banner in text
    if shutil.which("pdfinfo"):
        info = subprocess.run(["pdfinfo", str(tmp_path / "paper.pdf")], capture_output=True).stdout.decode()
        assert "595" in info
        assert "419" in info or "420" in info


def test_a_drawing_holds_numbers_only() -> None:
    picture = drawing([[[0, 0, 0], [10.5, 3, 20]], [[4, 4, 30]]])
    assert re.fullmatch(r"[<>/=\"#\w\s.:,-]+", picture)
    assert "script" not in picture


def test_contradicting_declarations_are_refused() -> None:
    with pytest.raises(ValueError, match="sections and fields differ"):
        forms.register(replace(REPAIR, code="bad1", sections=REPAIR.sections[:1]))
    with pytest.raises(ValueError, match="lacks one of"):
        forms.register(replace(REPAIR, code="bad2", title={"zh-hans": "只有简体"}))
    with pytest.raises(ValueError, match="twice"):
        forms.register(replace(REPAIR, title=words("另一个")))
    assert forms.get("test_repair") == REPAIR


def test_moments_print_in_the_company_zone(tmp_path: Path) -> None:
    late = replace(SHEET, issued_at=datetime(2026, 12, 31, 18, 30, tzinfo=UTC))
    assert "2027-01-01 周五 02:30" in text_of(render(late), tmp_path)
