"""Bodies that are small on the wire and large behind it, or that have no end of a line: for limits and for memory."""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Iterator
from functools import cache

MIB = 1 << 20
PIECE = 64 * 1024
_MEGABYTE = bytes(MIB)


@cache
def zeros(size: int) -> bytes:
    """Zeros in gzip; one megabyte is packed and its blocks repeated (RFC 1951, 1952)."""
    packer = zlib.compressobj(9, wbits=-15)
    blocks = packer.compress(_MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    check = 0
    for _ in range(size // MIB):
        check = zlib.crc32(_MEGABYTE, check)
    head = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    return head + blocks * (size // MIB) + b"\x03\0" + struct.pack("<II", check, size % 2**32)


@cache
def zeros_twice(size: int) -> bytes:
    """Zeros, packed twice: a megabyte of them for each ten bytes or so."""
    return gzip.compress(zeros(size), 9)


def long_line(size: int) -> Iterator[bytes]:
    """A line of a stream that does not end before its body."""
    yield b"data: "
    for _ in range(size // PIECE):
        yield b"x" * PIECE
