"""Reads the content blocks of Anthropic's messages, and those that Claude's export has beside them.

The blocks are described in https://docs.anthropic.com/en/api/messages; `knowledge`, `voice_note` and others are only in
the export.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from textchat.core.conversation import ToolCall
from textchat.core.text.json_fields import as_text, rows, table
from textchat.core.text.json_fields import text as text_in
from textchat.store.transfer.importers.messages.attached import plain_text
from textchat.store.transfer.importers.messages.blocks_openai import notes_of
from textchat.store.transfer.importers.messages.citations import Citation, with_sources
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.values import joined, link


def is_result(kind: str) -> bool:
    """Whether a block of this type is what a tool returned."""
    return kind == "tool_result" or kind.endswith("_tool_result")


_FOUND = frozenset({"knowledge", "search_result", "web_search_result", "web_fetch_result", "rich_link"})


def page_in(block: Mapping[str, Any]) -> str:
    """A page or a piece of knowledge that a tool found: its link and what it says; empty for another block."""
    if as_text(block.get("type")) not in _FOUND:
        return ""
    url = block.get("url") or block.get("source")
    said = [text_in(block, "text"), *(text_in(part, "text") for part in rows(block, "content"))]
    document = table(block, "content")
    if table(document, "source").get("type") == "text":
        said.append(text_in(table(document, "source"), "data"))
    return joined((link(block.get("title") or document.get("title"), url), *said))


def _text(block: Mapping[str, Any], turn: Turn) -> None:
    """A text with its sources: with some it is a fragment of the text that it stands in."""
    citations = [Citation(_title(row), _url(row), row.get("end_index")) for row in rows(block, "citations")]
    text = block.get("text")
    if isinstance(text, dict):  # OpenAI's Assistants, https://platform.openai.com/docs/api-reference/messages
        block, text = text, text.get("value")
    turn.say(with_sources(plain_text(text), [*citations, *notes_of(block)]), is_fragment=bool(citations))


def _url(citation: Mapping[str, Any]) -> object:
    return citation.get("url") or table(citation, "details").get("url") or citation.get("source")


def _title(citation: Mapping[str, Any]) -> object:
    return citation.get("title") or table(citation, "metadata").get("site_name")


def _thinking(block: Mapping[str, Any], turn: Turn) -> None:
    """What was thought; its summaries where nothing else is kept."""
    thought = as_text(block.get("thinking"))
    turn.think(thought or joined(as_text(row.get("summary")) for row in rows(block, "summaries")))


def _redacted(block: Mapping[str, Any], turn: Turn) -> None:
    turn.reading.leave_out("encrypted thought")


def _tool_use(block: Mapping[str, Any], turn: Turn) -> None:
    turn.call(ToolCall(as_text(block.get("id")), as_text(block.get("name")), as_text(block.get("input"))))


def _image(block: Mapping[str, Any], turn: Turn) -> None:
    source = table(block, "source")
    name = text_in(block, "file_name")
    if source.get("type") == "base64" or "data" in source:
        turn.attach_base64("picture", source.get("data"), text_in(source, "media_type"), name)
    elif isinstance(block.get("data"), str):  # as the Model Context Protocol returns pictures
        turn.attach_base64("picture", block["data"], text_in(block, "mimeType"), name)
    else:
        turn.attach_url("picture", source.get("url") or block.get("image"), name)


def _document(block: Mapping[str, Any], turn: Turn) -> None:
    source = table(block, "source")
    name = text_in(block, "title")
    match source.get("type"):
        case "base64":
            turn.attach_base64("file", source.get("data"), text_in(source, "media_type"), name)
        case "text":
            turn.attach_text(name, text_in(source, "data"))
        case "content":
            texts = [text_in(part, "text") for part in rows(source, "content")]
            turn.attach_text(name, text_in(source, "content") or joined(texts))
        case _:
            turn.attach_url("file", source.get("url"), name)


def _voice_note(block: Mapping[str, Any], turn: Turn) -> None:
    """A spoken message: its words, without its sound."""
    turn.say(text_in(block, "text") or text_in(block, "transcript"))
    turn.reading.leave_out("voice note")


def _lost(what: str) -> Callable[[Mapping[str, Any], Turn], None]:
    def count(block: Mapping[str, Any], turn: Turn) -> None:
        turn.reading.leave_out(what)

    return count


def _nothing(block: Mapping[str, Any], turn: Turn) -> None:
    """A block about the conversation, in which nobody says anything."""


ANTHROPIC_BLOCKS: Mapping[str, Callable[[Mapping[str, Any], Turn], None]] = {
    "text": _text,
    "thinking": _thinking,
    "redacted_thinking": _redacted,
    "tool_use": _tool_use,
    "server_tool_use": _tool_use,
    "mcp_tool_use": _tool_use,
    "image": _image,
    "document": _document,
    "voice_note": _voice_note,
    "local_resource": _lost("file"),
    "container_upload": _lost("file"),
    "flag": _nothing,
    "token_budget": _nothing,
    "fallback": _nothing,
}
