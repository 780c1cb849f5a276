"""Who may talk to `textchat serve`: whoever has the link, from the page that it opens.

The token stands in the path of every address, so that no cookie is needed, which other ports of the host would see. The
name that the browser has for the server is checked against DNS rebinding, and the origin of a WebSocket against foreign
pages (https://www.rfc-editor.org/rfc/rfc6455#section-10.2).
"""

from __future__ import annotations

import ipaddress
import secrets
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

LONGEST_HOST = 300


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def own_names() -> Collection[str]:
    """What other machines may call this one."""
    name = socket.gethostname().lower()
    return {name, name.partition(".")[0], f"{name.partition('.')[0]}.local"}


@dataclass(frozen=True)
class Access:
    """Decides about each request; a sentence says why one is refused."""

    is_public: bool
    names: Collection[str] = ()
    """What the server may be called beside localhost and, if it is public, addresses."""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def refusal(self, path: str, headers: Mapping[str, str]) -> str | None:
        """Why a request is not answered; None if it is."""
        host = headers.get("Host", "")[:LONGEST_HOST]
        if not self._is_own(host):
            return "This name does not belong to textchat serve. Open the link that it printed."
        if not self.has_token(path):
            return "Open the link that textchat serve printed: it contains a token."
        origin = headers.get("Origin")
        is_foreign = "Upgrade" in headers if origin is None else origin != f"http://{host}"
        if is_foreign:
            return "This page does not belong to textchat serve."
        return None

    def has_token(self, path: str) -> bool:
        """Whether a path begins with the token."""
        given = path.removeprefix("/").partition("/")[0]
        return secrets.compare_digest(given.encode("utf-8", "replace"), self.token.encode())

    def _is_own(self, host: str) -> bool:
        """Whether it is a name of this server, and none that somebody else has made to lead here."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
            urlsplit(f"//{host}").port  # noqa: B018
        except ValueError:
            return False
        if is_loopback(name) or name in self.names:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return self.is_public
