"""Reads the files of an answer; raw sound gets the header without which nothing plays it.

Source: https://ai.google.dev/gemini-api/docs/image-generation and /speech-generation (`audio/L16;codec=pcm;rate=24000`,
whose samples are little-endian, as in a WAV file and unlike in RFC 2586).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from textchat.core.events import Note, PartReceived, SignOfLife
from textchat.core.limits import REPLY_FILES
from textchat.core.text import json_fields as fields
from textchat.providers.streams.received_files import ReceivedFiles, decoded
from textchat.providers.streams.wav import wav_file

_RAW = re.compile(r"audio/(?:L(?P<bits>8|16|24|32)|(?:x-)?pcm)\b", re.I)
_RATE = re.compile(r"\brate=(\d{3,6})\b", re.I)
_CHANNELS = re.compile(r"\bchannels=([1-8])\b", re.I)
_USUAL_RATE = 24_000


class InlineFiles:
    """The files of one answer. Sound that streams comes in many pieces, and is one file."""

    def __init__(self, provider: str, most: int = REPLY_FILES.most) -> None:
        self.number = 0
        """How many there were."""
        self._files = ReceivedFiles(provider, most)
        self._samples = bytearray()
        self._sound_type = ""

    def take(self, inline: Mapping[str, Any]) -> Iterator[PartReceived | Note | SignOfLife]:
        """Read the `inlineData` of a part; raises ProtocolError where all together are too large."""
        media_type, data = fields.text(inline, "mimeType"), fields.text(inline, "data")
        if not data:
            return
        is_raw = _RAW.match(media_type) is not None
        if not is_raw or media_type != self._sound_type:
            yield from self.rest()
        if is_raw:
            self._sound_type = media_type
            self._files.take(len(data) * 3 // 4)
            self._samples += decoded(data)
            yield SignOfLife()
        else:
            for event in self._files.from_base64(data, media_type):
                self.number += isinstance(event, PartReceived)
                yield event

    def rest(self) -> Iterator[PartReceived]:
        """The sound that has come so far."""
        if self._samples:
            sound = _as_wav(bytes(self._samples), self._sound_type)
            self._samples.clear()
            self.number += 1
            yield from self._files.from_bytes(sound, "audio/wav")


def _as_wav(samples: bytes, media_type: str) -> bytes:
    kind, rate, channels = _RAW.match(media_type), _RATE.search(media_type), _CHANNELS.search(media_type)
    width, count = int((kind and kind["bits"]) or 16) // 8, int(channels[1]) if channels else 1
    whole = len(samples) // (width * count) * (width * count)
    return wav_file(samples[:whole], int(rate[1]) if rate else _USUAL_RATE, width=width, channels=count)
