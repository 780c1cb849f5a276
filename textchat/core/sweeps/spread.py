"""How the replies of each variant of a sweep spread: length, tokens, cost, time, agreement, endings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from textchat.core.conversation import Message, Status
from textchat.core.figures.reply_figures import figures_of
from textchat.core.figures.shortfall import shortfall_of
from textchat.core.sweeps.agreement import agreement, words_of


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of some figures, and from where to where they go."""

    median: float
    lowest: float
    highest: float
    is_estimated: bool = False
    """Whether any of them is an estimate."""


@dataclass(frozen=True, slots=True)
class VariantSpread:
    """What the replies of one variant have come to; figures are of complete replies, None where nobody has them."""

    name: str
    replies: int
    """All that have ended."""
    words: Spread | None
    tokens: Spread | None
    """Of the output."""
    seconds: Spread | None
    cost_usd: float | None
    """Of all replies together, failed ones included."""
    is_cost_estimated: bool
    agreement: float | None
    """From 0 to 1, the mean over prompts; None where no prompt has two complete replies."""
    endings: Mapping[str, int]
    """How often each finish reason came, or the status of a reply that is not complete; the most frequent first."""


def spreads_of(replies: Iterable[tuple[str, str, Message]]) -> list[VariantSpread]:
    """The spread of each variant, in the order of the replies: its name, what it replied to, and the reply."""
    by_name: dict[str, dict[str, list[Message]]] = {}
    for name, prompt, message in replies:
        by_name.setdefault(name, {}).setdefault(prompt, []).append(message)
    return [_spread_of(name, list(by_prompt.values())) for name, by_prompt in by_name.items()]


def _spread_of(name: str, by_prompt: Sequence[Sequence[Message]]) -> VariantSpread:
    messages = [message for group in by_prompt for message in group]
    whole = list(filter(_is_complete, messages))
    figures, all_figures = list(map(figures_of, whole)), list(map(figures_of, messages))
    costs = [each.cost_usd for each in all_figures if each.cost_usd is not None]
    agreements = [agreement([message.text for message in group if _is_complete(message)]) for group in by_prompt]
    known = [each for each in agreements if each is not None]
    return VariantSpread(
        name,
        len(messages),
        _spread(len(words_of(message.text)) for message in whole),
        _spread(
            (each.output_tokens for each in figures if each.output_tokens),
            is_estimated=any(each.is_output_estimated for each in figures if each.output_tokens),
        ),
        _spread(each.total_s for each in figures if each.total_s is not None),
        sum(costs) if costs else None,
        any(each.is_cost_estimated for each in all_figures if each.cost_usd is not None),
        sum(known) / len(known) if known else None,
        dict(Counter(map(_ending, messages)).most_common()),
    )


def _is_complete(message: Message) -> bool:
    return message.status is Status.COMPLETE


def _ending(message: Message) -> str:
    if not _is_complete(message):
        return message.status.value
    lack = shortfall_of(message)
    return message.finish_reason or (lack.word if lack and lack.is_lacking else "complete")


def _spread(values: Iterable[float], *, is_estimated: bool = False) -> Spread | None:
    ordered = sorted(values)
    if not ordered:
        return None
    middle = len(ordered) // 2
    median = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    return Spread(median, ordered[0], ordered[-1], is_estimated)
