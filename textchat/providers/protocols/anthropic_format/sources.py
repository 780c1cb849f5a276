"""Reads what a block of an answer brings beside its text: sources, files, and thoughts to be sent back.

Source: https://platform.claude.com/docs/en/build-with-claude/citations, /thinking, and
/docs/en/agents-and-tools/tool-use/web-search-tool, /web-fetch-tool and /code-execution-tool.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from textchat.core.configuration import Protocol
from textchat.core.events import Cited, PartReceived, ReasoningSealed
from textchat.core.limits import CITATIONS
from textchat.core.parts.media_types import UNKNOWN
from textchat.core.parts.part import Part
from textchat.core.parts.received import LONGEST_ADDRESS, LONGEST_TITLE
from textchat.core.parts.sealed import SealedReasoning
from textchat.core.text import json_fields as fields
from textchat.core.text.sanitize import plain_name

_PAGE = "page_location"


def cited(citation: Mapping[str, Any]) -> Cited | None:
    """The source that a citation at the end of the text so far names; None for one without any name."""
    url, title = fields.text(citation, "url") or fields.text(citation, "source"), fields.text(citation, "title")
    if not url:
        return _of_document(citation)
    return Cited(url, title[:LONGEST_TITLE] or None, -1) if len(url) <= LONGEST_ADDRESS else None


def _of_document(citation: Mapping[str, Any]) -> Cited | None:
    """A document of the prompt has no address: its name stands for it, with the page as in RFC 8118."""
    index = fields.number(citation, "document_index")
    name = fields.text(citation, "document_title")[:LONGEST_TITLE] or ("" if index is None else f"document {index + 1}")
    if not name:
        return None
    page = fields.number(citation, "start_page_number") if fields.text(citation, "type") == _PAGE else None
    if page is None:
        return Cited(name, name, -1)
    return Cited(f"{name}#page={page}", f"{name}, page {page}", -1)


def found(block: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The addresses and titles of what the server's search found, or of the page that it fetched."""
    content = block.get("content")
    for row in [content] if isinstance(content, dict) else fields.rows(block, "content"):
        title = fields.text(row, "title") or fields.text(row.get("content"), "title")
        if 0 < len(url := fields.text(row, "url")) <= LONGEST_ADDRESS:
            yield url, title[:LONGEST_TITLE]


def files(block: Mapping[str, Any], server: str) -> Iterator[PartReceived]:
    """The files that code made, which the server keeps."""
    for row in fields.rows(block.get("content"), "content"):
        if 0 < len(id_ := fields.text(row, "file_id")) <= LONGEST_ADDRESS:
            name = f"file {plain_name(id_)} at {server}"
            yield PartReceived(Part(name, UNKNOWN, reference=id_))


@dataclass(slots=True)
class Thoughts:
    """The blocks of thoughts before anything else of an answer: these are what the next turn may send back.

    Of later ones the server wants the tool calls between, too, which nobody keeps.
    """

    most: int
    """Characters of them that are kept: more is no answer of a model."""
    _open: dict[int, tuple[dict[str, Any], list[str], list[str]]] = field(default_factory=dict)
    """The blocks that are growing, with the pieces of their text and of their signature."""
    _are_over: bool = False
    _length: int = 0

    def begin(self, index: int, block: Mapping[str, Any]) -> None:
        if fields.text(block, "type") not in ("thinking", "redacted_thinking"):
            self._are_over = True
        elif not self._are_over:
            self._open[index] = (dict(block), [], [])

    def grow(self, index: int, thought: str = "", signature: str = "") -> None:
        self._length += len(thought) + len(signature)
        if self._length > self.most:
            self._open.clear()
        elif (block := self._open.get(index)) is not None:
            block[1].append(thought)
            block[2].append(signature)

    def stop(self, index: int) -> Iterator[ReasoningSealed]:
        """The block as the server wants it back; nothing for one that it did not sign."""
        block, thoughts, signatures = self._open.pop(index, ({}, [], []))
        kind, data = fields.text(block, "type"), fields.text(block, "data")
        signature = fields.text(block, "signature") + "".join(signatures)
        kept: dict[str, str] = {}
        if kind == "thinking" and signature:
            kept = {"thinking": fields.text(block, "thinking") + "".join(thoughts), "signature": signature}
        elif kind == "redacted_thinking" and data:
            kept = {"data": data}
        if kept:
            # In ASCII: a thought may have been cut within a character, and no file can hold its halves.
            yield ReasoningSealed(SealedReasoning(Protocol.ANTHROPIC, json.dumps({"type": kind, **kept})))


@dataclass(slots=True)
class Sources:
    """The sources of an answer: those that it cites, and what was found beside them."""

    _waiting: dict[int, list[Cited]] = field(default_factory=dict)
    """The citations of text that is still growing: they stand at its end."""
    _found: dict[str, str] = field(default_factory=dict)
    _cited: set[str] = field(default_factory=set)

    def cite(self, index: int, citation: Mapping[str, Any]) -> None:
        source = cited(citation)
        if source is None:
            return
        waiting = self._waiting.setdefault(index, [])
        if source not in waiting and len(waiting) < CITATIONS.most and len(self._cited) < CITATIONS.most:
            waiting.append(source)

    def stop(self, index: int) -> Iterator[Cited]:
        for source in self._waiting.pop(index, ()):
            self._cited.add(source.url)
            yield Cited(source.url, source.title or self._found.get(source.url) or None, source.at)

    def find(self, block: Mapping[str, Any]) -> None:
        for url, title in found(block):
            if len(self._found) < CITATIONS.most:
                self._found.setdefault(url, title)

    def rest(self) -> Iterator[Cited]:
        """At the end: citations of text that was cut off, then what was found and not cited."""
        for index in list(self._waiting):
            yield from self.stop(index)
        for url, title in self._found.items():
            if url not in self._cited:
                yield Cited(url, title or None)
        self._found.clear()
