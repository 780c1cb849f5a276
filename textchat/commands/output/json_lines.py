"""Formats the lines of `--json`: the start of a reply, each piece of it, and its end, as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from textchat.commands.asking.takings import TakenPart
from textchat.commands.output.beginning import HOLD_S, Beginning, opens_in_template
from textchat.commands.output.difference_rows import difference_rows
from textchat.commands.output.ending import ending_sentence, structure_sentence
from textchat.commands.output.part_files import PartFiles
from textchat.commands.output.streams import Output, json_line
from textchat.commands.output.terminal import say
from textchat.core.conversation import Message, Timing, Usage
from textchat.core.errors import ErrorReport
from textchat.core.events import Cited, PartReceived, ReasoningDelta, StreamEvent, TextDelta
from textchat.core.parameters import Parameters
from textchat.core.parts.citation import Citation, Citations
from textchat.core.parts.part import Part
from textchat.core.parts.structure import StructureCheck
from textchat.core.reply import Reply

Line = Mapping[str, Any]


class JsonLines:
    """Writes the lines of one reply or, with `is_comparison`, of several, each line with its pane number.

    With `has_differences`, each answer but the first is compared with the first when all have ended.
    """

    def __init__(
        self,
        models: Sequence[str],
        files: PartFiles,
        *,
        is_comparison: bool = False,
        has_differences: bool = False,
        swept: Sequence[Line] = (),
    ) -> None:
        """`swept` is what tells each reply of a sweep from the others: on its first line and its last."""
        self._out = Output()
        self._files = files
        self._citations = [Citations() for _ in models]
        self._has_differences = has_differences
        self._texts: dict[int, str] = {}
        self._lines = [
            ReplyLines(model, pane if is_comparison else None, swept[pane] if swept else None)
            for pane, model in enumerate(models)
        ]
        self._beginnings = [
            Beginning(partial(self._put, pane), None if opens_in_template(model) else HOLD_S)
            for pane, model in enumerate(models)
        ]

    async def begin(self, replies: Sequence[Reply], taken: Sequence[Sequence[TakenPart]]) -> None:
        for lines, reply, parts in zip(self._lines, replies, taken, strict=True):
            await self._write(lines.start(reply.parameters, parts))

    async def take(self, pane: int, events: Sequence[StreamEvent]) -> None:
        async with self._out.together():
            for event in events:
                await self._beginnings[pane].take(event)

    async def ended(self, pane: int, message: Message) -> None:
        await self._beginnings[pane].end()
        for line in self._lines[pane].tool_calls(message):
            await self._write(line)
        # The pieces of text always join to the text of the end.
        text, reasoning = self._beginnings[pane].passed_on(message)
        self._texts[pane] = text
        end = self._lines[pane].end(message, self._files.written(pane, message))
        await self._write({**end, "text": text, "reasoning": reasoning})
        for sentence in filter(None, (ending_sentence(message), structure_sentence(message))):
            say(sentence)

    async def end(self, messages: Sequence[Message]) -> None:
        """Write the differences, if asked for; each reply has its own end."""
        if self._has_differences:
            base = self._texts[0]
            for pane in range(1, len(messages)):
                await self._write(self._lines[pane].difference(difference_rows(base, self._texts[pane])))

    async def _put(self, pane: int, event: StreamEvent) -> None:
        match event:
            case PartReceived(part):
                await self._write(self._lines[pane].part(part, await self._files.take(pane, part)))
            case Cited(url, title):
                await self._cite(pane, url, title)
            case _:
                if (line := self._lines[pane].piece(event)) is not None:
                    await self._write(line)

    async def _cite(self, pane: int, url: str, title: str | None) -> None:
        """Write a line for a source that is new; one that is cited again has had its line."""
        known = self._citations[pane]
        before = len(known)
        number = known.add(url, title)
        if len(known) > before:
            await self._write(self._lines[pane].citation(number, Citation(url, title or None)))

    async def _write(self, line: Line) -> None:
        await self._out.write(json_line(line))


class ReplyLines:
    """Formats the lines of one reply; `pane` is its number in a comparison, on every line.

    `swept` is what tells it from the others of a sweep.
    """

    def __init__(self, model: str, pane: int | None = None, swept: Line | None = None) -> None:
        self._model = model
        self._swept = swept or {}
        self._pane = {} if pane is None else {"pane": pane}

    def start(self, parameters: Parameters, taken: Sequence[TakenPart]) -> Line:
        """The first line; for a prompt with parts also how this model gets each."""
        parts = {"parts": [_taken(each) for each in taken]} if taken else {}
        return self._line("start", model=self._model, stream=parameters.stream, **parts, **self._swept)

    def piece(self, event: StreamEvent) -> Line | None:
        """The line for a piece of text or reasoning; None for other events, which the end line sums up."""
        match event:
            case TextDelta(text) if text:
                return self._line("text", text=text)
            case ReasoningDelta(text) if text:
                return self._line("reasoning", text=text)
            case _:
                return None

    def part(self, part: Part, path: str | None) -> Line:
        """The line for a file of the reply."""
        return self._line("part", **_part(part, path))

    def citation(self, number: int, citation: Citation) -> Line:
        """The line for a source of the reply."""
        return self._line("citation", **_citation(number, citation))

    def tool_calls(self, message: Message) -> list[Line]:
        """One line for each tool call with its complete arguments; partial ones are not valid JSON."""
        return [self._line("tool_call", name=call.name, arguments=call.arguments) for call in message.tool_calls]

    def end(self, message: Message, written: Iterable[tuple[Part, str | None]]) -> Line:
        """The last line; `written` are the files of the reply, and where each lies."""
        return self._line(
            "end",
            model=self._model,
            status=message.status.value,
            finish_reason=message.finish_reason,
            text=message.text,
            reasoning=message.reasoning,
            usage=_usage(message.usage),
            timing=_timing(message.timing),
            cost_usd=message.cost_usd,
            cost_source=None if message.cost_source is None else message.cost_source.value,
            citations=[_citation(number, source) for number, source in enumerate(message.citations, start=1)],
            parts=[_part(part, path) for part, path in written],
            schema=_structure(message.structure),
            note=message.note,
            error=_error(message.error),
            **self._swept,
        )

    def difference(self, rows: Sequence[Line]) -> Line:
        return self._line("diff", base=0, rows=rows)

    def _line(self, type_: str, **fields: Any) -> Line:
        return {"type": type_, **self._pane, **fields}


def _part(part: Part, path: str | None) -> dict[str, Any]:
    return {"media_type": part.media_type, "name": part.name or None, "bytes": part.size, "path": path}


def _taken(taken: TakenPart) -> dict[str, Any]:
    part, taking = taken.part, taken.taking
    told = {"media_type": part.media_type, "name": part.name, "bytes": part.size}
    return {**told, "way": taking.way.value, "why": taking.sentence or None}


def _citation(number: int, citation: Citation) -> dict[str, Any]:
    return {"n": number, "url": citation.url, "title": citation.title}


def _structure(check: StructureCheck | None) -> dict[str, Any] | None:
    return None if check is None else {"valid": check.is_valid, "why": check.why}


def _usage(usage: Usage | None) -> dict[str, Any]:
    usage = usage or Usage(0, 0)
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "cached_tokens": usage.cached_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "source": usage.source.value,
        "input_source": (usage.input_source or usage.source).value,
    }


def _timing(timing: Timing | None) -> dict[str, Any]:
    timing = timing or Timing(None, 0.0, None)
    return {
        "first_token_s": _rounded(timing.first_token_s),
        "first_text_s": _rounded(timing.first_text_s),
        "total_s": _rounded(timing.total_s),
        "tokens_per_s": _rounded(timing.tokens_per_s),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _error(error: ErrorReport | None) -> dict[str, Any] | None:
    if error is None:
        return None
    return {
        "kind": error.kind.value,
        "message": error.message,
        "status": error.status,
        "retry_after_s": error.retry_after_s,
    }
