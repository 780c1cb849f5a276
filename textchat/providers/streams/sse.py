"""Parser of server-sent events, as in the WHATWG HTML Living Standard; takes bytes cut anywhere.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html (section 9.2).
"""

from __future__ import annotations

from typing import NamedTuple

from textchat.core.errors import ProtocolError
from textchat.core.limits import EVENT

_BOM = b"\xef\xbb\xbf"
_LONGEST_RETRY_DIGITS = 18


class ServerSentEvent(NamedTuple):
    """One dispatched event."""

    event: str
    """Its type, `message` where the stream names none."""
    data: str
    """The data lines, joined with line feeds."""
    id: str
    """The last event id seen so far; empty before the first."""


class ServerSentEventParser:
    """Takes bytes in pieces of any size and returns complete events.

    https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

    Lines end at CR, LF or CRLF and nowhere else. Invalid UTF-8 becomes U+FFFD. A line, or the data of one event, that
    grows over `max_bytes` raises ProtocolError; events that were complete before it are still handed out first.
    """

    def __init__(self, max_bytes: int = EVENT.most) -> None:
        self.max_bytes = max_bytes
        self.retry: int | None = None
        """The reconnection time that the stream asked for, in milliseconds."""
        self._line: list[bytes] = []
        self._line_bytes = 0
        self._data: list[bytes] = []
        self._data_bytes = 0
        self._event = b""
        self._id = ""
        self._is_first_line = True
        self._skip_line_feed = False
        self._failure: ProtocolError | None = None

    def feed(self, data: bytes) -> list[ServerSentEvent]:
        """The events that `data` completes."""
        if self._failure is not None:
            raise self._failure
        events: list[ServerSentEvent] = []
        try:
            for line in self._split(data):
                if not line:
                    self._blank_line(events)
                    continue
                size = len(line)
                if self._data_bytes + size > self.max_bytes:
                    raise self._too_long()
                if line.startswith(b"data:") and not self._data:
                    self._data.append(line[6:] if line.startswith(b" ", 5) else line[5:])
                    self._data_bytes += size
                elif not line.startswith(b":"):
                    self._take_field(line, events)
            if self._data_bytes + self._line_bytes > self.max_bytes:
                raise self._too_long()
        except ProtocolError as failure:
            self._failure = failure
            if not events:
                raise
        return events

    def close(self) -> list[ServerSentEvent]:
        """End of the stream. An unfinished event is not dispatched, so the list is always empty."""
        if self._failure is not None:
            raise self._failure
        self._line, self._line_bytes = [], 0
        self._data, self._data_bytes = [], 0
        return []

    def _split(self, data: bytes) -> list[bytes]:
        """The lines that `data` completes; an incomplete one is kept."""
        if self._skip_line_feed and data:
            # A CR at the end of the last piece ended its line at once; this LF belongs to it.
            data = data.removeprefix(b"\n")
            self._skip_line_feed = False
            if not data:
                return []
        if b"\r" in data:
            self._skip_line_feed = data.endswith(b"\r")
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        lines = data.split(b"\n")
        rest = lines.pop()
        if lines and self._line:
            # Joined only once a line is whole: a long line in many pieces stays linear.
            lines[0] = b"".join((*self._line, lines[0]))
            self._line, self._line_bytes = [], 0
        if rest:
            self._line.append(rest)
            self._line_bytes += len(rest)
        if self._is_first_line and lines:
            self._is_first_line = False
            lines[0] = lines[0].removeprefix(_BOM)
        return lines

    def _blank_line(self, events: list[ServerSentEvent]) -> None:
        if self._data:
            events.append(self._dispatch())
        self._event = b""

    def _take_field(self, line: bytes, events: list[ServerSentEvent]) -> None:
        """Take in a line that is neither blank nor a comment; `events` are those that the lines before completed."""
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
            self._data_bytes += len(line)
        elif name == b"event":
            self._event = value
        elif name == b"id":
            if b"\0" not in value:
                self._id = value.decode("utf-8", "replace")
        elif name == b"retry" and value.isdigit() and len(value) <= _LONGEST_RETRY_DIGITS:
            self.retry = int(value)

    def _dispatch(self) -> ServerSentEvent:
        data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
        self._data, self._data_bytes = [], 0
        event = self._event.decode("utf-8", "replace") if self._event else "message"
        return ServerSentEvent(event, data.decode("utf-8", "replace"), self._id)

    def _too_long(self) -> ProtocolError:
        return ProtocolError(
            f"The server sent a line or an event of more than {self.max_bytes:,} bytes, so textchat stopped "
            "reading. Try again, or raise max_event_bytes of its provider."
        )
