"""Refusals whose meaning stands in the document and not in the status or a header."""

from __future__ import annotations

from typing import Any

import pytest

from tests.servers.http import Exchange, LoopbackServer
from textchat.core.configuration import Protocol, ProviderSettings, Settings
from textchat.core.conversation import Message, Role, Status
from textchat.core.errors import ErrorKind
from textchat.core.generation import Limits, run_reply
from textchat.core.provider import Request
from textchat.core.reply import Reply
from textchat.providers.catalog import Catalog


class Refusing(LoopbackServer):
    """Answers everything with one refusal."""

    def __init__(self, status: int, document: Any, headers: dict[str, str] | None = None) -> None:
        super().__init__()
        self._answer = (status, document, headers or {})

    async def answer(self, exchange: Exchange) -> None:
        await exchange.reply_json(*self._answer)


async def refused(server: Refusing, protocol: Protocol, retries: int = 0) -> tuple[Reply, list[float]]:
    """The reply, and the pauses between its tries."""
    settings = ProviderSettings("tested", protocol, server.url, api_key_env="TESTED_KEY", retries=retries)
    catalog = Catalog(Settings(providers={"tested": settings}), environ={"TESTED_KEY": "sk-tested"})
    opened = catalog.open("tested/model")
    reply = Reply(conversation_id="c", parent_id="1", model="tested/model")
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    request = Request(opened.name, (Message("1", None, Role.USER, "Hello?"),))
    await run_reply(opened.provider, request, reply, limits=Limits.of(opened.settings), sleep=sleep)
    await catalog.aclose()
    return reply, pauses


def quota(*details: Any) -> dict[str, Any]:
    return {"error": {"code": 429, "message": "Quota.", "status": "RESOURCE_EXHAUSTED", "details": list(details)}}


def retry_info(delay: Any) -> dict[str, Any]:
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}


async def test_google_says_in_the_document_how_long_to_wait() -> None:
    help_links = {"@type": "type.googleapis.com/google.rpc.Help", "links": []}
    with Refusing(429, quota(help_links, retry_info("17.25s"))) as server:
        reply, pauses = await refused(server, Protocol.GEMINI, retries=2)
    assert pauses == [17.25, 17.25] and len(server.requests) == 3
    assert reply.error is not None
    assert (reply.error.kind, reply.error.status, reply.error.retry_after_s) == (ErrorKind.RATE_LIMIT, 429, 17.25)
    assert "17 seconds" in reply.error.message


async def test_a_wait_that_is_too_long_ends_the_reply_and_says_so() -> None:
    with Refusing(429, quota(retry_info("3600s"))) as server:
        reply, pauses = await refused(server, Protocol.GEMINI, retries=2)
    assert pauses == [] and len(server.requests) == 1
    assert reply.error is not None and "60 minutes" in reply.error.message and "60 seconds" in reply.error.message


async def test_the_header_goes_before_the_document() -> None:
    with Refusing(429, quota(retry_info("17s")), {"Retry-After": "3"}) as server:
        _, pauses = await refused(server, Protocol.GEMINI, retries=1)
    assert pauses == [3.0]


@pytest.mark.parametrize("delay", ["", "s", "-3s", "1e9s", "17", 17, None, ["17s"], "9" * 40 + "s", "17s\n"])
async def test_a_delay_that_is_none_is_ignored(delay: Any) -> None:
    with Refusing(429, quota(retry_info(delay), "no table")) as server:
        reply, _ = await refused(server, Protocol.GEMINI)
    assert reply.error is not None and reply.error.retry_after_s is None


async def test_an_empty_account_at_anthropic_is_no_bad_request() -> None:
    message = "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing."
    document = {"type": "error", "error": {"type": "invalid_request_error", "message": message}}
    with Refusing(400, document) as server:
        reply, pauses = await refused(server, Protocol.ANTHROPIC, retries=2)
    assert reply.status is Status.FAILED and reply.error is not None and pauses == []
    assert reply.error.kind is ErrorKind.PERMISSION
    assert "Add credit" in reply.error.message
