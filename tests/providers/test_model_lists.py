"""Lists of models in every protocol: names alone, null, tables, what is no list, and the settings in their place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.servers.http import Exchange, LoopbackServer
from textchat.core.configuration import Protocol, ProviderSettings
from textchat.core.errors import ChatError, NotFoundError, ProtocolError
from textchat.core.provider import ModelInfo
from textchat.providers.http.client import HttpProvider
from textchat.providers.protocols.by_name import chat_protocol

PROTOCOLS = [Protocol.OPENAI, Protocol.ANTHROPIC, Protocol.GEMINI, Protocol.OLLAMA]
HOME = {Protocol.OPENAI: "data", Protocol.ANTHROPIC: "data", Protocol.GEMINI: "models", Protocol.OLLAMA: "models"}


class Lister(LoopbackServer):
    """Answers every request with one status and body."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__()
        self.status, self.body = status, body

    async def answer(self, exchange: Exchange) -> None:
        await exchange.reply(self.status, self.body)


async def listed(
    protocol: Protocol, document: Any, *, status: int = 200, models: tuple[str, ...] = ()
) -> tuple[list[str], int]:
    """The names that are listed for an answer, and how often the server was asked for the list."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    with Lister(status, body) as server:
        asking = HttpProvider(chat_protocol(ProviderSettings("local", protocol, server.url, models=models)), environ={})
        try:
            names = [model.id for model in await asking.list_models()]
            return names, sum(request.method == "GET" for request in server.requests)
        finally:
            await asking.aclose()


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "document",
    [
        ["a", "b"],
        [{"id": "a", "name": "a"}, {"id": "b", "name": "b"}],
        {"data": ["a", "b"]},
        {"models": ["a", "b"]},
        {"object": "list", "data": [7, "a", None, "b", True, ""]},
        {"models": {"a": {}, "b": {"size": 7}}},
        {"data": {"a": {"id": "a"}, "b": {"name": "Pretty"}}},
        {"data": {"0": {"id": "a", "name": "a"}, "1": {"id": "b", "name": "b"}}},
        {"data": None, "models": ["a", "b"]},
        {"data": [], "models": [{"id": "a", "name": "a"}, 7, {"id": 7}, {"id": "b", "name": "b"}]},
    ],
    ids=json.dumps,
)
async def test_names_are_found_in_every_shape(protocol: Protocol, document: Any) -> None:
    assert await listed(protocol, document) == (["a", "b"], 1)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("empty", [None, [], {}, [None, 7]])
async def test_an_empty_list_is_one_and_the_settings_fill_in(protocol: Protocol, empty: Any) -> None:
    assert await listed(protocol, {HOME[protocol]: empty}) == ([], 1)
    assert await listed(protocol, {HOME[protocol]: empty}, models=("mine",)) == (["mine"], 1)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "document", [{"result": [{"id": "a"}]}, {"status": "ok"}, "x", 7, None, {"data": 3, "models": "x"}, b"<html>", b""]
)
async def test_a_list_that_nobody_gives_is_said_and_the_settings_fill_in(protocol: Protocol, document: Any) -> None:
    with pytest.raises(ProtocolError, match=r"list of models|web page|empty response"):
        await listed(protocol, document)
    assert await listed(protocol, document, models=("mine", "other")) == (["mine", "other"], 1)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("status", [404, 405, 410, 501])
async def test_without_a_list_the_advice_is_not_to_ask_for_it(protocol: Protocol, status: int) -> None:
    error = {"error": {"message": "No such route."}}
    assert await listed(protocol, error, status=status, models=("mine",)) == (["mine"], 1)
    with pytest.raises(NotFoundError, match=r"base_url of local.*models = ") as raised:
        await listed(protocol, error, status=status)
    assert "“No such route”" in raised.value.message
    assert "textchat models" not in raised.value.message
    assert raised.value.status == status


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
async def test_a_list_that_fails_is_not_hidden_by_the_settings(status: int) -> None:
    with pytest.raises(ChatError) as raised:
        await listed(Protocol.OPENAI, b"", status=status, models=("mine",))
    assert raised.value.status == status


async def test_a_server_that_answers_with_the_same_page_for_ever_is_asked_twice() -> None:
    page = {"data": [{"id": "a"}], "has_more": True, "last_id": "a"}
    assert await listed(Protocol.ANTHROPIC, page) == (["a"], 2)
    assert await listed(Protocol.GEMINI, {"models": [{"name": "models/a"}], "nextPageToken": "x"}) == (["a"], 2)
    assert await listed(Protocol.OPENAI, page) == (["a"], 1)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_window_is_read_beside_the_name_of_a_table(protocol: Protocol) -> None:
    window = {"context_length": 8192, "max_input_tokens": 8192, "inputTokenLimit": 8192}
    page = chat_protocol(ProviderSettings("local", protocol, "http://x")).read_models({HOME[protocol]: {"a": window}})
    assert page.models == [ModelInfo("a", None if protocol is Protocol.OLLAMA else 8192)]
