"""Reads the files of an answer; raw sound gets the header without which nothing plays it.

Source: https://ai.google.dev/gemini-api/docs/image-generation and /speech-generation (`audio/L16;codec=pcm;rate=24000`,
whose samples are little-endian, as in a WAV file and unlike in RFC 2586).
"""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from textchat.core.events import Note, PartReceived
from textchat.core.parts.part import Part, kind_of
from textchat.core.text import json_fields as fields
from textchat.core.text.sanitize import plain_name

WAV = "audio/wav"
_RAW = re.compile(r"audio/(?:L(?P<bits>8|16|24|32)|(?:x-)?pcm)\b", re.I)
_RATE = re.compile(r"\brate=(\d{3,6})\b", re.I)
_CHANNELS = re.compile(r"\bchannels=([1-8])\b", re.I)
_USUAL_RATE = 24_000
_UNKNOWN_TYPE = "application/octet-stream"
_ENDINGS = {"jpeg": "jpg", "svg+xml": "svg", "mpeg": "mp3", "plain": "txt", "octet-stream": "bin", "x-wav": "wav"}


@dataclass(slots=True)
class ReceivedFiles:
    """The files of one answer. Sound that streams comes in many pieces, and is one file."""

    provider: str
    most_bytes: int
    """More sound than this is another file."""
    number: int = 0
    """How many there were."""
    _samples: bytearray = field(default_factory=bytearray)
    _sound_type: str = ""

    def take(self, inline: Mapping[str, Any]) -> Iterator[PartReceived | Note]:
        """Read the `inlineData` of a part."""
        media_type = fields.text(inline, "mimeType") or _UNKNOWN_TYPE
        try:
            data = base64.b64decode(_standard(fields.text(inline, "data")), validate=True)
        except (binascii.Error, ValueError):
            yield Note(f"{self.provider} sent a file that cannot be read, so it was left out.")
            return
        if not data:
            return
        if _RAW.match(media_type) is None:
            yield from self.rest()
            yield self._received(data, plain_name(media_type.lower(), 80))
            return
        if media_type != self._sound_type or len(self._samples) + len(data) > self.most_bytes:
            yield from self.rest()
        self._sound_type = media_type
        self._samples += data

    def rest(self) -> Iterator[PartReceived]:
        """The sound that has come so far."""
        if self._samples:
            sound = _as_wav(bytes(self._samples), self._sound_type)
            self._samples.clear()
            yield self._received(sound, WAV)

    def _received(self, data: bytes, media_type: str) -> PartReceived:
        self.number += 1
        subtype = media_type.partition("/")[2].partition(";")[0]
        ending = re.sub(r"[^a-z0-9]", "", _ENDINGS.get(subtype, subtype))[:10] or "bin"
        return PartReceived(Part(f"{kind_of(media_type).value}-{self.number}.{ending}", media_type, data))


def _standard(encoded: str) -> str:
    """Base64 in the usual alphabet and length: ProtoJSON may use the one for addresses, and leave out what fills up."""
    encoded = encoded.replace("-", "+").replace("_", "/").rstrip("=\r\n")
    return encoded + "=" * (-len(encoded) % 4)


def _as_wav(samples: bytes, media_type: str) -> bytes:
    import wave  # few answers are spoken

    kind, rate, channels = _RAW.match(media_type), _RATE.search(media_type), _CHANNELS.search(media_type)
    width = int((kind and kind["bits"]) or 16) // 8
    count = int(channels[1]) if channels else 1
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(count)
        writer.setsampwidth(width)
        writer.setframerate(int(rate[1]) if rate else _USUAL_RATE)
        writer.writeframes(samples[: len(samples) // (width * count) * (width * count)])
    return file.getvalue()
