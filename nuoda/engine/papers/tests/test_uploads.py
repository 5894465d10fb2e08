"""Hostile files: refused in time, without a trace on the disk."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from nuoda.engine.papers.actions import attachments
from nuoda.engine.papers.models import Attachment
from nuoda.engine.papers.pure import uploads
from nuoda.engine.papers.pure.uploads import Limits, Rejected, accept, safe_name
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused

from .cast import AT, CONTENT, Cast

SMALL = Limits(photo=2_000_000, document=2_000_000, text=10_000, video=10_000, pixels=4_000_000)


def picture(fmt: str = "JPEG", size: tuple[int, int] = (60, 40), gps: bool = False) -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    if gps:
        exif[0x8825] = {1: "N", 2: (31.0, 18.0, 0.0), 3: "E", 4: (120.0, 37.0, 0.0)}
        exif[0x010F] = "PhoneMaker"
    Image.new("RGB", size, "#3a7").save(out, format=fmt, exif=exif)
    return out.getvalue()


def bomb_png(width: int, height: int) -> bytes:
    """A PNG that claims width × height and holds next to nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def office(extra: dict[str, bytes] | None = None, part: str = "xl/workbook.xml") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(part, "<x/>")
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
HOSTILE = {
    "nothing": ("a.jpg", b"", "empty"),
    "too large": ("a.txt", b"a" * 10_001, "large"),
    "far too large": ("a.bin", b"\0" * 3_000_000, "large"),
    "pixel bomb": ("a.png", bomb_png(30_000, 30_000), "bomb"),
    "cut photo": ("a.jpg", picture(size=(600, 400))[:700], "broken"),
    "svg": ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "type"),
    "svg named png": ("a.png", b"<?xml version='1.0'?><svg onload='alert(1)'/>", "type"),
    "html": ("a.html", b"<!doctype html><script>alert(1)</script>", "type"),
    "html named txt": ("a.txt", b"\xef\xbb\xbf  <html><body>", "type"),
    "late script": ("a.txt", b"hello\n<ScRipt>alert(1)</script>", "type"),
    "windows program": ("a.jpg", b"MZ\x90\x00" + b"\0" * 100, "type"),
    "linux program": ("a.pdf", b"\x7fELF" + b"\0" * 100, "type"),
    "shell": ("a.txt", b"#!/bin/sh\nrm -rf /", "type"),
    "gif": ("a.gif", b"GIF89a" + b"\0" * 20, "type"),
    "plain zip": ("a.zip", (lambda: (o := io.BytesIO(), zipfile.ZipFile(o, "w").close(), o.getvalue())[2])(), "type"),
    "zip with files": ("a.docx", office(part="readme.txt"), "type"),
    "zip bomb": ("a.xlsx", office({"xl/worksheets/sheet1.xml": b"0" * 400_000_00}), "bomb"),
    "many entries": ("a.xlsx", office({f"x/{n}": b"" for n in range(5_100)}), "bomb"),
    "macros": ("a.xlsx", office({"xl/vbaProject.bin": b"x"}), "active"),
    "traversal inside": ("a.xlsx", office({"../../etc/cron.d/x": b"x"}), "broken"),
    "entities": ("a.xlsx", office({"xl/a.xml": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'}), "active"),
    "script in pdf": ("a.pdf", PDF.replace(b"<<>>endobj", b"<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj"), "active"),
    "cut pdf": ("a.pdf", PDF[:20], "broken"),
    "binary text": ("a.txt", b"abc\x00def", "type"),
    "latin-1 text": ("a.txt", "für".encode("latin-1"), "type"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_rejected(case: str) -> None:
    name, content, code = HOSTILE[case]
    with pytest.raises(Rejected) as refusal:
        accept(io.BytesIO(content), name, limits=SMALL)
    assert refusal.value.code == code


@pytest.mark.parametrize("case", ["pixel bomb", "zip bomb", "macros", "entities", "svg"])
def test_negative_control_the_files_would_pass_without_the_check(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the check that catches it switched off, each of these would be kept: the check is what refuses it."""
    name, content, _ = HOSTILE[case]
    if case == "svg":
        monkeypatch.setattr(uploads, "sniff", lambda content, name: "txt")
    else:
        monkeypatch.setattr(
            uploads, "examine", lambda content, extension, **rest: uploads.Accepted(extension, "document", content)
        )
    assert accept(io.BytesIO(content), name, limits=SMALL).content == content


def test_no_more_is_read_than_allowed() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            assert size > 0, "reads without a limit"
            self.given += size
            return b"a" * size

    stream = Endless()
    with pytest.raises(Rejected, match="large"):
        accept(stream, "a.txt", limits=SMALL)  # type: ignore[arg-type]
    assert stream.given <= SMALL.most + 1


@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "WEBP"])
def test_photos_are_encoded_anew_and_lose_their_place(fmt: str) -> None:
    sent = picture(fmt, gps=True)
    taken = accept(io.BytesIO(sent), "IMG.JPG", limits=SMALL)
    assert (taken.kind, taken.width, taken.height) == ("photo", 60, 40)
    assert taken.content != sent
    kept = Image.open(io.BytesIO(taken.content)).getexif()
    assert 0x8825 not in kept
    assert b"PhoneMaker" not in taken.content
    assert 0x8825 in Image.open(io.BytesIO(sent)).getexif(), "the sent photo had a place"


def test_the_place_stays_when_it_is_asked_for() -> None:
    taken = accept(io.BytesIO(picture(gps=True)), "a.jpg", limits=SMALL, keep_place=True)
    place = Image.open(io.BytesIO(taken.content)).getexif().get_ifd(0x8825)
    assert place[1] == "N"
    assert b"PhoneMaker" not in taken.content


def test_a_polyglot_loses_its_other_half() -> None:
    sent = picture() + b"<script>alert(document.domain)</script>" + office()
    taken = accept(io.BytesIO(sent), "a.jpg", limits=SMALL)
    assert b"<script>" not in taken.content
    assert b"PK\x03\x04" not in taken.content


def test_honest_files_pass() -> None:
    for name, content, extension in (
        ("报价.pdf", PDF, "pdf"),
        ("a.xlsx", office(), "xlsx"),
        ("a.docx", office(part="word/document.xml"), "docx"),
        ("a.csv", "编号,名称\n1,轴承\n".encode(), "csv"),
        ("说明", "第一行\n第二行".encode("utf-8-sig"), "txt"),
        ("a.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "mp4"),
    ):
        assert accept(io.BytesIO(content), name, limits=SMALL).extension == extension
    big = accept(io.BytesIO(picture(size=(4000, 900))), "a.jpg", limits=SMALL)
    assert big.width == uploads.PHOTO_LONGEST


@pytest.mark.parametrize(("sent", "kept"), [
    ("../../etc/passwd", "passwd.jpg"),
    ("C:\\windows\\system32\\现场.png", "现场.jpg"),
    ("/abs/照片.jpeg", "照片.jpg"),
    ("a\x00b\r\nc.jpg", "abc.jpg"),
    ("invoice\u202egpj.exe", "invoicegpj.jpg"),
    ("...", "file.jpg"),
    ('<img src="x">.jpg', "img src=x.jpg"),
    ("", "file.jpg"),
    ("长" * 300 + ".png", "长" * 110 + ".jpg"),
])  # fmt: skip
def test_names_are_names_only(sent: str, kept: str) -> None:
    assert safe_name(sent, "jpg") == kept


# -- with the database


@pytest.mark.django_db
def test_a_photo_is_attached_printed_and_kept_once(tmp_path: Path, settings) -> None:  # type: ignore[no-untyped-def]
    from nuoda.engine.papers import queries
    from nuoda.engine.papers.actions import papers, prints

    settings.MEDIA_ROOT = tmp_path
    cast = Cast()
    with scoped(cast.technician):
        row = attachments.attach(
            io.BytesIO(picture()), name="../现场.jpg", dossier=cast.case, actor=cast.technician, at=AT, purpose="after"
        )
        again = attachments.attach(io.BytesIO(picture()), name="b.jpg", dossier=cast.case, actor=cast.technician, at=AT)
        assert (row.name, row.kind, again) == ("现场.jpg", "photo", row)
        assert default_storage.exists(row.path)
        content = CONTENT | {"photos": [row.digest]}
        paper = papers.issue(form="test_repair", dossier=cast.case, content=content, actor=cast.technician, at=AT)
        pdf = prints.pdf(paper, actor=cast.technician)
        assert pdf.startswith(b"%PDF")
        assert pdf == prints.pdf(paper, actor=cast.technician)
        assert queries.attachments_of(cast.technician, case_id=cast.case.case_id, purpose="after").get() == row
        with pytest.raises(Invalid):
            papers.issue(
                form="test_repair", dossier=cast.case, content=content | {"photos": ["0" * 64]},
                actor=cast.technician, at=AT,
            )  # fmt: skip
        with pytest.raises(Refused):
            attachments.remove(row, actor=cast.technician, at=AT)
    with scoped(cast.manager), pytest.raises(Refused):
        attachments.remove(row, actor=cast.manager, at=AT)
    with scoped(cast.other_dealer):
        with pytest.raises(NotYours):
            queries.attachment(cast.other_dealer, row.pk)
        with pytest.raises(NotYours):
            attachments.attach(io.BytesIO(picture()), name="a.jpg", dossier=cast.case, actor=cast.other_dealer, at=AT)
        assert not Attachment.objects.exists()


@pytest.mark.django_db
def test_a_rejected_file_leaves_nothing(tmp_path: Path, settings) -> None:  # type: ignore[no-untyped-def]
    settings.MEDIA_ROOT = tmp_path
    cast = Cast()
    with scoped(cast.technician):
        for name, content, _ in HOSTILE.values():
            if len(content) < 2_000_000 and content.strip(b"a"):
                with pytest.raises(Invalid):
                    attachments.attach(io.BytesIO(content), name=name, dossier=cast.case, actor=cast.technician, at=AT)
        assert not Attachment.objects.exists()
    assert list(tmp_path.rglob("*")) == []
