"""Imports prompts of Google AI Studio, which lie in the folder `Google AI Studio` of Drive, often without an ending.

AI Studio (https://aistudio.google.com) writes `runSettings`, `systemInstruction` and `chunkedPrompt`; its chunks are
pieces of turns: a thought, a file, a text, code that was run. Their `parts` are those of https://ai.google.dev/api. A
prompt has no id: its file and its first message name it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from textchat.core.conversation import Role, Source, Usage
from textchat.core.parameters import Parameters
from textchat.core.text.json_fields import as_text, count, number, rows, table, text, total
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import ImportedMessage
from textchat.store.transfer.importers.common.lineage import Lineage
from textchat.store.transfer.importers.common.titles import title_in
from textchat.store.transfer.importers.formats import EntryFormat
from textchat.store.transfer.importers.messages.citations import Citation, with_sources
from textchat.store.transfer.importers.messages.figures import finish_of
from textchat.store.transfer.importers.messages.gemini_contents import gemini_turn, text_of
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import model_name, moment, role_of

_FILES = {
    "driveDocument": "file",
    "driveImage": "picture",
    "driveAudio": "recording",
    "driveVideo": "video",
    "inlineFile": "",
    "inlineImage": "",
    "inlineAudio": "",
    "inlineVideo": "",
}
"""Fields of a chunk that are files: a noun for those that lie in Drive, and are not in the file."""
_AS_PARTS = ("inlineData", "executableCode", "codeExecutionResult", "functionCall", "functionResponse", "fileData")
_SETTINGS = {"temperature": "temperature", "topP": "top_p"}
_COPY = re.compile(r" ?\(\d+\)$|\.(?:json|txt)$", re.IGNORECASE)


def matches(entry: Any) -> bool:
    return isinstance(table(entry, "chunkedPrompt").get("chunks"), list)


def read(entry: Any, reading: Reading) -> Iterator[ConversationRecord]:
    """Yield the conversation; raises NotReadable."""
    settings = table(entry, "runSettings")
    model = model_name(text(settings, "model").removeprefix("models/"))
    lineage = Lineage()
    instruction = entry.get("systemInstruction")
    system = text_of(instruction) or text(instruction, "text")
    last = lineage.add(None, [ImportedMessage("", None, Role.SYSTEM, system)])
    chunks = rows(entry["chunkedPrompt"], "chunks")
    sent = 0
    for role, run in groupby(chunks, key=lambda chunk: role_of(chunk.get("role"))):
        turn = list(run)
        last = lineage.add(last, _finished(_turn(role, turn, model, reading), turn, sent))
        sent += _tokens(chunk for chunk in turn if chunk.get("isThought") is not True) or 0
    title = _title(reading.path)
    dates = [when for chunk in chunks if (when := moment(chunk.get("createTime")))]
    record = lineage.record(
        "ai-studio",
        f"{title} {lineage.first}",
        title=title_in(title),
        created_at=min(dates, default=reading.modified_at),
        updated_at=max(dates, default=reading.modified_at),
        leaf=last,
    )
    # Not of the replies: one with parameters and no times is taken for edited.
    panes = tuple(replace(pane, parameters=_parameters(settings)) for pane in record.conversation.panes)
    yield replace(record, conversation=replace(record.conversation, panes=panes))


def _title(path: str) -> str:
    """The name of the file, which is the title; without what Drive or a browser adds to a second one of its name."""
    name = path.rpartition("/")[2]
    while (shorter := _COPY.sub("", name)) != name and shorter:
        name = shorter
    return name


def _parameters(settings: Mapping[str, Any]) -> Parameters:
    known = {ours: value for theirs, ours in _SETTINGS.items() if (value := _finite(settings.get(theirs))) is not None}
    limit = number(settings, "maxOutputTokens")
    if limit is not None and limit > 0:
        known["max_tokens"] = limit
    return Parameters().merged(known)


def _finite(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def _turn(
    role: Role, chunks: Sequence[Mapping[str, Any]], model: str | None, reading: Reading
) -> list[ImportedMessage]:
    """The chunks of one side as a turn: several messages where code was run in between."""
    content = {"role": role.value, "parts": [part for chunk in chunks for part in _parts(chunk, reading)]}
    messages = gemini_turn("", content, model, reading).messages()
    when = next((found for chunk in chunks if (found := moment(chunk.get("createTime")))), 0.0)
    return [replace(message, created_at=when) for message in messages]


def _finished(
    messages: Sequence[ImportedMessage], chunks: Sequence[Mapping[str, Any]], sent: int
) -> list[ImportedMessage]:
    """A turn with what is known of a reply: its end, and its tokens, which AI Studio counts a chunk at a time."""
    if not messages or messages[-1].role is not Role.ASSISTANT:
        return list(messages)
    *others, end = messages
    thought = _tokens(chunk for chunk in chunks if chunk.get("isThought") is True)
    replied = _tokens(chunks)
    usage = replied and Usage(sent, replied, thought, Source.REPORTED, input_source=Source.ESTIMATED)
    finish = next((chunk["finishReason"] for chunk in reversed(chunks) if chunk.get("finishReason")), None)
    return [*others, replace(end, finish_reason=finish_of(finish), usage=usage or None)]


def _tokens(chunks: Iterable[Mapping[str, Any]]) -> int | None:
    return total(*(count(chunk, "tokenCount") for chunk in chunks))


def _parts(chunk: Mapping[str, Any], reading: Reading) -> Iterator[Mapping[str, Any]]:
    """What a chunk holds, as parts of Gemini's interface."""
    for field, noun in _FILES.items():
        file = table(chunk, field)
        if file and "data" in file:
            yield {"inlineData": file}
        elif file:
            reading.leave_out(noun or "file")
    if address := text(table(chunk, "youtubeVideo"), "id"):
        yield {"text": f"https://www.youtube.com/watch?v={address}"}
    yield from ({field: chunk[field]} for field in _AS_PARTS if table(chunk, field))
    said = text(chunk, "text")
    if chunk.get("isThought") is True:
        yield {"text": said, "thought": True}
        return
    parts, sources = rows(chunk, "parts"), _sources(chunk)
    pieces = "".join(text(part, "text") for part in parts if part.get("thought") is not True)
    yield from (part for part in parts if part.get("thought") is True or "text" not in part)
    if (sourced := with_sources(said or pieces, sources)).strip():
        yield {"text": sourced}
    if chunk.get("errorMessage"):
        reading.leave_out("error message")


def _sources(chunk: Mapping[str, Any]) -> list[Citation]:
    sources = rows(table(chunk, "grounding"), "groundingSources")
    return [Citation(as_text(source.get("title")), source.get("uri")) for source in sources]


FORMAT = EntryFormat("Google AI Studio", matches, read)
