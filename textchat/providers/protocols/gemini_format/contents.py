"""Builds the content of turns: text, files in their places, function calls, and the signatures of the same model.

Source: https://ai.google.dev/api/caching#Content (`inlineData`, `functionCall`, `functionResponse`) and
https://ai.google.dev/gemini-api/docs/thought-signatures (a signature goes back in the part that it came in).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from textchat.core.configuration import Protocol
from textchat.core.conversation import Message, Role
from textchat.core.errors import BadRequestError
from textchat.core.parts.part import Part, text_and_parts
from textchat.core.parts.sealed import SealedReasoning
from textchat.core.parts.taking import Taking, Way
from textchat.core.text import json_fields as fields
from textchat.providers.protocols import inline_files as inline
from textchat.providers.protocols.request_body import call_arguments
from textchat.providers.protocols.turn_shaping import RoleRun
from textchat.providers.streams.event_data import json_object

WirePart = dict[str, Any]
SIGNATURE = "thoughtSignature"
IN_TEXT, IN_FILE, IN_CALL = "text", "file", "call"
"""In which part of an answer a signature came: in its characters from and to, in its file, in its call of a number."""


def sealed(signature: str, where: str, place: list[int] | int) -> SealedReasoning:
    """A signature as it is kept."""
    return SealedReasoning(Protocol.GEMINI, json.dumps({SIGNATURE: signature, where: place}))


@dataclass(slots=True)
class _Signatures:
    """The signatures of one answer that are still to be placed."""

    texts: list[tuple[int, int, str]] = field(default_factory=list)
    files: dict[int, str] = field(default_factory=dict)
    calls: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, items: Iterable[SealedReasoning]) -> _Signatures:
        found = cls()
        for item in items:
            if item.protocol == Protocol.GEMINI:
                found._take(item.item)
        found.texts.sort()
        return found

    def _take(self, item: str) -> None:
        kept = json_object(item)
        signature = fields.text(kept, SIGNATURE)
        match kept:
            case {"text": [int(start), int(end)]} if 0 <= start <= end:
                self.texts.append((start, end, signature))
            case {"file": int(number)}:
                self.files[number] = signature
            case {"call": int(number)}:
                self.calls[number] = signature

    def cut(self, text: str, offset: int) -> Iterator[WirePart]:
        """A piece of the answer that begins at `offset`, cut so that each signature stands in the part it came in."""
        told = 0
        while self.texts:
            start, end, signature = self.texts[0]
            if start < offset + told or end > offset + len(text):
                break
            if start > offset + told:
                yield {"text": text[told : start - offset]}
            yield {"text": text[start - offset : end - offset], SIGNATURE: signature}
            told = end - offset
            del self.texts[0]
        if told < len(text):
            yield {"text": text[told:]}


@dataclass(frozen=True, slots=True)
class Contents:
    """The content of the turns to one model."""

    taking: Callable[[Part], Taking]
    """How the model gets a part."""
    thinker: str
    """The model, as `PROVIDER/MODEL`: it takes its own signatures back."""

    def turn(self, run: RoleRun) -> dict[str, Any]:
        """A run as one content; raises BadRequestError for a file that the model does not take."""
        role = "model" if run.role is Role.ASSISTANT else "user"
        return {"role": role, "parts": [part for message in run.messages for part in self._parts(message)]}

    def _parts(self, message: Message) -> Iterator[WirePart]:
        if message.role is Role.TOOL:
            for call in message.tool_calls:
                yield {"functionResponse": {"name": call.name, "response": {"result": message.text}}}
            return
        # Of a continued answer, the places count from where it was continued.
        is_own = message.model == self.thinker and message.earlier is None
        signatures = _Signatures.of(message.sealed if is_own else ())
        offset = number = 0
        for piece in text_and_parts(message.text, message.parts):
            if isinstance(piece, str):
                yield from signatures.cut(piece, offset)
                offset += len(piece)
            else:
                signed = {SIGNATURE: signatures.files[number]} if number in signatures.files else {}
                yield self._file(piece, is_answer=message.role is Role.ASSISTANT) | signed
                number += 1
        for _, _, signature in signatures.texts:
            yield {"text": "", SIGNATURE: signature}
        for number, call in enumerate(message.tool_calls):
            signed = {SIGNATURE: signatures.calls[number]} if number in signatures.calls else {}
            yield {"functionCall": {"name": call.name, "args": call_arguments(call.arguments)}, **signed}

    def _file(self, part: Part, *, is_answer: bool) -> WirePart:
        if inline.is_only_named(part):
            return {"text": inline.named_line(part)}
        taking = self.taking(part)
        match taking.way:
            case Way.REFUSED if is_answer:
                return {"text": inline.named_line(part)}
            case Way.REFUSED:
                raise BadRequestError(taking.sentence)
            case Way.TEXT:
                return {"text": inline.required_text(part, "text, an image, a PDF, audio nor video")}
            case Way.NATIVE:
                return {"inlineData": {"mimeType": inline.media_type(part), "data": inline.encoded(part)}}
