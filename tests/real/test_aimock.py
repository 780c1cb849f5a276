"""Text, a picture, a PDF, thoughts and calls over four protocols, to a server that others wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.providers.transcripts import prompt, provider_for, request_of
from tests.real import aimock
from tests.real.aimock import SEEN, THOUGHT, AIMock
from textchat.core.configuration import Protocol
from textchat.core.conversation import Message
from textchat.core.errors import ErrorKind
from textchat.core.generation import Limits, run_reply
from textchat.core.parts.part import Part
from textchat.core.provider import Request
from textchat.core.reply import Reply

pytestmark = [pytest.mark.real_server, pytest.mark.skipif(not aimock.is_possible(), reason="needs npm and node")]

PATHS = {Protocol.OPENAI: "/v1", Protocol.OPENAI_RESPONSES: "/v1", Protocol.ANTHROPIC: "", Protocol.GEMINI: "/v1beta"}
FILES = (
    Part("cat.png", "image/png", b"\x89PNG\r\n\x1a\n" + bytes(64)),
    Part("page.pdf", "application/pdf", b"%PDF-1.4\n" + bytes(64)),
)
EVERY = pytest.mark.parametrize("protocol", PATHS)


@pytest.fixture(scope="module")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AIMock]:
    with AIMock(tmp_path_factory.mktemp("aimock")) as running:
        yield running


async def answered(mock: AIMock, protocol: Protocol, *messages: Message, model: str = "gpt-4o", **more: Any) -> Reply:
    provider = provider_for(protocol, mock.url(PATHS[protocol]))
    reply = Reply(conversation_id="c", parent_id="1", model=f"tested/{model}")
    try:
        await run_reply(
            provider, Request(model, messages, request_of(**more).parameters), reply, limits=Limits(retries=0)
        )
    finally:
        await provider.aclose()
    return reply


@EVERY
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "blocking"])
async def test_files_go_out_and_thoughts_and_text_come_in(mock: AIMock, protocol: Protocol, stream: bool) -> None:
    reply = await answered(mock, protocol, prompt("What is this?", parts=FILES), stream=stream)
    assert (reply.text, reply.reasoning, reply.finish_reason, reply.error) == (SEEN, THOUGHT, "stop", None)
    assert (len(reply.text_chunks) > 1) is stream
    asked = mock.journal[-1]["body"]
    if protocol is Protocol.OPENAI:  # of the others it keeps the text alone
        (message,) = asked["messages"]
        assert {part["type"] for part in message["content"]} == {"image_url", "file", "text"}
    assert "What is this?" in json.dumps(asked)


@EVERY
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "blocking"])
async def test_calls_come_in(mock: AIMock, protocol: Protocol, stream: bool) -> None:
    reply = await answered(mock, protocol, prompt("What time is it?"), stream=stream)
    (call,) = reply.tool_calls
    assert (call.name, json.loads(call.arguments), reply.finish_reason) == ("clock", {"zone": "CET"}, "tool_calls")


@EVERY
async def test_what_is_refused_has_its_kind(mock: AIMock, protocol: Protocol) -> None:
    reply = await answered(mock, protocol, prompt("Is this too long?"))
    assert reply.error is not None
    assert (reply.error.kind, reply.error.status) == (ErrorKind.CONTEXT_LENGTH, 400)


async def test_sealed_reasoning_comes_and_is_taken_back(mock: AIMock) -> None:
    responses = Protocol.OPENAI_RESPONSES
    first = await answered(mock, responses, prompt("What is this?"), model="gpt-5")
    (sealed,) = first.received.sealed
    assert json.loads(sealed.item)["encrypted_content"]
    then = await answered(mock, responses, prompt(), first.freeze(), prompt("What is this then?"), model="gpt-5")
    assert (then.text, then.note) == (SEEN, None)
