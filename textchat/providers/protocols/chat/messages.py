"""Builds the messages of a chat completion: texts, files in their places, tool calls and their results.

Source: https://platform.openai.com/docs/api-reference/chat/create (content parts `text`, `image_url`, `input_audio`,
`file`); https://docs.mistral.ai/api for `document_url` and `input_audio` as a text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from textchat.core.conversation import Message, Role
from textchat.core.errors import BadRequestError
from textchat.core.parts.part import MediaKind, Part, text_and_parts
from textchat.core.parts.taking import Taking, Way
from textchat.core.provider import Request
from textchat.providers.protocols import inline_files as inline
from textchat.providers.protocols.turn_shaping import RoleRun, role_runs, system_text

MISTRAL = "api.mistral.ai"
_FORMATS = {"mpeg": "mp3", "mp4": "m4a"}
"""What the formats of sounds are called where their media type calls them otherwise."""

Content = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ChatMessages:
    """The messages of requests to one model."""

    host: str
    taking: Callable[[Part], Taking]
    """How the model gets a part."""
    sees_pictures: Callable[[], bool]
    """Whether it is known to take pictures: then it gets those of earlier answers, too. Asked where there are some."""
    data_url: Callable[[Part], str] = inline.data_url

    def of(self, request: Request, instruction: str = "") -> Iterator[dict[str, Any]]:
        """The messages as templates of many local models require: one system message, alternating roles.

        `instruction` is added to the system message. Raises BadRequestError for a file that the model does not take.
        """
        if system := "\n\n".join(filter(None, (system_text(request), instruction))):
            yield {"role": "system", "content": system}
        runs = role_runs(request)
        pictures: list[Part] = []
        for run in runs:
            if run.role is Role.ASSISTANT:
                yield self._assistant(run, is_last=run is runs[-1])
                pictures = self._shown(run)
            else:
                yield from self._user(run.messages, pictures)

    def _assistant(self, run: RoleRun, *, is_last: bool) -> dict[str, Any]:
        texts = map(inline.with_named_lines, run.messages)
        turn: dict[str, Any] = {"role": "assistant", "content": "\n\n".join(filter(None, texts))}
        calls = [call for message in run.messages for call in message.tool_calls]
        if calls:
            turn["tool_calls"] = [
                {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
                for call in calls
            ]
        elif is_last and self.host == MISTRAL:
            turn["prefix"] = True  # to continue this very message; others do so by themselves
        return turn

    def _shown(self, run: RoleRun) -> list[Part]:
        """The pictures of an answer: an assistant's message holds text alone, so the user's next one shows them."""
        pictures = inline.pictures_of(run.messages)
        if not pictures or not self.sees_pictures():
            return []
        return [picture for picture in pictures if self.taking(picture).way is Way.NATIVE]

    def _user(self, messages: Sequence[Message], pictures: Sequence[Part]) -> Iterator[dict[str, Any]]:
        for message in messages:
            if message.role is Role.TOOL:
                for call in message.tool_calls:
                    yield {"role": "tool", "tool_call_id": call.id, "content": inline.with_named_lines(message)}
        asked = [message for message in messages if message.role is Role.USER]
        if not asked:
            return
        content: Content = []
        for picture in pictures:
            content += [_text(f"{picture.name}:"), self._native(picture)]
        for message in asked:
            content += self._content(message)
        if all(piece["type"] == "text" for piece in content):
            # Servers of text alone know no list of parts.
            yield {"role": "user", "content": "\n\n".join(piece["text"] for piece in content)}
        else:
            yield {"role": "user", "content": content}

    def _content(self, message: Message) -> Iterator[dict[str, Any]]:
        for piece in text_and_parts(message.text, message.parts):
            yield _text(piece) if isinstance(piece, str) else self._part(piece)

    def _part(self, part: Part) -> dict[str, Any]:
        if inline.is_only_named(part):
            return _text(inline.named_line(part))
        taking = self.taking(part)
        match taking.way:
            case Way.REFUSED:
                raise BadRequestError(taking.sentence)
            case Way.TEXT:
                return _text(inline.required_text(part, "text, a picture, a PDF nor sound"))
            case Way.NATIVE:
                return self._native(part)

    def _native(self, part: Part) -> dict[str, Any]:
        match part.kind:
            case MediaKind.PICTURE:
                return {"type": "image_url", "image_url": {"url": self.data_url(part)}}
            case MediaKind.SOUND if self.host == MISTRAL:
                return {"type": "input_audio", "input_audio": inline.encoded(part)}
            case MediaKind.SOUND:
                sound = {"data": inline.encoded(part), "format": _sound_format(part)}
                return {"type": "input_audio", "input_audio": sound}
            case _ if self.host == MISTRAL:
                return {
                    "type": "document_url",
                    "document_url": self.data_url(part),
                    "document_name": part.name,
                }
            case _:
                return {"type": "file", "file": {"filename": part.name, "file_data": self.data_url(part)}}


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _sound_format(part: Part) -> str:
    subtype = inline.media_type(part).partition("/")[2].removeprefix("x-")
    return _FORMATS.get(subtype, subtype)
