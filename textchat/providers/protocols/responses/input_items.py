"""Builds the input of a request to the Responses API: messages, calls with their outputs, and sealed reasoning.

Source: https://platform.openai.com/docs/api-reference/responses/create (`input`), /guides/file-inputs and
/guides/reasoning (encrypted reasoning items).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from textchat.core.configuration import Protocol
from textchat.core.conversation import Message, Role
from textchat.core.errors import BadRequestError
from textchat.core.parts.part import MediaKind, Part, text_and_parts
from textchat.core.parts.sealed import SealedReasoning
from textchat.core.parts.taking import Taking, Way
from textchat.core.provider import Request
from textchat.core.text import json_fields as fields
from textchat.providers.protocols import inline_files as inline
from textchat.providers.protocols.turn_shaping import role_runs
from textchat.providers.streams.event_data import json_object

OFFICE = frozenset(
    {
        "application/msword",
        "application/rtf",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    }
)
"""Documents that OpenAI takes beside PDF files, and reads itself."""
Item = dict[str, Any]


def input_items(request: Request, provider: str, taking: Callable[[Part], Taking]) -> Iterator[Item]:
    """The items for a branch, oldest first; `taking` says how the model gets a part.

    Raises BadRequestError for a file that cannot be sent.
    """
    model = f"{provider}/{request.model}"
    shown: list[Part] = []
    for run in role_runs(request):
        if run.role is Role.ASSISTANT:
            for message in run.messages:
                yield from _reply(message, model)
                # A model's own message holds text alone, so the next prompt shows it what it has drawn.
                shown += (part for part in message.parts if _is_drawn(part) and taking(part).way is Way.NATIVE)
        else:
            yield from _prompt(run.messages, shown, taking)
            shown = []


def _is_drawn(part: Part) -> bool:
    return part.kind is MediaKind.PICTURE and part.data is not None


def _reply(message: Message, model: str) -> Iterator[Item]:
    text = "\n\n".join(map(_named, text_and_parts(message.text, message.parts))) if message.parts else message.text
    if message.model == model and (text.strip() or message.tool_calls):  # none stands by itself
        yield from (item for sealed in message.sealed if (item := _reasoning(sealed)) is not None)
    if text.strip():
        content = {"type": "output_text", "text": text, "annotations": []}
        yield {"type": "message", "role": "assistant", "content": [content]}
    for call in message.tool_calls:
        yield {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": call.arguments or "{}"}


def _named(piece: str | Part) -> str:
    if isinstance(piece, str):
        return piece
    text = inline.as_text(piece) if piece.kind is MediaKind.TEXT and piece.data is not None else None
    return text or inline.named_line(piece)


def _reasoning(sealed: SealedReasoning) -> Item | None:
    """A sealed item as it goes back: without its id, by which a server would look for the items that followed it."""
    if sealed.protocol != Protocol.OPENAI_RESPONSES:
        return None
    item = json_object(sealed.item)
    if item is None or not item.get("encrypted_content"):
        return None
    return {
        "type": "reasoning",
        "summary": fields.items(item, "summary"),
        "encrypted_content": item["encrypted_content"],
    }


def _prompt(messages: Sequence[Message], shown: Sequence[Part], taking: Callable[[Part], Taking]) -> Iterator[Item]:
    for message in messages:
        if message.role is Role.TOOL:
            for call in message.tool_calls:
                yield {"type": "function_call_output", "call_id": call.id, "output": message.text}
    content = [_part(part, taking) for part in shown]
    for message in messages:
        if message.role is not Role.TOOL:
            content += (
                {"type": "input_text", "text": part} if isinstance(part, str) else _part(part, taking)
                for part in text_and_parts(message.text, message.parts)
            )
    if content:
        yield {"type": "message", "role": "user", "content": content}


def _part(part: Part, taking: Callable[[Part], Taking]) -> Item:
    if inline.is_only_named(part):
        return {"type": "input_text", "text": inline.named_line(part)}
    if part.data is None:
        raise BadRequestError(f"The content of {part.name} is not at hand. Remove it, or attach it again.")
    if taking(part).way is not Way.NATIVE:
        return {"type": "input_text", "text": inline.required_text(part, "text, a picture nor a document")}
    if part.kind is MediaKind.PICTURE:
        return {"type": "input_image", "image_url": inline.data_url(part), "detail": "auto"}
    return {"type": "input_file", "filename": part.name, "file_data": inline.data_url(part)}
