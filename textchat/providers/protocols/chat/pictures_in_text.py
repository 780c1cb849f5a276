"""Takes pictures out of a text that holds them as Markdown with data URLs.

Source: https://github.com/QuantumNous/new-api (its Gemini channel answers chat completions so).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from textchat.core.events import StreamEvent, TextDelta
from textchat.providers.streams.received_files import ReceivedFiles

PICTURE_IN_TEXT = "](data:image/"
SHORTEST_PICTURE = 256
"""Characters of a text below which none is looked for: an example in an answer about data URLs is text."""
_PICTURE = r"!\[[^\]\n]{0,200}\]\((data:image/[\w.+-]{1,40};base64,[A-Za-z0-9+/_=-]{128,})\)"


def pictures_in_text(text: str, files: ReceivedFiles) -> Iterator[StreamEvent]:
    """The pictures of a text, and the pieces of text between them."""
    told = 0
    for picture in re.finditer(_PICTURE, text):
        if before := text[told : picture.start()]:
            yield TextDelta(before)
        yield from files.from_url(picture[1])
        told = picture.end()
    if rest := text[told:]:
        yield TextDelta(rest)
