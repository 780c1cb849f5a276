"""Parses addresses of servers: the host, whether it is this machine, and joined paths."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit


def host_of(url: str) -> str:
    """The host of an address, empty if it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def joined(address: str, path: str) -> str:
    """Append `path` to `address`; the query of `address`, if any, stays last."""
    base, _, query = address.partition("?")
    path, _, own = path.partition("?")
    queries = "&".join(part for part in (own, query) if part)
    return f"{base.rstrip('/')}{path}" + (f"?{queries}" if queries else "")


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine: 127/8 in any notation, ::1, localhost and its subdomains (RFC 6761).

    So are the addresses of "any" interface, 0.0.0.0 and ::, which systems connect to themselves.
    """
    name = host.lower().removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = ip_address_of(name)
    return address is not None and (address.is_loopback or address.is_unspecified)


def ip_address_of(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address that a host is, in any notation of it; None for a name. IPv4 within IPv6 becomes IPv4."""
    try:
        address: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(
            host.strip("[]").partition("%")[0]
        )
    except ValueError:
        try:
            address = ipaddress.IPv4Address(socket.inet_aton(host))  # 127.1, 0x7f000001, 2130706433
        except (OSError, ValueError):
            return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
