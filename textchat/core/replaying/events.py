"""The events of an answer's stream, made anew of the message and its timeline."""

from __future__ import annotations

from collections.abc import Iterator

from textchat.core.conversation import Message, ToolCall
from textchat.core.events import (
    Finished,
    PartReceived,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    UsageReport,
)
from textchat.core.replaying.timeline import PieceKind, Timeline


def timed_events(message: Message, timeline: Timeline) -> Iterator[tuple[float, StreamEvent]]:
    """The events with the seconds since the request left; `timeline` must be one that fits the message."""
    text_at, thought_at, parts = timeline.prefix, 0, iter(message.parts)
    calls = _Calls(message.tool_calls)
    for piece in timeline.pieces:
        match piece.kind:
            case PieceKind.TEXT:
                yield piece.at, TextDelta(message.text[text_at : text_at + piece.length])
                text_at += piece.length
            case PieceKind.REASONING:
                yield piece.at, ReasoningDelta(message.reasoning[thought_at : thought_at + piece.length])
                thought_at += piece.length
            case PieceKind.CALL:
                for delta in calls.next(piece.length):
                    yield piece.at, delta
            case PieceKind.PART:
                if (part := next(parts, None)) is not None:
                    yield piece.at, PartReceived(part)
    if (usage := message.usage) is not None:
        yield timeline.ended, UsageReport(usage.input_tokens, usage.output_tokens, usage.reasoning_tokens)
    yield timeline.ended, Finished(message.finish_reason)


class _Calls:
    """Cuts tool calls into pieces: name and arguments, one call behind the other."""

    def __init__(self, calls: tuple[ToolCall, ...]) -> None:
        self._left = [(index, call.id, call.name, call.arguments) for index, call in enumerate(calls)]

    def next(self, length: int) -> Iterator[ToolCallDelta]:
        """The next `length` characters; a call without any goes with what follows."""
        while self._left:
            index, id_, name, arguments = self._left.pop(0)
            now, later = name[:length], name[length:]
            length -= len(now)
            cut = arguments[:length] if not later else ""
            length -= len(cut)
            yield ToolCallDelta(index, id_, now, cut)
            if later or len(cut) < len(arguments):
                # Names are not joined where they are read: the rest of one goes with its arguments.
                self._left.insert(0, (index, "", later, arguments[len(cut) :]))
            if length <= 0:
                return
