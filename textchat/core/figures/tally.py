"""Tokens, pace and cost of a growing reply: as reported, else as counted, else as estimated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textchat.core.conversation import Source, Usage
from textchat.core.events import UsageReport
from textchat.core.figures.pace import Pace, ReplyPace
from textchat.core.figures.tokens import whole_tokens

NEAR = 1.02
"""By so much more output the estimated cost stays: a list of prices takes 0.2 ms to ask, for each pane and pulse."""
SUMMARY = 0.5
"""Thoughts with less text than this for a token, beside the text of the answer for one, have not come whole."""


@dataclass(slots=True)
class _Reported:
    """Token counts reported by the server so far; some report them with each piece."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class Tally:
    """What is known of the tokens and the cost of one reply; `input_tokens` is an estimate of its request."""

    def __init__(self, input_tokens: int = 0) -> None:
        self.input_estimate = input_tokens
        """Tokens of the request as estimated or counted before it left."""
        self.input_counted = False
        """Whether `input_estimate` was counted by a tokenizer."""
        self.counted_tokens: int | None = None
        """Output tokens as the model's own tokenizer counted them, where one did."""
        self.output_estimate: int | None = None
        """Output tokens as a tokenizer near to the model's own counts them: a better estimate, still shown with `~`."""
        self.head_share: float | None = None
        """The share in all tokens of those that mark the start of the pace, once it has been counted."""
        self.cost_usd: float | None = None
        self.cost_source: Source | None = None
        """Whether the cost was reported, or follows from reported tokens, or is an estimate."""
        self.price: Callable[[Usage], float | None] | None = None
        """What so many tokens cost, where a price is known: while the reply grows its cost is an estimate by this."""
        self._priced: tuple[Usage, float | None] = (Usage(0, 0), None)
        """What was priced last, and its cost."""
        self.pace = ReplyPace()
        self._reported = _Reported()

    def report(self, report: UsageReport) -> None:
        """Take in what the server says."""
        known = self._reported
        known.input_tokens = _later(known.input_tokens, report.input_tokens)
        known.output_tokens = _later(known.output_tokens, report.output_tokens)
        known.reasoning_tokens = _later(known.reasoning_tokens, report.reasoning_tokens)
        known.cached_tokens = _later(known.cached_tokens, report.cached_tokens)
        known.cache_write_tokens = _later(known.cache_write_tokens, report.cache_write_tokens)
        if report.cost_usd or self.cost_usd is None:
            self.cost_usd = report.cost_usd
            self.cost_source = None if report.cost_usd is None else Source.REPORTED

    @property
    def usage(self) -> Usage:
        """The best available token counts.

        Servers that do not count say 0 (the Gemini route of LiteLLM's proxy): there is a prompt in every request, and
        text is made of tokens.
        """
        reported, weight = self._reported, self.pace.whole.weight
        if reported.input_tokens:
            input_tokens, input_source = reported.input_tokens, Source.REPORTED
        else:
            input_tokens = self.input_estimate
            input_source = Source.COUNTED if self.input_counted else Source.ESTIMATED
        if reported.output_tokens or (reported.output_tokens == 0 and not weight):
            output_tokens, source = reported.output_tokens, Source.REPORTED
        elif self.counted_tokens is not None:
            output_tokens, source = self.counted_tokens, Source.COUNTED
        elif self.output_estimate is not None:
            output_tokens, source = self.output_estimate, Source.ESTIMATED
        else:
            output_tokens, source = whole_tokens(weight), Source.ESTIMATED
        return Usage(
            input_tokens,
            output_tokens,
            reported.reasoning_tokens,
            source,
            reported.cached_tokens,
            input_source,
            reported.cache_write_tokens,
        )

    @property
    def cost_so_far(self) -> float | None:
        """An estimate of what has come up to now; None where no price is known."""
        if self.price is None:
            return None
        usage, (before, cost) = self.usage, self._priced
        is_near = before.output_tokens <= usage.output_tokens <= NEAR * before.output_tokens
        if cost is None or not is_near or usage.input_tokens != before.input_tokens:
            cost = self.price(usage)
            self._priced = usage, cost
        return cost

    @property
    def tokens_per_s(self) -> float | None:
        """The speed of what came at a pace that can be told."""
        pace, tokens = self.paced()
        return pace.tokens_per_s(tokens, self.head_share)

    def paced(self) -> tuple[Pace, int]:
        """What came at a pace that can be told, and its tokens.

        Thoughts are counted whole, but come hidden or as a summary with some servers: then it is the answer alone.
        """
        usage = self.usage
        whole, answer, thoughts = self.pace.whole, self.pace.answer, usage.reasoning_tokens or 0
        answered = usage.output_tokens - thoughts
        if not thoughts or answered <= 0 or not answer.has_pieces:
            return whole, usage.output_tokens
        are_whole = (whole.weight - answer.weight) / thoughts >= SUMMARY * answer.weight / answered
        return (whole, usage.output_tokens) if are_whole else (answer, answered)


def _later(known: int | None, said: int | None) -> int | None:
    """The count to keep after a later report: the usage of a last chunk may be all zeros."""
    return known if said is None or (not said and known) else said
