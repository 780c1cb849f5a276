"""Reads the contents of Gemini's interface: a `role` and `parts`.

They are described in https://ai.google.dev/api/caching#Content; clients write the names of fields in both spellings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textchat.core.conversation import Role, ToolCall
from textchat.core.text.json_fields import as_text, rows, table
from textchat.core.text.json_fields import text as text_in
from textchat.store.transfer.importers.build import ImportedMessage
from textchat.store.transfer.importers.messages.attached import readable_json
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import joined, role_of

_NAMES = ("inline_data", "file_data", "function_call", "function_response", "executable_code", "code_execution_result")


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


_KNOWN = frozenset({"text", *_NAMES, *map(_camel, _NAMES)})


def is_content(entry: object) -> bool:
    """Whether it is a message with Gemini's parts, which unlike those of others have no `type`."""
    parts = rows(entry, "parts")
    return bool(parts) and all("type" not in part and part.keys() & _KNOWN for part in parts)


def gemini_turn(id_: str, content: Mapping[str, Any], model: str | None, reading: Reading) -> Turn:
    """A content as a turn; `model` wrote it if nobody else did."""
    role = role_of(content.get("role"))
    turn = Turn(
        ImportedMessage(
            id_, None, Role.USER if role is Role.TOOL else role, "", model=model if role is Role.ASSISTANT else None
        ),
        reading,
    )
    for part in rows(content, "parts"):
        read_part(part, turn)
    return turn


def text_of(content: object) -> str:
    """The texts of a content, such as the system instruction; also of one that is a mere text."""
    return content if isinstance(content, str) else joined(text_in(part, "text") for part in rows(content, "parts"))


def read_part(part: Mapping[str, Any], turn: Turn) -> None:
    """Add what a part holds to its turn."""
    if part.get("thought") is True:
        turn.think(text_in(part, "text"))
    elif isinstance(part.get("text"), str):
        turn.say(part["text"], is_fragment=turn.row.role is Role.ASSISTANT)
    elif data := _either(part, "inline_data"):
        media_type = text_in(data, "mimeType") or text_in(data, "mime_type")
        turn.attach_base64(_kind(media_type), data.get("data"), media_type, text_in(data, "displayName"))
    elif file := _either(part, "file_data"):
        turn.attach_url(_kind(text_in(file, "mimeType")), file.get("fileUri") or file.get("file_uri"))
    elif call := _either(part, "function_call"):
        turn.call(ToolCall(text_in(call, "id"), text_in(call, "name"), as_text(call.get("args"))))
    elif answer := _either(part, "function_response"):
        turn.answer(readable_json(answer.get("response")))
    elif code := _either(part, "executable_code"):
        turn.call(ToolCall(text_in(code, "id"), text_in(code, "language").lower() or "code", text_in(code, "code")))
    elif output := _either(part, "code_execution_result"):
        turn.answer(text_in(output, "output") or text_in(output, "outcome"))


def _either(part: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return table(part, name) or table(part, _camel(name))


def _kind(media_type: str) -> str:
    return {"image": "picture", "audio": "recording", "video": "video"}.get(media_type.partition("/")[0], "file")
