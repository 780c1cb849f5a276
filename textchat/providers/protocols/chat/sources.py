"""Reads the sources of a chat completion, in the forms that servers have for them.

Sources: https://platform.openai.com/docs/guides/tools-web-search (annotations `url_citation`, which OpenRouter sends,
too); docs.perplexity.ai (`citations`, `search_results`: the model writes the numbers); docs.x.ai (`citations`);
learn.microsoft.com/azure/ai-foundry/openai/references/on-your-data (`context.citations`); console.groq.com/docs/
compound (`executed_tools`); docs.mistral.ai/agents (`tool_reference`); docs.z.ai (`web_search`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from textchat.core.events import Cited
from textchat.core.text import json_fields as fields

LISTS = ("citations", "search_results", "web_search")
"""Fields of a chunk that list sources of the whole answer."""


class Sources:
    """The sources of one answer; what comes with each chunk is told once."""

    def __init__(self) -> None:
        self._told: set[tuple[str, bool, int | None]] = set()

    def of_chunk(self, chunk: Mapping[str, Any]) -> Iterator[Cited]:
        """Those of the whole answer, in the order of the numbers that the model writes."""
        titles = {
            _address(row): _title(row) for name in LISTS for row in fields.rows(chunk, name)
        }  # Perplexity has the titles in one list, and the order in the other
        for name in LISTS:
            for source in fields.items(chunk, name):
                url = source if isinstance(source, str) else _address(source)
                yield from self._cited(url, titles.get(url), None)

    def of_message(self, message: Mapping[str, Any]) -> Iterator[Cited]:
        """Those of a message or of a piece of it."""
        for annotation in fields.rows(message, "annotations"):
            yield from self._annotation(annotation)
        for source in fields.rows(message.get("context"), "citations"):
            yield from self._cited(_address(source) or fields.text(source, "filepath"), _title(source), None)
        for tool in fields.rows(message, "executed_tools"):
            for source in fields.rows(tool.get("search_results"), "results"):
                yield from self._cited(_address(source), _title(source), None)

    def of_part(self, part: Mapping[str, Any]) -> Iterator[Cited]:
        """That of a content part, which stands where it is cited."""
        yield from self._cited(_address(part), _title(part), -1)

    def _annotation(self, annotation: Mapping[str, Any]) -> Iterator[Cited]:
        if annotation.get("type", "url_citation") != "url_citation":
            return
        inner = fields.table(annotation, "url_citation") or annotation
        yield from self._cited(_address(inner), _title(inner), end_of(inner))

    def _cited(self, url: str, title: str | None, place: int | None) -> Iterator[Cited]:
        source = (url, bool(title), place)
        if not url or (source in self._told and place != -1):
            return
        self._told.add(source)
        yield Cited(url, title or None, place)


def end_of(annotation: Mapping[str, Any]) -> int | None:
    """Where what cites a source ends; 0 and 0, as some searches of OpenRouter say, is no place."""
    start, end = fields.count(annotation, "start_index"), fields.count(annotation, "end_index")
    return end if end and end > (start or 0) else None


def _address(source: object) -> str:
    return fields.text(source, "url") or fields.text(source, "link") or fields.text(source, "uri")


def _title(source: object) -> str:
    return fields.text(source, "title") or fields.text(source, "name")
