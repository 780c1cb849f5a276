"""Joins the sound of a chat completion, which comes in pieces, and gives bare samples the header of a WAV file.

Source: https://platform.openai.com/docs/guides/audio (`message.audio` and `delta.audio`: `id`, `data`, `transcript`,
`expires_at`; while streaming 16-bit samples at 24 kHz, mono).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from textchat.core.events import Note, PartReceived, StreamEvent, TextDelta
from textchat.core.parts.media_types import seen_type
from textchat.core.text import json_fields as fields
from textchat.providers.streams.received_files import ReceivedFiles, decoded
from textchat.providers.streams.wav import wav_file


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
            sound = data if seen_type(data).startswith("audio/") else wav_file(data)
            yield from self._files.from_bytes(sound)
