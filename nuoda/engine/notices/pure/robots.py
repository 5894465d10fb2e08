"""How each kind of channel wants a message, and how it says that it took it.

Sources: the vendors' pages on group robots (WeCom 群机器人配置说明, DingTalk 自定义机器人接入, Feishu
自定义机器人使用指南).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

Kind = Literal["wecom", "dingtalk", "feishu", "webhook"]
KINDS: tuple[Kind, ...] = ("wecom", "dingtalk", "feishu", "webhook")

PER_MINUTE: Mapping[str, int] = {"wecom": 20, "dingtalk": 20, "feishu": 100, "webhook": 600}
"""Messages a minute that one robot takes."""
WECOM_BYTES = 2_048
"""Longest content of a WeCom message, in bytes of UTF-8."""
_LONGEST = {"wecom": WECOM_BYTES, "dingtalk": 18_000, "feishu": 18_000}


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be said; `id` stays the same over all attempts, so that the receiver can drop doubles."""

    id: str
    type: str
    subject: str
    body: str
    at: str
    url: str = ""
    number: str = ""
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    url: str
    body: bytes
    headers: Mapping[str, str]


def build(kind: str, url: str, secret: str, message: Message, *, seconds: int) -> Request:
    """The HTTP request for a channel; `seconds` is the time of sending (Unix), part of the signatures."""
    match kind:
        case "wecom":
            return _json(url, {"msgtype": "text", "text": {"content": cut(_plain(message), _LONGEST[kind])}}, message)
        case "dingtalk":
            # Plain text, not markdown: a customer's words must not become links, pictures or mentions.
            body = {"msgtype": "text", "text": {"content": cut(_plain(message), _LONGEST[kind])}}
            return _json(_dingtalk_url(url, secret, seconds * 1000), body, message)
        case "feishu":
            body = {"msg_type": "text", "content": {"text": cut(_plain(message), _LONGEST[kind])}}
            if secret:
                body |= {"timestamp": str(seconds), "sign": _feishu_sign(secret, seconds)}
            return _json(url, body, message)
        case "webhook":
            content = {
                "id": message.id,
                "type": message.type,
                "at": message.at,
                "number": message.number,
                "clause": message.clause,
                "subject": message.subject,
                "body": message.body,
                "url": message.url,
            }
            request = _json(url, content, message)
            signed = {"X-Nuoda-Timestamp": str(seconds), "X-Nuoda-Signature": signature(secret, seconds, request.body)}
            return Request(request.url, request.body, {**request.headers, **signed})
    raise ValueError(f"no channel of kind {kind!r}")


def signature(secret: str, seconds: int, body: bytes) -> str:
    """What a webhook's receiver recomputes: HMAC-SHA256 over '<timestamp>.<body>', as 'sha256=<hex>'."""
    return "sha256=" + hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()


def accepted(kind: str, status: int, body: bytes) -> tuple[bool, str]:
    """Whether the answer means 'taken', else a short code of why not. Robots answer 200 and say no in the body."""
    if not 200 <= status < 300:
        return False, f"http_{status}"
    if kind == "webhook":
        return True, ""
    try:
        answer: Any = json.loads(body)
        code = answer.get("errcode", answer.get("code", answer.get("StatusCode")))
    except (ValueError, AttributeError):
        return False, "unreadable_answer"
    return (True, "") if code == 0 else (False, f"{kind}_{str(code)[:12]}")


def hopeless(error: str) -> bool:
    """Whether trying again is of no use: the receiver knows the address and refuses the message itself."""
    return error in {"http_400", "http_401", "http_403", "http_404", "http_405", "http_410", "http_413", "http_422"}


def cut(text: str, most: int) -> str:
    """The text within `most` bytes of UTF-8, ending in … when it was cut, never inside a character."""
    raw = text.encode()
    if len(raw) <= most:
        return text
    return raw[: most - len("…".encode())].decode(errors="ignore") + "…"


def _plain(message: Message) -> str:
    return f"{message.subject}\n{message.body}"


def _json(url: str, content: Any, message: Message) -> Request:
    headers = {"Content-Type": "application/json; charset=utf-8", "X-Nuoda-Id": message.id}
    return Request(url, json.dumps(content, ensure_ascii=False).encode(), headers)


def _dingtalk_url(url: str, secret: str, millis: int) -> str:
    if not secret:
        return url
    mac = hmac.new(secret.encode(), f"{millis}\n{secret}".encode(), hashlib.sha256).digest()
    return f"{url}{'&' if '?' in url else '?'}timestamp={millis}&sign={quote(base64.b64encode(mac).decode(), safe='')}"


def _feishu_sign(secret: str, seconds: int) -> str:
    return base64.b64encode(hmac.new(f"{seconds}\n{secret}".encode(), b"", hashlib.sha256).digest()).decode()
