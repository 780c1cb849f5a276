"""Reads content as interfaces of models know it: a text, or blocks that say their `type`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from textchat.core.conversation import Role
from textchat.core.text.json_fields import as_table, as_text
from textchat.store.transfer.importers.build import ImportedMessage
from textchat.store.transfer.importers.messages.attached import readable_json
from textchat.store.transfer.importers.messages.blocks_anthropic import ANTHROPIC_BLOCKS, is_result, page_in
from textchat.store.transfer.importers.messages.blocks_openai import OPENAI_BLOCKS
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.values import joined

_BLOCKS: Mapping[str, Callable[[Mapping[str, Any], Turn], None]] = {**OPENAI_BLOCKS, **ANTHROPIC_BLOCKS}


def read_content(content: object, turn: Turn) -> None:
    """Add what a message's content holds to its turn; a unknown block is counted as left out."""
    match content:
        case str():
            turn.say(content)
        case list():
            for part in content:
                _read_part(part, turn)
        case dict():
            _read_part(content, turn)


def _read_part(part: object, turn: Turn) -> None:
    if isinstance(part, str):
        turn.say(part)
        return
    block = as_table(part)
    kind = as_text(block.get("type"))
    if known := _BLOCKS.get(kind):
        known(block, turn)
    elif is_result(kind):
        read_result(block.get("content"), turn)
    elif page := page_in(block):
        turn.say(page)
    elif isinstance(block.get("text"), str):
        turn.say(block["text"])
    elif block:
        turn.reading.leave_out("unknown block")


def read_result(content: object, turn: Turn) -> None:
    """Add what a tool returned to the turn in which it was called, as a message of its own."""
    inner = Turn(ImportedMessage("", None, Role.TOOL, ""), turn.reading)
    read_returned(content, inner)
    messages = inner.messages()
    turn.answer(joined(message.text for message in messages), [file for each in messages for file in each.parts])


def read_returned(content: object, turn: Turn) -> None:
    """Add what a tool returned, whatever its form, to the turn of the tool."""
    for part in content if isinstance(content, list) else [content]:
        _read_returned(part, turn)


def _read_returned(part: object, turn: Turn) -> None:
    block = as_table(part)
    kind = as_text(block.get("type"))
    if page := page_in(block):
        turn.say(page)
    elif known := _BLOCKS.get(kind):
        known(block, turn)
    elif kind.endswith("_result") and ("stdout" in block or "stderr" in block):
        turn.say(joined((as_text(block.get("stdout")), as_text(block.get("stderr")))))
        for inner in block["content"] if isinstance(block.get("content"), list) else ():
            _read_returned(inner, turn)
    elif isinstance(block.get("text"), str):
        turn.say(block["text"])
    elif part is not None:
        turn.say(readable_json(part))
