"""Bodies that are small on the wire and large behind it, or that have no end of a line: for limits and for memory."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from functools import cache

MIB = 1 << 20
PIECE = 64 * 1024


@cache
def zeros(size: int) -> bytes:
    """Zeros, packed once."""
    packer = zlib.compressobj(9, wbits=31)
    packed = [packer.compress(bytes(MIB)) for _ in range(size // MIB)]
    return b"".join(packed) + packer.flush()


@cache
def zeros_twice(size: int) -> bytes:
    """Zeros, packed twice: a megabyte of them for each ten bytes or so."""
    return gzip.compress(zeros(size), 9)


def long_line(size: int) -> Iterator[bytes]:
    """A line of a stream that does not end before its body."""
    yield b"data: "
    for _ in range(size // PIECE):
        yield b"x" * PIECE
