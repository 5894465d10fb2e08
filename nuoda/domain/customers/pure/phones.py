"""Phone numbers of the mainland, Hong Kong and Taiwan: one written form, so that a caller is recognised."""

from __future__ import annotations

import re
import unicodedata

_EXTENSION = re.compile(r"(?:转|轉|分机|分機|ext\.?|x|#)\s*(\d{1,6})\s*$", re.IGNORECASE)
_TRAILING = re.compile(r"^(0\d{2,3}[-\s]?\d{7,8})-(\d{1,6})$")
_PUNCTUATION = str.maketrans("", "", " -()./—–‐‑·\u00a0\u3000")


def normalise(text: str) -> str:
    """'138-1234-5678' → '+8613812345678'; '0512-65551234转801' → '+8651265551234x801'; '0912 345 678' →
    '+886912345678'.

    A number without area code (7 or 8 digits) keeps its digits. Raises ValueError for what is no phone number.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    extension = ""
    if found := _TRAILING.match(plain) or None:
        plain, extension = found[1], found[2]
    elif found := _EXTENSION.search(plain):
        plain, extension = plain[: found.start()], found[1]
    digits = plain.translate(_PUNCTUATION)
    international = digits.startswith(("+", "00"))
    digits = (
        digits.removeprefix("+") if digits.startswith("+") else digits.removeprefix("00") if international else digits
    )
    if not digits.isascii() or not digits.isdigit() or not 5 <= len(digits) <= 15:
        raise ValueError(text)
    number = _international(digits) if international else _national(digits)
    return f"{number}x{extension}" if extension else number


def _international(digits: str) -> str:
    for country in ("886", "852", "86"):
        if digits.startswith(country):
            return f"+{country}{digits.removeprefix(country).removeprefix('0')}"
    return f"+{digits}"


def _national(digits: str) -> str:
    if len(digits) == 11 and digits[0] == "1":
        return f"+86{digits}"
    if len(digits) == 13 and digits.startswith("861"):
        return f"+{digits}"
    if len(digits) == 10 and digits.startswith("09"):
        return f"+886{digits[1:]}"
    if len(digits) in (10, 11, 12) and digits[0] == "0":
        return f"+86{digits[1:]}"
    if len(digits) == 10 and digits[:3] in ("400", "800"):
        return f"+86{digits}"
    return digits


def tail(number: str) -> str:
    """The last four digits of a normalised number, without the extension."""
    return number.partition("x")[0][-4:]


def shown(number: str) -> str:
    """'+8613812345678' → '138 1234 5678' as people here read it; other countries keep their code."""
    main, mark, extension = number.partition("x")
    if main.startswith("+861") and len(main) == 14:
        main = f"{main[3:6]} {main[6:10]} {main[10:]}"
    elif main.startswith(("+86400", "+86800")):
        main = f"{main[3:6]} {main[6:9]} {main[9:]}"
    elif main.startswith("+86"):
        area = 2 if main[3] in "12" else 3
        main = f"0{main[3 : 3 + area]}-{main[3 + area :]}"
    elif main.startswith("+852") and len(main) == 12:
        main = f"+852 {main[4:8]} {main[8:]}"
    elif main.startswith("+8869") and len(main) == 13:
        main = f"+886 {main[4:7]} {main[7:10]} {main[10:]}"
    return f"{main} {mark}{extension}" if mark else main
