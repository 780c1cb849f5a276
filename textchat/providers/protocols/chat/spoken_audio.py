"""Joins the sound of a chat completion, which comes in pieces, and gives bare samples the header of a WAV file.

Source: https://platform.openai.com/docs/guides/audio (`message.audio` and `delta.audio`: `id`, `data`, `transcript`,
`expires_at`; while streaming 16-bit samples at 24 kHz, mono).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from textchat.core.events import Note, PartReceived, StreamEvent, TextDelta
from textchat.core.text import json_fields as fields
from textchat.providers.streams.received_files import ReceivedFiles, decoded
from textchat.providers.streams.wav import wav_file

SAMPLES_PER_S = 24_000
_BYTES_PER_SAMPLE = 2
_KNOWN = (b"RIFF", b"ID3", b"fLaC", b"OggS")
"""What a sound that is no bare samples begins with."""


class SpokenAudio:
    """The sound of one answer."""

    def __init__(self, files: ReceivedFiles) -> None:
        self._files = files
        self._data = bytearray()
        self._rest = ""
        """Characters of base64 that are no whole group yet."""

    def read(self, audio: Mapping[str, Any]) -> Iterator[StreamEvent]:
        """Take in a piece: its transcript is the text of the answer. Raises ProtocolError where it is too much."""
        if transcript := fields.text(audio, "transcript"):
            yield TextDelta(transcript)
        if data := fields.text(audio, "data"):
            self._files.take(len(data) * 3 // 4)
            data = self._rest + data
            whole = len(data) - len(data) % 4
            self._rest = data[whole:]
            self._data += decoded(data[:whole])

    def close(self) -> Iterator[PartReceived | Note]:
        """The sound so far, as one file."""
        data = bytes(self._data) + decoded(self._rest)
        self._data.clear()
        self._rest = ""
        if data:
            sound = data if _has_format(data) else wav_file(data)
            yield from self._files.from_bytes(sound, "audio/mpeg")


def _has_format(data: bytes) -> bool:
    return data.startswith(_KNOWN) or _is_mp3_frame(data)


def _is_mp3_frame(data: bytes) -> bool:
    """Whether it begins with the header of an MPEG audio frame, layer III: a silent sample may be 0xFFFF, too."""
    if len(data) < 3 or data[0] != 0xFF or data[1] & 0xE6 != 0xE2 or data[1] & 0x18 == 0x08:
        return False
    return data[2] >> 4 not in (0, 15) and data[2] & 0x0C != 0x0C
