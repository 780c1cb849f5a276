"""Detects the media type of a file by its content; its name decides only between kinds of text and of packages.

And the other way: how the name of a file of a type ends.
"""

from __future__ import annotations

from textchat.core.parts.part import MediaKind, kind_of

LOOKED_AT = 4096
"""Bytes of the beginning that tell a container's kind."""
_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
"""First bytes of files that begin with their name."""
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
"""RIFF containers, named behind their length."""
_BRANDS = {
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"hevc": "image/heic",
    b"mif1": "image/heic",
    b"msf1": "image/heic",
    b"qt  ": "video/quicktime",
}
"""Major brands of ISO base media files (ISO/IEC 14496-12); any other one is an MP4 video."""
_PACKAGES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "epub": "application/epub+zip",
}
"""Zip files that are something else to a person, by the end of their names."""
_ENDINGS = {"image/jpeg": ".jpg", "audio/mpeg": ".mp3", "audio/wav": ".wav", "audio/pcm": ".pcm"}
"""What not every system's table of types has, or not first."""
UNKNOWN = "application/octet-stream"


def media_type_of(name: str, data: bytes) -> str:
    """The media type of a file; `application/octet-stream` for what is neither known nor UTF-8 text."""
    if found := _binary_type(name, data):
        return found
    if not is_text(data):
        return UNKNOWN
    if _is_svg(data):
        return "image/svg+xml"
    import mimetypes  # behind the first paint

    guessed = mimetypes.guess_type(name)[0] or ""
    return guessed if guessed.startswith("text/") else "text/plain"


def ending_of(media_type: str) -> str:
    """How names of files of this type end, with the dot; empty where nobody knows."""
    import mimetypes  # behind the first paint

    main = media_type.partition(";")[0].strip().lower()
    return _ENDINGS.get(main) or mimetypes.guess_extension(main) or ""


def seen_type(data: bytes) -> str:
    """The media type of a picture, a sound or a PDF by its beginning; empty for anything else."""
    found = _binary_type("", data)
    return "" if kind_of(found) is MediaKind.OTHER else found


def is_text(data: bytes) -> bool:
    """Whether this is UTF-8 text."""
    if b"\0" in data:
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _binary_type(name: str, data: bytes) -> str:
    for beginning, media_type in _BEGINNINGS:
        if data.startswith(beginning):
            return media_type
    if data[:4] == b"RIFF":
        return _RIFF.get(data[8:12], UNKNOWN)
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12], "video/mp4")
    if data[:4] == b"\x1a\x45\xdf\xa3":
        return _matroska(data[:LOOKED_AT])
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _PACKAGES.get(name.rpartition(".")[2].lower(), "application/zip")
    if data[:2] == b"BM" and data[6:10] == b"\0\0\0\0":
        return "image/bmp"
    return "audio/mpeg" if is_mp3_frame(data) else ""


def _matroska(beginning: bytes) -> str:
    """WebM and Matroska: their tracks name their codecs, `V_…` those of pictures."""
    kind = "video" if b"V_" in beginning or b"A_" not in beginning else "audio"
    return f"{kind}/{'webm' if b'webm' in beginning else 'x-matroska'}"


def is_mp3_frame(data: bytes) -> bool:
    """Whether it begins with the header of an MPEG audio frame of layer III (ISO/IEC 11172-3).

    Without its reserved values: a sample of sound that is nearly silent may be 0xFFFF, too.
    """
    if len(data) < 3 or data[0] != 0xFF or data[1] & 0xE6 != 0xE2 or data[1] & 0x18 == 0x08:
        return False
    return data[2] >> 4 not in (0, 15) and data[2] & 0x0C != 0x0C


def _is_svg(data: bytes) -> bool:
    beginning = data[:LOOKED_AT].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return beginning.startswith(b"<svg") or (
        beginning.startswith((b"<?xml", b"<!doctype svg")) and b"<svg" in beginning
    )
