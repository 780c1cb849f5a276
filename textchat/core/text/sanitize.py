"""Makes foreign text safe to draw by replacing control characters with visible pictures.

Whatever a model, a server, a file or a title says goes through here before it is drawn; the store, copies and `--json`
keep the exact text. Each character becomes exactly one: an offset into the drawn text is an offset
into the source.
"""

from __future__ import annotations

import re

_PICTURES = {
    **{code: 0x2400 + code for code in range(32) if code not in (0x09, 0x0A)},
    0x7F: 0x2421,
    # C1: the one-character forms of ESC sequences, among them CSI (9B), OSC (9D) and DCS (90).
    **dict.fromkeys(range(0x80, 0xA0), 0x241B),
    0x85: 0x2424,
    0x2028: 0x2424,
    0x2029: 0x2424,
    # Bidirectional embeddings, overrides and isolates make text look like another text.
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD),
    **dict.fromkeys(range(0xFFF9, 0xFFFC), 0xFFFD),
    # No encoder accepts a lone surrogate.
    **dict.fromkeys(range(0xD800, 0xE000), 0xFFFD),
    **dict.fromkeys(range(0xE0000, 0xE0080), 0xFFFD),
}
_ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f\u200d]"
)
_BLANKS = "[ \\t\\r\\n]+"
_FLAG = "(?<=\U0001f3f4)[\U000e0061-\U000e007a\U000e0030-\U000e0039]{1,8}\U000e007f"
"""The flags of regions, such as Scotland: a black flag spelled out in tag characters."""
_LONE_JOINER = "(?<![\u0600-\U0010ffff])\u200d|\u200d(?=[^\u0600-\U0010ffff])"
"""A joiner that joins nothing: it would be measured as nothing together with the next character, which is drawn."""


def visible(text: str) -> str:
    """`text` with every control character replaced by its picture (same length), except `\\n` and `\\t`.

    C0 and DEL become their control pictures (ESC is `␛`), C1 `␛`, line and paragraph separators `␤`; overrides of the
    writing direction, stray tag characters, annotation marks, surrogates and joiners that join nothing become `\ufffd`.
    """
    if text.isprintable() or _ODD.search(text) is None:
        return text
    if "\u200d" in text:
        text = re.sub(_LONE_JOINER, "\ufffd", text)
    if "\U0001f3f4" not in text:
        return text.translate(_PICTURES)
    pieces, last = [], 0
    for flag in re.finditer(_FLAG, text):
        pieces += [text[last : flag.start()].translate(_PICTURES), flag.group()]
        last = flag.end()
    return "".join([*pieces, text[last:].translate(_PICTURES)])


def plain_line(text: str, limit: int = 200) -> str:
    """`text` on one line, for titles and names: whitespace collapsed, at most `limit` characters."""
    line = visible(re.sub(_BLANKS, " ", text[: limit * 4]).strip(" "))
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def escaped(text: object) -> str:
    """`text` on one line with unprintable characters as Python escapes, for a path or a foreign error in a sentence."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in str(text))
