"""Reads Ollama's chat answers: a line of JSON for each piece, or one document.

Source: https://github.com/ollama/ollama/blob/main/docs/api.md#generate-a-chat-completion.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from textchat.core import json_fields as fields
from textchat.core.errors import ProtocolError
from textchat.core.events import Finished, ReasoningDelta, StreamEvent, TextDelta, ToolCallDelta, UsageReport
from textchat.providers import failures
from textchat.providers.error_documents import complaint_in
from textchat.providers.protocols.finish_reasons import normal_reason
from textchat.providers.streams.event_stream import SurrogatePairs
from textchat.providers.streams.ndjson import DEFAULT_MAX_BYTES, NdjsonSplitter, is_json
from textchat.providers.streams.thinking import ThinkTags
from textchat.providers.streams.unfinished import unfinished


class OllamaReader:
    """One answer of `/api/chat`; see `base.Reader`.

    An answer whose first line is no JSON is read as one document: an error or an answer spread over lines, a web page.
    """

    def __init__(self, provider: str, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self.provider = provider
        self.has_finished = False
        self._max_bytes = max_bytes
        self._splitter = NdjsonSplitter(max_bytes)
        self._document: list[str] | None = None
        """The lines of a document, where it is none of lines of JSON."""
        self._document_bytes = 0
        self._tags = ThinkTags()
        self._pairs = SurrogatePairs()
        self._reason: str | None = None
        self._has_begun = False
        self._has_thinking_field = False
        self._calls = 0

    @property
    def is_done(self) -> bool:
        return self.has_finished

    def feed(self, data: bytes) -> Iterator[StreamEvent]:
        for line in self._splitter.feed(data):
            if self.has_finished:
                return
            yield from self._line(line)

    def close(self) -> Iterator[StreamEvent]:
        if not self.has_finished:
            for line in self._splitter.close():
                yield from self._line(line)
            if self._document is None and not self._has_begun and self._splitter.rest:
                self._document = []
            if self._document is not None:
                text = "\n".join([*self._document, self._splitter.rest])
                yield from self._said(failures.parse_json(text, self.provider), text)
        yield from self.flush()
        if not self.has_finished:
            raise unfinished(self.provider, has_begun=self._has_begun)
        # Ollama says `stop` where the model calls a tool.
        yield Finished("tool_calls" if self._calls and self._reason == "stop" else self._reason)

    def flush(self) -> Iterator[StreamEvent]:
        yield from self._pairs.flush()
        yield from self._tags.close()

    # -- lines ---------------------------------------------------------------------------------------------------------

    def _line(self, line: str) -> Iterator[StreamEvent]:
        if self._document is None and not line.strip():
            return  # a proxy that keeps the connection awake
        if self._document is None and not self._has_begun and not is_json(line):
            self._document = []
        if self._document is None:
            yield from self._said(failures.parse_json(line, self.provider), line)
            return
        self._document.append(line)
        self._document_bytes += len(line)
        if self._document_bytes > self._max_bytes:
            raise ProtocolError(
                f"{self.provider} sent something that is no answer, and far too long. Check its base_url."
            )

    def _said(self, document: Any, text: str) -> Iterator[StreamEvent]:
        said = self._piece(document)
        yield from self._pairs.mend(said) if self._pairs.is_needed(text) else said

    # -- a piece, or the whole -----------------------------------------------------------------------------------------

    def _piece(self, piece: Any) -> Iterator[StreamEvent]:
        complaint = complaint_in(piece)
        if complaint is not None:
            raise failures.failure(self.provider, complaint)
        if not isinstance(piece, dict) or not ("message" in piece or "done" in piece):
            raise ProtocolError(f"{self.provider} sent JSON that is no answer of Ollama's chat. Check its base_url.")
        self._has_begun = True
        yield from self._message(fields.table(piece, "message"))
        if piece.get("done") is True:
            report = UsageReport(fields.count(piece, "prompt_eval_count"), fields.count(piece, "eval_count"))
            if report != UsageReport():
                yield report
            self._reason = normal_reason(piece.get("done_reason"))
            self.has_finished = True

    def _message(self, message: Mapping[str, Any]) -> Iterator[StreamEvent]:
        if thought := fields.text(message, "thinking"):
            self._has_thinking_field = True
            yield ReasoningDelta(thought)
        if text := fields.text(message, "content"):
            if self._has_thinking_field or self._tags.is_idle:
                yield TextDelta(text)
            else:
                yield from self._tags.feed(text)
        for call in fields.rows(message, "tool_calls"):
            function = fields.table(call, "function")
            arguments = fields.as_text(function.get("arguments") or {})
            yield ToolCallDelta(self._calls, fields.text(call, "id"), fields.text(function, "name"), arguments)
            self._calls += 1
