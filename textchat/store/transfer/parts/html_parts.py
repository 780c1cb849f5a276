"""Writes parts and sources in an HTML page: nothing of them runs, and nothing is fetched."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from textchat.core.conversation import Message
from textchat.core.parts.citation import Citation
from textchat.core.parts.number_marks import Mark
from textchat.core.parts.part import Part
from textchat.store.transfer.parts.markdown_parts import number_shown
from textchat.store.transfer.parts.weaving import facts_of, is_linked

if TYPE_CHECKING:
    from markdown_it.token import Token

LARGEST_IN_PAGE = 20 * 1024 * 1024
"""In bytes: a larger file is only named."""
MOST_IN_PAGE = 64 * 1024 * 1024
"""In bytes: of the files of one conversation, those beyond are only named."""
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_SOUNDS = frozenset(
    f"audio/{kind}" for kind in ("mpeg", "wav", "x-wav", "ogg", "flac", "aac", "mp4", "webm", "mp3", "x-m4a")
)
_OPEN, _CLOSE = "\u2045", "\u2046"
"""Around the number of a citation while Markdown is read: punctuation that hardly any text has."""
_MARK = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")

Escape = Callable[[str], str]


class PageParts:
    """Writes the parts of one conversation, as many as a page can hold."""

    def __init__(self, escape: Escape) -> None:
        self._escape = escape
        self._left = MOST_IN_PAGE

    def block(self, part: Part) -> str:
        """A picture, a player, a link to download, or a line for what is not in the page."""
        media_type = part.media_type.partition(";")[0].strip().lower()
        name = self._escape(part.name)
        line = f'<p class="quiet">{name} ({self._escape(part.media_type)}, {facts_of(part, self._escape)})'
        if part.data is None:
            return f"{line}</p>\n"
        if part.size > min(LARGEST_IN_PAGE, self._left):
            return f"{line} – too large for this page</p>\n"
        self._left -= part.size
        data = base64.b64encode(part.data).decode()
        if media_type in _PICTURES:
            return f'<p><img alt="{name}" src="data:{media_type};base64,{data}"></p>\n'
        player = f'<br><audio controls src="data:{media_type};base64,{data}"></audio>' if media_type in _SOUNDS else ""
        # A type that no browser opens: whatever the file is, it can only be saved.
        saved = "" if player else f"data:application/octet-stream;base64,{data}"
        link = f' <a download="{name}" href="{saved}">Download</a>' if saved else ""
        return f"{line}{link}{player}</p>\n"


def sources(message: Message, escape: Escape) -> str:
    """The numbered list of the sources of an answer; empty without any."""
    items = "".join(f"<li>{_source(citation, escape)}</li>\n" for citation in message.citations)
    return f'<ol class="sources">\n{items}</ol>\n' if items else ""


def _source(citation: Citation, escape: Escape) -> str:
    words = escape(citation.title or citation.url)
    if is_linked(citation):
        return f'<a href="{html.escape(citation.url)}" rel="noopener noreferrer">{words}</a>'
    return words if citation.title is None else f"{words} ({escape(citation.url)})"


# -- numbers in the text ----------------------------------------------------------------------------------------------


def mark_for(text: str) -> Callable[[Mark, str], str]:
    """How a number is put into a text before its Markdown is read, for `text_token`; as it is read where not sure."""
    if _OPEN in text or _CLOSE in text:
        return number_shown
    return lambda mark, _: f"{_OPEN}{mark.number}{_CLOSE}"


def text_token(_renderer: object, tokens: Sequence[Token], at: int, _options: object, env: Any) -> str:
    """The rule for plain text: numbers in it are links to their sources, of which `env` has those that may be one."""
    links: dict[int, str] = env.get("links", {})

    def link(found: re.Match[str]) -> str:
        url = links.get(int(found[1]))
        words = f"[{found[1]}]"
        if url is None:
            return f"<sup>{words}</sup>"
        return f'<sup><a href="{html.escape(url)}" rel="noopener noreferrer">{words}</a></sup>'

    return _MARK.sub(link, html.escape(tokens[at].content))


def plain_marks(rendered: str) -> str:
    """What was rendered with the numbers that no link could stand for, as in code, as plain text."""
    return _MARK.sub(r"[\1]", rendered)


def links_of(message: Message) -> dict[int, str]:
    """The addresses of the sources that may be links, by number."""
    return {number: each.url for number, each in enumerate(message.citations, start=1) if is_linked(each)}
