"""Figures of one reply and their formats: seconds, speed, counts, prices, used context."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from textchat.core.conversation import Message, Source, Usage
from textchat.core.figures.continued import whole_of
from textchat.core.reply import Reply
from textchat.core.text.sanitize import plain_name


class Figure(StrEnum):
    """A measured figure."""

    FIRST = "first"
    """Seconds to the first token."""
    SPEED = "speed"
    """Tokens a second, from the first token on."""
    OUTPUT = "output"
    INPUT = "input"
    REASONING = "reasoning"
    CACHED = "cached"
    """Of the input, the tokens that the server had in its cache."""
    COST = "cost"
    TOTAL = "total"
    """Seconds from the request to the end."""
    FIRST_TEXT = "first_text"
    """Seconds to the first word of the answer, where thoughts came before it."""


@dataclass(frozen=True, slots=True)
class ReplyFigures:
    """All figures of one reply; None for an unknown one."""

    first_s: float | None = None
    tokens_per_s: float | None = None
    output_tokens: int | None = None
    input_tokens: int | None = None
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    """Of the input, the tokens that the server wrote to its cache."""
    cost_usd: float | None = None
    total_s: float | None = None
    first_text_s: float | None = None
    is_output_estimated: bool = False
    is_input_estimated: bool = False
    is_cost_estimated: bool = False

    def is_estimated(self, figure: Figure) -> bool:
        """Whether the figure is an estimate, or follows from one."""
        match figure:
            case Figure.SPEED | Figure.OUTPUT | Figure.REASONING:
                return self.is_output_estimated
            case Figure.INPUT:
                return self.is_input_estimated
            case Figure.COST:
                return self.is_cost_estimated
            case Figure.FIRST | Figure.FIRST_TEXT | Figure.TOTAL | Figure.CACHED:
                return False

    def value(self, figure: Figure) -> float | None:
        return {
            Figure.FIRST: self.first_s,
            Figure.SPEED: self.tokens_per_s,
            Figure.OUTPUT: self.output_tokens,
            Figure.INPUT: self.input_tokens,
            Figure.REASONING: self.reasoning_tokens,
            Figure.CACHED: self.cached_tokens,
            Figure.COST: self.cost_usd,
            Figure.TOTAL: self.total_s,
            Figure.FIRST_TEXT: self.first_text_s,
        }[figure]

    def text(self, figure: Figure) -> str:
        """The formatted value, with `~` before an estimate; empty if unknown."""
        value = self.value(figure)
        if value is None:
            return ""
        is_estimate = self.is_estimated(figure)
        match figure:
            case Figure.FIRST | Figure.FIRST_TEXT | Figure.TOTAL:
                return seconds(value)
            case Figure.SPEED:
                return speed(value, is_estimate)
            case Figure.COST:
                return dollars(value, is_estimate)
            case Figure.INPUT | Figure.OUTPUT | Figure.REASONING | Figure.CACHED:
                return count(int(value), is_estimate)


def figures_of(shown: Reply | Message) -> ReplyFigures:
    """The current figures of a growing reply, or the stored ones of a finished message.

    A continued answer has those of all its requests together, and none for the first token, which came long before. A
    message that still grows has none: its reply does. Nor has a reply that hides them.
    """
    if shown.is_growing if isinstance(shown, Message) else shown.hides_figures:
        return ReplyFigures()
    whole = whole_of(shown)
    usage, timing = whole.usage, whole.timing
    begins = timing if shown.earlier is None else None
    return ReplyFigures(
        first_s=begins.first_token_s if begins else None,
        first_text_s=begins.first_text_s if begins and begins.first_text_s != begins.first_token_s else None,
        tokens_per_s=timing.tokens_per_s if timing else None,
        total_s=timing.total_s if timing else None,
        # No token has come yet, or the number is unknown: both are shown as nothing.
        output_tokens=(usage and usage.output_tokens) or None,
        input_tokens=(usage and usage.input_tokens) or None,
        reasoning_tokens=(usage and usage.reasoning_tokens) or None,
        cached_tokens=(usage and usage.cached_tokens) or None,
        cache_write_tokens=(usage and usage.cache_write_tokens) or None,
        cost_usd=whole.cost_usd,
        is_output_estimated=usage is not None and is_output_estimated(usage),
        is_input_estimated=usage is not None and is_input_estimated(usage),
        is_cost_estimated=whole.cost_source is Source.ESTIMATED,
    )


def is_input_estimated(usage: Usage) -> bool:
    """Whether the input tokens were counted here and not by the server."""
    return (usage.input_source or usage.source) is Source.ESTIMATED


def is_output_estimated(usage: Usage) -> bool:
    """Whether the output tokens were counted here and not by the server."""
    return usage.source is Source.ESTIMATED


def seconds(value: float) -> str:
    """Seconds in at most six characters: `0.42 s`, `12.3 s`, `123 s`, `20 min`."""
    if value < 9.995:
        return f"{value:.2f} s"
    if value < 99.95:
        return f"{value:.1f} s"
    return f"{value:.0f} s" if value < 999.5 else f"{min(999, value / 60):.0f} min"


def speed(value: float, is_estimate: bool = False) -> str:
    """Tokens a second in at most four characters, with the mark of an estimate: `5.4`, `58`, `1.2k`, `~58`, `~1k`."""
    mark = "~" if is_estimate else ""
    if value < 9.95:
        return f"{mark}{value:.1f}"
    return f"~{value / 1000:.0f}k" if is_estimate and value >= 999.5 else count(round(value), is_estimate)


def count(value: int, is_estimate: bool = False) -> str:
    """Tokens in at most four characters, five with the mark of an estimate: `312`, `1.2k`, `12k`, `1.2M`."""
    mark = "~" if is_estimate else ""
    for limit, divisor, unit in ((1_000, 1, ""), (999_500, 1_000, "k"), (999_500_000, 1_000_000, "M")):
        if value < limit:
            scaled = value / divisor
            return f"{mark}{scaled:.1f}{unit}" if unit and scaled < 9.95 else f"{mark}{scaled:.0f}{unit}"
    return f"{mark}∞"


def dollars(value: float, is_estimate: bool = False) -> str:
    """A price in at most eight characters, with the mark of an estimate: `<$0.0001`, `$0.0012`, `$1.23`, `~$0.123`."""
    mark = "~" if is_estimate else ""
    if 0 < value < 0.00005:
        return "~<$.0001" if is_estimate else "<$0.0001"
    if value < 0.00995:
        return f"{mark}${value:.4f}"
    if value < 0.9995:
        return f"{mark}${value:.3f}"
    if value < (999.995 if is_estimate else 9999.995):
        return f"{mark}${value:.2f}"
    return f"{mark}${count(round(value))}"


def short_dollars(value: float, is_estimate: bool = False) -> str:
    """A price in at most seven characters, for narrow lines: `$0.0012`, `~$.0012`, `<$.0001`, `~$1000`."""
    text = dollars(value, is_estimate)
    if len(text) <= 7:
        return text
    if "<" in text:
        return "~<$.001" if is_estimate else "<$.0001"
    if value < 1:
        return text.replace("$0.", "$.")
    return f"{'~' if is_estimate else ''}${value:.0f}"


TIGHT = 0.8
"""The used share of a context window from which on a warning is shown."""


def context_left(model: str, tokens: int, window: int) -> str:
    """Warning for a request of so many tokens: `▲ context 87 % full`, or a sentence if it exceeds the window.

    Empty while there is room.
    """
    if tokens <= TIGHT * window:
        return ""
    if tokens <= window:
        return f"▲ context {tokens / window:.0%} full"
    return f"▲ about {count(tokens)} tokens, but {plain_name(model, 40)} takes {count(window)}: shorten it"
