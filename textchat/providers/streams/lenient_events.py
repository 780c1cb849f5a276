"""Parser of event streams as servers send them, beside the standard: what is no field, and what lacks a blank line.

llama.cpp through 2025 sent errors as a field `error:` (https://github.com/ggml-org/llama.cpp/pull/16109), Lemonade as a
line of bare JSON, gateways a web page; GLM and Kimi were seen with one line end between events.
"""

from __future__ import annotations

from textchat.core.limits import ERROR_BODY, EVENT
from textchat.providers.error_documents import error_text_details
from textchat.providers.streams.event_data import is_cut_json, is_whole
from textchat.providers.streams.sse import ServerSentEvent, ServerSentEventParser

_BLANK = b"\xef\xbb\xbf\0 \t"
_FIELDS = frozenset((b"data", b"event", b"id", b"retry"))
_STRAY_STARTS = (b"{", b"[", b"<")


class LenientEventParser(ServerSentEventParser):
    """Reads what the standard ignores: each becomes an event of its own, in its place.

    - A field `error` is an event of that name; a line that reads as an error is one too.
    - A line that is no field continues data that is JSON without its end: a raw line end stood in it.
    - Lines that begin like JSON or a web page are an event, up to a blank line or the next field.
    - Data that is a whole JSON object ends its event where another line of data follows.
    - What is left at the end of the body is read.
    """

    def __init__(self, max_bytes: int = EVENT.most) -> None:
        super().__init__(max_bytes)
        self._stray: list[bytes] = []
        self._stray_bytes = 0
        self._not_whole = b""
        """The last first line of data that is no whole object."""

    def close(self) -> list[ServerSentEvent]:
        events = self.feed(b"\n\n")
        self._end_stray(events)
        super().close()
        return events

    # -- hooks of the base class ---------------------------------------------------------------------------------------

    def _more_data(self, events: list[ServerSentEvent]) -> None:
        """End the event if its data is a whole object, which only its first line can be."""
        if len(self._data) == 1 and self._data[0] is not self._not_whole:
            if is_whole(self._data[0].decode("utf-8", "replace")):
                events.append(self._dispatch())
            else:
                self._not_whole = self._data[0]

    def _blank_line(self, events: list[ServerSentEvent]) -> None:
        if self._stray and (self._data or not self._stray[0].startswith(b"<")):  # a page may hold blank lines
            self._end_stray(events)
        super()._blank_line(events)

    def _take_field(self, line: bytes, events: list[ServerSentEvent]) -> None:
        name, colon, value = line.partition(b":")
        name = name.strip(_BLANK).lower()
        if name in _FIELDS:
            self._end_stray(events)
            if name in (b"data", b"event"):
                self._more_data(events)
            super()._take_field(name + colon + value, events)
        elif name == b"error" and colon:
            self._add(events, "error", value.strip())
        else:
            self._take_stray(line, events)

    # -- inside --------------------------------------------------------------------------------------------------------

    def _take_stray(self, line: bytes, events: list[ServerSentEvent]) -> None:
        self._more_data(events)
        is_open = self._data and is_cut_json(self._data[0][:64].decode("utf-8", "replace").lstrip())
        if is_open and not is_whole(line.decode("utf-8", "replace")):
            self._data.append(line)
            self._data_bytes += len(line)
        else:
            self._take_document(line.strip(_BLANK), events)

    def _take_document(self, line: bytes, events: list[ServerSentEvent]) -> None:
        """Take in a line of JSON or of a web page that stands between events, or words that read as an error."""
        if not self._stray and not line.startswith(_STRAY_STARTS):
            if error_text_details(line[: ERROR_BODY.most].decode("utf-8", "replace")) is not None:
                self._add(events, "message", line)
            return
        if not self._stray and is_whole(line.decode("utf-8", "replace")):
            self._add(events, "message", line)
            return
        if not self._stray and self._data:
            events.append(self._dispatch())
        if self._stray_bytes + len(line) <= ERROR_BODY.most:
            self._stray.append(line)
            self._stray_bytes += len(line)

    def _end_stray(self, events: list[ServerSentEvent]) -> None:
        if self._stray:
            text, self._stray, self._stray_bytes = b"\n".join(self._stray), [], 0
            events.append(ServerSentEvent("message", text.decode("utf-8", "replace"), self._id))

    def _add(self, events: list[ServerSentEvent], name: str, data: bytes) -> None:
        """Add an event; data that waits for its blank line came before it."""
        self._end_stray(events)
        if self._data:
            events.append(self._dispatch())
        events.append(ServerSentEvent(name, data.decode("utf-8", "replace"), self._id))
