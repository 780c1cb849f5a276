"""Reads the size of a picture from the head of its file, without decoding it.

Sources: PNG (W3C, section 11.2.2), GIF89a (section 18), JPEG (ITU T.81, annex B), WebP (RFC 9649), BMP
(BITMAPINFOHEADER).
"""

from __future__ import annotations

import struct

from textchat.core.parts.part import Part

LONGEST_HEAD = 256 * 1024
"""Bytes of a JPEG in which its frame is looked for: a profile and a preview stand before it."""
_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers without a length."""

Size = tuple[int, int]
MOST_SIZES = 2_000
_sizes: dict[str, Size] = {}
"""By digest: the content of a stored picture is not kept in memory."""


def size_of(part: Part) -> Size | None:
    """Width and height of a picture in pixels: by its content, or as it was when that was last at hand."""
    known = _sizes.get(part.digest)
    if known is None and part.data is not None and (known := picture_size(part.data)) is not None:
        if len(_sizes) >= MOST_SIZES:
            _sizes.clear()
        _sizes[part.digest] = known
    return known


def picture_size(data: bytes) -> Size | None:
    """Width and height in pixels; None for what is no PNG, GIF, JPEG, WebP or BMP, or is cut before its size."""
    try:
        size = _size(data)
    except (struct.error, IndexError):
        return None
    return size if size and all(size) else None


def _size(data: bytes) -> Size | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _pair(">II", data, 16)
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return _pair("<HH", data, 6)
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data[:LONGEST_HEAD])
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    if data[:2] == b"BM":
        width, height = _pair("<ii", data, 18)
        return width, abs(height)
    return None


def _jpeg(data: bytes) -> Size | None:
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in _FRAMES:
            height, width = _pair(">HH", data, at + 5)
            return width, height
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def _webp(data: bytes) -> Size | None:
    match data[12:16]:
        case b"VP8 ":
            width, height = _pair("<HH", data, 26)
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L" if len(data) >= 25:
            bits = int.from_bytes(data[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X" if len(data) >= 30:
            return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    return None


def _pair(form: str, data: bytes, at: int) -> Size:
    first, second = struct.unpack_from(form, data, at)
    return first, second
