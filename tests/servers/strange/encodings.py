"""Bodies that are compressed, or say so."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

from tests.servers.strange.case import Answer, Case, Right, complete, counted, document, fails, stream
from tests.servers.strange.refusals import said
from tests.servers.strange.wire import (
    ANTHROPIC,
    CLAUDE_GOOD,
    GEMINI,
    GEMINI_GOOD,
    HELLO,
    OPENAI,
    TAIL,
    completion,
    js,
)
from textchat.core.errors import ErrorKind

BODY = HELLO + TAIL
RIGHT = complete("Hello", usage=counted(7, 5))


def brotli(plain: bytes) -> bytes:
    """A brotli stream that stores its bytes as they are (RFC 7932, uncompressed meta-block)."""
    size = len(plain) - 1  # window bits 0, not the last block, four nibbles of length, uncompressed
    return (size << 4 | 1 << 20).to_bytes(3, "little") + plain + b"\x03"


def zstandard(plain: bytes) -> bytes:
    """A zstd frame with one raw block (RFC 8878)."""
    size = len(plain)
    head = b"\x28\xb5\x2f\xfd\x60" + (size - 256).to_bytes(2, "little")
    return head + (size << 3 | 1).to_bytes(3, "little") + plain


def packed(name: str, pack: Callable[[bytes], bytes], right: Right, source: str = "", title: str = "") -> Case:
    return Case(f"openai-encoding-{title or name}", source, OPENAI, stream(pack(BODY), Content_Encoding=name), right)


def unchanged(plain: bytes) -> bytes:
    return plain


def deflated(plain: bytes) -> bytes:
    """Without zlib's frame, as some servers understand the name."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(plain) + packer.flush()


def members(plain: bytes) -> bytes:
    return gzip.compress(plain[:40]) + gzip.compress(plain[40:])


TOO_LONG = js(said("This model's maximum context length is 8192 tokens.", code="context_length_exceeded"))
WHOLE = js(completion("Hello"))
CASES = [
    packed("br", brotli, fails(ErrorKind.PROTOCOL, "br"), "headroom#155"),
    packed("zstd", zstandard, fails(ErrorKind.PROTOCOL, "zstd"), "user-scanner#338"),
    packed("compress", lambda plain: b"\x1f\x9d\x90" + plain, fails(ErrorKind.PROTOCOL, "with compress")),
    packed("gzip, br", brotli, fails(ErrorKind.PROTOCOL, "br"), title="gzip-and-br"),
    packed(
        "gzip, gzip",
        lambda plain: gzip.compress(gzip.compress(plain)),
        fails(ErrorKind.PROTOCOL, "gzip"),
        title="twice",
    ),
    packed("BR", brotli, fails(ErrorKind.PROTOCOL, "br"), title="in-capitals"),
    packed("deflate", zlib.compress, RIGHT),
    packed("deflate", deflated, RIGHT, title="deflate-without-its-frame"),
    packed("gzip", gzip.compress, RIGHT),
    packed("x-gzip", gzip.compress, RIGHT),
    packed("gzip", members, RIGHT, title="gzip-of-two-members"),
    packed("identity", unchanged, RIGHT),
    packed("utf-8", unchanged, RIGHT),
    packed("none", unchanged, RIGHT),
    packed("gzip", unchanged, fails(ErrorKind.PROTOCOL, "compressed"), title="gzip-that-is-none"),
    Case(
        "openai-encoding-of-a-document",
        "",
        OPENAI,
        document(brotli(WHOLE), 200, {"Content-Encoding": "br"}),
        fails(ErrorKind.PROTOCOL, "br"),
        ["--no-stream"],
    ),
    Case(
        "openai-encoding-of-a-refusal",
        "user-scanner#338",
        OPENAI,
        document(brotli(TOO_LONG), 400, {"Content-Encoding": "br"}),
        fails("any", "br", status=400),
    ),
    Case(
        "openai-gzip-of-a-refusal",
        "",
        OPENAI,
        document(gzip.compress(TOO_LONG), 400, {"Content-Encoding": "gzip"}),
        fails(ErrorKind.CONTEXT_LENGTH, status=400),
    ),
    *(
        Case(
            f"{protocol}-encoding-br",
            "",
            protocol,
            Answer([brotli(body)], headers={"Content-Encoding": "br"}),
            fails(ErrorKind.PROTOCOL, "br"),
        )
        for protocol, body in {
            ANTHROPIC: b"".join(step for step in CLAUDE_GOOD.steps if isinstance(step, bytes)),
            GEMINI: b"".join(step for step in GEMINI_GOOD.steps if isinstance(step, bytes)),
        }.items()
    ),
]
