"""What may reach a terminal, told strictly: everything a program wrote is one of these forms, or it is an offence."""

from __future__ import annotations

import re
from collections import Counter

from textchat.render.cells import Sample

ALLOWED: dict[str, re.Pattern[str]] = {
    "a sample, and the question where it ended": re.compile(rf"\x1b\[2;1H(?:{'|'.join(Sample)})\x1b\[6n"),
    "colours and attributes (SGR)": re.compile(r"\x1b\[[0-9;:]*m"),
    "the cursor's place": re.compile(r"\x1b\[(?:\d+;\d+)?H"),
    "the screen, the cursor and wrapping as Textual sets them": re.compile(r"\x1b\[\?(?:1049|25|7)[hl]"),
    "mouse, focus and paste reports": re.compile(r"\x1b\[\?(?:1000|1002|1003|1004|1006|1015|2004)[hl]"),
    "synchronised output, and reports of the size": re.compile(r"\x1b\[\?(?:2026|2048)(?:[hl]|\$p)"),
    "the kitty keyboard protocol": re.compile(r"\x1b\[(?:>\d+|<\d*|\?)u"),
    "the pointer's shape": re.compile(r"\x1b\]22;[a-z-]+\x07"),
    "a link of the web or to a mail address (OSC 8)": re.compile(
        r"\x1b\]8;id=[0-9-]+;(?:https?://|mailto:)[\x21-\x7e]+\x1b\\", re.IGNORECASE
    ),
    "the end of a link": re.compile(r"\x1b\]8;;\x1b\\"),
    "the title of the window, and the one before it put away and back": re.compile(
        r"\x1b\[2[23];2t|\x1b\]2;textchat(?: — [^\x00-\x1f\x7f-\x9f\xad\u200e\u200f\u2028-\u202e\u2060-\u206f]+)?\x1b\\"
    ),
    "a new line": re.compile(r"\r\n"),
    # No control character, no lone surrogate, nothing that turns the direction of writing or is drawn as nothing.
    "text": re.compile(
        r"[^\x00-\x1f\x7f-\x9f\xad\u115f\u1160\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\uffa0\ufeff"
        r"\ud800-\udfff\U000e0000-\U000e0fff]+"
    ),
}
_ANY = re.compile("|".join(f"(?:{form.pattern})" for form in ALLOWED.values()), re.IGNORECASE)
_MODE = re.compile(r"\x1b\[(?:\?[\d;]+[hl]|>\d+u|<\d*u)")
_STYLES = {0, 1, 2, 3, 4, 7, 9, 39, 49, *range(30, 38), *range(40, 48), *range(90, 98), *range(100, 108)}
"""Bold, dim, italic, underlined, reversed, struck, and colours: no blinking, no hiding."""
OFTEN = 2
"""How often a program may set one mode: at its start and at its end."""


def offences(output: bytes, columns: int = 200, rows: int = 100) -> list[str]:
    """Every place where `output` holds something else, with what stands around it."""
    try:
        text = output.decode()
    except UnicodeDecodeError as error:
        return [f"no UTF-8: {error}"]
    found: list[str] = []
    modes: Counter[str] = Counter()
    at = 0
    while at < len(text):
        form = _ANY.match(text, at)
        end = form.end() if form else at + 1
        sequence = text[at:end]
        modes[sequence] += _MODE.fullmatch(sequence) is not None
        if form is None or not _is_ours(sequence, columns, rows) or modes[sequence] > OFTEN:
            found.append(f"{text[max(0, at - 20) : at]!r} >>> {text[at : at + 40]!r}")
        at = end
    return found


def _is_ours(sequence: str, columns: int, rows: int) -> bool:
    if sequence.endswith("H") and (place := re.fullmatch(r"\x1b\[(\d+);(\d+)H", sequence)):
        return int(place[1]) <= rows and int(place[2]) <= columns
    if sequence.startswith("\x1b[") and sequence.endswith("m"):
        plain = re.sub(r"[34]8;(?:5;\d+|2;\d+;\d+;\d+);?", "", sequence[2:-1])
        return all(int(number or 0) in _STYLES for number in plain.split(";"))
    return True


def link_targets(output: bytes) -> set[str]:
    return set(re.findall(r"\x1b\]8;id=[^;]*;([^\x1b\x07]+)", output.decode()))
