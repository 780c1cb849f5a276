"""Formats the lines of `--json`: the start of a reply, each piece of it, and its end, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from textchat.commands.output.beginning import HOLD_S, Beginning, opens_in_template
from textchat.commands.output.difference_rows import difference_rows
from textchat.commands.output.ending import ending_sentence
from textchat.commands.output.streams import Output, json_line
from textchat.commands.output.terminal import say
from textchat.core.conversation import Message, Timing, Usage
from textchat.core.errors import ErrorReport
from textchat.core.events import ReasoningDelta, StreamEvent, TextDelta
from textchat.core.parameters import Parameters
from textchat.core.reply import Reply

Line = Mapping[str, Any]


class JsonLines:
    """Writes the lines of one reply or, with `is_comparison`, of several, each line with its pane number.

    With `has_differences`, each answer but the first is compared with the first when all have ended.
    """

    def __init__(self, models: Sequence[str], *, is_comparison: bool = False, has_differences: bool = False) -> None:
        self._out = Output()
        self._has_differences = has_differences
        self._texts: dict[int, str] = {}
        self._lines = [ReplyLines(model, pane if is_comparison else None) for pane, model in enumerate(models)]
        self._beginnings = [
            Beginning(partial(self._put, pane), None if opens_in_template(model) else HOLD_S)
            for pane, model in enumerate(models)
        ]

    async def begin(self, replies: Sequence[Reply]) -> None:
        for lines, reply in zip(self._lines, replies, strict=True):
            await self._write(lines.start(reply.parameters))

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
        await self._write({**self._lines[pane].end(message), "text": text, "reasoning": reasoning})
        if sentence := ending_sentence(message):
            say(sentence)

    async def end(self, messages: Sequence[Message]) -> None:
        """Write the differences, if asked for; each reply has its own end."""
        if self._has_differences:
            base = self._texts[0]
            for pane in range(1, len(messages)):
                await self._write(self._lines[pane].difference(difference_rows(base, self._texts[pane])))

    async def _put(self, pane: int, event: StreamEvent) -> None:
        if (line := self._lines[pane].piece(event)) is not None:
            await self._write(line)

    async def _write(self, line: Line) -> None:
        await self._out.write(json_line(line))


class ReplyLines:
    """Formats the lines of one reply; `pane` is its number in a comparison, on every line."""

    def __init__(self, model: str, pane: int | None = None) -> None:
        self._model = model
        self._pane = {} if pane is None else {"pane": pane}

    def start(self, parameters: Parameters) -> Line:
        return self._line("start", model=self._model, stream=parameters.stream)

    def piece(self, event: StreamEvent) -> Line | None:
        """The line for a piece of text or reasoning; None for other events, which the end line sums up."""
        match event:
            case TextDelta(text) if text:
                return self._line("text", text=text)
            case ReasoningDelta(text) if text:
                return self._line("reasoning", text=text)
            case _:
                return None

    def tool_calls(self, message: Message) -> list[Line]:
        """One line for each tool call with its complete arguments; partial ones are not valid JSON."""
        return [self._line("tool_call", name=call.name, arguments=call.arguments) for call in message.tool_calls]

    def end(self, message: Message) -> Line:
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
            note=message.note,
            error=_error(message.error),
        )

    def difference(self, rows: Sequence[Line]) -> Line:
        return self._line("diff", base=0, rows=rows)

    def _line(self, type_: str, **fields: Any) -> Line:
        return {"type": type_, **self._pane, **fields}


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
