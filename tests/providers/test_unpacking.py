"""Compressed bodies: what is asked for, bounded steps, damage, and encodings that cannot be undone."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.providers.transcripts import request_of
from tests.servers.http import Exchange, LoopbackServer
from textchat.core.configuration import Protocol, ProviderSettings
from textchat.core.errors import BadRequestError, ChatError, ErrorKind, ProtocolError
from textchat.core.events import TextDelta
from textchat.core.parameters import Parameters
from textchat.core.provider import Request
from textchat.core.trace import Trace
from textchat.providers.http.client import HttpProvider
from textchat.providers.http.unpacking import STEP, UnknownEncodingError, Unpacker
from textchat.providers.protocols.by_name import chat_protocol

DOCUMENT = json.dumps({"choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}]}).encode()
# What `brotli` and `zstandard` make of a short document; neither package is needed to begin a body like them.
BROTLI = bytes.fromhex("0b1d807b2263686f69636573223a205b7b226d657373616765223a207b7d7d5d7d03")
ZSTD = bytes.fromhex("28b52ffd2010810000") + b'{"error": "full"}'


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


class Compressing(LoopbackServer):
    """Answers with one body, in pieces, under the headers that a test gives it."""

    def __init__(self, *pieces: bytes, encodings: Sequence[str] = (), status: int = 200) -> None:
        super().__init__()
        self.pieces, self.encodings, self.status = pieces, encodings, status

    async def answer(self, exchange: Exchange) -> None:
        # Two headers of one name have to differ in the case of their letters here.
        names = ("Content-Encoding", "content-encoding", "CONTENT-ENCODING")
        headers = dict(zip(names, self.encodings, strict=False))
        await exchange.head(self.status, {"Content-Type": "application/json"} | headers)
        for piece in self.pieces:
            await exchange.send(piece)
        await exchange.end()


async def answered(server: Compressing, *, stream: bool = False, tap: Trace | None = None) -> str:
    made = ProviderSettings("local", Protocol.OPENAI, f"{server.url}/v1")
    asking = HttpProvider(chat_protocol(made), environ={})
    request = request_of()
    request = Request(request.model, request.messages, Parameters(stream=stream))
    try:
        events = [event async for event in asking.stream(request, tap)]
    finally:
        await asking.aclose()
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def one_by_one(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


@pytest.mark.parametrize("cut", [False, True])
@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(DOCUMENT)),
        ("X-GZip ", gzip.compress(DOCUMENT)),
        ("gzip", gzip.compress(DOCUMENT[:20]) + gzip.compress(b"") + gzip.compress(DOCUMENT[20:])),
        ("gzip", gzip.compress(DOCUMENT) + b"\0" * 30),
        ("gzip", gzip.compress(DOCUMENT) + b"junk"),
        ("gzip, identity", gzip.compress(DOCUMENT)),
        ("deflate", zlib.compress(DOCUMENT)),
        ("deflate", raw_deflate(DOCUMENT)),
    ],
    ids=["gzip", "its old name", "members", "zeros behind", "junk behind", "two names", "deflate", "raw deflate"],
)
async def test_what_is_asked_for_is_undone(encoding: str, packed: bytes, cut: bool) -> None:
    pieces = one_by_one(packed) if cut else [packed]
    trace = Trace()
    with Compressing(*pieces, encodings=[encoding]) as server:
        assert await answered(server, tap=trace) == "Hello"
        assert server.requests[0].headers["accept-encoding"] == "gzip, deflate"
    assert b"".join(chunk.data for chunk in trace.exchanges[0].chunks) == DOCUMENT


@pytest.mark.parametrize(
    "encoding", ["", "identity", "Identity", "none", "utf-8", "UTF8", "binary", "foo", "br", "gzip, br"]
)
async def test_a_plain_body_is_read_whatever_it_is_called(encoding: str) -> None:
    """A proxy that unpacks an answer may leave the name of its compression in the head."""
    for pieces in ([DOCUMENT], one_by_one(DOCUMENT)):
        with Compressing(*pieces, encodings=[encoding]) as server:
            assert await answered(server) == "Hello"


UNKNOWN = [
    (["br"], BROTLI, "br"),
    (["BR "], BROTLI, "br"),
    (["zstd"], ZSTD, "zstd"),
    (["compress"], b"\x1f\x9d\x90" + DOCUMENT, "compress"),
    (["x-own"], b"\0\1\2\3", "x-own"),
    (["gzip", "gzip"], gzip.compress(gzip.compress(DOCUMENT)), "gzip of gzip"),
    (["br, gzip"], gzip.compress(BROTLI), "gzip of br"),
    (["deflate", "gzip"], gzip.compress(zlib.compress(DOCUMENT)), "gzip of deflate"),
    (["\x9b2J"], b"\xff\xfe\0\0", "an unknown method"),
]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(("encodings", "packed", "name"), UNKNOWN, ids=range(len(UNKNOWN)))
async def test_what_cannot_be_undone_is_named(encodings: list[str], packed: bytes, name: str, stream: bool) -> None:
    for pieces in ([packed], one_by_one(packed)):
        said = pytest.raises(ProtocolError, match=f"compressed with {name}, which textchat cannot read")
        with Compressing(*pieces, encodings=encodings) as server, said:
            await answered(server, stream=stream)


@pytest.mark.parametrize(("encodings", "packed", "name"), UNKNOWN, ids=range(len(UNKNOWN)))
async def test_it_is_named_under_an_error_status_too(encodings: list[str], packed: bytes, name: str) -> None:
    said = pytest.raises(BadRequestError, match=f"compressed with {name}, which textchat cannot read")
    with Compressing(packed, encodings=encodings, status=400) as server, said as raised:
        await answered(server)
    assert raised.value.status == 400
    assert raised.value.message.isprintable()


@pytest.mark.parametrize("layers", [["gzip"], ["gzip", "gzip"], ["gzip, gzip, gzip"]])
async def test_a_bomb_of_any_build_is_refused_at_a_limit(layers: list[str]) -> None:
    bomb = gzip.compress(bytes(64_000_000))
    made = ProviderSettings("local", Protocol.OPENAI, max_event_bytes=1_000_000)
    with Compressing(gzip.compress(bomb) if layers != ["gzip"] else bomb, encodings=layers) as server:
        asking = HttpProvider(chat_protocol(made), environ={"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "sk-1"})
        with pytest.raises(ChatError, match=r"too long|cannot read") as raised:
            await asking.list_models()
        await asking.aclose()
    assert raised.value.kind is ErrorKind.PROTOCOL


def unpacked(encodings: Sequence[str], pieces: Sequence[bytes]) -> tuple[bytes, bool]:
    """What a body unpacks to, and whether it ended well."""
    unpacker, got = Unpacker(encodings), bytearray()
    try:
        for data in pieces:
            for piece in unpacker.feed(data):
                assert len(piece) <= max(STEP, len(data) + 16)
                got += piece
        for piece in unpacker.close():
            got += piece
    except (zlib.error, UnknownEncodingError):
        return bytes(got), False
    return bytes(got), True


def cuts_of(data: bytes, places: Sequence[int]) -> list[bytes]:
    ends = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:end] for start, end in pairwise(ends)]


MEMBERS = st.lists(
    st.binary(max_size=200) | st.builds(lambda n: b"a" * n, st.integers(0, 300_000)), min_size=1, max_size=3
)


@settings(max_examples=examples(200), deadline=None)
@given(members=MEMBERS, places=st.lists(st.integers(0, 2000), max_size=10), behind=st.binary(max_size=5))
def test_any_members_in_any_cut_are_what_gzip_reads(members: list[bytes], places: list[int], behind: bytes) -> None:
    behind = behind.lstrip(b"\x1f")
    packed = b"".join(map(gzip.compress, members)) + behind
    assert unpacked(["gzip"], cuts_of(packed, places)) == (b"".join(members), True)
    plain = b"".join(members)
    for deflated in (zlib.compress(plain), raw_deflate(plain)):
        assert unpacked(["deflate"], cuts_of(deflated, places)) == (plain, True)


@settings(max_examples=examples(200), deadline=None)
@given(
    plain=st.binary(max_size=3000),
    at=st.integers(0, 3000),
    byte=st.integers(0, 255),
    places=st.lists(st.integers(0, 3000), max_size=5),
    encoding=st.sampled_from(["gzip", "deflate", "br", "gzip, gzip"]),
)
def test_damage_costs_nothing_that_came_before_it(
    plain: bytes, at: int, byte: int, places: list[int], encoding: str
) -> None:
    packed = bytearray(gzip.compress(plain) if encoding == "gzip" else zlib.compress(plain))
    packed[at % len(packed)] = byte
    whole = unpacked([*encoding.split(",")], [bytes(packed)])
    assert unpacked([*encoding.split(",")], cuts_of(bytes(packed), places)) == whole
    assert unpacked([*encoding.split(",")], one_by_one(bytes(packed))) == whole


def test_a_damaged_end_costs_no_text() -> None:
    packed = gzip.compress(DOCUMENT)
    assert unpacked(["gzip"], [packed[:-8] + b"\0" * 8]) == (DOCUMENT, False)
    assert unpacked(["gzip"], [packed[:-8]]) == (DOCUMENT, True)
