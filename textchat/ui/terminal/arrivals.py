"""What a complete sequence of the terminal is to Textual: keys, the mouse, the focus, a new size, modes; or nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from textual import constants, events, messages
from textual._xterm_parser import IS_ITERM, XTermParser
from textual.message import Message

from textchat.ui.terminal.keyboard import keys_of

LARGEST_SIDE = 2000
"""Rows or columns of a window: what says more is no window, and would fill the memory."""
SYNCHRONIZED_OUTPUT, SIZE_IN_BAND = "2026", "2048"

_MOUSE = re.compile(r"\x1b\[<\d{1,3};-?\d{1,5};-?\d{1,5}[Mm]")
_URXVT_MOUSE = re.compile(r"\x1b\[(\d{2,3});(\d{1,5});(\d{1,5})M")
_X10_MOUSE = re.compile(r"\x1b\[M(.)(.)(.)", re.DOTALL)
_MODE = re.compile(r"\x1b\[\?(\d{1,5});(\d)\$y")
_SIZE = re.compile(r"\x1b\[48;(\d{1,5})(?::\d*)*;(\d{1,5})(?::\d*)*;(\d{1,6})(?::\d*)*;(\d{1,6})(?::\d*)*t")
_PLACE = re.compile(r"\x1b\[(\d{1,5});(\d{1,5})R")


class Arrivals:
    """Reads sequences. It remembers what the mouse needs: its last place, and the size of a cell in pixels."""

    def __init__(self) -> None:
        self._mouse = XTermParser()
        self._has_size_in_band = False

    def of(self, sequence: str) -> Sequence[Message]:
        """The messages for Textual; none for what it does not know."""
        match sequence:
            case "\x1b[I":
                return [events.AppFocus()]
            case "\x1b[O":
                return [events.AppBlur()]
        if (keys := keys_of(sequence)) is not None:
            return keys
        if sequence.startswith(("\x1b[<", "\x1b[M")) or sequence.endswith("M"):
            return self._mouse_of(sequence)
        if match := _MODE.fullmatch(sequence):
            return self._mode_of(match[1], int(match[2]))
        if match := _SIZE.fullmatch(sequence):
            return self._size_of(*(int(number) for number in match.groups()))
        if match := _PLACE.fullmatch(sequence):
            return [events.CursorPosition(int(match[2]) - 1, int(match[1]) - 1)]
        return []

    def _mouse_of(self, sequence: str) -> Sequence[Message]:
        """The mouse in any of its three forms: the two older ones add 32 to the buttons, X10 to the place as well."""
        if match := _X10_MOUSE.fullmatch(sequence):
            sequence = _spelled(*(ord(character) - 32 for character in match.groups()))
        elif match := _URXVT_MOUSE.fullmatch(sequence):
            buttons, column, row = map(int, match.groups())
            sequence = _spelled(buttons - 32, column, row)
        if _MOUSE.fullmatch(sequence) is None:
            return []
        event = self._mouse.parse_mouse_code(sequence)
        return [] if event is None else [event]

    def _mode_of(self, mode: str, setting: int) -> Sequence[Message]:
        if mode == SYNCHRONIZED_OUTPUT and setting > 0:
            return [messages.TerminalSupportsSynchronizedOutput()]
        if mode == SIZE_IN_BAND and constants.SMOOTH_SCROLL and not IS_ITERM:
            answer = messages.InBandWindowResize.from_setting_parameter(setting)
            self._has_size_in_band = answer.supported
            return [answer]
        return []

    def _size_of(self, rows: int, columns: int, height: int, width: int) -> Sequence[Message]:
        is_window = 0 < rows <= LARGEST_SIDE and 0 < columns <= LARGEST_SIDE
        if not is_window or not self._has_size_in_band:
            return []
        # The mouse counts in pixels from here on; a terminal that does not know its own counts in cells.
        pixels = (width, height) if width and height else None
        event = events.Resize.from_dimensions((columns, rows), pixels)
        self._mouse.terminal_size, self._mouse.terminal_pixel_size = event.size, event.pixel_size
        self._mouse.mouse_pixels = True
        return [event]


def _spelled(buttons: int, column: int, row: int) -> str:
    """The same report in the SGR form."""
    return f"\x1b[<{buttons};{column};{row}M"
