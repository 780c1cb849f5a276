"""Joins characters that a server cut in two, as JSON escapes of UTF-16 surrogates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textchat.core.events import ReasoningDelta, StreamEvent, TextDelta, TextWasReasoning, ToolCallDelta


class SurrogatePairs:
    """Joins the halves of a surrogate pair from two pieces of text; a lone half becomes U+FFFD."""

    def __init__(self) -> None:
        self._held: TextDelta | ReasoningDelta | None = None

    def is_needed(self, json_text: str) -> bool:
        """Whether the next events, parsed from `json_text`, may hold a half; others need no mending."""
        return self._held is not None or "\\ud" in json_text or "\\uD" in json_text

    def mend(self, events: Iterable[StreamEvent]) -> Iterator[StreamEvent]:
        """`events` with halves joined; a half at the end of a text is held back until the next one."""
        for event in events:
            match event:
                case TextDelta(text) | ReasoningDelta(text):
                    held = self._held
                    if held is not None and type(held) is type(event):
                        text, self._held = held.text + text, None
                    else:
                        yield from self.flush()
                    if text and "\ud800" <= text[-1] <= "\udbff":
                        self._held = type(event)(text[-1])
                        text = text[:-1]
                    if text:
                        yield type(event)(_whole(text))
                case ToolCallDelta(index, id_, name, arguments):
                    yield ToolCallDelta(index, _whole(id_), _whole(name), _whole(arguments))
                case TextWasReasoning():
                    yield from self.flush()
                    yield event
                case _:
                    yield event

    def flush(self) -> Iterator[StreamEvent]:
        """The half that was held back, as U+FFFD."""
        held, self._held = self._held, None
        if held is not None:
            yield type(held)("\ufffd")


def _whole(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
