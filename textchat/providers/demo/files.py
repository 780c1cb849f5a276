"""Describes the files of a prompt to the demo, and draws its picture."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from textchat.core.figures.media.part_tokens import pages_of, sound_seconds
from textchat.core.figures.media.picture_size import picture_size
from textchat.core.text import json_fields as fields
from textchat.core.text.sanitize import plain_name
from textchat.providers.streams.received_files import decoded

WIDTH, HEIGHT = 240, 160
_FENCE = re.compile(
    r"^(?P<name>[^\n`]*[^\s`]\.\w{1,10}):\n(?P<fence>`{3,})\n(?P<text>.*?)\n?^(?P=fence)$", re.MULTILINE | re.DOTALL
)
"""How textchat sends a text file."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """One file of a prompt, as it came."""

    name: str
    kind: str
    size: int


def sent_files(content: Any) -> Iterator[SentFile]:
    """The files in the content of a message in the OpenAI protocol's form, in their order."""
    for part in content if isinstance(content, list) else [{"type": "text", "text": content}]:
        match fields.text(part, "type"):
            case "image_url":
                yield _picture(fields.text(part.get("image_url"), "url"))
            case "file":
                yield _document(fields.table(part, "file"))
            case "input_audio":
                yield _sound(fields.table(part, "input_audio"))
            case _:
                yield from map(_text_file, _FENCE.finditer(fields.text(part, "text")))


def files_in_words(content: Any) -> str:
    """What the demo says of the files of a prompt; empty where it has none."""
    files = list(sent_files(content))
    if not files:
        return ""
    rows = "".join(f"| {_cell(file.name)} | {file.kind} | {file.size:,} bytes |\n" for file in files)
    return (
        "## What came with your prompt\n\nI am **demo/MODEL**, a scripted model: I cannot look into files, but I can "
        f"say what I got.\n\n| File | Kind | Size |\n|---|---|---|\n{rows}\nA real model would have got the same: "
        "put one beside me with `Ctrl+T`."
    )


def _cell(name: str) -> str:
    """A name as plain text in a table."""
    return re.sub(r"([|`*_\[\]<>\\])", r"\\\1", plain_name(name))


def _text_file(found: re.Match[str]) -> SentFile:
    text = found["text"]
    lines = text.count("\n") + 1
    return SentFile(found["name"], f"text, {lines:,} line{'s' * (lines != 1)}", len(text.encode()))


def _picture(url: str) -> SentFile:
    head, _, body = url.partition(",")
    data = decoded(body)
    name = re.search(r";name=([^;,]*)", head)
    form = head.removeprefix("data:").partition(";")[0].removeprefix("image/").upper()
    size = picture_size(data)
    measures = f", {size[0]:,} × {size[1]:,}" if size else ""
    return SentFile(unquote(name[1]) if name else "picture", f"picture, {form}{measures}", len(data))


def _document(file: Mapping[str, Any]) -> SentFile:
    data = decoded(fields.text(file, "file_data").partition(",")[2])
    pages = pages_of(data)
    return SentFile(fields.text(file, "filename") or "document", f"PDF, {pages:,} page{'s' * (pages != 1)}", len(data))


def _sound(sound: Mapping[str, Any]) -> SentFile:
    data = decoded(fields.text(sound, "data"))
    form = fields.text(sound, "format").upper()
    return SentFile("sound", f"sound, {form}, {sound_seconds(data):.1f} s", len(data))


def drawing(number: int) -> bytes:
    """A small PNG: hills under a sky, another one for each number."""
    rows = bytearray()
    tint = number * 37 % 90
    for y in range(HEIGHT):
        rows.append(0)  # no filter
        for x in range(WIDTH):
            rows += _pixel(x, y, tint)
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(rows), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _pixel(x: int, y: int, tint: int) -> bytes:
    if (x - 190) ** 2 + (y - 40) ** 2 < 400:
        return bytes((250, 210, 90))
    if y > 118 + (x - 210) ** 2 // 300:
        return bytes((60, 120 + tint // 3, 60))
    if y > 84 + (x - 70) ** 2 // 130:
        return bytes((70, 140, 60 + tint))
    if y > 66 + (x - 150) ** 2 // 240 + tint // 8:
        return bytes((60 + tint, 130, 150))
    return bytes((110 + y // 2, 170 + y // 3, 235))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
