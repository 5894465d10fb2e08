"""What may be uploaded: judged by the bytes, never by the name or the type that the sender claims.

The costly and dangerous part (unpacking pictures and office files) runs in a child process with limits of its own: see
`examine`, which runs this very file as a script.
"""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
import unicodedata
import zipfile
from dataclasses import dataclass
from typing import IO, Any

PHOTO_LONGEST = 3000
"""Longest side of a kept photo, in pixels; larger ones are scaled down."""
JPEG_QUALITY = 86
_UNPACK_RATIO, _UNPACK_MOST, _ENTRIES_MOST = 200, 300 * 1024 * 1024, 5_000
_MEMORY, _SECONDS = 1_000 * 1024 * 1024, 5

Kind = str
"""'photo', 'document', 'video', 'text'."""

TYPES: dict[str, tuple[Kind, str]] = {
    "jpg": ("photo", "image/jpeg"),
    "png": ("photo", "image/png"),
    "webp": ("photo", "image/webp"),
    "pdf": ("document", "application/pdf"),
    "docx": ("document", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": ("document", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "txt": ("text", "text/plain; charset=utf-8"),
    "csv": ("text", "text/csv; charset=utf-8"),
    "mp4": ("video", "video/mp4"),
}
"""Extension by which a file is kept → what it is, and the type it is served with. Nothing else is taken: no SVG, no
HTML."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Largest sizes in bytes, largest picture in pixels; an installation sets its own in `NUODA_UPLOADS`."""

    photo: int = 15 * 1024 * 1024
    document: int = 20 * 1024 * 1024
    text: int = 5 * 1024 * 1024
    video: int = 50 * 1024 * 1024
    pixels: int = 60_000_000

    @property
    def most(self) -> int:
        return max(self.photo, self.document, self.text, self.video)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file as it will be kept; photos are encoded anew, so their bytes differ from those sent."""

    extension: str
    kind: Kind
    content: bytes
    width: int | None = None
    height: int | None = None


class Rejected(ValueError):
    """`code`: 'empty', 'large', 'type', 'broken', 'bomb', 'active' (macros, scripts, foreign content)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def sniff(content: bytes, name: str = "") -> str:
    """The extension that the bytes deserve; the name only tells text from CSV. Raises Rejected('type' | 'empty')."""
    if not content:
        raise Rejected("empty")
    head = content[:16]
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head[4:8] == b"ftyp" and head[8:12] in (b"isom", b"iso2", b"mp41", b"mp42", b"avc1", b"M4V ", b"iso5", b"iso6"):
        return "mp4"
    if head.startswith(b"PK\x03\x04"):
        return _office(content)
    return _text(content, name)


def _office(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist()[:_ENTRIES_MOST])
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise Rejected("broken") from None
    if "[Content_Types].xml" in names:
        if "word/document.xml" in names:
            return "docx"
        if "xl/workbook.xml" in names:
            return "xlsx"
    raise Rejected("type")


def _text(content: bytes, name: str) -> str:
    start = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<", b"%!", b"#!", b"mz", b"\x7felf", b"{\\rtf")) or b"<script" in content[:65536].lower():
        raise Rejected("type")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Rejected("type") from None
    if any(unicodedata.category(sign) == "Cc" and sign not in "\t\r\n\f" for sign in text[:100_000]):
        raise Rejected("type")
    return "csv" if name.lower().endswith(".csv") else "txt"


def safe_name(name: str, extension: str) -> str:
    """A name for people: no folders, no control or direction signs, at most 120 characters, ending in what it really
    is."""
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    base = "".join(sign for sign in base if unicodedata.category(sign)[0] != "C" and sign not in '<>:"|?*;%')
    stem = base.rsplit(".", 1)[0].strip(" .") or "file"
    return f"{stem[:110]}.{extension}"


def accept(stream: IO[bytes], name: str, *, limits: Limits, keep_place: bool = False) -> Accepted:
    """Read, judge and clean an upload. Reads at most one byte more than the largest size allowed; Rejected
    otherwise."""
    content = stream.read(limits.most + 1)
    if len(content) > limits.most:
        raise Rejected("large")
    extension = sniff(content, name)
    kind = TYPES[extension][0]
    if len(content) > getattr(limits, kind):
        raise Rejected("large")
    if kind in ("photo", "document"):
        return examine(content, extension, pixels=limits.pixels, keep_place=keep_place)
    if kind == "text" and content.startswith(b"\xef\xbb\xbf"):
        content = content[3:]
    return Accepted(extension, kind, content)


def examine(content: bytes, extension: str, *, pixels: int, keep_place: bool = False) -> Accepted:
    """Unpack and clean in a child process (5 s of CPU, 1 GB of address space); a child that dies means
    Rejected('bomb')."""
    order = json.dumps({"extension": extension, "pixels": pixels, "keep_place": keep_place}).encode() + b"\n"
    try:
        done = subprocess.run(
            [sys.executable, "-I", __file__],
            input=order + content,
            capture_output=True,
            timeout=_SECONDS * 4,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Rejected("bomb") from None
    head, _, body = done.stdout.partition(b"\n")
    if done.returncode != 0 or not head:
        raise Rejected("bomb")
    answer = json.loads(head)
    if "rejected" in answer:
        raise Rejected(answer["rejected"])
    return Accepted(extension, TYPES[extension][0], body or content, answer.get("width"), answer.get("height"))


# -- inside the child


def _photo(content: bytes, order: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    import warnings

    from PIL import Image, ImageOps

    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = order["pixels"]
    format_name = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}[order["extension"]]
    try:
        picture: Image.Image = Image.open(io.BytesIO(content), formats=[format_name])
        if picture.width * picture.height > order["pixels"]:
            raise Rejected("bomb")
        exif = picture.getexif()
        if format_name == "JPEG":
            picture.draft("RGB", (PHOTO_LONGEST, PHOTO_LONGEST))
        picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        raise Rejected("bomb") from None
    except Rejected:
        raise
    except Exception:
        raise Rejected("broken") from None
    turned = ImageOps.exif_transpose(picture)
    turned.thumbnail((PHOTO_LONGEST, PHOTO_LONGEST))
    turned = turned.convert("RGBA" if "A" in turned.getbands() and format_name != "JPEG" else "RGB")
    turned.info.clear()
    options: dict[str, Any] = {"quality": JPEG_QUALITY} if format_name != "PNG" else {}
    if order["keep_place"] and 0x8825 in exif:
        kept = Image.Exif()
        kept[0x8825] = dict(exif.get_ifd(0x8825))
        options["exif"] = kept
    out = io.BytesIO()
    turned.save(out, format=format_name, **options)
    return {"width": turned.width, "height": turned.height}, out.getvalue()


def _archive(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len(entries) > _ENTRIES_MOST:
            raise Rejected("bomb")
        total = 0
        for entry in entries:
            name = entry.filename
            if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name:
                raise Rejected("broken")
            if entry.flag_bits & 1:
                raise Rejected("type")
            if name.lower().endswith((".bin", ".exe", ".dll", ".js", ".vbs")) and "printersettings" not in name.lower():
                raise Rejected("active")
            # The size that the directory claims may lie: what counts is what comes out.
            read = 0
            with archive.open(entry) as inner:
                start = b""
                while piece := inner.read(1 << 20):
                    start = start or piece[:4096]
                    read += len(piece)
                    total += len(piece)
                    if total > _UNPACK_MOST or read > max(entry.compress_size, 1) * _UNPACK_RATIO + (1 << 20):
                        raise Rejected("bomb")
                if name.endswith((".xml", ".rels")) and (b"<!DOCTYPE" in start or b"<!ENTITY" in start):
                    raise Rejected("active")


def _pdf(content: bytes) -> None:
    if b"%%EOF" not in content[-2048:]:
        raise Rejected("broken")
    for word in (b"/JavaScript", b"/JS ", b"/JS(", b"/Launch", b"/EmbeddedFile", b"/RichMedia"):
        if word in content:
            raise Rejected("active")


def _child() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    order = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    body = b""
    try:
        if order["extension"] in ("jpg", "png", "webp"):
            answer, body = _photo(content, order)
        elif order["extension"] == "pdf":
            answer = {}
            _pdf(content)
        else:
            answer = {}
            _archive(content)
    except Rejected as refusal:
        answer, body = {"rejected": refusal.code}, b""
    except MemoryError:
        answer, body = {"rejected": "bomb"}, b""
    except Exception:
        answer, body = {"rejected": "broken"}, b""
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + body)
    sys.stdout.buffer.flush()
    os._exit(0)


if __name__ == "__main__":
    _child()
