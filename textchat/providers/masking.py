"""Removes keys from everything that is shown, logged, recorded or stored."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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
        forms = {form for secret in secrets for form in _forms(secret) if len(form) >= SHORTEST_SECRET}
        # The longest first: one may hold another.
        self._forms = sorted(forms, key=len, reverse=True)
        self._encoded = [form.encode() for form in self._forms]
        self._signs = frozenset(b"".join(self._encoded))

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

    @property
    def forms(self) -> Sequence[str]:
        """Each way in which a secret may be written, the longest first."""
        return self._forms

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
        for form in self._encoded:
            data = data.replace(form, MASK.encode())
        return data

    def begun_at_end(self, data: bytes) -> int:
        """How many bytes at the end of `data` may be the beginning of a secret."""
        if not data or data[-1] not in self._signs:  # a line feed, at the end of most pieces
            return 0
        starts = (form[:length] for form in self._encoded for length in range(1, len(form)))
        return max((len(start) for start in starts if data.endswith(start)), default=0)

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
        self._held = b""
        """The end of what came, where a secret may have begun that the next piece goes on with."""

    @classmethod
    @contextmanager
    def of(cls, tap: StreamTap | None, secrets: Secrets) -> Iterator[MaskedTap | None]:
        """A tap for one exchange, at the end of which it passes on what it held; none for none."""
        masked = None if tap is None else cls(tap, secrets)
        try:
            yield masked
        finally:
            if masked is not None and masked._held:
                masked._tap.received(masked._held)

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
        data = self._secrets.mask_bytes(self._held + data)
        end = len(data) - self._secrets.begun_at_end(data)
        data, self._held = data[:end], data[end:]
        if data:
            self._tap.received(data)


def _forms(secret: str) -> Iterator[str]:
    """A secret as servers repeat it: as it is, in an address, in JSON with escaped slashes, in a finish reason."""
    yield from (secret, quote(secret, safe=""), secret.replace("/", r"\/"), secret.lower())


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
