"""The spread of a sweep as the cells of a table: on the terminal, in Markdown and in the app."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textchat.core.figures.reply_figures import count, dollars, seconds
from textchat.core.sweeps.spread import Spread, VariantSpread

UNKNOWN = "–"
HEADINGS = ("VARIANT", "WORDS", "TOKENS", "TIME", "COST", "AGREEMENT", "ENDED")
EXPLANATION = (
    "Figures are medians, with the lowest and the highest in brackets. Agreement is how many of their words two "
    "repeats share in the same order, on average; 100% is word for word."
)


def table_rows(spreads: Sequence[VariantSpread]) -> list[tuple[str, ...]]:
    """The headings, and a row for each variant; a column that nobody has a figure for is left out."""
    rows = [HEADINGS, *map(_row, spreads)]
    kept = [place for place in range(len(HEADINGS)) if any(row[place] != UNKNOWN for row in rows[1:])]
    return [tuple(row[place] for place in kept) for row in rows]


def sentence_of(variant: VariantSpread) -> str:
    """Such as `temperature 0.7: words 112 (98–130), time 2.10 s, agreement 64%, ended 3 stop`."""
    pairs = zip(HEADINGS[1:], _row(variant)[1:], strict=True)
    return f"{variant.name}: {', '.join(f'{heading.lower()} {cell}' for heading, cell in pairs if cell != UNKNOWN)}."


def _row(variant: VariantSpread) -> tuple[str, ...]:
    endings = variant.endings
    return (
        variant.name,
        _cell(variant.words, lambda value, _: count(round(value))),
        _cell(variant.tokens, lambda value, is_estimate: count(round(value), is_estimate)),
        _cell(variant.seconds, lambda value, _: seconds(value)),
        UNKNOWN if variant.cost_usd is None else dollars(variant.cost_usd, variant.is_cost_estimated),
        UNKNOWN if variant.agreement is None else f"{variant.agreement:.0%}",
        ", ".join(f"{many} {ending}" for ending, many in endings.items()),
    )


def _cell(spread: Spread | None, text: Callable[[float, bool], str]) -> str:
    if spread is None:
        return UNKNOWN
    median, lowest, highest = (
        text(each, spread.is_estimated) for each in (spread.median, spread.lowest, spread.highest)
    )
    if lowest == highest:
        return median
    return f"{median} ({lowest.removesuffix(' s') if highest.endswith(' s') else lowest}–{highest})"
