"""Cut the shipped type out of Noto Sans CJK (SIL Open Font License 1.1) and write its coverage.

    python vendor/type/subset_fonts.py FOLDER        FOLDER holds NotoSansCJK-Regular.ttc and NotoSansCJK-Bold.ttc
                                                (Debian: package fonts-noto-cjk, /usr/share/fonts/opentype/noto)

Needs fonttools. Regular takes every Han character of the face below U+A000 and all of the supplementary planes (so the
通用规范汉字表 with its rare names is whole); Bold, used for headings, takes GB 2312, Big5 level 1 and the supplementary planes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection

HERE = Path(__file__).resolve().parents[2] / "nuoda/engine/papers/pure/typeset"
SIGNS = (
    (0x20, 0x7E), (0xA0, 0x24F), (0x370, 0x45F), (0x2000, 0x206F), (0x20A0, 0x20BF), (0x2100, 0x23FF), (0x2460, 0x26FF),
    (0x2E80, 0x2FDF), (0x3000, 0x312F), (0x3200, 0x33FE), (0xFE10, 0xFE6F), (0xFF00, 0xFFEF),
)  # fmt: skip
DROPPED = ["vhea", "vmtx", "VORG", "DSIG"]


def _common(point: int) -> bool:
    for encoding, last in (("gb2312", 0xF7), ("big5", 0xC6)):
        try:
            if chr(point).encode(encoding)[0] <= last:
                return True
        except UnicodeEncodeError:
            continue
    return False


def wanted(cmap: dict[int, str], *, every: bool) -> set[int]:
    points = {point for first, last in SIGNS for point in range(first, last + 1)}
    points |= {point for point in cmap if point >= 0x20000}
    points |= {point for point in range(0x4E00, 0xA000) if every or _common(point)} | {ord("龘")}
    if every:
        points |= set(range(0x3400, 0x4DC0))
    return points & set(cmap)


def cut(folder: Path, weight: str, *, every: bool) -> set[int]:
    faces = TTCollection(str(folder / f"NotoSansCJK-{weight}.ttc"), lazy=True).fonts
    face = next(face for face in faces if face["name"].getDebugName(1) == "Noto Sans CJK SC")
    points = wanted(face.getBestCmap(), every=every)
    options = subset.Options(
        layout_features=["kern", "ccmp", "halt", "palt", "liga"],
        hinting=False,
        desubroutinize=False,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17],
        notdef_outline=True,
    )
    options.drop_tables += DROPPED
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=points)
    cutter.subset(face)
    face.save(str(HERE / f"fonts/NotoSansCJKsc-{weight}.subset.otf"))
    return points


def write_coverage(points: set[int]) -> None:
    lines: list[str] = []
    start = last = -2
    for point in [*sorted(points), 0x7FFFFFFF]:
        if point != last + 1:
            if last >= 0:
                lines.append(f"{start:X}" if start == last else f"{start:X}-{last:X}")
            start = point
        last = point
    (HERE / "coverage.txt").write_text("\n".join(lines) + "\n", "ascii")


if __name__ == "__main__":
    source = Path(sys.argv[1])
    write_coverage(cut(source, "Regular", every=True))
    cut(source, "Bold", every=False)
