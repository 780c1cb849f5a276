"""Base class of the readers of protocols that stream server-sent events."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any

from textchat.core.errors import ProtocolError
from textchat.core.events import StreamEvent
from textchat.core.limits import EVENT
from textchat.providers import failures
from textchat.providers.error_documents import ErrorDetails, error_details, error_text_details
from textchat.providers.streams.event_data import JsonObject, is_whole, json_object, objects_and_texts
from textchat.providers.streams.lenient_events import LenientEventParser
from textchat.providers.streams.response_reader import PlainText, ResponseReader
from textchat.providers.streams.sse import ServerSentEvent

_DOCUMENT_STARTS = (b"{", b"[", b"<")
"""No field of an event stream begins so: it is JSON, or a web page."""


class EventStreamReader(ResponseReader):
    """Reads a stream of server-sent events, or one JSON document in its place.

    What the request asked for does not matter: an answer that begins like a document is read as one (a JSON error
    where a stream was promised, a server that knows no streaming), any other as an event stream. A document of which
    the first line is whole JSON, with more behind it, is an event stream after all.
    """

    def __init__(self, provider: str, max_bytes: int = EVENT.most) -> None:
        super().__init__(provider, max_bytes)
        self._parser = LenientEventParser(max_bytes)
        self._head: bytes | None = b""
        """What came before the first telling byte; None once that has come."""
        self._document: bytearray | None = None
        self._first_line_end = -1
        """Where the first line of the document ends; -1 until that has come."""

    @abstractmethod
    def event(self, name: str, document: JsonObject) -> PlainText | Iterator[StreamEvent]:
        """Read the JSON object of one event and its name; raises a ChatError if it is an error.

        A tuple where it holds text of the answer and no finish reason, as nearly all do: that spares looking at it.
        """

    @abstractmethod
    def document(self, document: Any) -> Iterator[StreamEvent]:
        """Read a blocking answer; raises a ChatError if it is an error."""

    def feed(self, data: bytes) -> Iterator[StreamEvent]:
        if self._head is not None:
            data = self._recognise(data)
        if self._document is not None:
            data = self._gather(data)
        yield from self._stream(data)

    def close(self) -> Iterator[StreamEvent]:
        self._is_closing = True
        if self._document is not None:
            yield from self._whole(bytes(self._document))
        elif not self.is_done:
            for event in self._parser.close():
                yield from self._read(event)
        yield from self.flush()
        yield from self.end()

    # -- an event stream -----------------------------------------------------------------------------------------------

    def _stream(self, data: bytes) -> Iterator[StreamEvent]:
        if self.is_done or not data:
            return
        try:
            events = self._parser.feed(data)
        except ProtocolError as error:
            self.damaged(error)
            self.is_done = True
            return
        for event in events:
            if self.is_done:
                return
            yield from self._read(event)

    def _read(self, event: ServerSentEvent) -> Iterable[StreamEvent]:
        name, data, _ = event
        document = json_object(data)
        if document is None or _is_error(name):
            return self._read_parts(name, data)
        return self.pass_on(self.event(name, document), data)

    def _read_parts(self, name: str, data: str) -> Iterator[StreamEvent]:
        """Read an event that is no single JSON object, or that is called an error."""
        if _is_error(name):
            self.fail(_named_error(next(objects_and_texts(data), "")))
            return
        for part in objects_and_texts(data):
            if self.is_done:
                return
            if isinstance(part, str):
                self.read_text(part)
            else:
                yield from self.pass_on(self.event(name, part), data)

    # -- one document --------------------------------------------------------------------------------------------------

    def _whole(self, data: bytes) -> Iterator[StreamEvent]:
        try:
            document = failures.parse_json(data, self.provider)
        except ProtocolError as error:
            if data.startswith(b"<"):
                raise  # a web page: the address is wrong
            self.pass_over(error)
            for event in self._parser.feed(data) + self._parser.close():
                yield from self._read(event)
        else:
            yield from self.pass_on(self.document(document), data.decode("utf-8", "replace"))

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

    def _gather(self, data: bytes) -> bytes:
        """Add to the document; all of it, if it is an event stream after all."""
        assert self._document is not None
        if self._first_line_end < 0 and (at := data.find(b"\n")) >= 0:
            self._first_line_end = len(self._document) + at
        self._document += data
        if len(self._document) > self.max_bytes:
            raise ProtocolError(
                f"{self.provider} sent a document of more than {self.max_bytes:,} bytes, so textchat stopped reading. "
                "Try again, or raise max_event_bytes of its provider."
            )
        return self._stream_in_document() if self._first_line_end > 0 else b""

    def _stream_in_document(self) -> bytes:
        assert self._document is not None
        end = self._first_line_end
        if not self._document[end:].strip():
            return b""
        self._first_line_end = 0  # looked at once
        if not is_whole(self._document[:end].decode("utf-8", "replace")):
            return b""
        data, self._document = bytes(self._document), None
        return data


def _is_error(name: str) -> bool:
    return name != "message" and name.lower().endswith(("error", "exception"))


def _named_error(part: JsonObject | str) -> ErrorDetails:
    """The error of an event that is called one, whatever is in it."""
    if isinstance(part, str):
        return error_text_details(part) or ErrorDetails(part)
    return error_details(part) or error_details({"error": part}) or ErrorDetails()
