"""Reads Ollama's chat answers: one line of JSON per piece, or one document.

Source: https://github.com/ollama/ollama/blob/main/docs/api.md#generate-a-chat-completion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from textchat.core.errors import ProtocolError
from textchat.core.events import ReasoningDelta, StreamEvent, TextDelta, UsageReport
from textchat.core.limits import EVENT
from textchat.core.text import json_fields as fields
from textchat.providers import failures
from textchat.providers.streams.event_data import JsonObject, begins_document, json_object, objects_and_texts
from textchat.providers.streams.ndjson import NdjsonSplitter
from textchat.providers.streams.received_files import ReceivedFiles
from textchat.providers.streams.response_reader import ResponseReader

_PLAIN = frozenset(("model", "created_at", "message", "done"))
_PLAIN_MESSAGE = frozenset(("role", "content"))
"""All fields of a line with text alone."""


class OllamaReader(ResponseReader):
    """Reads one answer of `/api/chat`. A `done` line without text, after the answer, ends it.

    An answer whose first line begins like JSON and is not whole is read as one document: an error or an answer spread
    over lines, a web page.
    """

    def __init__(self, provider: str, max_bytes: int = EVENT.most) -> None:
        super().__init__(provider, max_bytes)
        self._splitter = NdjsonSplitter(max_bytes)
        self._files = ReceivedFiles(provider)
        self._document: list[str] | None = None
        """The lines of a document, where it is none of lines of JSON."""
        self._document_bytes = 0

    def feed(self, data: bytes) -> Iterator[StreamEvent]:
        if self.is_done:
            return
        try:
            lines = self._splitter.feed(data)
        except ProtocolError as error:
            self.damaged(error)
            self.is_done = True
            return
        for line in lines:
            if self.is_done:
                return
            yield from self._line(line)

    def close(self) -> Iterator[StreamEvent]:
        self._is_closing = True
        if not self.is_done:
            for line in [*self._splitter.close(), self._splitter.rest]:
                yield from self._line(line)
            if self._document is not None:
                text = "\n".join(self._document)
                yield from self._whole(text)
        yield from self.flush()
        yield from self.end()

    # -- lines ---------------------------------------------------------------------------------------------------------

    def _line(self, line: str) -> Iterable[StreamEvent]:
        if self.has_begun and self._document is None and (document := json_object(line)) is not None:
            text = _plain_text(document)
            return self.pass_on((TextDelta(text),), line) if text else self._events(document, line)
        return self._other_line(line)

    def _other_line(self, line: str) -> Iterator[StreamEvent]:
        """Read a line that is no single JSON object, or the first."""
        if self._document is None and not self.has_begun and begins_document(line):
            self._document = []
        if self._document is None:
            for part in objects_and_texts(line):
                if isinstance(part, str):
                    self.read_text(part)
                else:
                    yield from self._events(part, line)
            return
        self._document.append(line.removeprefix("\ufeff"))
        self._document_bytes += len(line)
        if self._document_bytes > self.max_bytes:
            raise ProtocolError(f"{self.provider} sent something too long to be a reply. Check its base_url.")

    def _whole(self, text: str) -> Iterator[StreamEvent]:
        """Read a document that is spread over lines, or several."""
        try:
            documents = [failures.parse_json(text, self.provider)]
        except ProtocolError:
            documents = list(objects_and_texts(text))
            if not all(isinstance(document, dict) for document in documents):
                raise
        for document in documents:
            yield from self._events(document, text)

    def _events(self, document: Any, text: str) -> Iterator[StreamEvent]:
        yield from self.pass_on(self._piece(document), text)
        self.is_done = self.awaits_usage

    # -- a piece, or the whole -----------------------------------------------------------------------------------------

    def _piece(self, piece: Any) -> Iterator[StreamEvent]:
        self.check_for_error(piece)
        if not isinstance(piece, dict) or not ("message" in piece or "done" in piece):
            self.pass_over(
                ProtocolError(f"{self.provider} sent JSON that is not an Ollama chat reply. Check its base_url.")
            )
            return
        self.has_begun = True
        yield from self._message(fields.table(piece, "message"))
        if piece.get("done") is True:
            report = UsageReport(fields.count(piece, "prompt_eval_count"), fields.count(piece, "eval_count"))
            if report != UsageReport():
                yield report
            self.finish(piece.get("done_reason"), is_certain=True)

    def _message(self, message: Mapping[str, Any]) -> Iterator[StreamEvent]:
        if thought := fields.text(message, "thinking"):
            yield ReasoningDelta(thought)
        if text := fields.text(message, "content"):
            yield TextDelta(text)
        for picture in fields.items(message, "images"):
            if isinstance(picture, str):
                yield from self._files.from_base64(picture)
        for call in fields.rows(message, "tool_calls"):
            function = fields.table(call, "function")
            yield self.whole_call(fields.text(call, "id"), fields.text(function, "name"), function.get("arguments"))


def _plain_text(piece: JsonObject) -> str | None:
    """The text of a piece with nothing else in it; None for any other. Nearly all pieces are such."""
    message = piece.get("message")
    if piece.get("done") or not isinstance(message, dict) or not (piece.keys() <= _PLAIN):
        return None
    text = message.get("content")
    return text if isinstance(text, str) and message.keys() <= _PLAIN_MESSAGE else None
