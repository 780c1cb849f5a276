"""NDJSON parser: splits bytes, cut anywhere, into lines of JSON.

Source: the NDJSON specification 1.0 (https://github.com/ndjson/ndjson-spec): each line is one JSON text in UTF-8,
ended by LF; a CR before it belongs to the line end, empty lines may be skipped. No other character ends a line:
JSON may hold U+2028 and U+0085 as they are.
"""

from __future__ import annotations

from textchat.core.errors import ProtocolError
from textchat.core.limits import EVENT
from textchat.providers.streams.event_data import is_json


class NdjsonSplitter:
    """Takes bytes in pieces of any size and returns complete lines as text, without their ends.

    Bytes that are no UTF-8 become U+FFFD. A line of more than `max_bytes` (its LF not counted) is a `ProtocolError`,
    raised only after the lines before it have been given out: what a model said until then is not lost.
    """

    def __init__(self, max_bytes: int = EVENT.most) -> None:
        self._max_bytes = max_bytes
        self._pieces: list[bytes] = []
        self._size = 0
        self._too_long = False
        self.rest = ""
        """What came last without being a whole line of JSON; known after `close`."""

    def feed(self, data: bytes) -> list[str]:
        """The lines that `data` completes; raises ProtocolError for a line that is too long."""
        self._refuse_long_lines()
        lines: list[str] = []
        *ended, rest = data.split(b"\n")
        for piece in ended:
            if not self._hold(piece):
                return self._given_out(lines)
            if line := self._take():
                lines.append(line)
        if not self._hold(rest):
            return self._given_out(lines)
        return lines

    def close(self) -> list[str]:
        """The last line, if it is valid JSON without a line end; anything else is left in `rest`."""
        self._refuse_long_lines()
        line = self._take()
        if line and is_json(line):
            return [line]
        self.rest = line
        return []

    def _hold(self, piece: bytes) -> bool:
        self._pieces.append(piece)
        self._size += len(piece)
        self._too_long = self._size > self._max_bytes
        return not self._too_long

    def _take(self) -> str:
        line = b"".join(self._pieces)
        self._pieces, self._size = [], 0
        return line.removesuffix(b"\r").decode("utf-8", "replace")

    def _given_out(self, lines: list[str]) -> list[str]:
        self._pieces = []  # nothing more is read, so nothing is kept
        if not lines:
            self._refuse_long_lines()
        return lines

    def _refuse_long_lines(self) -> None:
        if self._too_long:
            raise ProtocolError(
                f"The server sent a line of more than {self._max_bytes:,} bytes, so textchat stopped reading. "
                "If that is right, raise max_event_bytes of its provider."
            )
