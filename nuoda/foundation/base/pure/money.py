"""Money: whole fen (1/100 yuan) as int; text only at the doors."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def fen(yuan: Decimal | str | int) -> int:
    """Yuan as fen, rounded half up; raises decimal.InvalidOperation on text that is no number."""
    return int((Decimal(yuan) * 100).quantize(Decimal(1), ROUND_HALF_UP))


def yuan(amount: int) -> str:
    """12345678 (fen) → '¥123,456.78'."""
    sign = "-" if amount < 0 else ""
    whole, rest = divmod(abs(amount), 100)
    return f"{sign}¥{whole:,}.{rest:02d}"


def in_words(amount: int) -> str:
    """大写金额 of an amount in fen, 0 ≤ amount < 10^18, as Chinese forms print it."""
    if not 0 <= amount < 10**18:
        raise ValueError("amount out of range")
    whole, rest = divmod(amount, 100)
    jiao, cents = divmod(rest, 10)
    text = _whole(whole) + "元" if whole else ""
    if not rest:
        return (text or "零元") + "整"
    if jiao:
        text += _DIGITS[jiao] + "角"
    elif whole:
        text += "零"
    return text + (_DIGITS[cents] + "分" if cents else "整")


def _whole(value: int) -> str:
    groups: list[int] = []
    while value:
        value, group = divmod(value, 10000)
        groups.append(group)
    text, gap = "", False
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if group == 0:
            gap = bool(text)
            continue
        if text and (gap or group < 1000):
            text += "零"
        text += _group(group) + _GROUPS[place]
        gap = False
    return text


def _group(value: int) -> str:
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = value // 10**place % 10
        if digit == 0:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _DIGITS[digit] + _UNITS[place]
        gap = False
    return text
