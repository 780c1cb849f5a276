"""Reads what Google Gemini generates, streamed and whole.

Source: https://ai.google.dev/api/generate-content (GenerateContentResponse, FinishReason, BlockReason, UsageMetadata).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from textchat.core.errors import ProtocolError
from textchat.core.events import Finished, ReasoningDelta, StreamEvent, TextDelta, ToolCallDelta, UsageReport
from textchat.providers import failures, fields
from textchat.providers.reading import EventStreamReader
from textchat.providers.reasons import normal_reason
from textchat.providers.sse import DEFAULT_MAX_BYTES, ServerSentEvent
from textchat.providers.unfinished import unfinished

_NO_REASON = ("", "FINISH_REASON_UNSPECIFIED")
_NO_BLOCK = ("", "BLOCK_REASON_UNSPECIFIED")


class GeminiReader(EventStreamReader):
    """One answer. A stream is the document of a blocking answer in pieces; nothing but its finish reason ends it."""

    def __init__(self, provider: str, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        super().__init__(provider, max_bytes)
        self._reason: str | None = None
        self._has_begun = False
        self._reported = UsageReport()
        self._calls = 0

    # -- EventStreamReader -------------------------------------------------------------------------------------------

    def event(self, event: ServerSentEvent) -> Iterator[StreamEvent]:
        data = event.data.strip()
        if data and data != "[DONE]":  # which proxies add
            yield from self._piece(failures.parse_json(data, self.provider))

    def document(self, document: Any) -> Iterator[StreamEvent]:
        """Without `alt=sse` on its way to Google, a stream comes as one list of its pieces."""
        for piece in document if isinstance(document, list) else [document]:
            yield from self._piece(piece)

    def end(self) -> Iterator[StreamEvent]:
        if not self.has_finished:
            raise unfinished(self.provider, has_begun=self._has_begun)
        # Gemini says STOP where it calls a function.
        yield Finished("tool_calls" if self._calls and self._reason == "stop" else self._reason)

    # -- a piece, or the whole -----------------------------------------------------------------------------------------

    def _piece(self, piece: Any) -> Iterator[StreamEvent]:
        complaint = failures.complaint_in(piece)
        if complaint is not None:
            raise failures.failure(self.provider, complaint)
        if not isinstance(piece, dict) or not any(
            name in piece for name in ("candidates", "usageMetadata", "promptFeedback")
        ):
            raise ProtocolError(f"{self.provider} sent JSON that is no generated content. Check its base_url.")
        # More than one is nothing textchat asks for; were `candidateCount` set, the first is the one.
        for candidate in fields.rows(piece, "candidates"):
            if not candidate.get("index"):
                yield from self._candidate(candidate)
        yield from self._usage(fields.table(piece, "usageMetadata"))
        self._check_for_block(fields.table(piece, "promptFeedback"))

    def _candidate(self, candidate: Mapping[str, Any]) -> Iterator[StreamEvent]:
        self._has_begun = True
        for part in fields.rows(candidate.get("content"), "parts"):
            if text := fields.text(part, "text"):
                yield ReasoningDelta(text) if part.get("thought") is True else TextDelta(text)
            if call := fields.table(part, "functionCall"):
                arguments = fields.json_text(call.get("args") or {})
                yield ToolCallDelta(self._calls, fields.text(call, "id"), fields.text(call, "name"), arguments)
                self._calls += 1
        reason = fields.text(candidate, "finishReason")
        if reason not in _NO_REASON:
            self._reason = normal_reason(reason)
            self.has_finished = True

    def _usage(self, usage: Mapping[str, Any]) -> Iterator[UsageReport]:
        """Each piece brings the figures so far; thinking is counted apart from the answer, and paid like it."""
        thoughts = fields.count(usage, "thoughtsTokenCount")
        report = UsageReport(
            fields.total(fields.count(usage, "promptTokenCount"), fields.count(usage, "toolUsePromptTokenCount")),
            fields.total(fields.count(usage, "candidatesTokenCount"), thoughts),
            thoughts,
            cached_tokens=fields.count(usage, "cachedContentTokenCount"),
        )
        if report not in (UsageReport(), self._reported):
            self._reported = report
            yield report

    def _check_for_block(self, feedback: Mapping[str, Any]) -> None:
        reason = fields.text(feedback, "blockReason")
        if reason not in _NO_BLOCK and not self._has_begun:
            said = fields.text(feedback, "blockReasonMessage") or reason
            raise failures.failure(self.provider, failures.Complaint(said, "content_filter"))
