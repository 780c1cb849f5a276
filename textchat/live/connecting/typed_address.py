"""Mends the address of a server as people type or paste it, and says which addresses are to be tried."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

from textchat.core.configuration import Protocol, is_http_address
from textchat.core.text.addresses import ip_address_of, is_loopback
from textchat.core.text.secrets import has_secret_word, masked_url

LONGEST_ADDRESS = 2000
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_HALF_A_SCHEME = re.compile(r"(https?)(?::/(?=[^/])|//(?=[^/])|:(?=[^/\d]))", re.IGNORECASE)
"""`http:/host`, `http//host` and `https:host`."""
_ENDPOINT = re.compile(
    r"/(?:chat/completions|completions|responses|messages|embeddings|models(?:/.*)?|chat|api/(?:chat|generate|tags))/*$"
)
"""What stands behind a base address in the examples of servers."""
_VERSION = re.compile(r"/v\d+\w*$")
_SECRET = "Leave the key or password out of the address: it would be written to a file."
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Addresses that a server listens on, and that cannot be called everywhere."""


class AddressProblem(Exception):
    """An address cannot be used; the text says why and what to do, and does not repeat what may be a secret."""


def addresses_to_try(typed: str, protocol: Protocol) -> tuple[str, ...]:
    """The base addresses that what was typed may mean, the likeliest first; raises AddressProblem."""
    address = typed.strip().strip("\"'<>`,;").strip()
    if not address:
        raise AddressProblem("No address. Type one, such as http://localhost:8080/v1.")
    if has_secret_word(address):  # not even its host is looked up
        raise AddressProblem(_SECRET)
    base = _cleaned(_with_scheme(address[:LONGEST_ADDRESS]))
    if not is_http_address(base):
        raise AddressProblem("Not an address of a server. Type one, such as http://localhost:8080/v1.")
    return tuple(dict.fromkeys(_tried(base, protocol)))


def place_of(address: str) -> tuple[str, int, str]:
    """Host, port and path of an address: the same for all spellings of one place, as `localhost` and 127.0.0.1."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return "localhost" if is_loopback(host) else host, port, parts.path.rstrip("/")


def usual_name(address: str) -> str:
    """The name of a new provider by its address: `local` on this machine, else the word that tells its host."""
    host = urlsplit(address).hostname or ""
    if is_loopback(host) or ip_address_of(host) is not None:
        return "local"
    words = [word for word in host.split(".")[:-1] if word not in ("api", "www", "llm", "ai")] or host.split(".")
    return re.sub(r"[^a-z0-9-]", "", words[-1].lower()) or "local"


def _with_scheme(address: str) -> str:
    if found := _SCHEME.match(address):
        if found[1].lower() not in ("http", "https"):
            raise AddressProblem("The address begins with neither http:// nor https://. Change its beginning.")
        return found[1].lower() + address[found.end(1) :]
    if found := _HALF_A_SCHEME.match(address):
        return f"{found[1].lower()}://{address[found.end() :]}"
    address = address.lstrip("/")
    return f"{'http' if _is_near(address) else 'https'}://{address}"


def _is_near(address: str) -> bool:
    """Whether the server is on this machine or in its own network, where few have a certificate."""
    try:
        host = urlsplit(f"//{address}").hostname or ""
    except ValueError:
        return False
    ip = ip_address_of(host)
    return (
        is_loopback(host)
        or "." not in host
        or host.endswith((".local", ".lan", ".internal"))
        or (ip is not None and ip.is_private)
    )


def _cleaned(address: str) -> str:
    """Without the endpoint at its end; raises AddressProblem for one that holds a secret."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise AddressProblem("Not an address of a server. Check its host and port.") from None
    if masked_url(address) != address.partition("#")[0]:
        raise AddressProblem(_SECRET)
    place = parts.netloc
    if (reachable := _EVERYWHERE.get(host)) is not None:
        place = (f"[{reachable}]" if ":" in reachable else reachable) + (f":{port}" if port else "")
    path = parts.path.rstrip("/")
    while (shorter := _ENDPOINT.sub("", path).rstrip("/")) != path:
        path = shorter
    return urlunsplit((parts.scheme, place, path, parts.query, ""))


def _tried(base: str, protocol: Protocol) -> Iterator[str]:
    parts = urlsplit(base)
    schemes = [parts.scheme, "http"] if is_loopback(parts.hostname or "") else [parts.scheme]
    for scheme in schemes:
        for path in _paths(parts.path, protocol):
            yield urlunsplit((scheme, parts.netloc, path, parts.query, ""))


def _paths(path: str, protocol: Protocol) -> tuple[str, ...]:
    if protocol not in (Protocol.OPENAI, Protocol.OPENAI_RESPONSES) or _VERSION.search(path):
        return (path,)
    return (path, f"{path}/v1") if path else ("/v1", "")
