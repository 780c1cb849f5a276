"""Makes parts of the pictures, sounds and files that an answer brings: as base64, as data URLs, or by reference."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from textchat.core.errors import ProtocolError
from textchat.core.events import Note, PartReceived
from textchat.core.limits import REPLY_FILES, REPLY_PARTS, quantity
from textchat.core.parts.media_types import UNKNOWN, seen_type
from textchat.core.parts.part import MediaKind, Part, kind_of
from textchat.core.parts.received import LONGEST_ADDRESS
from textchat.core.text.sanitize import plain_name

_URL_SAFE = str.maketrans("-_", "+/")
_ENDINGS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "image/gif": "gif",
    "audio/wav": "wav",
    "audio/mpeg": "mp3",
    "audio/flac": "flac",
    "audio/ogg": "ogg",
    "application/pdf": "pdf",
}


class ReceivedFiles:
    """The files of one answer, of a bounded size together; one that comes again is told once.

    Decoding is done by the reader of an answer, in the network's thread.
    """

    def __init__(self, provider: str, most: int = REPLY_FILES.most) -> None:
        self._provider = provider
        self._most = most
        self._bytes = 0
        self._known: set[str] = set()
        self._numbers: dict[MediaKind, int] = {}

    def take(self, size: int) -> None:
        """Note that so many bytes have come; raises ProtocolError where all together are too many."""
        self._bytes += size
        if self._bytes > self._most:
            raise ProtocolError(
                f"{self._provider} sent files of more than {quantity(self._most, REPLY_FILES.unit)}, so textchat "
                "stopped it; what came before is kept."
            )

    def from_base64(self, text: str, media_type: str = "", name: str = "") -> Iterator[PartReceived | Note]:
        """A file whose content is base64; raises ProtocolError where it is too large."""
        self.take(len(text) * 3 // 4)
        data = decoded(text)
        if data:
            yield from self.from_bytes(data, media_type, name)
        else:
            yield Note(f"{self._provider} sent a file that is not readable.")

    def from_bytes(self, data: bytes, media_type: str = "", name: str = "") -> Iterator[PartReceived]:
        """A file whose content is known and was counted; what it begins with says more than a media type."""
        media_type = seen_type(data) or _plain_type(media_type)
        part = Part(self._name(name, media_type), media_type, data)
        if part.digest not in self._known:
            self._know(part.digest)
            yield PartReceived(part)

    def from_url(self, url: str, name: str = "", media_type: str = "image/*") -> Iterator[PartReceived | Note]:
        """A file in a data URL (RFC 2397), or at an address, which is not fetched and of which the type is a guess."""
        if url[:5].lower() == "data:":
            head, _, body = url[5:].partition(",")
            declared, *parameters = head.split(";")
            if any(parameter.strip().lower() == "base64" for parameter in parameters):
                yield from self.from_base64(body, declared, name)
            else:
                self.take(len(body))
                yield from self.from_bytes(unquote_to_bytes(body), declared, name)
        elif url[:LONGEST_ADDRESS].lower().startswith(("https://", "http://")) and len(url) <= LONGEST_ADDRESS:
            yield from self.from_reference(url, name, media_type)

    def from_reference(self, reference: str, name: str = "", media_type: str = UNKNOWN) -> Iterator[PartReceived]:
        """A file of which only an address or an id came."""
        if reference not in self._known:
            self._know(reference)
            yield PartReceived(Part(self._name(name, media_type), media_type, reference=reference))

    def _know(self, file: str) -> None:
        self._known.add(file)
        if len(self._known) > REPLY_PARTS.most:
            raise ProtocolError(
                f"{self._provider} sent more than {quantity(REPLY_PARTS.most, REPLY_PARTS.unit)}, so textchat stopped "
                "it; what came before is kept."
            )

    def _name(self, given: str, media_type: str) -> str:
        """The name that the server gave, without any folder; else the kind, a number and the usual ending."""
        if name := plain_name(given.replace("\\", "/").rpartition("/")[2]).strip(". "):
            return name
        kind = kind_of(media_type)
        number = self._numbers[kind] = self._numbers.get(kind, 0) + 1
        ending = _ENDINGS.get(media_type, "txt" if kind is MediaKind.TEXT else "")
        return f"{kind.value}-{number}" + (f".{ending}" if ending else "")


def decoded(text: str) -> bytes:
    """The bytes of a base64 text in either alphabet, with or without its padding; empty where it is none."""
    try:
        return base64.b64decode(text.translate(_URL_SAFE).rstrip("= \r\n") + "==", validate=False)
    except (binascii.Error, ValueError):
        return b""


def _plain_type(media_type: str) -> str:
    main = plain_name(media_type.partition(";")[0], 100).lower()
    return main if main.count("/") == 1 and " " not in main else UNKNOWN
