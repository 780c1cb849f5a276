"""What is said of servers whose answer is no HTTP, or ends too soon: what happened, and where to look."""

from __future__ import annotations

import pytest

from tests.servers.faults import Act, raw
from tests.servers.http import Exchange, LoopbackServer
from textchat.core.configuration import Protocol, ProviderSettings, Timeouts
from textchat.core.errors import ChatError, ErrorKind
from textchat.providers.http.client import HttpProvider
from textchat.providers.protocols.by_name import chat_protocol

HEAD = b"HTTP/1.1 200 OK\r\n"
CASES: list[tuple[Act, ErrorKind, str]] = [
    (raw(b""), ErrorKind.NETWORK, "closed the connection before it responded"),
    (raw(b"HTTP/1.1 2"), ErrorKind.NETWORK, "closed the connection before it responded"),
    (raw(HEAD + b"Content-Type: te"), ErrorKind.NETWORK, "closed the connection before it responded"),
    (raw(HEAD + b"Content-Length: 20\r\n\r\n{"), ErrorKind.NETWORK, "in the middle of the reply"),
    (raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{"), ErrorKind.NETWORK, "in the middle of the reply"),
    (raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{"), ErrorKind.PROTOCOL, "sent invalid HTTP"),
    (raw(HEAD + b"X Odd: 1\r\n\r\n{}"), ErrorKind.PROTOCOL, "an invalid header"),
    (raw(HEAD + b"no colon\r\n\r\n{}"), ErrorKind.PROTOCOL, "an invalid header"),
    (raw(HEAD + b"X: a\0b\r\n\r\n{}"), ErrorKind.PROTOCOL, "an invalid header"),
    (raw(HEAD + b"Content-Length: many\r\n\r\n{}"), ErrorKind.PROTOCOL, "an invalid header"),
    (raw(HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}"), ErrorKind.PROTOCOL, "an invalid header"),
    (raw(HEAD + b"Transfer-Encoding: own\r\n\r\n{}"), ErrorKind.PROTOCOL, "an invalid header"),
    (raw(HEAD + b"X: " + b"x" * 300_000 + b"\r\n\r\n{}"), ErrorKind.PROTOCOL, "a header that is too long to read"),
    (raw(HEAD + b"X: y\r\n" * 60_000 + b"\r\n{}"), ErrorKind.PROTOCOL, "a header that is too long to read"),
    (raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), ErrorKind.PROTOCOL, "not HTTP. Check base_url of local"),
]


class Odd(LoopbackServer):
    """A server that answers whatever it is asked with the same bytes."""

    def __init__(self, act: Act) -> None:
        super().__init__()
        self.act = act

    async def answer(self, exchange: Exchange) -> None:
        await self.act(exchange)


@pytest.mark.parametrize(("act", "kind", "said"), CASES, ids=range(len(CASES)))
async def test_what_is_no_answer_is_called_by_its_name(act: Act, kind: ErrorKind, said: str) -> None:
    with Odd(act) as server:
        made = ProviderSettings("local", Protocol.OPENAI, f"{server.url}/v1", timeout=Timeouts(connect=5))
        asking = HttpProvider(chat_protocol(made), environ={})
        with pytest.raises(ChatError, match=said) as raised:
            await asking.list_models()
        await asking.aclose()
    assert raised.value.kind is kind


async def test_a_proxy_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with Odd(raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")) as server:
        monkeypatch.setenv("HTTP_PROXY", server.url)
        asking = HttpProvider(
            chat_protocol(ProviderSettings("far", Protocol.OPENAI, "http://models.invalid")), environ={}
        )
        with pytest.raises(ChatError, match="Check base_url of far and HTTP_PROXY"):
            await asking.list_models()
        await asking.aclose()


async def test_a_proxy_without_tls_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with Odd(raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")) as server:
        monkeypatch.setenv("HTTP_PROXY", server.url.replace("http://", "https://"))
        made = ProviderSettings("far", Protocol.OPENAI, "http://models.invalid", timeout=Timeouts(connect=5))
        asking = HttpProvider(chat_protocol(made), environ={})
        with pytest.raises(ChatError, match="whether base_url of far and HTTP_PROXY should begin") as raised:
            await asking.list_models()
        await asking.aclose()
    assert raised.value.kind is ErrorKind.NETWORK
