"""Gives bare samples of sound the header of a WAV file, without which nothing plays them.

Source: Multimedia Programming Interface and Data Specifications 1.0 (IBM and Microsoft, 1991), `WAVE_FORMAT_PCM`.
"""

from __future__ import annotations

import struct


def wav_file(samples: bytes, samples_per_s: int = 24_000, *, width: int = 2, channels: int = 1) -> bytes:
    """A WAV file of little-endian PCM samples of `width` bytes each; all is kept, also a last sample that is cut."""
    frame, size = width * channels, len(samples)
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, channels),
        *(samples_per_s, samples_per_s * frame, frame, 8 * width, b"data", size),
    )
    return header + samples
