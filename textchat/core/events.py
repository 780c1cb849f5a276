"""Defines the events of a stream as a closed union: yielded by every provider, matched by every consumer."""

from __future__ import annotations

from dataclasses import dataclass

from textchat.core.parts.part import Part
from textchat.core.parts.sealed import SealedReasoning


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer; the concatenated pieces are the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """A piece of the reasoning before the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class TextWasReasoning:
    """All text so far was reasoning: a closing tag came whose opening one stands in the template of the model."""


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """A piece of a tool call; the `arguments` of pieces with one `index` are concatenated."""

    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class PartReceived:
    """A picture, sound or other file of the answer, whole; it stands at the end of the text so far."""

    part: Part


@dataclass(frozen=True, slots=True)
class Cited:
    """A source of the answer."""

    url: str
    title: str | None = None
    at: int | None = None
    """The characters of the answer's text, counted from its first piece, before the place that cites it; -1: the end
    of the text so far. None: no place in particular."""


@dataclass(frozen=True, slots=True)
class ReasoningSealed:
    """Reasoning that only the server can read, to be sent back to it on the next turn."""

    sealed: SealedReasoning


@dataclass(frozen=True, slots=True)
class UsageReport:
    """Token counts of the server so far; a later report replaces the counts it names, 0 only unknown ones."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    """All tokens that were generated, those of the reasoning included."""
    reasoning_tokens: int | None = None
    cost_usd: float | None = None
    """What the server itself says it charged, in US dollars."""
    cached_tokens: int | None = None
    """Of the input tokens, those that the server had in its cache; they cost less."""
    cache_write_tokens: int | None = None
    """Of the input tokens, those that the server wrote to its cache; with some servers they cost more."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of the answer, as reported by the server."""

    reason: str | None = None
    """`stop`, `length`, `content_filter` or `tool_calls`; any other in lower case as the server calls it."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something to be known about an answer that is complete: a field was left out, or it may be cut off."""

    sentence: str
    """One sentence, with its full stop."""
    is_of_model: bool = False
    """Whether it holds for each answer of this model, such as a field that its server refuses: to say it once will do.
    """


@dataclass(frozen=True, slots=True)
class SignOfLife:
    """The server is at work without a piece of the answer: a ping, a comment, a signature. Extends the time limit."""


StreamEvent = (
    TextDelta
    | ReasoningDelta
    | TextWasReasoning
    | ToolCallDelta
    | PartReceived
    | Cited
    | ReasoningSealed
    | UsageReport
    | Finished
    | Note
    | SignOfLife
)


@dataclass(frozen=True, slots=True)
class RequestWritten:
    """The whole request has been handed to the network: from here on a reply is waited for, and may cost money."""

    at: float
    """In seconds of `time.monotonic`, as read at the socket."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """Bytes of the response were read; the events up to the next `Arrived` are what they completed."""

    at: float
    """In seconds of `time.monotonic`, as read at the socket."""


WireEvent = StreamEvent | RequestWritten | Arrived
"""What a provider yields: the events of the answer, and when they went over the wire.

Only the stream loop sees the times, and hands them to the reply. They are of the socket, so that nothing that is done
with an event moves them.
"""
