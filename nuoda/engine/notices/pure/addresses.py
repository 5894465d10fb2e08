"""Where the product may connect to: one judgement for everything that leaves the house.

An address of an outside service is typed by people, so it is hostile until judged: scheme and port must be allowed, and
every IP address that the name resolves to must be public, or lie in a network that the installation has allowed by
name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE = IPv6Network("::/96")


class Forbidden(ValueError):
    """`code`: 'address' (not readable), 'scheme', 'port', 'credentials', 'host', 'private', 'unresolved'."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Rules:
    """What an installation allows. `networks`: private networks that may be reached, each with the ports there
    (empty: those of `ports`)."""

    schemes: frozenset[str] = frozenset({"https"})
    ports: frozenset[int] = frozenset({443, 8443})
    networks: tuple[tuple[Network, frozenset[int]], ...] = field(default=())

    @classmethod
    def read(cls, allowed: Iterable[str]) -> Rules:
        """Rules with exceptions such as '10.1.0.0/16', '127.0.0.1:9000', '[fd00::]/8:443'. Plain http is allowed only
        to these."""
        networks = []
        for text in allowed:
            host, ports = text, frozenset[int]()
            head, colon, tail = text.rpartition(":")
            if colon and tail.isdigit() and (head.count(":") == 0 or "]" in head):
                host, ports = head, frozenset({int(tail)})
            networks.append((ip_network(host.replace("[", "").replace("]", ""), strict=False), ports))
        return cls(networks=tuple(networks))


@dataclass(frozen=True, slots=True)
class Target:
    scheme: str
    host: str
    port: int
    path: str
    """Path with query, as it goes into the request line."""


def read(url: str) -> Target:
    """Take a URL apart strictly; Forbidden for anything that browsers and libraries read in different ways."""
    if not url.isascii() or any(ord(sign) <= 0x20 or sign in '\\<>"{}|^`' or ord(sign) == 0x7F for sign in url):
        raise Forbidden("address")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Forbidden("address") from None
    if parts.scheme not in ("http", "https"):
        raise Forbidden("scheme")
    if "@" in parts.netloc:
        raise Forbidden("credentials")
    host = (parts.hostname or "").rstrip(".")
    if not host or "%" in host or len(host) > 253:
        raise Forbidden("host")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path)


def inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for (mapped, compatible, 6to4, Teredo, NAT64), else itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in _NAT64) or (address in _COMPATIBLE and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def judge(target: Target, resolved: Iterable[str], rules: Rules) -> tuple[str, ...]:
    """The addresses to connect to, in order; Forbidden if any of them is out of bounds (one bad answer spoils the
    name)."""
    kept = []
    for text in resolved:
        address = ip_address(text.split("%", 1)[0])
        if _excepted(address, target, rules):
            kept.append(str(address))
            continue
        if target.scheme not in rules.schemes:
            raise Forbidden("scheme")
        if target.port not in rules.ports:
            raise Forbidden("port")
        true = inner(address)
        if not (address.is_global and true.is_global) or true.is_multicast or address.is_multicast or true.is_reserved:
            raise Forbidden("private")
        kept.append(str(address))
    if not kept:
        raise Forbidden("unresolved")
    return tuple(dict.fromkeys(kept))


def _excepted(address: Address, target: Target, rules: Rules) -> bool:
    return any(
        address.version == network.version and address in network and target.port in (ports or rules.ports)
        for network, ports in rules.networks
    )
