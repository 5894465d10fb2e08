"""A document as a Word file (Office Open XML, ISO/IEC 29500): the few parts that headings, paragraphs and tables need."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from xml.sax.saxutils import escape

from .documents import Document, Heading, Paragraph, Points, Table

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_STAMP = (1980, 1, 1, 0, 0, 0)
"""The same document gives the same bytes."""
_CONTENT_TYPES = (
    f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
    '<Override PartName="/word/footer.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/>'
    '<Override PartName="/word/styles.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>'
)
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_P = "http://schemas.openxmlformats.org/package/2006/relationships"
_RELATIONS = (
    f'{_HEAD}<Relationships xmlns="{_P}"><Relationship Id="rId1" Type="{_R}/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
_DOCUMENT_RELATIONS = (
    f'{_HEAD}<Relationships xmlns="{_P}"><Relationship Id="rId1" Type="{_R}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId2" Type="{_R}/footer" Target="footer.xml"/></Relationships>'
)
FACES = {"zh-hans": "Microsoft YaHei", "zh-hant": "Microsoft JhengHei"}
"""Faces of Chinese characters, by language; Word takes its own where one is missing."""


def as_docx(document: Document) -> bytes:
    """The document as .docx; texts are texts, whatever they contain."""
    body = [_paragraph(document.company, "Quiet"), _paragraph(document.title, "Title")]
    if document.head:
        body.append(_table(("", ""), document.head, heads_shown=False))
        body.append(_paragraph(""))
    for part in document.parts:
        match part:
            case Heading():
                mark = f"　{part.mark}" if part.mark else ""
                body.append(_paragraph(part.text + mark, f"Heading{part.level}"))
            case Paragraph():
                body.append(_paragraph(part.text, "Quiet" if part.quiet else ""))
            case Points():
                body += [_paragraph(f"· {item}", "Point") for item in part.items]
            case Table():
                body += [_table(part.heads, part.rows, heads_shown=any(part.heads)), _paragraph("")]
    page = (
        '<w:sectPr><w:footerReference w:type="default" r:id="rId2"/>'
        '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" '
        'w:left="1134" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>'
    )
    text = f'{_HEAD}<w:document {_W} xmlns:r="{_R}"><w:body>{"".join(body)}{page}</w:body></w:document>'
    return _zipped(
        {
            "[Content_Types].xml": _CONTENT_TYPES,
            "_rels/.rels": _RELATIONS,
            "word/_rels/document.xml.rels": _DOCUMENT_RELATIONS,
            "word/document.xml": text,
            "word/footer.xml": f"{_HEAD}<w:ftr {_W}>{_foot(document.foot)}</w:ftr>",
            "word/styles.xml": _styles(document.language),
        }
    )


def _foot(text: str) -> str:
    """The bottom of each page: what it is, and the page of how many."""
    page, of = (f'<w:fldSimple w:instr="{name}"><w:r><w:t>1</w:t></w:r></w:fldSimple>' for name in ("PAGE", "NUMPAGES"))
    pages = f'{page}<w:r><w:t xml:space="preserve"> / </w:t></w:r>{of}'
    return (
        '<w:p><w:pPr><w:pStyle w:val="Quiet"/><w:tabs><w:tab w:val="right" w:pos="9638"/></w:tabs></w:pPr>'
        f"{_run(text)}<w:r><w:tab/></w:r>{pages}</w:p>"
    )


def _paragraph(text: str, style: str = "") -> str:
    given = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{given}{_run(text)}</w:p>"


def _run(text: str, *, bold: bool = False) -> str:
    lines = "<w:br/>".join(f'<w:t xml:space="preserve">{_plain(line)}</w:t>' for line in text.split("\n"))
    return f"<w:r>{'<w:rPr><w:b/></w:rPr>' if bold else ''}{lines}</w:r>" if text else ""


def _plain(text: str) -> str:
    """Without the control characters that XML cannot carry."""
    return escape("".join(sign for sign in text if sign >= " " or sign == "\t"))


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]], *, heads_shown: bool = True) -> str:
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="98A2B3"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    heads = list(heads)
    lines = [_row(heads, bold=True, repeated=True)] if heads_shown else []
    lines += [_row(row) for row in rows]
    grid = "<w:gridCol/>" * len(heads)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{edges}</w:tblBorders></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(lines)}</w:tbl>"
    )


def _row(cells: Iterable[str], *, bold: bool = False, repeated: bool = False) -> str:
    """A row; a repeated one stands at the top of each page that the table goes on to."""
    look = "<w:trPr><w:tblHeader/></w:trPr>" if repeated else ""
    return f"<w:tr>{look}{''.join(f'<w:tc><w:p>{_run(cell, bold=bold)}</w:p></w:tc>' for cell in cells)}</w:tr>"


def _styles(language: str) -> str:
    code = {"zh-hans": "zh-CN", "zh-hant": "zh-TW"}.get(language, "en-US")
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/><w:pPr>'
        f"{'<w:keepNext/>' if level.startswith('<w:outline') else ''}"
        f'<w:spacing w:before="{before}" w:after="{after}"/>{level}</w:pPr><w:rPr>{look}</w:rPr></w:style>'
        for key, name, before, after, level, look in (
            ("Title", "Title", 0, 200, "", '<w:b/><w:sz w:val="36"/>'),
            (
                "Heading1",
                "heading 1",
                360,
                120,
                '<w:outlineLvl w:val="0"/>',
                '<w:b/><w:color w:val="1D4F91"/><w:sz w:val="26"/>',
            ),
            ("Heading2", "heading 2", 240, 80, '<w:outlineLvl w:val="1"/>', '<w:b/><w:sz w:val="22"/>'),
            ("Quiet", "Quiet", 0, 60, "", '<w:color w:val="475467"/><w:sz w:val="18"/>'),
            ("Point", "Point", 0, 60, '<w:ind w:left="340" w:hanging="170"/>', '<w:sz w:val="20"/>'),
        )
    )
    return (
        f'{_HEAD}<w:styles {_W}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial" '
        f'w:eastAsia="{FACES.get(language, FACES["zh-hans"])}"/><w:sz w:val="20"/><w:lang w:val="en-US" w:eastAsia="{code}"/></w:rPr></w:rPrDefault>'
        f'<w:pPrDefault><w:pPr><w:spacing w:after="100" w:line="300" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>'
        f"{styles}</w:styles>"
    )


def _zipped(parts: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _STAMP), text.encode(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
