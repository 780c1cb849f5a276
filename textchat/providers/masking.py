"""Removes keys from everything that is shown, logged, recorded or stored."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from textchat.core.provider import StreamTap, TimedTap
from textchat.core.text.secrets import MASK, is_secret_name, is_secret_value, masked_url

CUT = "…"
"""Where a quote was cut short."""
SHORTEST_SECRET = 4
"""Masking a shorter secret would damage harmless words."""


class Secrets:
    """The secrets of one request; masks them in texts."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {
            form for secret in secrets for form in (secret, quote(secret, safe="")) if len(form) >= SHORTEST_SECRET
        }
        # The longest first: one may hold another.
        self._forms = sorted(forms, key=len, reverse=True)

    @classmethod
    def of(cls, key: str | None, headers: Mapping[str, str], url: str = "") -> Secrets:
        """Collect the key, secret headers of the settings, and secrets in the address."""
        found = [key] if key else []
        for name, value in headers.items():
            if is_secret_name(name) or is_secret_value(value):
                found += [value, value.rpartition(" ")[2]]
        parts = _split(url)
        if parts is not None:
            found += _sign_on(parts)
            found += [value for name, value in parse_qsl(parts.query) if is_secret_name(name)]
        return cls(found)

    def mask(self, text: str) -> str:
        for form in self._forms:
            text = text.replace(form, MASK)
        *cut, last = text.split(CUT)
        return CUT.join((*map(self._mask_end, cut), last))

    def _mask_end(self, cut: str) -> str:
        """Mask the beginning of a secret at the end of a quote, where the quote may have been cut."""
        for form in self._forms:
            for length in range(len(form) - 1, SHORTEST_SECRET - 1, -1):
                if cut.endswith(form[:length]):
                    return cut[:-length] + MASK
        return cut

    def mask_bytes(self, data: bytes) -> bytes:
        for form in self._forms:
            data = data.replace(form.encode(), MASK.encode())
        return data

    def mask_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        return {name: MASK if is_secret_name(name) else self.mask(value) for name, value in headers.items()}

    def mask_url(self, url: str) -> str:
        """Mask the password and secret query fields of a URL."""
        return self.mask(masked_url(url))


class MaskedTap:
    """Passes an exchange on to a tap with all secrets masked, including those that a server repeats in its answer."""

    def __init__(self, tap: StreamTap, secrets: Secrets) -> None:
        self._tap = tap
        self._timed = tap if isinstance(tap, TimedTap) else None
        self._secrets = secrets

    def requested(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> None:
        self._tap.requested(
            method, self._secrets.mask_url(url), self._secrets.mask_headers(headers), self._secrets.mask_bytes(body)
        )

    def written(self, at: float) -> None:
        if self._timed is not None:
            self._timed.written(at)

    def arrived(self, at: float) -> None:
        if self._timed is not None:
            self._timed.arrived(at)

    def responded(self, status: int, headers: Mapping[str, str]) -> None:
        self._tap.responded(status, self._secrets.mask_headers(headers))

    def received(self, data: bytes) -> None:
        self._tap.received(self._secrets.mask_bytes(data))


def _sign_on(parts: SplitResult) -> list[str]:
    """The password before the `@` of an address, also as it is sent: in a Basic `Authorization` (RFC 7617)."""
    if not parts.password:
        return []
    name, password = unquote(parts.username or ""), unquote(parts.password)
    return [parts.password, password, base64.b64encode(f"{name}:{password}".encode()).decode()]


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None
