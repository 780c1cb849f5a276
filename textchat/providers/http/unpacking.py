"""Undoes the Content-Encoding of a response in bounded steps; says what cannot be undone.

Sources: RFC 9110, section 8.4; RFC 1952 (gzip, which may hold several members); RFC 1950 and 1951 (deflate, which
many servers send without the header that the name stands for).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence

from textchat.core.errors import ProtocolError
from textchat.core.limits import UNPACKED

ACCEPTED_ENCODINGS = "gzip, deflate"
"""The value for `Accept-Encoding`: what can be undone here."""
STEP = UNPACKED.most
"""Gzip makes a thousand bytes of one, and gzip of gzip a million."""
ENOUGH_TO_TELL = 16
"""Bytes after which a body is taken for text, or for something compressed."""
_NOT_CODED = frozenset({"", "identity", "none", "utf-8", "utf8", "binary", "8bit", "7bit"})
_GZIP = ("gzip", "x-gzip")
_GZIP_MAGIC = b"\x1f\x8b"
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffd]")


class UnknownEncodingError(ProtocolError):
    """A body is compressed in a way that cannot be undone; `encoding` names it."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        super().__init__(
            f"The response is compressed with {encoding}, which textchat cannot read. Turn off compression at the "
            "server or the proxy in front of it."
        )


class Unpacker:
    """Takes the pieces of one body and yields them unpacked, at most `STEP` bytes at a time.

    Raises UnknownEncodingError, or zlib.error for damaged data; what could be read before it comes first.
    """

    def __init__(self, encodings: Sequence[str]) -> None:
        """`encodings` are the names in the header; those that stand for no compression are passed over."""
        names = [name for given in encodings if (name := given.strip().lower()) not in _NOT_CODED]
        self._decoder: _Gzip | _Deflate | _Suspect | None = None
        if len(names) == 1 and names[0] in _GZIP:
            self._decoder = _Gzip()
        elif len(names) == 1 and names[0] == "deflate":
            self._decoder = _Deflate()
        elif names:
            # Each layer could multiply what is in it by a thousand, and no server has a reason for a second one.
            self._decoder = _Suspect(_quotable(names))

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The pieces that `data` unpacks to."""
        if self._decoder is None:
            yield data
        else:
            yield from self._decoder.feed(data)

    def close(self) -> Iterator[bytes]:
        """What was held back at the end of the body."""
        if self._decoder is not None:
            yield from self._decoder.close()


class _Gzip:
    """One gzip member after another; what follows them and is none is passed over, as gzip itself does."""

    def __init__(self) -> None:
        self._member = _Inflater(zlib.MAX_WBITS | 16)
        self._between = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._member.is_over:
                data = self._between + data
                if not data.startswith(_GZIP_MAGIC):
                    self._between = data[: len(_GZIP_MAGIC)]  # perhaps half of it; if not, no member begins ever
                    return
                self._between = b""
                self._member = _Inflater(zlib.MAX_WBITS | 16)
            yield from self._member.feed(data)
            data = self._member.rest

    def close(self) -> Iterator[bytes]:
        return iter(())


class _Deflate:
    """Deflate with the header of zlib or without, as its first two bytes say (RFC 1950, section 2.2)."""

    def __init__(self) -> None:
        self._start = b""
        self._inflater: _Inflater | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._inflater is None:
            self._start += data
            if len(self._start) < 2:
                return
            data, self._start = self._start, b""
            has_header = data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
            self._inflater = _Inflater(zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)
        yield from self._inflater.feed(data)

    def close(self) -> Iterator[bytes]:
        return iter(())


class _Suspect:
    """A body under a name that cannot be undone: read if it begins as text, as where a proxy has unpacked it before."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._start = b""
        self._is_text = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        if not self._is_text:
            self._start += data
            if len(self._start) < ENOUGH_TO_TELL:
                return
            data = self._begun()
        yield data

    def close(self) -> Iterator[bytes]:
        if self._start:
            yield self._begun()

    def _begun(self) -> bytes:
        # The last character may be cut.
        if _NO_TEXT.search(self._start[:ENOUGH_TO_TELL].decode("utf-8", "replace")[:-1]):
            raise UnknownEncodingError(self._encoding)
        begun, self._start, self._is_text = self._start, b"", True
        return begun


class _Inflater:
    """One compressed run of bytes, unpacked `STEP` bytes at a time."""

    def __init__(self, wbits: int) -> None:
        self._inflating = zlib.decompressobj(wbits)
        self.rest = b""
        """What came behind the end."""

    @property
    def is_over(self) -> bool:
        return self._inflating.eof

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The pieces that `data` unpacks to; raises zlib.error after what came before the damage."""
        is_full = True
        while (data or is_full) and not self._inflating.eof:
            before = self._inflating.copy()
            try:
                piece = self._inflating.decompress(data, STEP)
            except zlib.error:
                yield _before_damage(before, data)
                raise
            data = self._inflating.unconsumed_tail
            is_full = len(piece) == STEP
            if piece:
                yield piece
        self.rest = self._inflating.unused_data if self._inflating.eof else b""


def _before_damage(inflating: zlib._Decompress, data: bytes) -> bytes:
    """What `data` holds before the byte that cannot be read; zlib itself drops it with the rest."""
    unpacked = bytearray()
    try:
        for at in range(len(data)):
            unpacked += inflating.decompress(data[at : at + 1])
    except zlib.error:
        pass
    return bytes(unpacked)


def _quotable(names: Sequence[str]) -> str:
    """The names of encodings as they may be shown, the last applied first: the server chose them."""
    shown = [name if re.fullmatch(r"[a-z0-9._+-]{1,40}", name) else "an unknown method" for name in names[-4:]]
    return " of ".join(reversed(shown))
