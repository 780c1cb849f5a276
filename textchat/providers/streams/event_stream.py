"""Reads one response: a stream of server-sent events, or the one JSON document that may come in its place."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any

from textchat.core.errors import ProtocolError
from textchat.core.events import ReasoningDelta, StreamEvent, TextDelta, ToolCallDelta
from textchat.providers import failures
from textchat.providers.streams.sse import DEFAULT_MAX_BYTES, ServerSentEvent, ServerSentEventParser

_DOCUMENT_STARTS = (b"{", b"[", b"<")
"""No field of an event stream begins so: it is JSON, or a web page."""


class EventStreamReader(ABC):
    """The `Reader` of protocols that stream server-sent events.

    What the request asked for does not matter: an answer that begins like a document is read as one (a JSON error
    where a stream was promised, a server that knows no streaming), any other as an event stream. Subclasses set
    `has_finished` once the answer is complete and `is_done` where nothing more is to be read.
    """

    def __init__(self, provider: str, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        """`provider` is the name for sentences; `max_bytes` bounds one event, or the whole document."""
        self.provider = provider
        self.has_finished = False
        self.is_done = False
        self._max_bytes = max_bytes
        self._parser = ServerSentEventParser(max_bytes)
        self._head: bytes | None = b""
        """What came before the first telling byte; None once that has come."""
        self._document: bytearray | None = None
        self._pairs = SurrogatePairs()

    @abstractmethod
    def event(self, event: ServerSentEvent) -> Iterable[StreamEvent]:
        """What one server-sent event says; raises a ChatError where it is an error."""

    @abstractmethod
    def document(self, document: Any) -> Iterable[StreamEvent]:
        """What a blocking answer says; raises a ChatError where it is an error."""

    @abstractmethod
    def end(self) -> Iterable[StreamEvent]:
        """What was held back, then `Finished`; raises ProtocolError where the answer is not complete."""

    def feed(self, data: bytes) -> Iterator[StreamEvent]:
        if self._head is not None:
            data = self._recognise(data)
        if self._document is not None:
            self._gather(data)
            return
        pairs = self._pairs
        for event in self._parser.feed(data):
            if self.is_done:
                return
            said = self.event(event)
            # Only an escape such as \ud83d brings half a character; looking for one costs next to nothing.
            yield from pairs.mend(said) if pairs.is_needed(event.data) else said

    def close(self) -> Iterator[StreamEvent]:
        if self._document is not None:
            document = failures.parse_json(bytes(self._document), self.provider)
            yield from self._pairs.mend(self.document(document))
        elif not self.is_done:
            self._parser.close()
        yield from self._pairs.flush()
        yield from self.end()

    def flush(self) -> Iterator[StreamEvent]:
        """What was held back, for an answer that has failed; subclasses that hold more add to it."""
        yield from self._pairs.flush()

    def _recognise(self, data: bytes) -> bytes:
        """The bytes to read now: nothing until the first byte that tells a document from a stream."""
        assert self._head is not None
        data = self._head + data
        start = data.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
        if not start or b"\xef\xbb\xbf".startswith(start):
            self._head = data if start else data[:3].lstrip(b" \t\r\n")
            return b""
        self._head = None
        if start.startswith(_DOCUMENT_STARTS):
            self._document = bytearray()
            return start
        return data

    def _gather(self, data: bytes) -> None:
        assert self._document is not None
        self._document += data
        if len(self._document) > self._max_bytes:
            raise ProtocolError(
                f"{self.provider} sent a document of more than {self._max_bytes:,} bytes, so textchat stopped reading. "
                "Try again, or raise max_event_bytes of its provider."
            )


class SurrogatePairs:
    """Joins characters that a server cut in two, as JSON escapes of UTF-16 halves; a lone half becomes U+FFFD."""

    def __init__(self) -> None:
        self._held: TextDelta | ReasoningDelta | None = None

    def is_needed(self, json_text: str) -> bool:
        return self._held is not None or "\\ud" in json_text or "\\uD" in json_text

    def mend(self, events: Iterable[StreamEvent]) -> Iterator[StreamEvent]:
        for event in events:
            match event:
                case TextDelta(text) | ReasoningDelta(text):
                    held = self._held
                    if held is not None and type(held) is type(event):
                        text, self._held = held.text + text, None
                    else:
                        yield from self.flush()
                    if text and "\ud800" <= text[-1] <= "\udbff":
                        self._held = type(event)(text[-1])
                        text = text[:-1]
                    if text:
                        yield type(event)(_whole(text))
                case ToolCallDelta(index, id_, name, arguments):
                    yield ToolCallDelta(index, _whole(id_), _whole(name), _whole(arguments))
                case _:
                    yield event

    def flush(self) -> Iterator[StreamEvent]:
        held, self._held = self._held, None
        if held is not None:
            yield type(held)("\ufffd")


def _whole(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
