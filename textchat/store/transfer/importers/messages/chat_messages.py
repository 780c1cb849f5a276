"""Reads the messages of OpenAI's, Anthropic's and Ollama's chat interfaces, which one list may mix.

They are described in https://platform.openai.com/docs/api-reference/chat/create,
https://docs.anthropic.com/en/api/messages and https://github.com/ollama/ollama/blob/main/docs/api.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textchat.core.conversation import Role, ToolCall
from textchat.core.text.json_fields import as_table, as_text, items, rows, table
from textchat.core.text.json_fields import text as text_in
from textchat.store.transfer.importers.build import ImportedMessage
from textchat.store.transfer.importers.common.marked_text import say_and_show
from textchat.store.transfer.importers.messages.blocks import read_content, read_returned
from textchat.store.transfer.importers.messages.blocks_openai import notes_of
from textchat.store.transfer.importers.messages.citations import with_sources
from textchat.store.transfer.importers.messages.figures import finish_of, usage_in
from textchat.store.transfer.importers.messages.list_marks import content_in, date_in
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import model_name, moment, role_of


def chat_turn(id_: str, message: Mapping[str, Any], model: str | None, reading: Reading) -> Turn:
    """A message as a turn; `model` wrote it if it says no other."""
    role = role_of(message.get("role"))
    is_reply = role is Role.ASSISTANT
    row = ImportedMessage(
        id_,
        None,
        role,
        "",
        model=(model_name(message.get("model")) or model) if is_reply else None,
        created_at=date_in(message),
        stamped_at=moment(message.get("created_at")),  # other names for it were read later
        finish_reason=finish_of(message.get("stop_reason") or message.get("finish_reason")) if is_reply else None,
        usage=usage_in(table(message, "usage")) if is_reply else None,
    )
    turn = Turn(row, reading)
    _think(message, turn)
    if role is Role.TOOL:
        read_returned(content_in(message), turn)
        return turn
    _say(message, turn)
    for picture in items(message, "images"):
        _attach_picture(picture, turn)
    for call in rows(message, "tool_calls"):
        turn.call(_call(as_text(call.get("id")), table(call, "function") or table(call, "custom")))
    if function := table(message, "function_call"):
        turn.call(_call("", function))
    return turn


def _think(message: Mapping[str, Any], turn: Turn) -> None:
    for key in ("reasoning_content", "reasoning", "thinking"):
        if thought := text_in(message, key):
            turn.think(thought)
            return
    for detail in rows(message, "reasoning_details"):  # https://openrouter.ai/docs/use-cases/reasoning-tokens
        turn.think(text_in(detail, "text") or text_in(detail, "summary"))


def _say(message: Mapping[str, Any], turn: Turn) -> None:
    content = content_in(message)
    if isinstance(content, str):
        say_and_show(with_sources(content, notes_of(message)), turn)
    else:
        read_content(content, turn)
    audio = table(message, "audio")
    if audio and not turn.has_text:
        turn.say(text_in(audio, "transcript"))
    if audio:
        turn.attach_base64("recording", audio.get("data"), "audio/wav")
    if not turn.has_text:
        turn.say(text_in(message, "refusal"))


def _attach_picture(picture: object, turn: Turn) -> None:
    """Attach a picture as Ollama has it (base64) or OpenRouter (an `image_url` part)."""
    if isinstance(picture, str):
        turn.attach_base64("picture", picture, "")
    else:
        read_content([as_table(picture)], turn)


def _call(id_: str, function: Mapping[str, Any]) -> ToolCall:
    return ToolCall(id_, text_in(function, "name"), as_text(function.get("arguments") or function.get("input")))
