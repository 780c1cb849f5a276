"""Base class of the readers of protocols that stream server-sent events."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any

from textchat.core.errors import ProtocolError
from textchat.core.events import StreamEvent
from textchat.providers import failures
from textchat.providers.streams.response_reader import ResponseReader
from textchat.providers.streams.sse import DEFAULT_MAX_BYTES, ServerSentEvent, ServerSentEventParser

_DOCUMENT_STARTS = (b"{", b"[", b"<")
"""No field of an event stream begins so: it is JSON, or a web page."""


class EventStreamReader(ResponseReader):
    """Reads a stream of server-sent events, or one JSON document in its place.

    What the request asked for does not matter: an answer that begins like a document is read as one (a JSON error
    where a stream was promised, a server that knows no streaming), any other as an event stream.
    """

    def __init__(self, provider: str, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        super().__init__(provider, max_bytes)
        self._parser = ServerSentEventParser(max_bytes)
        self._head: bytes | None = b""
        """What came before the first telling byte; None once that has come."""
        self._document: bytearray | None = None

    @abstractmethod
    def event(self, event: ServerSentEvent) -> Iterable[StreamEvent]:
        """Read one server-sent event; raises a ChatError if it is an error.

        A tuple where it holds text of the answer and no finish reason, as nearly all do: that spares looking at it.
        """

    @abstractmethod
    def document(self, document: Any) -> Iterable[StreamEvent]:
        """Read a blocking answer; raises a ChatError if it is an error."""

    def feed(self, data: bytes) -> Iterator[StreamEvent]:
        if self._head is not None:
            data = self._recognise(data)
        if self._document is not None:
            self._gather(data)
            return
        for event in self._parser.feed(data):
            if self.is_done:
                return
            yield from self.pass_on(self.event(event), event.data)

    def close(self) -> Iterator[StreamEvent]:
        if self._document is not None:
            document = failures.parse_json(bytes(self._document), self.provider)
            yield from self._pairs.mend(self.document(document))
        elif not self.is_done:
            self._parser.close()
        yield from self.flush()
        yield from self.end()

    def _recognise(self, data: bytes) -> bytes:
        """The bytes to read now: none until the first byte that tells a document from a stream."""
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
        if len(self._document) > self.max_bytes:
            raise ProtocolError(
                f"{self.provider} sent a document of more than {self.max_bytes:,} bytes, so textchat stopped reading. "
                "Try again, or raise max_event_bytes of its provider."
            )
