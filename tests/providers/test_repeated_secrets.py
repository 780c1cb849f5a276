"""Keys that a server repeats: no message, note, list of models, trace or recording holds them, however they are cut."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.providers.transcripts import request_of
from tests.servers.http import Exchange, LoopbackServer
from tests.servers.strange.server import CUTTINGS
from tests.servers.strange.wire import STOP, data, say
from textchat.core.configuration import Protocol, ProviderSettings
from textchat.core.errors import ChatError
from textchat.core.provider import Request
from textchat.core.text.secrets import MASK
from textchat.core.trace import Trace
from textchat.providers.http.client import HttpProvider
from textchat.providers.masking import MaskedTap, Secrets
from textchat.providers.protocols.by_name import chat_protocol

KEY = "sk-proj/Very-Secret+1234567890"
ERROR = {"error": {"message": f"The key {KEY} is no good"}}
LISTS = [json.dumps(ERROR), f"What is {KEY}?", f"<title>{KEY}</title>", json.dumps({"message": KEY})]
STREAMS = [
    data(ERROR),
    data(f"Error: {KEY} is no good"),
    data(json.dumps(ERROR).replace("/", r"\/")),
    say("Hello", f"refused {KEY}"),
    say("Hello") + data({"choices": [{"index": 0, "delta": {}, "finish_reason": KEY}]}),
]


class Repeating(LoopbackServer):
    """Answers every request with one body, cut in one way."""

    def __init__(self, pieces: Sequence[bytes], status: int = 200) -> None:
        super().__init__()
        self._pieces, self._status = pieces, status

    async def answer(self, exchange: Exchange) -> None:
        await exchange.head(self._status, {"Content-Type": "text/event-stream"})
        for piece in self._pieces:
            await exchange.send(piece)
        await exchange.end()


def provider(server: LoopbackServer) -> HttpProvider:
    settings = ProviderSettings("local", Protocol.OPENAI, f"{server.url}/v1", api_key_env="THE_KEY")
    return HttpProvider(chat_protocol(settings), environ={"THE_KEY": KEY})


def is_in(said: str) -> bool:
    return KEY.lower() in said.lower().replace(r"\/", "/")


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("body", LISTS)
async def test_a_list_of_models_that_fails_repeats_no_key(body: str, status: int) -> None:
    with Repeating([body.encode()], status) as server:
        asking = provider(server)
        with pytest.raises(ChatError) as failure:
            await asking.list_models()
        await asking.aclose()
    assert not is_in(repr((failure.value.message, failure.value.words, failure.value.args)))


@pytest.mark.parametrize("cut", ["whole", "bytes"])
@pytest.mark.parametrize("body", STREAMS)
async def test_an_answer_repeats_no_key_beside_its_text(body: bytes, cut: str) -> None:
    trace, said = Trace(), []
    with Repeating(list(CUTTINGS[cut](body))) as server:
        asking, request = provider(server), request_of()
        try:
            said = [repr(event) async for event in asking.stream(Request(request.model, request.messages), trace)]
        except ChatError as error:
            said.append(repr((error.message, error.words, error.args)))
        finally:
            await asking.aclose()
    assert said and not is_in(" ".join(said))
    kept = b"".join(chunk.data for exchange in trace.exchanges for chunk in exchange.chunks)
    assert b"data: " in kept and not is_in(kept.decode())


@pytest.mark.parametrize(("cut", "sizes"), [(97, 3), (97, 20), (1000, 7), (1000, 1)])
async def test_a_key_in_pieces_is_in_no_trace_either(cut: int, sizes: int) -> None:
    parts = [KEY[at : at + sizes] for at in range(0, len(KEY), sizes)]
    said = ["Hello\nthe é", *parts[:-1], f"{parts[-1]} it was", "Good\\bye", KEY[:-4]]
    body = b"".join(map(say, said)) + STOP
    pieces = [body[at : at + cut] for at in range(0, len(body), cut)]
    trace = Trace()
    with Repeating(pieces) as server:
        asking, request = provider(server), request_of()
        async for _ in asking.stream(Request(request.model, request.messages), trace):
            pass
        await asking.aclose()
    kept = b"".join(chunk.data for exchange in trace.exchanges for chunk in exchange.chunks).decode()
    told = "".join(json.loads(text) for text in re.findall(r'"content": ?("(?:[^"\\]|\\.)*")', kept))
    assert told == f"Hello\nthe é{KEY[:3] if sizes < 4 else ''}{MASK} it wasGood\\bye{MASK}"


class Kept:
    """A tap that keeps all it gets."""

    def __init__(self) -> None:
        self.data = b""

    def requested(self, method: str, url: str, headers: object, body: bytes) -> None: ...

    def responded(self, status: int, headers: object) -> None: ...

    def received(self, data: bytes) -> None:
        assert data
        self.data += data


@given(
    st.lists(st.sampled_from([b"s", b"sk-", b"sk-sk-proj", b"\n", KEY.encode(), KEY[:9].encode(), KEY[9:].encode()]))
)
def test_what_is_held_for_a_secret_comes_in_the_end(pieces: list[bytes]) -> None:
    kept, secrets = Kept(), Secrets([KEY])
    with MaskedTap.of(kept, secrets) as masked:
        assert masked is not None
        for piece in pieces:
            masked.received(piece)
    assert kept.data == secrets.mask_bytes(b"".join(pieces))
