"""Words of notices and of channels: literal, short enough, signed as the vendors ask."""

from __future__ import annotations

import ast
import base64
import hashlib
import hmac
import inspect
import json
from datetime import UTC, datetime, time, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from nuoda.engine.notices.pure import hours, robots, secrets, shipped, templates
from nuoda.engine.notices.pure.templates import FIELDS, TEMPLATES, Template, fill, register, render

PAYLOADS = [
    "{{7*7}}", "{{ 7*'7' }}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{%debug%}", "{% load x %}", "{{request}}", "{{settings.SECRET_KEY}}",
    "{0.__class__}", "{title.__class__.__mro__}", "{number!r}", "{number:>999999999}", "{__import__('os').system('id')}",
    "{self}", "{config}", "{''.__class__}", "%(number)s", "%s%s%n", "$number", "${number}", "@{1+1}", "{number[0]}", "{ number }",
    "{NUMBER}", "{{number}", "{number}}", "{{{{number}}}}", "{}", "{0}", "{1}", "{a b}", "#set($x=1)", "*{7*7}", "~{x}", "[[7*7]]",
    "{php}echo 1{/php}", "{system('id')}", "<script>alert(1)</script>", "<#assign x=1>", "{{constructor}}", "{{_self.env}}",
    "{{''.__class__.__bases__[0].__subclasses__()}}", "{{lipsum.__globals__}}", "{{cycler}}", "{{url_for}}", "{{get_flashed}}",
    "{%for x in (1,)%}{%endfor%}", "{#comment#}", "${T(java.lang.Runtime)}", "${{<%[%'\"}}%\\.", "{{= 7*7}}", "{{@7*7}}", "\\{number\\}",
    "{\u0000number}", "{nümber}", "{url", "url}", "{:number}", "{number.format}", "{0[number]}",
]  # fmt: skip


def one(subject: str, body: str = "x") -> Template:
    return Template("t", "other", dict.fromkeys(templates.LANGUAGES, subject), dict.fromkeys(templates.LANGUAGES, body))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_payloads_are_literal_in_values_and_in_templates(payload: str) -> None:
    for name in FIELDS:
        assert fill("〔{" + name + "}〕", {name: payload}) == f"〔{payload}〕"
    if "{number}" not in payload:
        assert fill(payload, {"number": "TK-1"}) == payload
    else:
        # Only the placeholder itself gives way, the braces around it are letters like others.
        assert fill(payload, {"number": "TK-1"}) == payload.replace("{number}", "TK-1")


def test_values_are_not_read_again() -> None:
    assert (
        fill("{title} {number}", {"title": "{number}{url}", "number": "TK-1", "url": "secret"}) == "{number}{url} TK-1"
    )


def test_the_renderer_knows_no_attributes_of_values() -> None:
    """Negative control of the form: the renderer's own code may not format, evaluate or look into values."""
    tree = ast.parse(inspect.getsource(templates.fill))
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert names <= {"sub", "get"}
    calls = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not calls & {"eval", "exec", "getattr", "format", "format_map"}
    assert "{number:>9}".format(number="x") != "{number:>9}", "str.format would have looked into it"


def test_every_shipped_template_speaks_three_languages() -> None:
    values = dict.fromkeys(FIELDS, "值")
    assert shipped
    for template in TEMPLATES.values():
        for language in templates.LANGUAGES:
            subject, body = render(template, values, language=language)
            assert subject
            assert "{" not in subject + body
            assert "\n" not in subject
    assert templates.of("no such code").code == "general"


def test_contradicting_templates_are_refused() -> None:
    for bad, why in (
        (Template("b1", "other", {"zh-hans": "只有"}, {"zh-hans": "只有"}), "lacks"),
        (one("{password}"), "unknown fields"),
        (Template("b3", "nowhere", one("x").subject, one("x").body), "no topic"),
        (Template("general", "other", one("x").subject, one("x").body), "twice"),
    ):
        with pytest.raises(ValueError, match=why):
            register(bad)


MESSAGE = robots.Message(
    id="id-1",
    type="deadline_missed",
    subject="已超时：TK-1",
    body="[点我](http://x) @all <at>\n第二行",
    at="2026-11-21",
    number="TK-1",
)


def test_a_wecom_message_fits_2048_bytes_without_broken_characters() -> None:
    for size in (10, 600, 683, 5_000):
        long = robots.Message(id="1", type="t", subject="题", body="龘" * size, at="")
        body = json.loads(robots.build("wecom", "https://q/x", "", long, seconds=1).body)
        text = body["text"]["content"]
        assert len(text.encode()) <= 2_048
        assert "\ufffd" not in text
    assert text.endswith("…")


def test_dingtalk_and_feishu_signatures_are_what_the_vendors_describe() -> None:
    request = robots.build(
        "dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=t", "SECabc", MESSAGE, seconds=1_700_000_000
    )
    asked = parse_qs(urlsplit(request.url).query)
    expected = base64.b64encode(hmac.new(b"SECabc", b"1700000000000\nSECabc", hashlib.sha256).digest()).decode()
    assert (asked["timestamp"], asked["sign"]) == (["1700000000000"], [expected])
    assert json.loads(request.body)["msgtype"] == "text", "markdown would make links of a customer's words"
    feishu = json.loads(robots.build("feishu", "https://open.feishu.cn/x", "k", MESSAGE, seconds=1_700_000_000).body)
    assert feishu["sign"] == base64.b64encode(hmac.new(b"1700000000\nk", b"", hashlib.sha256).digest()).decode()
    assert "sign" not in json.loads(robots.build("feishu", "https://x", "", MESSAGE, seconds=1).body)


def test_a_webhook_can_be_checked_and_deduplicated() -> None:
    request = robots.build("webhook", "https://x/y", "0123456789abcdef", MESSAGE, seconds=99)
    expected = hmac.new(b"0123456789abcdef", b"99." + request.body, hashlib.sha256).hexdigest()
    assert request.headers["X-Nuoda-Signature"] == f"sha256={expected}"
    assert request.headers["X-Nuoda-Id"] == json.loads(request.body)["id"] == "id-1"


@pytest.mark.parametrize(("kind", "status", "body", "taken", "why"), [
    ("wecom", 200, b'{"errcode":0}', True, ""), ("wecom", 200, b'{"errcode":45009}', False, "wecom_45009"),
    ("dingtalk", 200, b'{"errcode":310000}', False, "dingtalk_310000"), ("feishu", 200, b'{"code":0}', True, ""),
    ("feishu", 200, b'{"StatusCode":0}', True, ""), ("feishu", 200, b'{"code":19001}', False, "feishu_19001"),
    ("wecom", 200, b"<html>", False, "unreadable_answer"), ("wecom", 200, b"[]", False, "unreadable_answer"),
    ("webhook", 204, b"", True, ""), ("webhook", 500, b"", False, "http_500"), ("webhook", 302, b"", False, "http_302"),
])  # fmt: skip
def test_answers_are_read(kind: str, status: int, body: bytes, taken: bool, why: str) -> None:
    assert robots.accepted(kind, status, body) == (taken, why)


def test_secrets_are_locked_and_only_hinted_at() -> None:
    url = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx"
    locked = secrets.lock(url, key="k" * 50)
    assert "693a" not in locked
    assert secrets.unlock(locked, key="k" * 50) == url
    with pytest.raises(ValueError):
        secrets.unlock(locked, key="other")
    assert secrets.hint(url) == "qyapi.weixin.qq.com/…7xxx"
    assert (secrets.lock("", key="k"), secrets.unlock("", key="k")) == ("", "")


ZONE = ZoneInfo("Asia/Shanghai")


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize(("moment", "out"), [
    ("20T21:59", "20T21:59"), ("20T22:00", "21T07:30"), ("21T00:10", "21T07:30"), ("21T07:29", "21T07:30"), ("21T07:30", "21T07:30"),
])  # fmt: skip
def test_quiet_hours_pass_midnight(moment: str, out: str) -> None:
    asked = {"digest": None, "start": time(22), "end": time(7, 30), "zone": ZONE}
    assert hours.send_at(local(moment), urgent=False, **asked) == local(out)
    assert hours.send_at(local(moment), urgent=True, **asked) == local(moment)


def test_a_digest_waits_for_its_time_and_pauses_grow() -> None:
    asked = {"digest": time(8), "start": None, "end": None, "zone": ZONE}
    assert hours.send_at(local("20T08:00"), urgent=False, **asked) == local("21T08:00")
    assert hours.send_at(local("20T07:59"), urgent=False, **asked) == local("20T08:00")
    waits = [hours.wait(number) for number in range(1, len(hours.BACKOFF) + 2)]
    assert waits[-1] is None
    assert waits[:-1] == sorted(waits[:-1])  # type: ignore[type-var]
    assert hours.wait(1, asked=90) == timedelta(seconds=90)
    assert hours.wait(1, asked=1e9) == timedelta(hours=6)
