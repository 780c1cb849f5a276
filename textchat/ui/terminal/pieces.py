"""The pieces that the bytes of a terminal are cut into."""

from __future__ import annotations

from dataclasses import dataclass

# Nobody compares or shows them, and each method of a dataclass costs a start of the program half a millisecond.


@dataclass(eq=False, repr=False)
class Text:
    """Characters that were typed, or came in one burst; never a control character."""

    text: str


@dataclass(eq=False, repr=False)
class Control:
    """One of C0 but ESC, or DEL: Enter, Tab, Backspace, Ctrl with a letter."""

    character: str


@dataclass(eq=False, repr=False)
class Chord:
    """ESC and one more character in one go: that key with Alt."""

    character: str


@dataclass(eq=False, repr=False)
class Escape:
    """The key by itself."""


@dataclass(eq=False, repr=False)
class Sequence:
    """A complete CSI, SS3, OSC, DCS, APC, PM or SOS sequence, spelled with seven bits: a key, the mouse, a report."""

    text: str
    after_escape: bool = False
    """Whether another ESC stood before it: rxvt's way to say Alt."""


@dataclass(eq=False, repr=False)
class Pasted:
    """Text that came as a paste."""

    text: str
    is_cut: bool = False
    """Whether it was longer."""


class Lines(Pasted):
    """Text that is taken for a paste because its lines came in one burst."""


Piece = Text | Control | Chord | Escape | Sequence | Pasted
