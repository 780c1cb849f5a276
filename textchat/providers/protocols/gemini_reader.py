"""Reads Google Gemini's generated content, streamed and whole.

Source: https://ai.google.dev/api/generate-content (GenerateContentResponse, FinishReason, BlockReason, UsageMetadata).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from textchat.core.errors import ProtocolError
from textchat.core.events import ReasoningDelta, ReasoningSealed, StreamEvent, TextDelta, UsageReport
from textchat.core.limits import EVENT
from textchat.core.text import json_fields as fields
from textchat.providers.error_documents import ErrorDetails
from textchat.providers.protocols.choices import Choice, ChoicesReader
from textchat.providers.protocols.gemini_format.contents import IN_CALL, IN_FILE, IN_TEXT, SIGNATURE, sealed
from textchat.providers.protocols.gemini_format.grounding import FIELDS, Grounding
from textchat.providers.protocols.gemini_format.media import InlineFiles
from textchat.providers.protocols.token_counts import cached_and_written, within_total
from textchat.providers.streams.event_data import JsonObject
from textchat.providers.streams.response_reader import PlainText

_NO_REPORT = UsageReport()
_MADE, _TOTAL = "candidatesTokenCount", "totalTokenCount"
_RARE = frozenset(("error", "errors", "detail", "type", "object", "message", "promptFeedback"))
"""Fields that may tell of a failure, and that most pieces lack."""
_NO_BLOCK = ("", "BLOCK_REASON_UNSPECIFIED")


class GeminiReader(ChoicesReader):
    """Reads one answer. A stream is the blocking document in pieces; only its finish reason ends it."""

    has_end_marker = False

    def __init__(self, provider: str, max_bytes: int = EVENT.most) -> None:
        super().__init__(provider, max_bytes)
        self._usage: Any = None
        """As the last piece said it."""
        self._reported = _NO_REPORT
        """What was made of it."""
        self._text: list[str] = []
        """The answer's text in its pieces, by whose bytes sources are cited."""
        self._counted = self._length = 0
        """Of these pieces, those whose characters are counted, and how many they have."""
        self._files = InlineFiles(provider)
        self._calls = self._signed = 0
        """How many calls, and characters of signatures."""
        self._grounding = Grounding()

    # -- EventStreamReader -------------------------------------------------------------------------------------------

    def event(self, name: str, document: JsonObject) -> PlainText | Iterator[StreamEvent]:
        text = self._plain_text(document)
        if text is None:
            return self._piece(document)
        self._text.append(text)
        usage = self._report(document.get("usageMetadata"))
        return (TextDelta(text),) if usage is None else (TextDelta(text), usage)

    def document(self, document: Any) -> Iterator[StreamEvent]:
        """Read a document; without `alt=sse` in the request, Google sends a stream as one list of its pieces."""
        for piece in document if isinstance(document, list) else [document]:
            yield from self._piece(piece)

    # -- a piece, or the whole -----------------------------------------------------------------------------------------

    def _piece(self, piece: Any) -> Iterator[StreamEvent]:
        self.check_for_error(piece)
        if not isinstance(piece, dict) or not any(
            name in piece for name in ("candidates", "usageMetadata", "promptFeedback")
        ):
            self.pass_over(
                ProtocolError(f"{self.provider} sent JSON that is not generated content. Check its base_url.")
            )
            return
        yield from self.answer(piece.get("candidates"))
        if (report := self._report(piece.get("usageMetadata"))) is not None:
            yield report
        self._check_for_block(fields.table(piece, "promptFeedback"))

    def _plain_text(self, piece: Any) -> str | None:
        """The text of a piece with only text and usage; None for any other. Nearly all pieces are such."""
        if not isinstance(piece, dict) or not _RARE.isdisjoint(piece):
            return None
        candidates = piece.get("candidates")
        if not isinstance(candidates, list) or len(candidates) != 1 or not isinstance(candidate := candidates[0], dict):
            return None
        content = candidate.get("content")
        parts = content.get("parts") if isinstance(content, dict) else None
        if candidate.get("index") or candidate.get("finishReason") or not isinstance(parts, list) or len(parts) != 1:
            return None
        if not FIELDS.isdisjoint(candidate):
            return None
        part = parts[0]
        if not isinstance(part, dict) or len(part) != 1 or not isinstance(text := part.get("text"), str) or not text:
            return None
        if not self._choices.is_plain:
            return None
        self.has_begun = True
        return text

    def choice(self, choice: Choice) -> Iterator[StreamEvent]:
        for part in fields.rows(choice.get("content"), "parts"):
            self._grounding.starts.append(self._written())
            yield from self._part(part)
        if not FIELDS.isdisjoint(choice):
            self._grounding.take(choice)
        self.ending(choice)

    def _part(self, part: Mapping[str, Any]) -> Iterator[StreamEvent]:
        is_thought, began = part.get("thought") is True, self._written()
        if text := fields.text(part, "text"):
            if not is_thought:
                self._text.append(text)
            yield ReasoningDelta(text) if is_thought else TextDelta(text)
        where: str = IN_TEXT
        place: list[int] | int = [began, self._written()]
        if (file := fields.table(part, "inlineData")) and not is_thought:  # drafts of a picture are thoughts
            before = self._files.number
            yield from self._files.take(file)
            # Sound is no file yet, and what cannot be read is none.
            where, place = IN_FILE, self._files.number - 1 if self._files.number > before else -1
        if call := fields.table(part, "functionCall"):
            where, place = IN_CALL, self._calls
            self._calls += 1
            yield self.whole_call(fields.text(call, "id"), fields.text(call, "name"), call.get("args"))
        signed = fields.text(part, SIGNATURE)
        self._signed += len(signed)
        if signed and not is_thought and self._signed <= self.max_bytes:
            yield ReasoningSealed(sealed(signed, where, place))

    def _written(self) -> int:
        """The characters of the answer so far; counted where something else stands in it, which is rare."""
        self._length += sum(map(len, self._text[self._counted :]))
        self._counted = len(self._text)
        return self._length

    def flush(self) -> Iterator[StreamEvent]:
        yield from super().flush()
        yield from self._files.rest()
        yield from self._grounding.rest(self._text)

    def ending(self, choice: Choice) -> None:
        self._finish_words = fields.text(choice, "finishMessage") or self._finish_words
        self.finish(fields.text(choice, "finishReason"))

    def _report(self, usage: Any) -> UsageReport | None:
        """Report the token counts so far; thinking is counted apart from the answer, and billed like it."""
        if not usage or usage == self._usage:
            return None
        grown = _growth(usage, self._usage)
        self._usage = usage
        known = self._reported
        if grown and known.output_tokens is not None:
            self._reported = UsageReport(
                known.input_tokens,
                known.output_tokens + grown,
                known.reasoning_tokens,
                cached_tokens=known.cached_tokens,
                cache_write_tokens=known.cache_write_tokens,
            )
        else:
            self._reported = self._read_usage(usage)
        return None if self._reported == _NO_REPORT else self._reported

    def _read_usage(self, usage: Any) -> UsageReport:
        thoughts = fields.count(usage, "thoughtsTokenCount")
        cached, written = cached_and_written(fields.as_table(usage))
        report = UsageReport(
            fields.total(fields.count(usage, "promptTokenCount"), fields.count(usage, "toolUsePromptTokenCount")),
            fields.total(fields.count(usage, _MADE), thoughts),
            thoughts,
            cached_tokens=cached,
            cache_write_tokens=written,
        )
        return within_total(report, fields.count(usage, _TOTAL))

    def _check_for_block(self, feedback: Mapping[str, Any]) -> None:
        reason = fields.text(feedback, "blockReason")
        if reason not in _NO_BLOCK:
            said = fields.text(feedback, "blockReasonMessage") or reason
            raise self.failure(ErrorDetails(said, "content_filter"))


def _growth(usage: Any, earlier: Any) -> int:
    """Tokens of the answer by which two usages differ, if they differ in nothing else; each piece has one.

    The total must grow by as many: then what it holds beside the answer is what it was.
    """
    if not isinstance(usage, dict) or not isinstance(earlier, dict):
        return 0
    made, total = usage.get(_MADE), usage.get(_TOTAL)
    made_before, total_before = earlier.get(_MADE), earlier.get(_TOTAL)
    if not (type(made) is type(total) is type(made_before) is type(total_before) is int):
        return 0
    grown = made - made_before
    if not (0 < made_before < made < fields.MOST_TOKENS and 0 < total_before < total < fields.MOST_TOKENS):
        return 0
    if total - total_before != grown:
        return 0
    return grown if {**usage, _MADE: made_before, _TOTAL: total_before} == earlier else 0
