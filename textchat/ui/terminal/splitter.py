"""Cuts the bytes of a terminal into pieces, however they are spread over reads and whatever is wrong with them.

The forms are those of ECMA-48 and of xterm's control sequences (https://invisible-island.net/xterm/ctlseqs/): CSI has
parameters 0x30-0x3F, intermediates 0x20-0x2F and one final byte 0x40-0x7E; OSC, DCS, APC, PM and SOS end with ST, OSC
also with BEL; ESC, CAN and SUB break off what is open. Within `ESC[200~ … ESC[201~` nothing has a meaning but the end.
"""

from __future__ import annotations

import re

from textchat.ui.terminal.pieces import Chord, Control, Escape, Pasted, Piece, Sequence, Text
from textchat.ui.terminal.unfinished import ControlString, OpenPaste

ESCAPE_S = 0.02
"""How long ESC waits for the rest of a sequence: what a terminal writes in one go arrives together, or is cut in two by
a network, which then delivers the rest within a few milliseconds. A hand needs longer for its next key."""
CHARACTER_S = 0.1
"""How long the first bytes of a character wait for the others."""
SILENCE_S = 1.0
"""After so much silence the end of what is open does not come any more."""
LONGEST_CSI = 256

_ESC = b"\x1b"
_PASTE_START, _PASTE_END = b"\x1b[200~", b"\x1b[201~"
_INTRODUCERS = b"[]PX^_O"
_CHARACTER = rb"[\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
_HALF_CHARACTER = rb"[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2}"
_CSI = rb"\[(?:[0-?]+[ -/]*[@-~]|[ -/]+[@-~]|[@-LN-Z\\-~])"

_PIECE = re.compile(
    rb"(?P<text>(?:" + _CHARACTER + rb")+)"
    rb"|(?P<control>[\x00-\x1a\x1c-\x1f\x7f])"
    # The Linux console's F1 to F5, and the mouse of X10 with three bytes of any value behind it.
    rb"|(?P<sequence>\x1b(?:\[\[[A-E]|\[M[\x20-\xff]{3}|" + _CSI + rb"|O[0-9;]*[@-~]))"
    rb"|(?P<string>\x1b[\]P_^X](?!\Z))"
    rb"|\x1b(?P<after_escape>\x1b(?:" + _CSI + rb"|O[@-~]))"
    rb"|(?P<escape>\x1b(?=\x1b|\Z))"
    rb"|(?P<broken>\x1b\[(?:[ -?]+|\[|M[\x20-\xff]{0,2}))"
    rb"|\x1b(?P<chord>" + _CHARACTER + rb"|[\x00-\x1a\x1c-\x1f\x7f])"
    rb"|(?P<eight_bits>\x9b[0-?]*[ -/]*[@-~]"
    rb"|[\x90\x98\x9d-\x9f][^\x07\x18\x1a\x1b]{0,256}?(?:\x9c|\xc2\x9c|\x1b\\|\x07))"
    rb"|(?P<no_character>[\x80-\xff]|\x1b)",
    re.DOTALL,
)
_HALF = re.compile(
    rb"(?:\x1b\x1b?(?:\[[0-?]*[ -/]*|\[\[|\[M[\x20-\xff]{0,2}|O[0-9;]*|[\]P_^X]|" + _HALF_CHARACTER + rb")?"
    rb"|" + _HALF_CHARACTER + rb")\Z",
    re.DOTALL,
)
_FEW = re.compile(rb"\x1b+[\[\]PX^_O]?|\x1b\[\[|\x1b\[\d+\$")
"""Half a sequence that may as well be the whole of a key."""
_RXVT_SHIFT = re.compile(rb"\x1b\[\d+\$")
"""rxvt's Shift with a key, which looks like half a sequence."""
_C1 = re.compile(rb"(\x1b\[M[\x20-\xff]{3})|\xc2([\x80-\x9f])", re.DOTALL)
_C1_INTRODUCERS = b"\x8f\x90\x98\x9b\x9c\x9d\x9e\x9f"
_LATE = re.compile(
    rb"\x1b(?:\[[<=>?]?[\d;:]+[ $]?[A-Za-z~]|\[[A-DFHIOZ]\Z|O[A-DFHP-S]\Z"
    rb"|\]\d{1,4};|P[\d;]*[$+>!|]|_G|[\]PX^_][^\x1b\x07]*(?:\x07|\x1b\\))"
)
"""What only a terminal writes in one go: the rest of a sequence whose beginning was given up."""


class Splitter:
    """Holds back what is not complete; `deadline` is the time at which `tick` gives it up, None where nothing waits."""

    def __init__(self) -> None:
        self.deadline: float | None = None
        self._held = b""
        """The first bytes of a character or a sequence."""
        self._paste: OpenPaste | None = None
        self._string: ControlString | None = None
        self._given_up = b""
        """The beginning of a sequence whose rest did not come in time."""
        self._given_up_at = 0.0
        self._paste_given_up = False
        self._pieces: list[Piece] = []

    def feed(self, read: bytes, now: float) -> list[Piece]:
        """The pieces that are complete after what was read in one go."""
        self._pieces = []
        if self._is_late(read, now):
            read = self._given_up + read
        if read:
            self._given_up = b""
        if self._is_escape_by_itself(read):
            self._cut(self._held, is_all=True)
            self._held = b""
        self._take(read)
        self._wait(now, is_typed=len(read) == 1)
        return self._pieces

    def tick(self, now: float) -> list[Piece]:
        """What waited until its deadline, as what it is without the rest."""
        self._pieces = []
        if self.deadline is None or now < self.deadline:
            return self._pieces
        self.deadline = None
        if self._paste is not None:
            self._pieces.append(Pasted(self._paste.given_up()))
            self._paste, self._paste_given_up = None, True
        elif self._string is not None:
            self._given_up = self._string.introducer
            self._string, self._held = None, b""
        else:
            held, self._held = self._held, b""
            self._cut(held, is_all=True)
            self._given_up = held if held.startswith(_ESC) else b""
        self._given_up_at = now
        return self._pieces

    def _is_late(self, read: bytes, now: float) -> bool:
        """Whether this is the rest of what was given up. Hands write one character at a time."""
        is_soon = bool(self._given_up) and now < self._given_up_at + SILENCE_S
        return is_soon and len(read) > 1 and _LATE.match(self._given_up + read) is not None

    def _is_escape_by_itself(self, read: bytes) -> bool:
        """Whether the ESC of the read before was the key: what follows begins no sequence, and came by itself."""
        return bool(read) and self._string is None and not self._held.strip(_ESC) and read[0] not in _INTRODUCERS

    # -- pastes ------------------------------------------------------------------------------------------------------

    def _take(self, read: bytes) -> None:
        rest = read
        # An end without a beginning: the rest of a paste that was given up, or that had an end of its own in it.
        may_end, self._paste_given_up = self._paste_given_up, self._paste_given_up and _PASTE_END not in read
        while rest:
            if self._paste is not None:
                found = self._paste.take(rest)
                if found is None:
                    return
                self._pieces.append(Pasted(self._paste.text))
                self._paste, rest, may_end = None, found, True
                continue
            rest, self._held = self._held + rest, b""
            before, start, after = rest.partition(_PASTE_START)
            text, end, behind = before.rpartition(_PASTE_END)
            if end and may_end:
                self._pieces.append(Pasted(OpenPaste.decoded(text.replace(_PASTE_END, b""))))
                before = behind
            self._cut(before, is_all=bool(start))
            rest = after
            if start:
                self._paste, self._string = OpenPaste(), None

    # -- everything else ---------------------------------------------------------------------------------------------

    def _cut(self, data: bytes, is_all: bool) -> None:
        """Cut data outside pastes; what is incomplete at its end is held, unless this is all that comes of it."""
        place = 0
        if b"\xc2" in data:
            data = _C1.sub(_seven_bits, data)
        while place < len(data):
            if self._string is not None:
                place = self._go_on_with_string(data, place, is_all)
            elif not is_all and data[place] not in _ASCII and (half := _HALF.match(data, place)):
                self._hold(half[0])
                return
            else:
                place = self._cut_one(data, place, is_all)

    def _hold(self, half: bytes) -> None:
        if len(half) > LONGEST_CSI:  # nobody needs to know what it says
            self._string = ControlString(half[:2])
        else:
            self._held = half

    def _cut_one(self, data: bytes, place: int, is_all: bool) -> int:
        """Add the piece at a place; returns the place behind it."""
        if is_all and (shifted := _RXVT_SHIFT.fullmatch(data, place)):
            self._pieces.append(Sequence(shifted[0].decode()))
            return len(data)
        match = _PIECE.match(data, place)
        assert match is not None  # the last alternatives take any byte
        kind = match.lastgroup
        assert kind is not None
        if kind == "string":
            self._string = ControlString(match[0])
        elif piece := _piece(kind, match[kind]):
            self._pieces.append(piece)
        return match.end()

    def _go_on_with_string(self, data: bytes, place: int, is_all: bool) -> int:
        """Take the rest of a string; returns the place behind it."""
        assert self._string is not None
        end = self._string.end_in(data, place)
        if end is None:
            return len(data)
        if end.is_half and not is_all:
            self._held = _ESC
            return len(data)
        if self._string.is_complete:
            self._pieces.append(Sequence(self._string.text))
        self._string = None
        return end.place

    # -- what waits --------------------------------------------------------------------------------------------------

    def _wait(self, now: float, is_typed: bool) -> None:
        """Set the deadline. A terminal writes in bursts, hands write one at a time: only bursts keep a report open."""
        if self._paste is not None:
            self.deadline = now + self._paste.patience_s
        elif self._string is not None or (self._held.startswith(_ESC) and not _FEW.fullmatch(self._held)):
            if not is_typed or self.deadline is None:
                self.deadline = now + SILENCE_S
        elif self._held:
            self.deadline = now + (ESCAPE_S if self._held.startswith(_ESC) else CHARACTER_S)
        else:
            self.deadline = None


_ASCII = frozenset(range(0x80)) - {0x1B}


def _piece(kind: str, data: bytes) -> Piece | None:
    match kind:
        case "text":
            return Text(data.decode("utf-8", "replace"))
        case "control":
            return Control(data.decode())
        case "sequence":
            return Sequence(data.decode("latin-1"))
        case "after_escape":
            return Sequence(data.decode(), after_escape=True)
        case "escape":
            return Escape()
        case "chord":
            return Chord(data.decode("utf-8", "replace"))
        case "eight_bits":
            return Sequence(f"\x1b{chr(data[0] - 0x40)}{data[1:].decode('utf-8', 'replace')}")
        case "no_character":
            return Text("\ufffd") if data != _ESC else None
        case _:
            return None


def _seven_bits(match: re.Match[bytes]) -> bytes:
    """A control of C1 in UTF-8, spelled with ESC where it begins or ends a sequence; the others mean nothing here."""
    if match[1]:
        return match[1]
    return b"\x1b" + bytes([match[2][0] - 0x40]) if match[2] in _C1_INTRODUCERS else b""
