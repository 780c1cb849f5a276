"""What a reply has become beside its text, for the tests of what models send and get back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.providers.transcripts import (
    CUTTINGS,
    Transcript,
    TranscriptServer,
    prompt,
    provider_for,
)
from tests.servers.openai import WHOLE
from textchat.core.configuration import Protocol
from textchat.core.conversation import Message, Role
from textchat.core.generation import Limits, run_reply
from textchat.core.parameters import Parameters
from textchat.core.provider import Request
from textchat.core.reply import Reply


@dataclass(frozen=True)
class Brought:
    """A transcript, and what its reply brings."""

    transcript: Transcript
    citations: tuple[tuple[str, str | None, tuple[int, ...]], ...] = ()
    """Address, title and places."""
    parts: tuple[tuple[str, str, int, bytes | None], ...] = ()
    """Name, media type, place and content."""
    sealed: tuple[Mapping[str, Any], ...] = field(default=())

    def __str__(self) -> str:
        return self.transcript.name


async def reply_to(
    protocol: Protocol, server: TranscriptServer, transcript: Transcript, way: str, model: str = "a-model"
) -> Reply:
    """The reply that a transcript becomes in one of its ways."""
    server.transcript, server.is_streaming = transcript, way != "whole"
    server.cutting = CUTTINGS.get(way, WHOLE)
    provider = provider_for(protocol, server.url)
    reply = Reply(conversation_id="c", parent_id="1", model=f"tested/{model}", input_tokens=1)
    try:
        request = Request(model, (prompt(),), Parameters(stream=server.is_streaming))
        await run_reply(provider, request, reply, limits=Limits(retries=0))
    finally:
        await provider.aclose()
    return reply


def next_turn(answer: Message, text: str = "And?") -> tuple[Message, ...]:
    """A branch that goes on after an answer."""
    return (prompt(), answer, Message("9", answer.id, Role.USER, text))
