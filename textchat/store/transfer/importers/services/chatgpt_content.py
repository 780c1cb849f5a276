"""Reads the content of a message of ChatGPT's export, by its `content_type`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from textchat.core.parts.part import Part
from textchat.core.text.fences import fence_around
from textchat.core.text.json_fields import as_table, as_text, items, rows, table
from textchat.core.text.json_fields import text as text_in
from textchat.store.transfer.importers.messages.attached import from_url, named, plain_text
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import joined, link


@dataclass(slots=True)
class Content:
    """What a message holds, as far as the export contains it."""

    reading: Reading
    texts: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    shown_first: int = 0
    """How many of the parts stand before all text."""
    seen: set[str] = field(default_factory=set)
    """Ids of files that the text itself refers to."""

    def attach(self, pointer: str, kind: str, names: Mapping[str, str], instead: str = "") -> None:
        """Attach the file of a pointer such as `sediment://file_1`; count one that the export lacks."""
        id_ = pointer.rpartition("/")[2].partition("#")[0]
        self.seen.add(id_)
        if part := self.reading.assets.find(id_, names.get(id_, "")):
            self._add(part)
        elif part := from_url(pointer):
            self._add(named(part, kind, len(self.parts) + 1))
        else:
            self.reading.leave_out(kind)
            self.texts.append("" if pointer.startswith("data:") else instead)

    def _add(self, part: Part) -> None:
        self.parts.append(part)
        if not any(map(str.strip, self.texts)):
            self.shown_first = len(self.parts)

    def placed_parts(self, text: str) -> tuple[Part, ...]:
        """The parts before or behind the message's text."""
        return tuple(part.at(0 if at < self.shown_first else len(text)) for at, part in enumerate(self.parts))


def thought_in(content: Mapping[str, Any]) -> str:
    """What was thought: steps with a summary each, or a text."""
    if content.get("content_type") != "thoughts":
        return ""
    thoughts = content.get("thoughts")
    if isinstance(thoughts, str):
        return thoughts
    return joined(
        joined((as_text(thought.get("summary")), as_text(thought.get("content"))))
        for thought in rows(content, "thoughts")
    ) or text_in(content, "content")


def content_of(content: Mapping[str, Any], metadata: Mapping[str, Any], reading: Reading) -> Content:
    """The text and parts of a message; files missing from the export are named in the text."""
    found = Content(reading)
    attached = {text_in(file, "id"): file for file in rows(metadata, "attachments")}
    names = {id_: text_in(file, "name") for id_, file in attached.items()}
    read = _READERS.get(as_text(content.get("content_type")), _read_other)
    read(content, metadata, found)
    for part in items(content, "parts"):
        _read_part(part, found, names)
    _read_outputs(metadata, found)
    for id_, file in attached.items():
        if id_ not in found.seen:
            media_type = text_in(file, "mime_type") or text_in(file, "mimeType")
            kind = "picture" if media_type.startswith("image/") else "file"
            found.attach(id_, kind, names, f"[attachment: {names[id_] or id_}]")
    return found


def code_of(content: Mapping[str, Any]) -> str:
    """The text that a tool is called with."""
    return text_in(content, "text") or joined(part for part in items(content, "parts") if isinstance(part, str))


def _read_part(part: object, found: Content, names: Mapping[str, str]) -> None:
    if isinstance(part, str):
        found.texts.append(part)
        return
    block = as_table(part)
    kind = as_text(block.get("content_type") or block.get("type"))
    pointer = text_in(block, "asset_pointer")
    if "audio" in kind and "asset_pointer" in kind:
        found.attach(pointer or text_in(table(block, "audio_asset_pointer"), "asset_pointer"), "recording", names)
        if table(block, "video_container_asset_pointer"):
            found.reading.leave_out("video")
    elif pointer:
        found.attach(pointer, "video" if "video" in kind else "picture", names, f"[{kind}: {pointer}]")
        found.texts.append(text_in(table(table(block, "metadata"), "dalle"), "prompt"))
    elif kind in _READERS:
        _READERS[kind](block, {}, found)
    elif kind == "search_result_group":
        found.texts += [_page(entry) for entry in rows(block, "entries")]
    elif isinstance(block.get("text"), str):
        found.texts.append(block["text"])
    elif block:
        found.reading.leave_out("unknown block")


def _read_outputs(metadata: Mapping[str, Any], found: Content) -> None:
    """The pictures that code has drawn."""
    for output in rows(table(metadata, "aggregate_result"), "messages"):
        if isinstance(output.get("image_url"), str):
            found.attach(output["image_url"], "picture", {})


def _page(block: Mapping[str, Any]) -> str:
    return joined((link(block.get("title"), block.get("url")), text_in(block, "text") or text_in(block, "snippet")))


def _read_code(content: Mapping[str, Any], metadata: Mapping[str, Any], found: Content) -> None:
    code = text_in(content, "text")
    fence = fence_around(code)
    language = text_in(content, "language").replace("unknown", "")
    found.texts.append(f"{fence}{language}\n{code}\n{fence}" if code.strip() else "")


def _read_page(content: Mapping[str, Any], metadata: Mapping[str, Any], found: Content) -> None:
    found.texts.append(_page(content))


def _read_browsing(content: Mapping[str, Any], metadata: Mapping[str, Any], found: Content) -> None:
    pages = rows(table(metadata, "_cite_metadata"), "metadata_list")
    links = "\n".join(filter(None, (link(page.get("title"), page.get("url")) for page in pages)))
    found.texts += [plain_text(content.get("result")) or plain_text(content.get("summary")), links]


def _read_error(content: Mapping[str, Any], metadata: Mapping[str, Any], found: Content) -> None:
    found.texts.append(": ".join(filter(None, (text_in(content, "name"), text_in(content, "text")))))


def _read_screen(content: Mapping[str, Any], metadata: Mapping[str, Any], found: Content) -> None:
    if pointer := text_in(table(content, "screenshot"), "asset_pointer"):
        found.attach(pointer, "picture", {})
    found.texts.append(text_in(table(content, "state"), "url"))


def _read_app(content: Mapping[str, Any], metadata: Mapping[str, Any], found: Content) -> None:
    found.texts += [text_in(part, "text") for part in rows(content, "context_parts")]


def _read_other(content: Mapping[str, Any], metadata: Mapping[str, Any], found: Content) -> None:
    """Content without parts: its text under one of the names that it has had."""
    texts = [plain_text(content.get(key)) for key in ("text", "result", "output_str", "content")]
    found.texts.append(next(filter(str.strip, texts), ""))
    if not items(content, "parts") and not any(map(str.strip, texts)) and content.get("content_type") not in _EMPTY:
        found.reading.leave_out("unknown block")


_EMPTY = ("text", "multimodal_text", "execution_output", "citable_code_output", "reasoning_recap", None)
"""What may hold nothing."""
_READERS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any], Content], None]] = {
    "code": _read_code,
    "tether_quote": _read_page,
    "sonic_webpage": _read_page,
    "tether_browsing_display": _read_browsing,
    "system_error": _read_error,
    "computer_output": _read_screen,
    "app_pairing_content": _read_app,
}
