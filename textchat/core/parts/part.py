"""Defines what a message holds beside its text: pictures, documents, sounds and other files, each at its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from textchat.core.text.sanitize import plain_name


class MediaKind(StrEnum):
    """What a part is to a person, and which of the wire formats' ways it takes."""

    PICTURE = "picture"
    DOCUMENT = "document"
    """A PDF: the only document that models read as it is."""
    SOUND = "sound"
    TEXT = "text"
    """Any text: notes, code, tables."""
    OTHER = "file"

    @property
    def word(self) -> str:
        """What people call it."""
        return "PDF" if self is MediaKind.DOCUMENT else self.value


_TEXTUAL = frozenset({"application/json", "application/xml", "application/x-yaml", "application/toml", "image/svg+xml"})
"""Text by another name; no model takes SVG for a picture, and all can read it."""


def kind_of(media_type: str) -> MediaKind:
    """The kind of a media type (RFC 2046); parameters behind a semicolon do not count."""
    main = media_type.partition(";")[0].strip().lower()
    if main.startswith("text/") or main in _TEXTUAL:
        return MediaKind.TEXT
    if main.startswith("image/"):
        return MediaKind.PICTURE
    if main.startswith("audio/"):
        return MediaKind.SOUND
    if main == "application/pdf":
        return MediaKind.DOCUMENT
    return MediaKind.OTHER


@dataclass(frozen=True, slots=True)
class Part:
    """A picture, document, sound or other file in a message.

    Two parts are equal if their content is, be it loaded or not.
    """

    name: str
    media_type: str
    data: bytes | None = field(default=None, repr=False, compare=False)
    """The content; None: it lies in the store under its digest, or only with the server."""
    offset: int = 0
    """The characters of the message's text before it."""
    reference: str = ""
    """The address or the id under which the server keeps it, where only that came; it is never fetched."""
    size: int = -1
    """Bytes of the content; taken from `data` where there are some, 0 for a mere reference."""
    digest: str = ""
    """SHA-256 of the content in hexadecimal; empty for a mere reference."""

    def __post_init__(self) -> None:
        if self.data is not None and self.digest and self.size == len(self.data):
            return  # a copy at another place: of 20 MB, a digest takes as long as a frame
        if self.data is not None:
            object.__setattr__(self, "size", len(self.data))
            object.__setattr__(self, "digest", digest_of(self.data))
        elif self.size < 0:
            object.__setattr__(self, "size", 0)

    @property
    def kind(self) -> MediaKind:
        return kind_of(self.media_type)

    @property
    def shown_name(self) -> str:
        """Its name with nothing hidden in it; without one, its kind."""
        return plain_name(self.name) or self.kind.value

    @property
    def content(self) -> bytes:
        """The content of a part that is loaded; raises ValueError for one that is not, or that nobody sent."""
        if self.data is None:
            raise ValueError(f"the content of {self.name!r} is not loaded")
        return self.data

    def at(self, offset: int) -> Part:
        """The same part at another place of the text."""
        return replace(self, offset=offset)

    def without_data(self) -> Part:
        """The part as the tree of a conversation keeps it: the content stays in the store."""
        return replace(self, data=None)

    def with_data(self, data: bytes) -> Part:
        return replace(self, data=data)


def digest_of(data: bytes) -> str:
    """What a content is known by: SHA-256 in hexadecimal."""
    import hashlib  # no start needs it

    return hashlib.sha256(data).hexdigest()


def text_and_parts(text: str, parts: Iterable[Part]) -> Iterator[str | Part]:
    """The content of a message in order: each part at its place, and the pieces of text between them, none empty.

    Of several parts at one place, the earlier of `parts` comes first; a place beyond the text is its end.
    """
    told = 0
    for part in sorted(parts, key=lambda part: part.offset):
        place = min(max(part.offset, told), len(text))
        if place > told:
            yield text[told:place]
            told = place
        yield part
    if told < len(text):
        yield text[told:]
