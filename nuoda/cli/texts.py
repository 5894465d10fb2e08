"""Texts of the command line, in the terminal's language; without Django, so that help is quick."""

from __future__ import annotations

import gettext as _gettext
from functools import cache
from pathlib import Path

from nuoda.config import env

LOCALES = {"zh-hans": "zh_Hans", "zh-hant": "zh_Hant"}


@cache
def _catalogue(language: str) -> _gettext.NullTranslations:
    return _gettext.translation(
        "django", Path(__file__).parent / "locale", languages=[LOCALES.get(language, language)], fallback=True
    )


def gettext(text: str) -> str:
    """The text in the terminal's language."""
    return _catalogue(env.language()).gettext(text)


def gettext_noop(text: str) -> str:
    """Marks a text that is translated where it is printed."""
    return text


_ = gettext
N_ = gettext_noop
