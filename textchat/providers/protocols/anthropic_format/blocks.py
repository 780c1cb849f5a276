"""Builds the content of messages: text, files in their places, tool calls, and the thoughts of the same model.

Source: https://platform.claude.com/docs/en/api/messages (`image`, `document`, `tool_use`, `tool_result`, `thinking`),
/docs/en/build-with-claude/vision, /pdf-support, /citations and /thinking (what of the thoughts goes back).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from textchat.core.configuration import Protocol
from textchat.core.conversation import Message, Role
from textchat.core.errors import BadRequestError
from textchat.core.parts.part import MediaKind, Part, text_and_parts
from textchat.core.parts.taking import Taking, Way
from textchat.core.text.sanitize import plain_name
from textchat.providers.protocols import inline_files as inline
from textchat.providers.protocols.request_body import call_arguments
from textchat.providers.protocols.turn_shaping import RoleRun
from textchat.providers.streams.event_data import json_object

Block = dict[str, Any]
THOUGHTS = ("thinking", "redacted_thinking")


@dataclass(frozen=True, slots=True)
class Contents:
    """The content of the messages to one model."""

    taking: Callable[[Part], Taking]
    """How the model gets a part."""
    thinker: str = ""
    """The model, as `PROVIDER/MODEL`, where it takes its own thoughts back; else empty."""
    sees: bool = False
    """Whether it is known to take pictures: then it gets those of earlier answers, too."""
    cites: bool = False
    """Whether the model is to cite documents."""

    def turns(self, runs: Sequence[RoleRun]) -> Iterator[dict[str, Any]]:
        """The messages; pictures of an answer, which holds text alone, go with the prompt that follows it.

        Raises BadRequestError for a file that the model does not take.
        """
        pictures: list[Part] = []
        for run in runs:
            yield self._turn(run, pictures, is_last=run is runs[-1])
            drawn = inline.pictures_of(run.messages) if run.role is Role.ASSISTANT else []
            pictures = [part for part in drawn if self.sees and self.taking(part).way is Way.NATIVE]

    def _turn(self, run: RoleRun, pictures: Iterable[Part], *, is_last: bool) -> dict[str, Any]:
        blocks: list[Block] = []
        if run.messages[0].role is Role.USER:  # results of tools come before all else
            for picture in pictures:
                blocks += [_text(f"{plain_name(picture.name)}:"), self._native(picture)]
        for message in run.messages:
            if not blocks and not is_last and run.role is Role.ASSISTANT:
                blocks += self._thoughts(message)
            blocks += self._blocks(message)
        if is_last and run.role is Role.ASSISTANT and blocks[-1]["type"] == "text":
            # To be continued by the model: it refuses one that ends in white space.
            blocks[-1]["text"] = blocks[-1]["text"].rstrip()
        return {"role": str(run.role), "content": blocks}

    def _thoughts(self, message: Message) -> Iterator[Block]:
        """The thoughts before an answer, as they came: the server refuses changed ones, and those of other models."""
        if message.model != self.thinker or message.earlier is not None:
            return
        for sealed in message.sealed:
            block = json_object(sealed.item) if sealed.protocol == Protocol.ANTHROPIC else None
            if block is not None and block.get("type") in THOUGHTS:
                yield block

    def _blocks(self, message: Message) -> Iterator[Block]:
        if message.role is Role.TOOL:
            for call in message.tool_calls:
                yield {"type": "tool_result", "tool_use_id": call.id, "content": message.text}
            return
        for piece in text_and_parts(message.text, message.parts):
            if isinstance(piece, Part):
                yield self._file(piece, is_answer=message.role is Role.ASSISTANT)
            elif piece.strip():
                yield _text(piece)
        for call in message.tool_calls:
            yield {"type": "tool_use", "id": call.id, "name": call.name, "input": call_arguments(call.arguments)}

    def _file(self, part: Part, *, is_answer: bool) -> Block:
        if inline.is_only_named(part):
            return _text(inline.named_line(part))
        taking = self.taking(part)
        if is_answer and taking.way is not Way.TEXT:
            return _text(inline.named_line(part))  # an answer holds no files here
        match taking.way:
            case Way.REFUSED:
                raise BadRequestError(taking.sentence)
            case Way.TEXT:
                return _text(inline.required_text(part, "text nor an image or a PDF"))
            case Way.NATIVE:
                return self._native(part)

    def _native(self, part: Part) -> Block:
        source = {"type": "base64", "media_type": inline.media_type(part), "data": inline.encoded(part)}
        if part.kind is MediaKind.PICTURE:
            return {"type": "image", "source": source}
        citing = {"citations": {"enabled": True}} if self.cites else {}
        return {"type": "document", "source": source, "title": part.name, **citing}


def _text(text: str) -> Block:
    return {"type": "text", "text": text}
