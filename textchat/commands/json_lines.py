"""The lines of `--json`: plain data for the start of a reply, each piece of it, and its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textchat.core.conversation import Message, Parameters, Timing, Usage
from textchat.core.errors import ErrorReport
from textchat.core.events import ReasoningDelta, StreamEvent, TextDelta
from textchat.core.reply import Reply

Line = Mapping[str, Any]


class ReplyLines:
    """The lines of one reply; `pane` is its number in a comparison, on every line."""

    def __init__(self, model: str, pane: int | None = None) -> None:
        self._model = model
        self._pane = {} if pane is None else {"pane": pane}

    def start(self, parameters: Parameters) -> Line:
        return self._line("start", model=self._model, stream=parameters.stream)

    def piece(self, event: StreamEvent) -> Line | None:
        """None for what the end says better."""
        match event:
            case TextDelta(text) if text:
                return self._line("text", text=text)
            case ReasoningDelta(text) if text:
                return self._line("reasoning", text=text)
            case _:
                return None

    def tool_calls(self, reply: Reply) -> list[Line]:
        """One line a call, whole: pieces of arguments are no JSON."""
        return [self._line("tool_call", name=call.name, arguments=call.arguments) for call in reply.tool_calls]

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
            error=_error(message.error),
        )

    def _line(self, type_: str, **fields: Any) -> Line:
        return {"type": type_, **self._pane, **fields}


def _usage(usage: Usage | None) -> dict[str, Any]:
    usage = usage or Usage(0, 0)
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "source": usage.source.value,
    }


def _timing(timing: Timing | None) -> dict[str, Any]:
    timing = timing or Timing(None, 0.0, None)
    return {
        "first_token_s": _rounded(timing.first_token_s),
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
