"""Keeps keys out of everything that is shown, logged, recorded or stored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit, urlunsplit

MASK = "•••"
SHORTEST_SECRET = 4
"""A shorter one would tear holes into harmless words."""
_SECRET_NAME = re.compile(r"auth|key|token|secret|cookie|password|credential|signature", re.IGNORECASE)
_HARMLESS_NAMES = frozenset({"max-tokens", "max_tokens"})


def is_secret_name(name: str) -> bool:
    """Whether a header or a query field of this name usually holds a secret."""
    return name.lower() not in _HARMLESS_NAMES and _SECRET_NAME.search(name) is not None


class Secrets:
    """The secrets of one request, and how to leave them out of a text."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {
            form for secret in secrets for form in (secret, quote(secret, safe="")) if len(form) >= SHORTEST_SECRET
        }
        # The longest first: one may hold another.
        self._forms = sorted(forms, key=len, reverse=True)

    @classmethod
    def of(cls, key: str | None, headers: Mapping[str, str], url: str = "") -> Secrets:
        """The key itself, what stands in secret headers of the settings, and what an address may hold."""
        found = [key] if key else []
        for name, value in headers.items():
            if is_secret_name(name):
                found += [value, value.rpartition(" ")[2]]
        parts = _split(url)
        if parts is not None:
            found += [parts.password] if parts.password else []
            found += [value for name, value in parse_qsl(parts.query) if is_secret_name(name)]
        return cls(found)

    def mask(self, text: str) -> str:
        for form in self._forms:
            text = text.replace(form, MASK)
        return text

    def mask_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        return {name: MASK if is_secret_name(name) else self.mask(value) for name, value in headers.items()}

    def mask_url(self, url: str) -> str:
        """Without a password and without secret query fields."""
        parts = _split(url)
        if parts is None:
            return self.mask(url)
        host = parts.netloc.rpartition("@")[2]
        query = urlencode(
            [(name, MASK if is_secret_name(name) else value) for name, value in parse_qsl(parts.query)], safe=MASK
        )
        return self.mask(urlunsplit((parts.scheme, host, parts.path, query, "")))


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None
