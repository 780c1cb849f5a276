"""Reads OpenAI chat completions, streamed and whole, including the variations of other servers.

Source: https://platform.openai.com/docs/api-reference/chat-streaming and the public documentation of the servers named
at each variation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from textchat.core.errors import ProtocolError
from textchat.core.events import ReasoningDelta, StreamEvent, TextDelta, ToolCallDelta, UsageReport
from textchat.core.limits import EVENT
from textchat.core.text import json_fields as fields
from textchat.providers.error_documents import ErrorDetails
from textchat.providers.protocols.chat.pictures_in_text import PICTURE_IN_TEXT, SHORTEST_PICTURE, pictures_in_text
from textchat.providers.protocols.chat.sources import LISTS, Sources
from textchat.providers.protocols.chat.spoken_audio import SpokenAudio
from textchat.providers.protocols.choices import Choice, ChoicesReader
from textchat.providers.protocols.token_counts import cached_and_written, first_count, within_total
from textchat.providers.streams.event_data import JsonObject
from textchat.providers.streams.received_files import ReceivedFiles
from textchat.providers.streams.response_reader import PlainText

_REASONING_NAMES = ("reasoning_content", "reasoning", "thinking", "reasoning_text", "thinking_blocks", "thought")
"""DeepSeek, vLLM and llama.cpp; OpenRouter, Groq and Ollama; some proxies; GitHub Copilot; LiteLLM; more proxies.
The first that is set counts."""
_LISTS = frozenset((*LISTS, "images"))
_RARE = frozenset(("error", "x_groq", "timings")) | _LISTS
"""Fields of a chunk that say something, and that most chunks lack."""
_BESIDE_TEXT = frozenset(("images", "image", "audio", "annotations", "context", "executed_tools"))
"""Fields of a message that bring files or sources."""


class OpenAIReader(ChoicesReader):
    """Reads one answer of `/chat/completions`."""

    def __init__(self, provider: str, max_bytes: int = EVENT.most) -> None:
        super().__init__(provider, max_bytes)
        self._calls = _ToolCalls()
        self._files = ReceivedFiles(provider)
        self._audio = SpokenAudio(self._files)
        self._sources = Sources()
        self._is_in_thought = False

    # -- EventStreamReader -------------------------------------------------------------------------------------------

    def event(self, name: str, document: JsonObject) -> PlainText | Iterator[StreamEvent]:
        text = self._plain_text(document)
        return (TextDelta(text),) if text else self._chunk(document)

    def flush(self) -> Iterator[StreamEvent]:
        yield from super().flush()
        yield from self.pass_on(iter(self._audio.close()), "")

    def document(self, document: Any) -> Iterator[StreamEvent]:
        yield from self._chunk(document)
        if self.has_begun:
            self.has_finished = True

    # -- a chunk, or the whole -----------------------------------------------------------------------------------------

    def _chunk(self, chunk: Any) -> Iterator[StreamEvent]:
        if not isinstance(chunk, dict):
            raise ProtocolError(f"{self.provider} sent JSON that is not a chat completion. Check its base_url.")
        yield from self.answer(chunk.get("choices"))
        if not _LISTS.isdisjoint(chunk):
            yield from self._sources.of_chunk(chunk)
            for picture in fields.items(chunk, "images"):  # found by Perplexity, at their addresses
                yield from self._picture(picture)
        # Usage comes on the last chunk, on one without choices, on each (Mistral, vLLM), or never.
        yield from self._usage(chunk)
        if not fields.rows(chunk, "choices") or chunk.get("error"):
            self.check_for_error(chunk)
        if isinstance(groq := chunk.get("x_groq"), dict) and groq.get("error"):
            self.check_for_error(groq)  # why a stream stopped early, says Groq's reference
        if self._reason == "error":  # of Mistral and OpenRouter, where nothing says more
            raise self.failure(ErrorDetails("it ended this reply with an error"))

    def _plain_text(self, chunk: Any) -> str | None:
        """The text of a chunk with nothing else in it; None for any other.

        Nearly all chunks are such; the way through `_chunk`, which knows everything, takes three times as long.
        """
        if not isinstance(chunk, dict) or not _RARE.isdisjoint(chunk) or chunk.get("usage"):
            return None
        choices = chunk.get("choices")
        if not isinstance(choices, list) or len(choices) != 1 or not isinstance(choice := choices[0], dict):
            return None
        delta = choice.get("delta")
        if choice.get("index") or choice.get("finish_reason") or not isinstance(delta, dict) or len(delta) != 1:
            return None
        text = delta.get("content")
        if not isinstance(text, str) or (len(text) > SHORTEST_PICTURE and PICTURE_IN_TEXT in text):
            return None
        if self._is_in_thought or not self._choices.is_plain:
            return None
        self.has_begun = True
        return text

    def choice(self, choice: Choice) -> Iterator[StreamEvent]:
        delta = choice.get("delta")
        if not isinstance(delta, dict):
            delta = choice.get("message")
        if isinstance(delta, dict):
            yield from self._delta(delta)
        elif isinstance(choice.get("text"), str):
            yield from self._text(choice["text"])  # the older completions shape
        self.ending(choice)

    def ending(self, choice: Choice) -> None:
        for place in (choice, choice.get("delta")):  # OpenRouter, beside the finish reason "error"
            if isinstance(place, dict) and place.get("error"):
                self.check_for_error(place)
        if reason := choice.get("finish_reason"):
            self.finish(reason)

    def _delta(self, delta: Mapping[str, Any]) -> Iterator[StreamEvent]:
        if thought := _reasoning(delta):
            yield ReasoningDelta(thought)
        content = delta.get("content")
        if isinstance(content, str) and (_is_thought(delta) or self._is_in_thought):
            yield from self._tagged_thought(content, _is_thought(delta))
        elif content:
            if isinstance(content, str):
                yield from self._text(content)
            else:
                yield from self._parts(content)
        if not _BESIDE_TEXT.isdisjoint(delta):
            yield from self._beside_text(delta)
        refusal = delta.get("refusal")
        if refusal and isinstance(refusal, str):
            yield TextDelta(refusal)
        calls = delta.get("tool_calls")
        if calls:
            yield from self._calls.read(calls)
        legacy = delta.get("function_call")
        if isinstance(legacy, dict):
            yield from self._calls.read([{"index": 0, "function": legacy}])

    def _beside_text(self, delta: Mapping[str, Any]) -> Iterator[StreamEvent]:
        """Read pictures (OpenRouter, LiteLLM, which had one in `image`), sound and sources."""
        for picture in (*fields.items(delta, "images"), delta.get("image")):
            yield from self._picture(picture)
        if audio := fields.table(delta, "audio"):
            yield from self._audio.read(audio)
        yield from self._sources.of_message(delta)

    def _picture(self, given: Any) -> Iterator[StreamEvent]:
        """Read a picture: a URL, or an object that holds one or base64, in the field that names its kind or not."""
        inner = given.get("image_url", given.get("image", given)) if isinstance(given, dict) else given
        if isinstance(inner, str):
            yield from self._files.from_url(inner)
        elif url := fields.text(inner, "url"):
            yield from self._files.from_url(url)
        elif data := fields.text(inner, "b64_json") or fields.text(inner, "data"):
            yield from self._files.from_base64(data, fields.text(inner, "media_type"))

    def _tagged_thought(self, content: str, is_thought: bool) -> Iterator[StreamEvent]:
        """Read thoughts in the content as Google's own endpoint marks them: the tags around them are no words."""
        if is_thought:
            if thought := content.removeprefix("<thought>"):
                yield ReasoningDelta(thought)
        elif text := content.removeprefix("</thought>"):
            yield TextDelta(text)
        self._is_in_thought = is_thought or (self._is_in_thought and not content)

    def _text(self, text: str) -> Iterator[StreamEvent]:
        """Read a text; a picture in it, which some gateways write as Markdown with a data URL (new-api), is one."""
        if len(text) > SHORTEST_PICTURE and PICTURE_IN_TEXT in text:
            yield from pictures_in_text(text, self._files)
        elif text:
            yield TextDelta(text)

    def _parts(self, parts: Any) -> Iterator[StreamEvent]:
        """Read content that is a list of typed parts, as Mistral's reasoning models send it, or one such part."""
        for part in parts if isinstance(parts, list) else [parts]:
            if isinstance(part, str):
                yield from self._text(part)
            elif isinstance(part, dict) and part.get("type") in ("thinking", "reasoning"):
                if thought := _joined(part):
                    yield ReasoningDelta(thought)
            elif isinstance(part, dict):
                yield from self._part(part)

    def _part(self, part: Mapping[str, Any]) -> Iterator[StreamEvent]:
        match part.get("type"):
            case "image_url" | "image" | "output_image":
                yield from self._picture(part)
            case "file" if data := fields.text(part.get("file"), "file_data"):
                name = fields.text(part.get("file"), "filename")
                yield from self._files.from_url(data if data[:5] == "data:" else f"data:;base64,{data}", name)
            case "audio" | "input_audio" | "output_audio" as kind:
                yield from self._audio.read(fields.table(part, kind) or part)
            case "tool_reference" | "url_citation":  # Mistral
                yield from self._sources.of_part(part)
            case _:
                yield from self._text(_joined(part))

    def _usage(self, chunk: Mapping[str, Any]) -> Iterator[UsageReport]:
        # Groq and Moonshot have theirs in places of their own, llama.cpp counts even where no usage was asked for.
        places = [chunk, chunk.get("x_groq"), *fields.rows(chunk, "choices")[:1]]
        reports = [_usage_report(usage) for place in places if (usage := fields.table(place, "usage"))]
        if timings := fields.table(chunk, "timings"):
            reports.append(_timings_report(timings))
        for report in reports:
            if report.input_tokens or report.output_tokens or report.cost_usd:
                yield report
                return


class _ToolCalls:
    """Assigns indexes to the pieces of tool calls if the server leaves them out."""

    def __init__(self) -> None:
        self._indexes: dict[str, int] = {}
        self._last = -1

    def read(self, calls: Any) -> Iterator[ToolCallDelta]:
        for call in calls if isinstance(calls, list) else [calls]:
            if not isinstance(call, dict):
                continue
            function = fields.table(call, "function")
            id_, name = fields.text(call, "id"), fields.text(function, "name")
            arguments = function.get("arguments")
            # An object in place of its text is Ollama's way, seen through proxies.
            written = "" if arguments is None else fields.as_text(arguments)
            yield ToolCallDelta(self._index(fields.number(call, "index"), id_, name), id_, name, written)

    def _index(self, given: int | None, id_: str, name: str) -> int:
        if given is not None and given >= 0:
            index = given
        elif id_ in self._indexes:
            index = self._indexes[id_]
        else:
            begins = bool(id_ or name) or self._last < 0
            index = self._last + 1 if begins else self._last
        if id_:
            self._indexes.setdefault(id_, index)
        self._last = index
        return index


def _reasoning(delta: Mapping[str, Any]) -> str:
    for name in _REASONING_NAMES:
        if (value := delta.get(name)) and (thought := _joined(value)):
            return thought
    details = delta.get("reasoning_details")
    if isinstance(details, list):  # OpenRouter, beside `reasoning` or in its place
        return "".join(_joined(part) for part in details if isinstance(part, dict))
    return ""


def _is_thought(delta: Mapping[str, Any]) -> bool:
    """Whether the content is a thought, in the words of Google's OpenAI endpoint."""
    return fields.table(delta.get("extra_content"), "google").get("thought") is True


def _joined(value: Any) -> str:
    """The content as one text: a string, a part that holds one in any of the usual fields, or a list of those."""
    match value:
        case str():
            return value
        case list():
            return "".join(map(_joined, value))
        case dict():
            held = (
                value.get(name) for name in ("text", "content", "thinking", "reasoning", "summary", "value", "refusal")
            )
            return next(filter(None, map(_joined, held)), "")
        case _:
            return ""


def _usage_report(usage: Mapping[str, Any]) -> UsageReport:
    cached, written = cached_and_written(usage)
    cost = usage.get("cost")  # OpenRouter, in US dollars
    report = UsageReport(
        first_count(usage, "prompt_tokens", "input_tokens"),
        first_count(usage, "completion_tokens", "output_tokens"),
        fields.count(fields.table(usage, "completion_tokens_details"), "reasoning_tokens"),
        float(cost) if isinstance(cost, int | float) and not isinstance(cost, bool) and 0 <= cost < 1e6 else None,
        cached,
        written,
    )
    return within_total(report, fields.count(usage, "total_tokens"))


def _timings_report(timings: Mapping[str, Any]) -> UsageReport:
    """The counts of llama.cpp; `prompt_n` leaves out what it had in its cache."""
    cached = fields.count(timings, "cache_n")
    input_tokens = fields.total(fields.count(timings, "prompt_n"), cached)
    return UsageReport(input_tokens, fields.count(timings, "predicted_n"), cached_tokens=cached)
