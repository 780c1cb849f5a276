"""Finds the proxy that the environment names for one server, and the servers that NO_PROXY exempts.

The rules are curl's (https://curl.se/docs/manpage.html#ENVIRONMENT, and `CURLOPT_NOPROXY`), with ports and patterns as
Go and wget know them beside. httpx's own reading ends in an exception for `[::1]` or an IPv6 network in NO_PROXY
(encode/httpx#3574), and for a port that is none.
"""

from __future__ import annotations

import ipaddress
import os
import re
from typing import NamedTuple
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, getproxies_environment, proxy_bypass

import httpx

from textchat.core.errors import NetworkError
from textchat.core.text.addresses import ip_address_of, is_loopback

SYSTEM_SETTINGS = "the proxy settings of this system"
_DEFAULT_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
LONGEST_SOCKS_NAME = 255
"""Bytes of a user or password, whose length SOCKS sends in one byte."""
_NO_HOST = re.compile(r"[\x00-\x20\x7f%\\^<>{}|`\"]")
"""Characters that no host has, though some parsers let them pass."""


class ProxyAddress(NamedTuple):
    """A proxy, and where it is named."""

    variable: str
    """The environment variable, or `SYSTEM_SETTINGS`."""
    scheme: str
    host: str
    port: int
    user: str
    password: str

    @property
    def url(self) -> str:
        """Its address without user and password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def proxy_for(scheme: str, host: str, port: int) -> ProxyAddress | None:
    """The proxy for requests to a server; None where none is named, or the server is this machine or exempt.

    Raises NetworkError for a proxy that cannot be used; its sentence names the variable.
    """
    proxies = getproxies()
    name = scheme if proxies.get(scheme, "").strip() else "all"
    value = proxies.get(name, "").strip()
    if not value or is_loopback(host):
        return None
    if getproxies_environment():
        if is_exempt(proxies.get("no", ""), scheme, host, port):
            return None
    elif proxy_bypass(host):
        return None
    return _parsed(_variable(name), value)


def is_exempt(no_proxy: str, scheme: str, host: str, port: int) -> bool:
    """Whether a value of NO_PROXY names this server; what cannot be read in it names nobody."""
    server = _normal(host)
    return any(_names(entry, scheme, server, port) for entry in re.split(r"[\s,;]+", no_proxy) if entry)


def _names(entry: str, scheme: str, server: str, port: int) -> bool:
    wanted_scheme, separator, rest = entry.rstrip("/").rpartition("://")
    if separator and wanted_scheme.lower() not in (scheme, "all"):
        return False
    if rest == "*":
        return True
    network = _network(rest)
    if network is None:
        rest, its_port = _without_port(rest)
        if its_port is not None and its_port != port:
            return False
        network = _network(rest)
    address = ip_address_of(server)
    if network is not None:
        return address is not None and address in network
    name = _normal(rest.removeprefix("*").lstrip("."))
    return bool(name) and (server == name or (address is None and server.endswith(f".{name}")))


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """The addresses that `10.0.0.1`, `10.0.0.0/8`, `fd07::/64` or `[::1]` stand for; None for anything else."""
    address, slash, prefix = text.partition("/")
    if address.startswith("["):
        inside, bracket, behind = address[1:].partition("]")
        if not bracket or behind:
            return None
        address = inside
    try:
        return ipaddress.ip_network(address.partition("%")[0] + slash + prefix, strict=False)
    except ValueError:
        return None


def _without_port(text: str) -> tuple[str, int | None]:
    host, colon, port = text.rpartition(":")
    return (host, int(port)) if colon and port.isdecimal() and port.isascii() and len(port) <= 5 else (text, None)


def _normal(host: str) -> str:
    """A host as it is compared: in lower case, international names encoded, without brackets and a last dot."""
    host = host.strip("[]").rstrip(".").lower()
    if host.isascii():
        return host
    try:
        return httpx.URL(scheme="http", host=host).raw_host.decode("ascii")
    except (httpx.InvalidURL, ValueError):
        return host


def _variable(scheme: str) -> str:
    """The variable that names the proxy of a scheme; one in lower case wins, as in curl."""
    name = f"{scheme}_proxy"
    if os.environ.get(name):
        return name
    return next((found for found in os.environ if found.lower() == name), SYSTEM_SETTINGS)


def _parsed(variable: str, value: str) -> ProxyAddress:
    """Parse the value of a proxy variable. The error does not repeat it: it may hold a password."""
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        host, port = parts.hostname or "", parts.port
        httpx.URL(scheme="http", host=host)
        user, password = (unquote(part or "", errors="strict") for part in (parts.username, parts.password))
        longest = max(len(user.encode()), len(password.encode()))
        if longest > LONGEST_SOCKS_NAME and parts.scheme.startswith("socks"):
            raise ValueError("too long for RFC 1929")
    except (httpx.InvalidURL, ValueError):
        host, port, user, password = "", None, "", ""
    if not host or _NO_HOST.search(host) or port == 0:
        raise NetworkError(
            f"{variable} is not a proxy address. Write it as http://HOST:PORT, or add the server to NO_PROXY.",
            may_pass=False,
        )
    if parts.scheme not in _DEFAULT_PORTS:
        raise NetworkError(
            f"{variable} names an unsupported kind of proxy. Use one that begins with http://, "
            "https:// or socks5h://, or add the server to NO_PROXY.",
            may_pass=False,
        )
    return ProxyAddress(variable, parts.scheme, host, port or _DEFAULT_PORTS[parts.scheme], user, password)
