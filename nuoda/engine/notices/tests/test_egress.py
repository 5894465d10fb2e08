"""Nothing inside the house can be reached by an address that somebody types."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nuoda.engine.notices.actions import egress
from nuoda.engine.notices.pure.addresses import Forbidden, Rules, judge, read

from .servers import Receiver, receiver


@pytest.fixture
def inside() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


NAMES = {
    "evil.example": ["127.0.0.1"],
    "mixed.example": ["93.184.216.34", "127.0.0.1"],
    "metadata.example": ["169.254.169.254"],
    "six.example": ["::1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "nat64.example": ["64:ff9b::7f00:1"],
    "sixtofour.example": ["2002:7f00:0001::"],
    "compatible.example": ["::7f00:1"],
    "teredo.example": ["2001:0:53aa:64c:0:0:80ff:fffe"],
    "nothing.example": [],
}


def names(host: str, port: int) -> list[str]:
    """Made-up names as declared above; everything else as the system reads it (numbers in all their spellings)."""
    return NAMES[host] if host in NAMES else egress.resolve(host, port)


FORMS = [
    "{s}://127.0.0.1:{p}/", "{s}://localhost:{p}/", "{s}://LOCALHOST:{p}/", "{s}://localhost.:{p}/", "{s}://127.1:{p}/",
    "{s}://127.0.1:{p}/", "{s}://2130706433:{p}/", "{s}://0x7f000001:{p}/", "{s}://0x7f.0.0.1:{p}/", "{s}://0177.0.0.1:{p}/",
    "{s}://017700000001:{p}/", "{s}://0:{p}/", "{s}://0.0.0.0:{p}/", "{s}://[::1]:{p}/", "{s}://[::]:{p}/",
    "{s}://[::ffff:127.0.0.1]:{p}/", "{s}://[::ffff:7f00:1]:{p}/", "{s}://[0:0:0:0:0:ffff:7f00:0001]:{p}/",
    "{s}://[64:ff9b::7f00:1]:{p}/", "{s}://127.127.127.127:{p}/", "{s}://user:pass@127.0.0.1:{p}/",
    "{s}://93.184.216.34@127.0.0.1:{p}/", "{s}://127.0.0.1:{p}#@93.184.216.34/", "{s}://127.0.0.1:{p}\\@93.184.216.34/",
    "{s}://93.184.216.34\\@127.0.0.1:{p}/", "{s}://127.0.0.1%00.example:{p}/", "{s}://127.0.0.1%2f@x:{p}/",
    "{s}://①②⑦.⓪.⓪.①:{p}/", "{s}://127。0。0。1:{p}/", "{s}:// 127.0.0.1:{p}/", "{s}://127.0.0.1\t:{p}/",
    "{s}:////127.0.0.1:{p}/", "{s}:127.0.0.1:{p}/", "//127.0.0.1:{p}/", "gopher://127.0.0.1:{p}/_x", "file:///etc/passwd",
    "ftp://127.0.0.1:{p}/", "dict://127.0.0.1:{p}/", "unix:///var/run/x.sock", "{s}://evil.example:{p}/",
    "{s}://mixed.example:{p}/", "{s}://six.example:{p}/", "{s}://mapped.example:{p}/", "{s}://nat64.example:{p}/",
    "{s}://sixtofour.example:{p}/", "{s}://compatible.example:{p}/", "{s}://teredo.example:{p}/",
    "{s}://metadata.example:{p}/latest", "{s}://nothing.example:{p}/", "{s}://169.254.169.254:{p}/latest/meta-data/",
    "{s}://10.0.0.1:{p}/", "{s}://192.168.0.1:{p}/", "{s}://172.16.0.1:{p}/", "{s}://100.64.0.1:{p}/", "{s}://[fc00::1]:{p}/",
    "{s}://[fe80::1]:{p}/", "{s}://224.0.0.1:{p}/", "{s}://255.255.255.255:{p}/", "",
]  # fmt: skip
EVERYTHING = Rules(schemes=frozenset({"http", "https"}), ports=frozenset(range(1, 65536)))
"""Even an installation that allows every scheme and port reaches nothing private."""


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("form", FORMS)
def test_no_form_of_address_reaches_the_inside(inside: Receiver, form: str, scheme: str) -> None:
    url = form.replace("{s}", scheme).replace("{p}", str(inside.port))
    with pytest.raises(egress.Unreachable) as refusal:
        egress.post(url, b"x", {}, timeout=1, allowed=EVERYTHING, resolver=names)
    assert refusal.value.code.startswith("forbidden_"), refusal.value.code
    assert inside.connections == 0


def test_negative_control_without_the_judgement_the_inside_is_reached(
    inside: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(egress, "judge", lambda target, resolved, rules: tuple(resolved))
    for form in ("http://127.0.0.1:{p}/", "http://2130706433:{p}/", "http://evil.example:{p}/"):
        egress.post(form.replace("{p}", str(inside.port)), b"x", {}, timeout=1, resolver=names)
    assert inside.connections == 3


def test_a_redirect_is_judged_anew(inside: Receiver) -> None:
    with receiver() as public:
        allowed = Rules.read([f"127.0.0.1:{public.port}"])
        for status in (307, 308):
            public.replies.append((status, {"Location": f"http://127.0.0.1:{inside.port}/"}, b""))
            with pytest.raises(egress.Unreachable, match="forbidden"):
                egress.post(public.url, b"x", {}, allowed=allowed)
        public.replies.append((302, {"Location": f"http://127.0.0.1:{inside.port}/"}, b""))
        assert egress.post(public.url, b"x", {}, allowed=allowed).status == 302
        public.replies += [(307, {"Location": "/again"}, b"")] * 9
        with pytest.raises(egress.Unreachable, match="redirects"):
            egress.post(public.url, b"x", {}, allowed=allowed)
    assert inside.connections == 0


def test_rebinding_gains_nothing(inside: Receiver) -> None:
    """The name answers well when it is judged and badly afterwards: the connection goes to what was judged."""
    answers = [["93.184.216.34"], ["127.0.0.1"]]
    asked: list[str] = []

    def turning(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers[min(len(asked), 2) - 1]

    with pytest.raises(egress.Unreachable):
        egress.post(
            f"http://rebind.example:{inside.port}/", b"x", {}, timeout=0.3, allowed=EVERYTHING, resolver=turning
        )
    assert asked == ["rebind.example"]
    assert inside.connections == 0


def test_only_https_and_usual_ports_unless_the_network_is_named() -> None:
    public = ["93.184.216.34"]
    assert judge(read("https://a.example/x"), public, Rules()) == ("93.184.216.34",)
    for url, code in (
        ("http://a.example/", "scheme"),
        ("https://a.example:22/", "port"),
        ("https://a.example:6379/", "port"),
    ):
        with pytest.raises(Forbidden) as refusal:
            judge(read(url), public, Rules())
        assert refusal.value.code == code
    rules = Rules.read(["10.1.0.0/16", "127.0.0.1:9000", "[fd00::]/8:8443"])
    assert judge(read("https://10.1.2.3/"), ["10.1.2.3"], rules)
    assert judge(read("http://127.0.0.1:9000/"), ["127.0.0.1"], rules)
    assert judge(read("https://[fd00::7]:8443/"), ["fd00::7"], rules)
    for url, address in (
        ("https://10.2.0.1/", "10.2.0.1"),
        ("http://127.0.0.1:9001/", "127.0.0.1"),
        ("https://10.1.2.3:22/", "10.1.2.3"),
    ):
        with pytest.raises(Forbidden):
            judge(read(url), [address], rules)


def test_a_long_answer_is_cut_and_a_slow_one_given_up(inside: Receiver) -> None:
    import time

    allowed = Rules.read([f"127.0.0.1:{inside.port}"])
    inside.replies.append((200, {}, b"a" * 300_000))
    assert len(egress.post(inside.url, b"x", {}, allowed=allowed).body) == egress.MOST

    def slow() -> tuple[int, dict[str, str], bytes]:
        time.sleep(0.8)
        return (200, {}, b"late")

    inside.replies.append(slow)
    with pytest.raises(egress.Unreachable, match="timeout"):
        egress.post(inside.url, b"x", {}, timeout=0.2, allowed=allowed)
