"""Makes foreign text safe to draw: control characters become pictures, and what cannot be seen is shown.

Whatever a model, a server, a file or a title says goes through here before it is drawn; the store, copies and `--json`
keep the exact text. Each character becomes exactly one: an offset into the drawn text is an offset
into the source.

A character that is drawn as nothing makes a name look like another name, and a command like another command. So it is
shown, except where a script or an emoji is written with it: `visible` is for prose, `revealed` for names, addresses and
code, which keep those of emoji alone.
"""

from __future__ import annotations

import re
from functools import cache

from textchat.core.text.unseen import IN_EMOJI, IN_SCRIPTS, UNSEEN

_PICTURES = {
    "\x7f": "\u2421",
    "\x85": "\u2424",
    "\u2028": "\u2424",
    "\u2029": "\u2424",
    "\xad": "\u2027",  # a soft hyphen: a dot between syllables
}
_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029"
_PLACEHOLDER = "\U0010eeee"
"""In kitty's graphics protocol it shows a part of a picture that the terminal keeps."""
_ODD = re.compile(f"[{_CONTROLS}{UNSEEN}{_PLACEHOLDER}\ud800-\udfff]")
_HIDDEN = re.compile(f"[{UNSEEN}]")
_CONTROL = re.compile(rf"(?!\r\n)[{_CONTROLS}]")
_BLANKS = "[ \\t\\r\\n]+"


def visible(text: str) -> str:
    """`text` with every control character replaced by its picture (same length), except `\\n` and `\\t`.

    C0 and DEL become their control pictures (ESC is `␛`), C1 `␛`, line and paragraph separators `␤`, a soft hyphen `‧`.
    Overrides of the writing direction, surrogates, and whatever else is drawn as nothing become `\\ufffd`, but where
    the letters around are written with it: joiners of Persian and Hindi, marks of direction in Hebrew, emoji, flags.
    """
    return _drawn(text, f"{IN_EMOJI}|{IN_SCRIPTS}")


def revealed(text: str) -> str:
    """Like `visible`, for names, addresses and code: only emoji and flags keep what is drawn as nothing."""
    return _drawn(text, IN_EMOJI)


def _drawn(text: str, kept: str) -> str:
    """Replace what is odd, but for what the pattern `kept` finds."""
    if (text.isascii() and text.isprintable()) or _ODD.search(text) is None:
        return text
    if text.isascii() or _HIDDEN.search(text) is None:
        return _ODD.sub(_picture, text)
    pieces, last = [], 0
    for found in _compiled(kept).finditer(text):
        pieces += [_ODD.sub(_picture, text[last : found.start()]), found.group()]
        last = found.end()
    return "".join([*pieces, _ODD.sub(_picture, text[last:])])


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Only at first need: it takes some milliseconds."""
    return re.compile(pattern)


def _picture(found: re.Match[str]) -> str:
    sign = found.group()
    if sign < " ":
        return chr(0x2400 + ord(sign))
    # C1: the one-character forms of ESC sequences, among them CSI (9B), OSC (9D) and DCS (90). No encoder accepts a
    # lone surrogate.
    return _PICTURES.get(sign) or ("\u241b" if sign < "\xa0" else "\ufffd")


def plain_line(text: str, limit: int = 200) -> str:
    """`text` on one line, for titles and sentences: whitespace collapsed, at most `limit` characters."""
    return _line(visible(_on_one_line(text, limit)), limit)


def plain_name(text: str, limit: int = 200) -> str:
    """`text` on one line with nothing hidden in it, for the name of a model, a provider or a file."""
    return _line(revealed(_on_one_line(text, limit)), limit)


def _on_one_line(text: str, limit: int) -> str:
    return re.sub(_BLANKS, " ", text[: limit * 4]).strip(" ")


def _line(line: str, limit: int) -> str:
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def escaped(text: object) -> str:
    """`text` on one line with unprintable and unseen characters as escapes, for a path or a foreign error."""
    shown = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in str(text))
    return shown if shown.isascii() else _HIDDEN.sub(lambda found: ascii(found.group())[1:-1], shown)


def unseen_words(text: str) -> str:
    """What of `text` would not be seen, as “3 control characters and 1 hidden character”; empty if nothing."""
    hidden = [place.start() for place in _HIDDEN.finditer(text)]
    shown = visible(text) if hidden else text
    kinds = ((len(_CONTROL.findall(text)), "control"), (sum(text[at] != shown[at] for at in hidden), "hidden"))
    return " and ".join(f"{count:,} {kind} character{'s' * (count != 1)}" for count, kind in kinds if count)
