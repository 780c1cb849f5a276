"""Reads Anthropic messages, streamed and whole.

Source: https://platform.claude.com/docs/en/build-with-claude/streaming and /docs/en/api/messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from textchat.core.errors import ChatError, OverloadedError, ProtocolError, RateLimitError, ServerError
from textchat.core.events import ReasoningDelta, StreamEvent, TextDelta, ToolCallDelta, UsageReport
from textchat.core.limits import EVENT
from textchat.core.text import json_fields as fields
from textchat.providers.error_documents import ErrorDetails
from textchat.providers.protocols.anthropic_format.sources import Sources, Thoughts, files
from textchat.providers.protocols.anthropic_format.structure import ANSWER_TOOL
from textchat.providers.protocols.token_counts import cached_and_written
from textchat.providers.streams.event_data import JsonObject
from textchat.providers.streams.event_stream import EventStreamReader
from textchat.providers.streams.response_reader import PlainText

_CALLS = ("tool_use", "server_tool_use", "mcp_tool_use")
_FOUND = ("web_search_tool_result", "web_fetch_tool_result")
_MADE = ("code_execution_tool_result", "bash_code_execution_tool_result")
_PASSING = (OverloadedError, RateLimitError, ServerError)


@dataclass(slots=True)
class _Call:
    """A tool call whose block is still open."""

    index: int
    given: Any
    """The arguments as the block began with them; they count where no piece of them follows."""
    has_pieces: bool = False
    is_answer: bool = False
    """The input of the tool is the answer, in the structure that was asked for."""

    def piece(self, arguments: str) -> TextDelta | ToolCallDelta:
        return TextDelta(arguments) if self.is_answer else ToolCallDelta(self.index, arguments=arguments)


class AnthropicReader(EventStreamReader):
    """Reads one answer of `/v1/messages`; of the results of server tools, the sources and the files."""

    def __init__(self, provider: str, max_bytes: int = EVENT.most) -> None:
        super().__init__(provider, max_bytes)
        self._open: dict[int, _Call] = {}
        self._calls = 0
        self._thoughts = Thoughts(max_bytes)
        self._sources = Sources()
        self._answers_by_tool = False
        self._input: tuple[int, int, int] = (0, 0, 0)
        """Tokens of the request that were not cached, read from the cache, and written to it, as far as known."""

    # -- EventStreamReader -------------------------------------------------------------------------------------------

    def event(self, name: str, document: JsonObject) -> PlainText | Iterator[StreamEvent]:
        if document.get("type") == "content_block_delta" and isinstance(delta := document.get("delta"), dict):
            text = delta.get("text")
            if delta.get("type") == "text_delta" and isinstance(text, str) and text:
                return (TextDelta(text),)  # nearly all are such
        return self._event(name, document)

    def _event(self, name: str, document: JsonObject) -> Iterator[StreamEvent]:
        match fields.text(document, "type") or name:
            case "message_start":
                self.has_begun = True
                # Its output count is that of the first token; the true one comes with the end.
                yield from self._usage(_without_output(fields.table(document, "message")))
            case "content_block_start":
                yield from self._begin(_index(document), fields.table(document, "content_block"))
            case "content_block_delta":
                yield from self._delta(_index(document), fields.table(document, "delta"))
            case "content_block_stop":
                yield from self._stop(_index(document))
            case "message_delta":
                yield from self._usage(document)
                self._finish(fields.table(document, "delta").get("stop_reason"))
            case "message_stop":
                # A gateway may leave out the reason; the end it does say.
                self.has_finished = self.is_done = True
            case "ping":
                pass
            case "message" if isinstance(document.get("content"), list):
                yield from self.document(document)  # a blocking answer with something behind it
            case _:
                # `error`, or an error of something between; other events are to be ignored, says the versioning policy.
                self.check_for_error(document)

    def document(self, document: Any) -> Iterator[StreamEvent]:
        content = document.get("content") if isinstance(document, dict) else None
        if not isinstance(content, list):
            self.check_for_error(document)
            self.pass_over(ProtocolError(f"{self.provider} sent JSON that is not a message. Check its base_url."))
            return
        if not content:
            self.check_for_error(document)
        self.has_begun = self.has_finished = True
        for index, block in enumerate(fields.rows(document, "content")):
            yield from self._begin(index, block)
            yield from self._stop(index)
        yield from self._usage(document)
        self._finish(document.get("stop_reason"))

    def flush(self) -> Iterator[StreamEvent]:
        yield from super().flush()
        yield from self._sources.rest()

    def _finish(self, reason: object) -> None:
        self.finish("end_turn" if self._answers_by_tool and reason == "tool_use" else reason)

    # -- blocks --------------------------------------------------------------------------------------------------------

    def _begin(self, index: int, block: Mapping[str, Any]) -> Iterator[StreamEvent]:
        kind = fields.text(block, "type")
        self._thoughts.begin(index, block)
        if kind == "text":
            for citation in fields.rows(block, "citations"):
                self._sources.cite(index, citation)
            if text := fields.text(block, "text"):
                yield TextDelta(text)
        elif kind == "thinking" and (thought := fields.text(block, "thinking")):
            yield ReasoningDelta(thought)
        elif kind in _CALLS:
            yield from self._begin_call(index, block)
        elif kind in _FOUND:
            self._sources.find(block)
        elif kind in _MADE:
            yield from files(block, self.provider)

    def _begin_call(self, index: int, block: Mapping[str, Any]) -> Iterator[StreamEvent]:
        name = fields.text(block, "name")
        call = self._open[index] = _Call(self._calls, block.get("input"), is_answer=name == ANSWER_TOOL)
        if call.is_answer:
            self._answers_by_tool = True
            return
        self._calls += 1
        yield ToolCallDelta(call.index, fields.text(block, "id"), name)

    def _delta(self, index: int, delta: Mapping[str, Any]) -> Iterator[StreamEvent]:
        match fields.text(delta, "type"):
            case "text_delta" if text := fields.text(delta, "text"):
                yield TextDelta(text)
            case "thinking_delta" if thought := fields.text(delta, "thinking"):
                self._thoughts.grow(index, thought)
                yield ReasoningDelta(thought)
            case "signature_delta":
                self._thoughts.grow(index, signature=fields.text(delta, "signature"))
            case "citations_delta":
                self._sources.cite(index, fields.table(delta, "citation"))
            case "input_json_delta" if index in self._open and (piece := fields.text(delta, "partial_json")):
                self._open[index].has_pieces = True
                yield self._open[index].piece(piece)

    def _stop(self, index: int) -> Iterator[StreamEvent]:
        yield from self._sources.stop(index)
        yield from self._thoughts.stop(index)
        call = self._open.pop(index, None)
        if call is not None and not call.has_pieces and call.given is not None:
            yield call.piece(fields.as_text(call.given))

    # -- figures, end and errors ---------------------------------------------------------------------------------------

    def _usage(self, document: Mapping[str, Any]) -> Iterator[UsageReport]:
        usage = fields.table(document, "usage")
        cached, written = cached_and_written(usage)
        fresh = fields.count(usage, "input_tokens")
        # Gateways end with 0 for what the beginning said already (envoy ai-gateway#1631), or say only a part again.
        is_said = fresh is not None and (fresh > 0 or not self._input[0])
        now = (fresh or 0, cached or 0, written or 0)
        self._input = (now[0] or self._input[0], now[1] or self._input[1], now[2] or self._input[2])
        report = UsageReport(
            # `input_tokens` leaves out what was read from the cache and what was written to it.
            sum(self._input) if is_said else None,
            fields.count(usage, "output_tokens"),
            fields.count(usage.get("output_tokens_details"), "thinking_tokens"),
            cached_tokens=cached,
            cache_write_tokens=written,
        )
        if report != UsageReport():
            yield report

    def failure(self, details: ErrorDetails) -> ChatError:
        """The error inside a stream, which has no HTTP status; names for 429, 500 and 529 count as temporary."""
        error = super().failure(details)
        if error.may_pass is None and isinstance(error, _PASSING):
            error.may_pass = True
        return error


def _without_output(message: Mapping[str, Any]) -> dict[str, Any]:
    """`message` with its usage, without the output tokens."""
    usage = {name: value for name, value in fields.table(message, "usage").items() if not name.startswith("output_")}
    return {"usage": usage}


def _index(document: Any) -> int:
    return fields.number(document, "index") or 0
