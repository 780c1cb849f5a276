"""The forms of what a terminal sends, as regular expressions over bytes.

They are those of ECMA-48 and of xterm's control sequences (https://invisible-island.net/xterm/ctlseqs/): CSI has
parameters 0x30-0x3F, intermediates 0x20-0x2F and one final byte 0x40-0x7E; OSC, DCS, APC, PM and SOS end with ST, OSC
also with BEL; ESC, CAN and SUB break off what is open.
"""

from __future__ import annotations

import re

from textchat.ui.terminal.pieces import Chord, Control, Escape, Piece, Sequence, Text

ESC = b"\x1b"
PASTE_END = b"\x1b[201~"
_CSIS = (
    rb"\x1b\[",
    rb"\xc2\x9b",
    # With eight bits by itself, where it is no part of a character.
    rb"(?<![\xc2-\xf4])(?<![\xe0-\xf4][\x80-\xbf])(?<![\xf0-\xf4][\x80-\xbf]{2})\x9b",
)
PASTE_START = re.compile(b"(?:" + b"|".join(_CSIS) + b")200~")
PASTE_ENDS = dict(zip((ESC + b"[", b"\xc2\x9b", b"\x9b"), (re.compile(csi + b"201~") for csi in _CSIS), strict=True))
"""By the CSI that the paste begins with: a paste ends as it begins, another spelling in it is text."""
INTRODUCERS = b"[]PX^_O"
"""What makes more than a chord of ESC: the second byte of CSI, OSC, DCS, SOS, PM, APC and SS3."""

# Whatever has the length of a character; what is wrong with it shows when it is decoded.
_BEYOND_ASCII = rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
_HALF_CHARACTER = rb"[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2}"
# Parameters may stand behind intermediates: that is malformed, and ends at the same byte. CSI [ and CSI M go on.
_CSI = rb"\[(?:[ -?]+[@-~]|[@-LN-Z\\-~])"

_PIECE = re.compile(
    rb"(?P<text>(?:[\x20-\x7e]++|" + _BEYOND_ASCII + rb")++)"
    rb"|(?P<control>[\x00-\x1a\x1c-\x1f\x7f])"
    # The Linux console's F1 to F5, and the mouse of X10 with three bytes of any value behind it.
    rb"|(?P<sequence>\x1b(?:\[\[[A-E]|\[M[\x20-\xff]{3}|" + _CSI + rb"|O[0-9;]*[@-~]))"
    rb"|(?P<string>\x1b[\]P_^X](?!\Z))"
    rb"|\x1b(?P<after_escape>\x1b(?:" + _CSI + rb"|O[@-~]))"
    rb"|(?P<escape>\x1b(?=\x1b|\Z))"
    rb"|(?P<broken>\x1b\[(?:[ -?]*[\x18\x1a]|[ -?]+|\[|M[\x20-\xff]{0,2}))"
    rb"|\x1b(?P<chord>[\x20-\x7e]|" + _BEYOND_ASCII + rb"|[\x00-\x1a\x1c-\x1f\x7f])"
    rb"|(?P<eight_bits>\x9b[0-?]*[ -/]*[@-~]"
    rb"|[\x90\x98\x9d-\x9f][^\x07\x18\x1a\x1b]{0,256}?(?:\x9c|\xc2\x9c|\x1b\\|\x07))"
    rb"|(?P<no_character>" + _HALF_CHARACTER + rb"|[\x80-\xff])"
    rb"|(?P<nothing>\x1b)",
    re.DOTALL,
)
_C1 = re.compile(rb"(\x1b\[M[\x20-\xff]{3})|\xc2(\x8f(?=[0-9;@-~])|\x9b(?=[ -~])|[\x90\x98\x9d-\x9f](?!\Z))", re.DOTALL)

HALF = re.compile(
    rb"(?:\x9b[0-?]*[ -/]*|\x1b\x1b?(?:\[[ -?]*|\[\[|\[M[\x20-\xff]{0,2}|O[0-9;]*|[\]P_^X]|" + _HALF_CHARACTER + rb")?"
    rb"|" + _HALF_CHARACTER + rb"|\xc2[\x8f\x90\x98\x9b\x9d-\x9f])\Z",
    re.DOTALL,
)
"""What is not complete at the end of a read."""
HALF_OR_KEY = re.compile(rb"\x1b+[\[\]PX^_O]?|\x1b\[\[|\x1b\[\d+\$")
"""Half a sequence that may as well be the whole of a key, such as Escape, or Alt with a bracket."""
RXVT_SHIFT = re.compile(rb"\x1b\[\d+\$")
"""rxvt's Shift with a key, which looks like half a sequence."""
LATE = re.compile(
    rb"\x1b(?:\[[<=>?]?[\d;:]+[ $]?(?:[A-Za-z~]|\Z)|\[[A-DFHIOZ]\Z|O[A-DFHP-S]\Z"
    rb"|\]\d{1,4};|P[\d;]*[$+>!|]|_G|[\]PX^_][^\x1b\x07]*(?:\x07|\x1b\\))"
)
"""A sequence whose beginning was given up before the rest came, which only a terminal writes in one go."""


def in_seven_bits(data: bytes) -> bytes:
    """The same with ESC in the introducers of C1, in UTF-8. Where they begin nothing they are no text, and dropped."""
    return _C1.sub(_seven_bits, data) if b"\xc2" in data else data


def _seven_bits(match: re.Match[bytes]) -> bytes:
    place_of_the_mouse: bytes | None = match[1]
    return place_of_the_mouse or ESC + bytes([match[2][0] - 0x40])


def piece_at(data: bytes, place: int) -> tuple[Piece | bytes | None, int]:
    """The piece at a place and the place behind it; bytes are the introducer of a string, None is nothing."""
    match = _PIECE.match(data, place)
    assert match is not None and match.lastgroup is not None  # the last alternatives take any byte
    return _piece(match.lastgroup, match[match.lastgroup]), match.end()


def _piece(kind: str, data: bytes) -> Piece | bytes | None:
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
            return Chord(data.decode("utf-8", "replace")[0])
        case "eight_bits":
            return Sequence(f"\x1b{chr(data[0] - 0x40)}{data[1:].decode('utf-8', 'replace')}")
        case "no_character":
            return Text("\ufffd")
        case "string":
            return data
        case _:
            return None
