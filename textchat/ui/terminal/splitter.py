"""Cuts the bytes of a terminal into pieces, however they are spread over reads and whatever is wrong with them."""

from __future__ import annotations

from textchat.ui.terminal.forms import (
    ESC,
    HALF,
    HALF_OR_KEY,
    INTRODUCERS,
    LATE,
    PASTE_END,
    PASTE_ENDS,
    PASTE_START,
    RXVT_SHIFT,
    in_seven_bits,
    piece_at,
)
from textchat.ui.terminal.pieces import Pasted, Piece, Sequence
from textchat.ui.terminal.unfinished import ControlString, OpenPaste

ESCAPE_S = 0.02
"""How long ESC waits for the rest of a sequence: what a terminal writes in one go arrives together, or is cut in two by
a network, which then delivers the rest within a few milliseconds. A hand needs longer for its next key."""
CHARACTER_S = 0.1
"""How long the first bytes of a character wait for the others."""
SILENCE_S = 1.0
"""After so much silence the end of what is open does not come any more."""
LONGEST_TYPED_S = 3.0
"""The same where single characters come all the time: somebody is typing, to no effect."""
LONGEST_CSI = 256


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
        self._typed_until: float | None = None
        """How long single characters may go into an open report; None where there is none."""
        self._pieces: list[Piece] = []

    def feed(self, read: bytes, now: float) -> list[Piece]:
        """The pieces that are complete after what was read in one go."""
        self._pieces = []
        if self._is_late(read, now):
            read = self._given_up + read
        if read:
            self._given_up = b""
        if self._is_held_complete(read):
            held, self._held = self._held, b""
            self._cut(held, is_all=True)
        self._take(read)
        self._wait(now, is_typed=len(read) == 1)
        return self._pieces

    def tick(self, now: float) -> list[Piece]:
        """What waited until its deadline, as what it is without the rest."""
        self._pieces = []
        if self.deadline is None or now < self.deadline:
            return self._pieces
        self.deadline = self._typed_until = None
        self._given_up_at = now
        held, self._held = self._held, b""
        if self._paste is not None:
            self._pieces.append(Pasted(self._paste.given_up(), self._paste.is_cut))
            self._paste, self._paste_given_up = None, True
        elif self._string is not None:
            self._given_up = self._string.introducer
            self._string = None
        else:
            self._given_up = held if held.startswith(ESC) else b""
            self._cut(held, is_all=True)
        return self._pieces

    def _is_late(self, read: bytes, now: float) -> bool:
        """Whether this is the rest of what was given up. Hands write one character at a time."""
        is_soon = bool(self._given_up) and now < self._given_up_at + SILENCE_S
        return is_soon and len(read) > 1 and LATE.match(self._given_up + read) is not None

    def _is_held_complete(self, read: bytes) -> bool:
        """Whether what is held is all: another ESC follows, or what came behind ESC by itself begins no sequence."""
        if not self._held or not read or self._string is not None:
            return False
        return read[:1] == ESC or (not self._held.strip(ESC) and read[0] not in INTRODUCERS)

    # -- pastes ------------------------------------------------------------------------------------------------------

    def _take(self, read: bytes) -> None:
        rest = read
        # An end without a beginning: the rest of a paste that was given up, or that had an end of its own in it.
        may_end, self._paste_given_up = self._paste_given_up, self._paste_given_up and PASTE_END not in read
        while rest:
            if self._paste is not None:
                found = self._paste.take(rest)
                if found is None:
                    return
                self._pieces.append(Pasted(self._paste.text, self._paste.is_cut))
                self._paste, rest, may_end = None, found, True
                continue
            rest, self._held = self._held + rest, b""
            start = PASTE_START.search(rest)
            before, rest = (rest, b"") if start is None else (rest[: start.start()], rest[start.end() :])
            text, end, behind = before.rpartition(PASTE_END)
            if end and may_end:
                self._pieces.append(Pasted(OpenPaste.decoded(text.replace(PASTE_END, b""))))
                before = behind
            self._cut(before, is_all=start is not None)
            if start is not None:
                self._paste, self._string = OpenPaste(PASTE_ENDS[start[0].removesuffix(b"200~")]), None

    # -- everything else ---------------------------------------------------------------------------------------------

    def _cut(self, data: bytes, is_all: bool) -> None:
        """Cut data outside pastes; what is incomplete at its end is held, unless this is all that comes of it."""
        place = 0
        data, spelled = in_seven_bits(data), data
        while place < len(data):
            if self._string is not None:
                place = self._go_on_with_string(self._string, data, place, is_all)
            elif not is_all and (data[place] == ESC[0] or data[place] > 0x7F) and (half := HALF.match(data, place)):
                in_eight_bits = b"\xc2\x9b" + half[0][2:]  # a paste ends as it begins
                self._hold(in_eight_bits if spelled.endswith(in_eight_bits) else half[0])
                return
            elif is_all and (shifted := RXVT_SHIFT.fullmatch(data, place)):
                self._pieces.append(Sequence(shifted[0].decode()))
                return
            else:
                piece, place = piece_at(data, place)
                if isinstance(piece, bytes):
                    self._string = ControlString(piece)
                elif piece is not None:
                    self._pieces.append(piece)

    def _hold(self, half: bytes) -> None:
        if len(half) > LONGEST_CSI:  # nobody needs to know what it says
            self._string = ControlString(half[:2])
        else:
            self._held = half

    def _go_on_with_string(self, string: ControlString, data: bytes, place: int, is_all: bool) -> int:
        """Take the rest of a string; returns the place behind it."""
        if not is_all and data.endswith(b"\xc2"):  # perhaps the first half of a terminator
            data, self._held = data[:-1], b"\xc2"
        end = string.end_in(data, place)
        if end is None:
            return len(data) + len(self._held)
        if end.is_half and not is_all:
            self._held = ESC
            return len(data)
        if string.is_complete:
            self._pieces.append(Sequence(string.text))
        self._string = None
        return end.place

    # -- what waits --------------------------------------------------------------------------------------------------

    def _wait(self, now: float, is_typed: bool) -> None:
        """Set the deadline. A terminal writes in bursts; what hands write, one by one, does not keep a report open."""
        is_report = self._string is not None or (self._held.startswith(ESC) and not HALF_OR_KEY.fullmatch(self._held))
        if not is_report or self._typed_until is None or not is_typed:
            self._typed_until = now + LONGEST_TYPED_S if is_report else None
        if self._paste is not None:
            self.deadline = now + self._paste.patience_s
        elif self._typed_until is not None:
            self.deadline = min(now + SILENCE_S, self._typed_until)
        elif self._held:
            self.deadline = now + (ESCAPE_S if self._held.startswith(ESC) else CHARACTER_S)
        else:
            self.deadline = None
