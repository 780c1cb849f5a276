"""Removes keys from everything that is shown, logged, recorded or stored."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from textchat.core.provider import StreamTap, TimedTap
from textchat.core.text.secrets import MASK, is_secret_field, is_secret_name, is_secret_value, masked_url

if TYPE_CHECKING:
    from textchat.providers.spoken_secrets import SpokenSecrets

CUT = "…"
"""Where a quote was cut short."""
SHORTEST_SECRET = 4
"""Masking a shorter secret would damage harmless words."""
SHORTEST_KEY = 8
LONGEST_WORD = 20
LONGEST_ESCAPE = len(r"\u0041")
MOST_WAITING = 256 * 1024
"""Bytes of an answer that a tap gets late, while a key may be under way in them."""
HEXADECIMAL = frozenset(b"0123456789abcdefABCDEF")


def is_recognisable(secret: str) -> bool:
    """Whether the text can be nothing but a key: local servers are given words for one, such as `ollama`."""
    has_digit = re.search(r"\d", secret) is not None
    return (len(secret) >= SHORTEST_KEY and has_digit) or len(secret) >= LONGEST_WORD


class Secrets:
    """The secrets of one request; masks them in texts."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._plain = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}
        clear = filter(is_recognisable, self._plain)
        # The longest first: one may hold another.
        self.recognisable = sorted({form for secret in clear for form in _all_forms(secret)}, key=len, reverse=True)
        """Each way in which a secret may be written that can be nothing but a key, the longest first."""
        forms = {form for secret in self._plain for form in _forms(secret)}
        self._forms = sorted(forms.union(self.recognisable), key=len, reverse=True)
        in_json = {form.replace("/", r"\/") for form in self._forms}.union(self._forms)
        self._encoded = [form.encode() for form in sorted(in_json, key=len, reverse=True)]
        self._signs = frozenset(b"".join(self._encoded))
        self._signs_in_json = bytes(self._signs | HEXADECIMAL | frozenset(rb"\u"))
        self._longest_in_json = LONGEST_ESCAPE * max(map(len, self._plain), default=0)

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
            found += [value for name, value in parse_qsl(parts.query) if is_secret_field(name, value)]
        return cls(found)

    @cached_property
    def _in_json(self) -> re.Pattern[str]:
        """The secrets as JSON may write them, each character escaped or not."""
        patterns = ("".join(map(_spelled_in_json, secret)) for secret in self._plain)
        return re.compile("|".join(sorted(patterns, key=len, reverse=True)) or "(?!)")

    @cached_property
    def _bytes_in_json(self) -> re.Pattern[bytes]:
        return re.compile(self._in_json.pattern.encode())

    def mask(self, text: str) -> str:
        for form in self._forms:
            text = text.replace(form, MASK)
        if r"\u" in text:
            text = self._in_json.sub(MASK, text)
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
        return self._bytes_in_json.sub(MASK.encode(), data) if rb"\u" in data else data

    def mask_document(self, document: bytes) -> bytes:
        """Mask only what can be nothing but a key: a word that is given for one may be part of a model's name."""
        return Secrets(filter(is_recognisable, self._plain)).mask_bytes(document) if self.recognisable else document

    def begun_at_end(self, data: bytes) -> int:
        """How many bytes at the end of `data` may be the beginning of a secret."""
        if not data or data[-1] not in self._signs_in_json:  # a line feed, at the end of most pieces
            return 0
        tail = data[-self._longest_in_json :]
        run = tail[len(tail.rstrip(self._signs_in_json)) :]
        if b"\\" in run:
            return len(run)
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
        self._waiting = b""
        self._spoken: SpokenSecrets | None = None

    @classmethod
    @contextmanager
    def of(cls, tap: StreamTap | None, secrets: Secrets) -> Iterator[MaskedTap | None]:
        """A tap for one exchange, at the end of which it passes on what it held; none for none."""
        masked = None if tap is None else cls(tap, secrets)
        try:
            yield masked
        finally:
            if masked is not None:
                masked._end()

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
        self._waiting += data
        if self._spoken is None:
            self._pass_on(len(self._waiting))

    def listen(self, spoken: SpokenSecrets) -> None:
        """From now on what comes waits for `settle`: what is said in it may be a part of a secret."""
        self._spoken = spoken if self._secrets.recognisable else None

    def settle(self) -> None:
        """Called when what came has been read: pass on whole events, unless a secret may be under way in them."""
        if self._spoken is not None:
            is_holding = self._spoken.is_holding
            if len(self._waiting) > MOST_WAITING or (not is_holding and self._waiting.endswith(b"\n\n")):
                self._pass_on(len(self._waiting))
            elif not is_holding:
                # Lines are events where each is a document; elsewhere a blank line ends one.
                ends = (b"\n",) if self._waiting.startswith(b"{") else (b"\n\n", b"\r\n\r\n")
                self._pass_on(max(self._waiting.rfind(end) + len(end) if end in self._waiting else 0 for end in ends))

    def _pass_on(self, end: int) -> None:
        for text, shown in () if self._spoken is None else self._spoken.take_masked():
            written = json.dumps(shown).encode().replace(b"\\", rb"\\")
            length = len(self._waiting)
            self._waiting = _written_in_json(text).sub(written, self._waiting, 1)
            end += len(self._waiting) - length
        passed, self._waiting = self._waiting[:end], self._waiting[end:]
        if passed:
            self._tap.received(passed)

    def _end(self) -> None:
        if self._spoken is not None:
            list(self._spoken.close())  # the reply may have been left while it held something
        self._waiting, self._held = self._waiting + self._held, b""
        self._pass_on(len(self._waiting))


def _all_forms(secret: str) -> Iterator[str]:
    """Also those that a server has to make of it: percent-encoded, in base64 inside of any other text, backwards."""
    yield from _forms(secret)
    yield from (quote(secret, safe="").lower(), secret.upper(), secret[::-1], secret.encode().hex())
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + secret.encode()).decode()
        # Without the characters that hold bits of what stands before and behind.
        inner = coded.rstrip("=")[(0, 2, 3)[before] : -1 if (before + len(secret.encode())) % 3 else None]
        yield from (inner, inner.replace("+", "-").replace("/", "_"))


def _spelled_in_json(character: str) -> str:
    code = "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in f"{ord(character):04x}")
    return rf"(?:\\?{re.escape(character)}|\\u{code})"


def _written_in_json(text: str) -> re.Pattern[bytes]:
    """A text as JSON may write it, with its quotes."""
    signs = (f"(?:{_spelled_in_json(sign)}|{re.escape(json.dumps(sign)[1:-1])})" for sign in text)
    return re.compile(f'"{"".join(signs)}"'.encode())


def _forms(secret: str) -> Iterator[str]:
    """A secret as servers repeat it: as it is, in an address, in JSON with escaped slashes, in a finish reason."""
    yield from (secret, quote(secret, safe=""), secret.replace("/", r"\/"), secret.lower())


def _sign_on(parts: SplitResult) -> list[str]:
    """What stands before the `@` of an address, also as it is sent: in a Basic `Authorization` (RFC 7617).

    Without a password the name may be a key; but not one such as `user`, which is no secret.
    """
    user, secret = parts.username or "", parts.password or ""
    name, password = unquote(user), unquote(secret)
    sent = base64.b64encode(f"{name}:{password}".encode()).decode()
    if secret:
        return [secret, password, sent]
    return [user, name, sent] if is_recognisable(name) else []


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None
