"""What somebody types into a customer's search box, as search words of the folders."""

from __future__ import annotations

from nuoda.foundation.journal.pure.tokens import tokens

from . import phones


def phone_part(text: str) -> str:
    """The digits of a typed phone number or of its end; '' when the text is no phone."""
    digits = text.translate(str.maketrans("", "", " -()./+"))
    if not digits.isascii() or not digits.isdigit() or len(digits) < 4:
        return ""
    try:
        return phones.normalise(text).partition("x")[0].removeprefix("+") if len(digits) >= 7 else digits
    except ValueError:
        return digits


def query(text: str) -> str:
    """A tsquery of the text: Chinese as pairs of characters, Latin letters and digits as beginnings; '' finds nothing.

    The words are made of [0-9a-z] and ideographs only, so that nothing in them needs quoting.
    """
    number = phone_part(text)
    words = [number] if number else tokens(text)[:20]
    if len(words) > 1:
        # A long number's last four digits are a word of their own; beside the number they would ask for the whole one.
        words = [
            word
            for word in words
            if not any(word != other and other.isdigit() and other[-4:] == word for other in words)
        ]
    return " & ".join(f"'{word}':*" if word.isascii() and len(word) > 1 else f"'{word}'" for word in words)
