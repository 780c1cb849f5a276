"""What is open until its end comes: a bracketed paste, and a control string such as OSC."""

from __future__ import annotations

import re
from dataclasses import dataclass

from textchat.core.limits import PASTE
from textchat.ui.terminal.forms import PASTE_END

PASTE_SILENCE_S = 1.0
"""After so much silence a paste has ended, whether its end came or not."""
PASTE_ESCAPE_S = 0.1
"""The same where the last that came is Escape and nothing else: somebody wants to get out."""
LONGEST_REPORT = 4096
"""Of a longer string the rest is dropped: no question has such an answer."""

_ESCAPE_KEY = re.compile(rb"\x1b(?:\[27(?:;1?(?::1)?)?u)?")
"""Escape as all terminals send it, and in the kitty keyboard protocol."""
_CSI_END = re.compile(rb"[^ -?]")
_OSC_END = re.compile(rb"[\x07\x18\x1a]|\xc2\x9c|\x1b\\?")
_STRING_END = re.compile(rb"[\x18\x1a]|\xc2\x9c|\x1b\\?")


class OpenPaste:
    """A bracketed paste: text whatever it holds, until its end."""

    def __init__(self, end: re.Pattern[bytes]) -> None:
        self._end = end
        self._data = bytearray()
        self.is_cut = False
        """Whether more has come than is kept."""
        self._escape = b""
        """What came last, if that is the key Escape by itself."""

    @property
    def text(self) -> str:
        """What has come, without the end."""
        return self.decoded(bytes(self._data[: PASTE.most]))

    @property
    def patience_s(self) -> float:
        """How long the end may keep one waiting."""
        return PASTE_ESCAPE_S if self._escape else PASTE_SILENCE_S

    def take(self, data: bytes) -> bytes | None:
        """Take in what was read; returns what stands behind the end, None where the end has not come."""
        known = max(0, len(self._data) - len(PASTE_END))
        self._data += data
        end = self._end.search(self._data, known)
        if end is None:
            self._escape = data if _ESCAPE_KEY.fullmatch(data) else b""
            self._drop()
            return None
        rest = bytes(self._data[end.end() :])
        del self._data[end.start() :]
        self.is_cut = self.is_cut or len(self._data) > PASTE.most
        return rest

    def _drop(self) -> None:
        """Forget what is too much, but for the last bytes, which may be half of the end."""
        if len(self._data) > PASTE.most + len(PASTE_END):
            del self._data[PASTE.most : -len(PASTE_END)]
            self.is_cut = True

    def given_up(self) -> str:
        """What has come of a paste whose end does not come; the Escape that ended it is no part of it."""
        return self.decoded(bytes(self._data.removesuffix(self._escape)[: PASTE.most]))

    @staticmethod
    def decoded(data: bytes) -> str:
        """The text of a paste. NUL is dropped, as Textual does: some terminals end a paste with it."""
        return data.decode("utf-8", "replace").replace("\x00", "")


@dataclass(eq=False, repr=False)
class End:
    """Where a string ends."""

    place: int
    is_half: bool
    """Whether only the first half of ST has come so far."""


class ControlString:
    """An OSC, DCS, APC, PM or SOS string; or a CSI sequence longer than any that has a meaning."""

    def __init__(self, introducer: bytes) -> None:
        self.introducer = introducer
        self.is_complete = False
        """Whether it has its end; False: something else broke it off."""
        self._data = bytearray()
        self._end = {b"\x1b[": _CSI_END, b"\x1b]": _OSC_END}.get(introducer, _STRING_END)

    @property
    def text(self) -> str:
        """All of it, from its ESC to its end."""
        return (self.introducer + self._data).decode("utf-8", "replace")

    def end_in(self, data: bytes, place: int) -> End | None:
        """Look for the end from a place on, and keep what stands before it; None where there is no end."""
        match = self._end.search(data, place)
        is_other = match is not None and match[0] == b"\x1b"
        stop = len(data) if match is None else match.start() if is_other else match.end()
        self._data += data[place : min(stop, place + LONGEST_REPORT - len(self._data))]
        if match is None:
            return None
        if self._end is _CSI_END:
            return End(match.end() if b"@" <= match[0] <= b"~" else match.start(), False)
        self.is_complete = match[0] in (b"\x07", b"\xc2\x9c", b"\x1b\\")
        return End(stop, is_other and match.end() == len(data))
