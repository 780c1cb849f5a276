"""What a file is is told by its content; its name decides only between kinds of text and of packages."""

from __future__ import annotations

import pytest

from textchat.core.parts.media_types import UNKNOWN, media_type_of
from textchat.core.parts.part import MediaKind, kind_of
from textchat.core.parts.size_words import size_words

MATROSKA = b"\x1a\x45\xdf\xa3\x01\x00"
FILES = (
    ("a.txt", b"\x89PNG\r\n\x1a\n....", "image/png", MediaKind.PICTURE),
    ("a", b"\xff\xd8\xff\xe0", "image/jpeg", MediaKind.PICTURE),
    ("a", b"RIFF\0\0\0\0WEBPVP8 ", "image/webp", MediaKind.PICTURE),
    ("a", b"\0\0\0\x20ftypheic", "image/heic", MediaKind.PICTURE),
    ("a", b"\0\0\0\x20ftypavif", "image/avif", MediaKind.PICTURE),
    ("a", b"BM\x8a\x7b\x0c\0\0\0\0\0", "image/bmp", MediaKind.PICTURE),
    ("a", b"MM\0*\0\0", "image/tiff", MediaKind.PICTURE),
    ("a.png", b"\n<svg xmlns='x'/>", "image/svg+xml", MediaKind.TEXT),
    ("a", b"<?xml version='1.0'?><svg/>", "image/svg+xml", MediaKind.TEXT),
    ("a", b"%PDF-1.7\n\xe2\xe3", "application/pdf", MediaKind.DOCUMENT),
    ("a", b"RIFF\0\0\0\0WAVEfmt ", "audio/wav", MediaKind.SOUND),
    ("a", b"ID3\x04\0\0", "audio/mpeg", MediaKind.SOUND),
    ("a", b"\xff\xfb\x90\x44\0", "audio/mpeg", MediaKind.SOUND),
    ("a", b"OggS\0", "audio/ogg", MediaKind.SOUND),
    ("a", b"fLaC\0", "audio/flac", MediaKind.SOUND),
    ("a", b"\0\0\0\x20ftypM4A ", "audio/mp4", MediaKind.SOUND),
    ("a", MATROSKA + b"webm..A_OPUS", "audio/webm", MediaKind.SOUND),
    ("a", MATROSKA + b"webm..V_VP9..A_OPUS", "video/webm", MediaKind.OTHER),
    ("a", b"\0\0\0\x20ftypisom", "video/mp4", MediaKind.OTHER),
    ("a.zip", b"PK\x03\x04....", "application/zip", MediaKind.OTHER),
    (
        "a.docx",
        b"PK\x03\x04....",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        MediaKind.OTHER,
    ),
    ("a.py", b"print(1)", "text/x-python", MediaKind.TEXT),
    ("a.png", b"no picture", "text/plain", MediaKind.TEXT),
    ("BM", b"BMW is a brand", "text/plain", MediaKind.TEXT),
    ("a", b"", "text/plain", MediaKind.TEXT),
    ("a.txt", b"\xff\xfe\x00", UNKNOWN, MediaKind.OTHER),
    ("a.txt", b"nul \0", UNKNOWN, MediaKind.OTHER),
)


@pytest.mark.parametrize(("name", "data", "media_type", "kind"), FILES)
def test_the_content_decides(name: str, data: bytes, media_type: str, kind: MediaKind) -> None:
    found = media_type_of(name, data)
    assert (found, kind_of(found)) == (media_type, kind)


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (9_949, "9.9 kB"), (999_499, "999 kB"), (999_500, "1.0 MB")],
)
def test_sizes_are_short(size: int, words: str) -> None:
    assert size_words(size) == words
