"""Reads the items of OpenAI's Responses interface: those of one reply, its calls and their results, as turns.

They are described in https://platform.openai.com/docs/api-reference/responses/object; Codex writes the same ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from textchat.core.conversation import Role, ToolCall, Usage
from textchat.core.text.json_fields import as_text, items, rows, table
from textchat.core.text.json_fields import text as text_in
from textchat.store.transfer.importers.build import ImportedMessage
from textchat.store.transfer.importers.messages.attached import readable_json
from textchat.store.transfer.importers.messages.blocks import read_content, read_returned
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import joined, role_of

_CALLS = frozenset(
    {
        "function_call",
        "custom_tool_call",
        "local_shell_call",
        "shell_call",
        "apply_patch_call",
        "mcp_call",
        "tool_search_call",
        "web_search_call",
        "file_search_call",
        "code_interpreter_call",
        "image_generation_call",
        "computer_call",
    }
)
_OTHERS = frozenset(
    {"reasoning", "compaction", "item_reference", "mcp_list_tools", "mcp_approval_request", "tool_search_output"}
)


def is_item(entry: object) -> bool:
    """Whether it is an item that is not a message: a call, its result, a thought."""
    kind = entry.get("type") if isinstance(entry, dict) else None
    return isinstance(kind, str) and (kind in _CALLS or kind in _OTHERS or kind.removesuffix("_output") in _CALLS)


@dataclass(frozen=True, slots=True)
class DatedItem:
    """An item with what its file says of it."""

    id: str
    value: Mapping[str, Any]
    model: str | None = None
    created_at: float = 0.0
    usage: Usage | None = None
    """Of the request whose reply ends with it."""

    @property
    def is_of_model(self) -> bool:
        return _role(self.value) is Role.ASSISTANT


def turns_of(dated: Iterable[DatedItem], reading: Reading) -> Iterator[Turn]:
    """The items as turns: a text with the thoughts before it and the calls behind it is one, each result another."""
    turn: Turn | None = None
    for item in dated:
        is_message = _is_message(item.value)
        role = _role(item.value)
        if turn is not None and (turn.row.role is not role or role is Role.TOOL or (is_message and turn.has_text)):
            yield turn
            turn = None
        turn = turn or _empty_turn(item, role, reading)
        turn.row = replace(turn.row, usage=item.usage or turn.row.usage)
        if is_message:
            read_content(item.value.get("content"), turn)
        elif role is Role.TOOL:
            read_returned(_output(item.value), turn)
        else:
            _read_item(item.value, turn)
            if returned := _returned(item.value):
                yield turn
                turn = _empty_turn(replace(item, id=f"{item.id}/result"), Role.TOOL, reading)
                read_returned(returned, turn)
    if turn is not None:
        yield turn


def _empty_turn(item: DatedItem, role: Role, reading: Reading) -> Turn:
    model = item.model if role is Role.ASSISTANT else None
    return Turn(ImportedMessage(item.id, None, role, "", model=model, created_at=item.created_at), reading)


def _is_message(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("role"), str) or value.get("type") == "message"


def _role(value: Mapping[str, Any]) -> Role:
    if _is_message(value):
        return role_of(value.get("role", "assistant"))
    return Role.TOOL if as_text(value.get("type")).endswith("_output") else Role.ASSISTANT


def _read_item(value: Mapping[str, Any], turn: Turn) -> None:
    kind = as_text(value.get("type"))
    if kind == "reasoning":
        _think(value, turn)
    elif kind == "image_generation_call":
        _draw(value, turn)
    elif kind in _CALLS:
        turn.call(_call(kind, value))


def _think(value: Mapping[str, Any], turn: Turn) -> None:
    """The thoughts as they are, else their summary, which is all that is readable of most."""
    whole = joined(text_in(part, "text") for part in rows(value, "content"))
    summary = joined(text_in(part, "text") for part in rows(value, "summary"))
    turn.think(whole or summary)


def _call(kind: str, value: Mapping[str, Any]) -> ToolCall:
    name = text_in(value, "name") or kind.removesuffix("_call")
    id_ = text_in(value, "call_id") or text_in(value, "id")
    for key in ("arguments", "input", "code", "action", "operation", "actions", "queries"):
        if value.get(key):
            return ToolCall(id_, name, as_text(value[key]))
    return ToolCall(id_, name, "")


def _draw(value: Mapping[str, Any], turn: Turn) -> None:
    """A picture that was made in the reply, with the prompt that it was made from as the arguments."""
    prompt = {"prompt": value["revised_prompt"]} if value.get("revised_prompt") else ""
    turn.call(ToolCall(text_in(value, "id"), "image_generation", as_text(prompt)))
    format_ = text_in(value, "output_format") or "png"
    turn.attach_base64("picture", value.get("result"), f"image/{format_}")


def _returned(value: Mapping[str, Any]) -> list[object]:
    """What a tool of the service returned, as far as its call says it."""
    match value.get("type"):
        case "code_interpreter_call":
            return [_interpreted(output) for output in rows(value, "outputs")]
        case "file_search_call":
            return [joined((text_in(row, "filename"), text_in(row, "text"))) for row in rows(value, "results")]
        case "web_search_call":
            sources = rows(table(value, "action"), "sources")
            return [{**source, "type": "web_search_result"} for source in sources]
        case "mcp_call":
            return [value[key] for key in ("output", "error") if value.get(key)]
        case _:
            return []


def _interpreted(output: Mapping[str, Any]) -> Mapping[str, Any]:
    if output.get("type") == "image":
        return {"type": "image_url", "image_url": output.get("url")}
    return {"type": "text", "text": as_text(output.get("logs"))}


def _output(value: Mapping[str, Any]) -> object:
    """The content of a result: a text, parts, or an object that has one of them as `content`."""
    output = value.get("output")
    if isinstance(output, dict) and output.get("type") == "computer_screenshot":
        return [output]
    if isinstance(output, dict):
        return output.get("content_items") or output.get("content") or readable_json(output)
    if isinstance(output, list) and not all("text" in row or "type" in row for row in rows(value, "output")):
        return [readable_json(row) for row in items(value, "output")]
    return output
