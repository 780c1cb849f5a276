"""Reads answers of the Responses API, streamed and whole, including the variations of other servers.

Source: https://platform.openai.com/docs/api-reference/responses-streaming and /responses/object; what LiteLLM, vLLM,
LM Studio, Ollama, llama.cpp and gateways leave out or number in their own way is named where it matters.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping
from typing import Any, ClassVar

from textchat.core.configuration import Protocol
from textchat.core.errors import ChatError, ProtocolError
from textchat.core.events import (
    Cited,
    Note,
    PartReceived,
    ReasoningDelta,
    ReasoningSealed,
    StreamEvent,
    TextDelta,
    UsageReport,
)
from textchat.core.limits import EVENT
from textchat.core.parts.media_types import UNKNOWN
from textchat.core.parts.sealed import SealedReasoning
from textchat.core.text import json_fields as fields
from textchat.core.text.sanitize import plain_line
from textchat.providers.error_documents import ErrorDetails, error_details
from textchat.providers.protocols.responses.calls import Calls
from textchat.providers.protocols.responses.growing_texts import GrowingTexts, Key
from textchat.providers.protocols.responses.sources import Source, source_of
from textchat.providers.protocols.token_counts import cached_and_written, first_count, within_total
from textchat.providers.streams.event_data import JsonObject
from textchat.providers.streams.event_stream import EventStreamReader
from textchat.providers.streams.received_files import ReceivedFiles
from textchat.providers.streams.response_reader import PlainText

TEXT = "response.output_text.delta"
_REFUSED = "content_filter"
_UNUSABLE = ("invalid_", "image_", "unsupported_", "empty_", "failed_to_download")
"""How the codes of `response.error` begin that are about the request and not about the server."""
_ENDS = frozenset({"failed", "incomplete", "cancelled"})
"""What a response may say of its own end beside the name of the event; some say "in_progress" to the last."""
_LONGEST_QUOTE = 300


class ResponsesReader(EventStreamReader):
    """Reads one answer of `/responses`."""

    has_end_marker: ClassVar[bool] = False

    def __init__(self, provider: str, max_bytes: int = EVENT.most) -> None:
        super().__init__(provider, max_bytes)
        self._texts = GrowingTexts()
        self._thoughts = GrowingTexts(are_paragraphs=True)
        self._thinks_in: dict[Hashable, str] = {}
        """By item, whether its summary or its text is shown: a server may send both."""
        self._calls = Calls()
        self._is_refusal = False
        self._has_streamed = False
        """Whether any output came before the document with all of it."""
        self._cited: set[Cited] = set()
        self._early: list[Cited] = []
        """Sources whose place in the text has not come yet."""
        self._files = ReceivedFiles(provider)
        self._drawn: set[str] = set()
        """The ids of pictures that have come: decoding them once more takes time."""
        self._seals: set[str] = set()

    # -- EventStreamReader -------------------------------------------------------------------------------------------

    def event(self, name: str, document: JsonObject) -> PlainText | Iterator[StreamEvent]:
        if document.get("type") == TEXT:
            text = document.get("delta")
            key = (document.get("output_index"), document.get("content_index"))
            if isinstance(text, str) and text and self._texts.goes_on(key, text):
                return (TextDelta(text),)  # nearly all are such
        return self._event(fields.text(document, "type") or name, document)

    def document(self, document: Any) -> Iterator[StreamEvent]:
        is_answer = isinstance(document, dict) and (
            isinstance(document.get("output"), list) or isinstance(document.get("output_text"), str)
        )
        if not is_answer:
            self.check_for_error(document)
            self.pass_over(
                ProtocolError(
                    f"{self.provider} sent JSON that is not a response. Check its base_url, or set "
                    'protocol = "openai", which more servers speak.'
                )
            )
            return
        yield from self._end(document, fields.text(document, "status").lower())

    def _event(self, kind: str, document: JsonObject) -> Iterator[StreamEvent]:
        match kind.removeprefix("response."):
            case "output_text.delta" | "refusal.delta" | "output_text.done" | "refusal.done":
                yield from self._text_event(kind, document)
            case "content_part.done":
                yield from self._content(_key(document), fields.table(document, "part"))
            case "output_text.annotation.added" | "output_text_annotation.added":
                yield from self._annotation(_key(document), fields.table(document, "annotation"))
            case thought if thought.startswith("reasoning") and not thought.endswith(".added"):
                yield from self._thought_event(thought, document)
            case call if call.startswith(("function_call_arguments.", "custom_tool_call_input.")):
                yield from self._streamed(self._calls.piece(document, _key(document)[0]))
            case "output_item.added" if self._calls.has(item := fields.table(document, "item")):
                yield from self._streamed(self._calls.item(_key(document)[0], item, is_done=False))
            case "output_item.done":
                self._has_streamed = True
                yield from self._item(_key(document)[0], fields.table(document, "item"))
            case "completed" | "incomplete" | "failed" | "cancelled" | "canceled" | "done" as status:
                response = fields.table(document, "response") or document
                said = fields.text(response, "status").lower()
                yield from self._end(response, said if said in _ENDS else status)
                self.is_done = True
            case "created" | "in_progress" | "queued":
                self.check_for_error(fields.table(document, "response"))
            case _ if fields.text(document, "object") == "response":
                yield from self.document(document)
            case _ if not kind.startswith("response."):
                self.check_for_error(document)

    def failure(self, details: ErrorDetails) -> ChatError:
        """The error inside a response; its codes for unusable pictures and prompts are about the request."""
        if any(code.startswith(_UNUSABLE) for code in details.code.split()):
            details = details._replace(code=f"{details.code} invalid_request_error")
        elif "policy" in details.code:
            details = details._replace(code=f"{details.code} content_policy")
        return super().failure(details)

    # -- pieces --------------------------------------------------------------------------------------------------------

    def _streamed(self, events: Iterator[StreamEvent]) -> Iterator[StreamEvent]:
        self.has_begun = self._has_streamed = True
        yield from events

    def _text_event(self, kind: str, document: JsonObject) -> Iterator[StreamEvent]:
        self.has_begun = self._has_streamed = True
        self._is_refusal = self._is_refusal or "refusal" in kind
        if kind.endswith(".delta"):
            text = self._texts.piece(_key(document), _piece(document))
        else:
            text = self._texts.whole(_key(document), _said(document))
        if text:
            yield TextDelta(text)
        for annotation in fields.rows(document, "annotations"):
            yield from self._annotation(_key(document), annotation)

    def _thought_event(self, kind: str, document: JsonObject) -> Iterator[StreamEvent]:
        """Read a piece or the whole of a summary (`reasoning_summary_text.…`) or of the reasoning itself."""
        form = "summary" if "summary" in kind else "content"
        number = fields.number(document, "summary_index" if form == "summary" else "content_index")
        item = _key(document)[0]
        if kind.endswith(".delta"):
            self._has_streamed = True
            yield from self._thought(item, form, number, _piece(document), is_whole=False)
        else:
            part = fields.table(document, "part") or document
            yield from self._thought(item, form, number, _said(part), is_whole=True)

    def _thought(
        self, item: Hashable, form: str, number: Hashable, text: str, *, is_whole: bool
    ) -> Iterator[StreamEvent]:
        if text and self._thinks_in.setdefault(item, form) == form:
            self.has_begun = True
            key = (item, number)
            new = self._thoughts.whole(key, text) if is_whole else self._thoughts.piece(key, text)
            if new:
                yield ReasoningDelta(new)

    # -- items, each as a whole ----------------------------------------------------------------------------------------

    def _item(self, number: Hashable, item: Mapping[str, Any]) -> Iterator[StreamEvent]:
        self.has_begun = True
        match fields.text(item, "type"):
            case "message":
                content = item.get("content")
                parts = [{"text": content}] if isinstance(content, str) else fields.rows(item, "content")
                for place, part in enumerate(parts):
                    yield from self._content((number, place), part)
            case "reasoning":
                yield from self._reasoning(number, item)
            case "image_generation_call":
                yield from self._received(self._picture(item))
            case "code_interpreter_call":
                for output in fields.rows(item, "outputs"):
                    if url := fields.text(output, "url"):
                        yield from self._received(self._files.from_url(url, media_type="image/png"))
            case _ if self._calls.has(item):
                yield from self._calls.item(number, item, is_done=True)

    def _content(self, key: Key, part: Mapping[str, Any]) -> Iterator[StreamEvent]:
        """Read a part of a message: text with its sources, or a refusal."""
        if fields.text(part, "type").startswith(("reasoning", "summary")):
            yield from self._thought(key[0], "content", key[1], _said(part), is_whole=True)
            return
        self._is_refusal = self._is_refusal or bool(fields.text(part, "refusal"))
        said = _said(part)
        text = self._texts.whole(key, said) if self._has_streamed else self._texts.piece(key, said)
        if text:
            yield TextDelta(text)
        for annotation in fields.rows(part, "annotations"):
            yield from self._annotation(key, annotation)
        yield from self._due()

    def _reasoning(self, item_number: Hashable, item: Mapping[str, Any]) -> Iterator[StreamEvent]:
        for form in ("content", "summary"):
            given = item.get(form)
            texts = [given] if isinstance(given, str) else [_said(part) for part in fields.rows(item, form)]
            for number, text in enumerate(texts):
                yield from self._thought(item_number, form, number, text, is_whole=True)
        seal = fields.text(item, "encrypted_content")
        if seal and seal not in self._seals:
            self._seals.add(seal)
            yield ReasoningSealed(SealedReasoning(Protocol.OPENAI_RESPONSES, json.dumps(item)))

    def _picture(self, item: Mapping[str, Any]) -> Iterator[StreamEvent]:
        id_, encoded = fields.text(item, "id"), fields.text(item, "result")
        if encoded.startswith("data:"):
            yield from self._files.from_url(encoded)
        elif encoded and not (id_ and id_ in self._drawn):
            self._drawn.add(id_)
            form = fields.text(item, "output_format") or "png"
            yield from self._files.from_base64(encoded, "image/svg+xml" if form == "svg" else f"image/{form}")
        elif not encoded and fields.text(item, "status") == "failed":
            details = error_details(item) or ErrorDetails()
            said = plain_line(details.message, _LONGEST_QUOTE).rstrip(".")
            yield Note(f"{self.provider} did not make a picture{f': “{said}”' if said else ''}.")

    def _received(self, events: Iterator[StreamEvent]) -> Iterator[StreamEvent]:
        for event in events:
            self._has_answer = self._has_answer or isinstance(event, PartReceived)
            yield event

    # -- sources -------------------------------------------------------------------------------------------------------

    def _annotation(self, key: Key, annotation: Mapping[str, Any]) -> Iterator[StreamEvent]:
        source, text = source_of(annotation), self._texts.at(key)
        if source is None:
            return
        if source.is_made:
            yield from self._received(self._files.from_reference(source.url, source.title or "", _type_of(source)))
            if source.end is None:
                return
        start, length = (0, 0) if text is None else (text.start, text.length)
        # Where it does not say where, it comes with the end of what cites it.
        cited = Cited(source.url, source.title, start + (length if source.end is None else source.end))
        if source.end is None and any(known.url == cited.url for known in self._cited):
            return  # said once more, further on
        if cited not in self._cited:
            self._cited.add(cited)
            self._early.append(cited)
        yield from self._due()

    def _due(self, *, is_end: bool = False) -> Iterator[Cited]:
        """The sources whose place has come."""
        if self._early:
            early, self._early = self._early, []
            for cited in early:
                if is_end or (cited.at or 0) <= self._texts.length:
                    yield cited
                else:
                    self._early.append(cited)

    # -- the end -------------------------------------------------------------------------------------------------------

    def _end(self, response: Mapping[str, Any], status: str) -> Iterator[StreamEvent]:
        """Read the whole response: what of it did not come before, its figures, and how it ended."""
        self.has_begun = True
        for number, item in enumerate(fields.rows(response, "output")):
            yield from self._item(number, item)
        if not self._texts.length and (text := fields.text(response, "output_text")):
            yield TextDelta(self._texts.piece((0, 0), text))
        yield from self._due(is_end=True)
        yield from self._usage(response)
        details = error_details({"error": response.get("error")})  # some say null in each of its fields
        if status == "failed" or details is not None:
            self.fail(details or ErrorDetails("it ended this reply with an error"))
        if status.startswith("cancel"):
            self.fail(ErrorDetails("the reply was cancelled there"))
        if status in ("queued", "in_progress") and not (self._has_answer or self._texts.length):
            raise ProtocolError(
                f"{self.provider} took the request into its background, where textchat does not fetch replies. "
                "Remove background from the model's parameters."
            )
        self.finish(self._finish_reason(status, response), is_certain=True)

    def _finish_reason(self, status: str, response: Mapping[str, Any]) -> str:
        if status == "incomplete":
            return fields.text(fields.table(response, "incomplete_details"), "reason") or status
        if self._is_refusal:
            return _REFUSED
        return "tool_calls" if self._calls else "stop"

    def _usage(self, response: Mapping[str, Any]) -> Iterator[UsageReport]:
        usage = fields.table(response, "usage")
        cached, written = cached_and_written(usage)
        cost = usage.get("cost")  # OpenRouter, in US dollars
        details = fields.table(usage, "output_tokens_details") or fields.table(usage, "completion_tokens_details")
        report = UsageReport(
            first_count(usage, "input_tokens", "prompt_tokens"),
            first_count(usage, "output_tokens", "completion_tokens"),
            fields.count(details, "reasoning_tokens"),
            float(cost) if isinstance(cost, int | float) and not isinstance(cost, bool) and 0 <= cost < 1e6 else None,
            cached,
            written,
        )
        report = within_total(report, fields.count(usage, "total_tokens"))
        if report.input_tokens or report.output_tokens or report.cost_usd:
            yield report


def _key(document: Mapping[str, Any]) -> Key:
    """The number of an item and of a text in it; where the first is missing, its id."""
    number = document.get("output_index")
    if not isinstance(number, int):
        number = fields.text(document, "item_id") or None
    place = document.get("content_index")
    return number, place if isinstance(place, int) else 0


def _piece(document: Mapping[str, Any]) -> str:
    delta = document.get("delta")
    return delta if isinstance(delta, str) else _said(fields.as_table(delta))


def _said(part: Mapping[str, Any]) -> str:
    """The text of a part, in whichever field it stands."""
    return fields.text(part, "text") or fields.text(part, "refusal") or fields.text(part, "transcript")


def _type_of(source: Source) -> str:
    from mimetypes import guess_type  # rarely needed

    return guess_type(source.title or "")[0] or UNKNOWN
