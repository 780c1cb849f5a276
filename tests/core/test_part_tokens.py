"""Tokens of pictures, documents and sounds: by their heads, by family, and where the content is not at hand."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.core.conversation import Message, Role
from textchat.core.figures.counting import TokenCounter
from textchat.core.figures.media.input_parts import tokens_of_input_parts
from textchat.core.figures.media.part_tokens import pages_of, part_tokens, picture_tokens, sound_seconds
from textchat.core.figures.media.picture_size import picture_size
from textchat.core.parts.part import Part
from textchat.providers.streams.wav import wav_file


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + bytes(9)


def jpeg(width: int, height: int, before: int = 0) -> bytes:
    profile = b"\xff\xe1" + struct.pack(">H", before + 2) + bytes(before)
    frame = b"\xff\xff\xc2" + struct.pack(">HBHH", 11, 8, height, width) + bytes(6)
    return b"\xff\xd8" + b"\xff\x01" + profile + frame


def webp(form: bytes, body: bytes) -> bytes:
    return b"RIFF\0\0\0\0WEBP" + form + struct.pack("<I", len(body)) + body


LOSSLESS = b"\x2f" + (639 | 479 << 14).to_bytes(4, "little")
LOSSY = b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 640 | 0x4000, 480)
EXTENDED = bytes(4) + (639).to_bytes(3, "little") + (479).to_bytes(3, "little")
PICTURES = {
    "png": png(640, 480),
    "gif": b"GIF89a" + struct.pack("<HH", 640, 480) + b"\0",
    "jpeg": jpeg(640, 480),
    "jpeg behind a profile": jpeg(640, 480, 60_000),
    "webp, lossy": webp(b"VP8 ", LOSSY),
    "webp, lossless": webp(b"VP8L", LOSSLESS),
    "webp, extended": webp(b"VP8X", EXTENDED),
}


@pytest.mark.parametrize("data", PICTURES.values(), ids=list(PICTURES))
def test_the_size_stands_in_the_head_and_half_a_head_is_none(data: bytes) -> None:
    assert picture_size(data) == (640, 480)
    assert {picture_size(data[:length]) for length in range(min(len(data), 40))} <= {None, (640, 480)}


@settings(max_examples=examples(200), deadline=None)
@given(st.sampled_from([*PICTURES.values(), b""]), st.binary(max_size=40), st.integers(0, 40))
def test_no_picture_is_too_damaged_to_look_at(data: bytes, damage: bytes, at: int) -> None:
    size = picture_size(data[:at] + damage + data[at + len(damage) :])
    assert size is None or min(size) > 0


@pytest.mark.parametrize(
    ("model", "size", "tokens"),
    [
        # As the makers' own pages have it.
        ("gpt-4o", (1024, 1024), 765),
        ("gpt-4o", (2048, 4096), 1105),
        ("gpt-4o-mini", (1024, 1024), 25501),
        ("openai/gpt-5", (1024, 1024), 630),
        ("gpt-4.1-mini", (1024, 1024), 1659),
        ("claude-sonnet-4-5", (200, 200), 54),
        ("claude-sonnet-4-5", (1000, 1000), 1334),
        ("claude-sonnet-4-5", (9000, 9000), 1600),
        ("gemini-2.5-flash", (384, 384), 258),
        ("gemini-2.5-flash", (1000, 800), 1032),
        ("gemma3:4b", (5000, 10), 256),
        ("qwen2.5vl", (280, 280), 100),
        ("pixtral-12b", (1024, 1024), 4160),
        ("a-model", (1, 1), 255),
    ],
)
def test_pictures_count_as_their_family_counts_them(model: str, size: tuple[int, int], tokens: int) -> None:
    assert picture_tokens(size, model) == tokens


def test_documents_count_by_pages_and_sounds_by_seconds() -> None:
    assert pages_of(b"%PDF /Type /Pages /Count 3 /Type/Page /Type /Page ") == 3
    assert pages_of(b"%PDF-1.7" + bytes(120_000)) == 3
    assert pages_of(b"%PDF /Count 99999") == 2_000
    assert sound_seconds(wav_file(bytes(96_000))) == 2
    assert sound_seconds(bytes(32_000)) == 2
    assert part_tokens(Part("a.pdf", "application/pdf", b"%PDF /Type /Page"), "gemini-2.5-pro") == 258
    assert part_tokens(Part("a.mp3", "audio/mpeg", bytes(32_000)), "gemini-2.5-pro") == 64
    assert part_tokens(Part("a.txt", "text/plain", b"word " * 80), "a-model") == 100


def test_what_was_estimated_once_stands_when_the_content_has_gone() -> None:
    part = Part("small.png", "image/png", png(100, 100))
    assert part_tokens(part.without_data(), "claude-x") == 1399  # of a usual size
    assert part_tokens(part, "claude-x") == 14
    assert part_tokens(part.without_data(), "claude-x") == 14
    gone = Part("x", "application/octet-stream", size=400, digest="d")
    assert [
        part_tokens(Part("x", kind, size=64_000, digest=kind), "m") for kind in ("application/pdf", "audio/ogg")
    ] == [
        2800,
        40,
    ]
    assert part_tokens(gone, "m") == 100
    assert part_tokens(Part("r", "image/png", reference="https://x.example"), "m") == 0


def test_a_prompt_counts_with_its_files() -> None:
    part = Part("a.png", "image/png", png(1024, 1024))
    plain, filled = (Message("1", None, Role.USER, "Look", parts=parts) for parts in ((), (part,)))
    counter = TokenCounter()
    counts = [counter.estimate_input("openai/gpt-4o", [message]) for message in (plain, filled)]
    assert counts[1] - counts[0] == tokens_of_input_parts([filled], "openai/gpt-4o") == 765
    assert TokenCounter().estimate_part("openai/gpt-4o", part) == 765
