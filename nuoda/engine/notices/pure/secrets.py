"""Secrets of channels at rest: encrypted with a key derived from the installation's own, shown to nobody."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken


def _box(key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"nuoda.notices.secrets\0" + key.encode()).digest()))


def lock(text: str, *, key: str) -> str:
    """The text encrypted and authenticated; an empty text stays empty."""
    return _box(key).encrypt(text.encode()).decode() if text else ""


def unlock(text: str, *, key: str) -> str:
    """The text of `lock`; ValueError when it was locked with another key."""
    if not text:
        return ""
    try:
        return _box(key).decrypt(text.encode()).decode()
    except InvalidToken:
        raise ValueError("locked with another key") from None


def hint(url: str) -> str:
    """What may be shown of a secret address: the host and the last four characters."""
    host = url.split("//", 1)[-1].split("/", 1)[0].rsplit("@", 1)[-1]
    return f"{host}/…{url[-4:]}" if len(url) > len(host) + 12 else f"{host}/…"
