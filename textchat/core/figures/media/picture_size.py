"""Reads the size of a picture from its header, without decoding it.

PNG: https://www.w3.org/TR/png-3/#11IHDR. GIF: https://www.w3.org/Graphics/GIF/spec-gif89a.txt. JPEG: ITU-T T.81, B.2.2.
WebP: https://developers.google.com/speed/webp/docs/riff_container. BMP: the BITMAPINFOHEADER.
"""

from __future__ import annotations

_MOST_MARKERS = 200
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of JPEG that begin a frame."""


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels, as the header says it; None where it says nothing."""
    size: tuple[int, int] | None = None
    if data[:8] == b"\x89PNG\r\n\x1a\n" and data[12:16] == b"IHDR":
        size = _big(data, 16, 4), _big(data, 20, 4)
    elif data[:4] == b"GIF8":
        size = _little(data, 6, 2), _little(data, 8, 2)
    elif data[:2] == b"BM":
        size = _little(data, 18, 4), _little(data, 22, 4)
    elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        size = _webp(data)
    elif data[:2] == b"\xff\xd8":
        size = _jpeg(data)
    return size if size and min(size) > 0 else None


def _webp(data: bytes) -> tuple[int, int] | None:
    match data[12:16]:
        case b"VP8X":
            return _little(data, 24, 3) + 1, _little(data, 27, 3) + 1
        case b"VP8L":
            bits = _little(data, 21, 4)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            return _little(data, 26, 2) & 0x3FFF, _little(data, 28, 2) & 0x3FFF
    return None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    for _ in range(_MOST_MARKERS):
        if at + 9 > len(data) or data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker in _FRAMES:
            return _big(data, at + 7, 2), _big(data, at + 5, 2)
        if marker == 0xFF:
            at += 1
        else:
            at += 2 + (0 if marker == 1 or 0xD0 <= marker <= 0xD8 else _big(data, at + 2, 2))
    return None


def _big(data: bytes, at: int, length: int) -> int:
    return int.from_bytes(data[at : at + length], "big")


def _little(data: bytes, at: int, length: int) -> int:
    return int.from_bytes(data[at : at + length], "little")
