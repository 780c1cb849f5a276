"""Writes parts in Markdown: as a line, as a fence where that reads well, or as a link to a file in a folder beside."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePosixPath

from textchat.core.conversation import Message
from textchat.core.parts.media_types import ending_of
from textchat.core.parts.number_marks import Mark
from textchat.core.parts.part import MediaKind, Part
from textchat.core.text.fences import fence_around
from textchat.core.text.line_ends import readable
from textchat.store.transfer.file_names import safe_stem
from textchat.store.transfer.parts.weaving import facts_of, is_linked

LARGEST_FENCE = 32 * 1024
"""In bytes: a text file up to this is a fence in a file of Markdown, a larger one is named."""
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}")
_DIGEST = 10
"""Characters of the digest in the name of a file: two files of one name are two."""
_INFO = re.compile(r"[^\w.+-]+")

PartBlock = Callable[[Part], str]
"""What stands for a part in the file."""


def escaped(text: str) -> str:
    """Foreign text as one line of Markdown, with special characters escaped."""
    return re.sub(r"([\\`*_<>\[\]#~|]|&(?=#?\w+;))", r"\\\1", " ".join(readable(text).split()))


def line_of(part: Part) -> str:
    """A part as a line: its name, type and size, and what is not here."""
    facts = filter(None, (escaped(part.media_type), facts_of(part, escaped)))
    return f"*{escaped(part.name)} ({', '.join(facts)})*"


def fence_or_line(part: Part) -> str:
    """A small text file as a fence under its name, any other part as a line."""
    text = _small_text(part)
    if text is None:
        return line_of(part)
    fence = fence_around(text)
    info = _INFO.sub("", PurePosixPath(part.name).suffix.removeprefix("."))
    return f"{line_of(part)}\n\n{fence}{info}\n{text}\n{fence}"


def _small_text(part: Part) -> str | None:
    if part.data is None or part.kind is not MediaKind.TEXT or part.size > LARGEST_FENCE:
        return None
    try:
        return readable(part.data.decode("utf-8-sig")).rstrip("\n")
    except UnicodeDecodeError:
        return None


class FilesBeside:
    """The files of one conversation, for a folder beside its file of Markdown."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        """Its name."""
        self.files: dict[str, bytes] = {}
        """By name: each is named after its content too, so a file of this name has this content."""

    def block(self, part: Part) -> str:
        """A link to the file of a part, which is shown where it is a picture; without content a line."""
        if part.data is None:
            return line_of(part)
        name = _file_name(part)
        self.files[name] = part.data
        label = escaped(part.name) or name
        sign = "!" if part.kind is MediaKind.PICTURE else ""
        return f"{sign}[{label}](<{self.folder}/{name}>)"


def _file_name(part: Part) -> str:
    path = PurePosixPath(part.name.replace("\\", "/"))
    ending = path.suffix if _ENDING.fullmatch(path.suffix) else ending_of(part.media_type)
    return f"{safe_stem(path.stem) or 'file'}-{part.digest[:_DIGEST]}{ending}"


def number_shown(mark: Mark, text: str) -> str:
    """A source's number as it stands in the text; one that is inserted makes no link with what is beside it."""
    is_beside_link = text[mark.start - 1 : mark.start] == "]" or text[mark.end : mark.end + 1] in ("(", "[")
    return f"\\[{mark.number}]" if mark.start == mark.end and is_beside_link else f"[{mark.number}]"


def sources(message: Message) -> str:
    """The numbered list of the sources of an answer; empty without any."""
    lines = []
    for number, citation in enumerate(message.citations, start=1):
        title = escaped(citation.title or "")
        if is_linked(citation):
            lines.append(f"{number}. [{title}](<{citation.url}>)" if title else f"{number}. <{citation.url}>")
        else:
            lines.append(f"{number}. {' · '.join(filter(None, (title, escaped(citation.url))))}")
    return "\n".join(["**Sources**", "", *lines]) if lines else ""
