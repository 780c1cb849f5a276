"""Formats the summary of an evaluation: a table by model, one by tag, and a sentence for every two models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from textchat.commands.output.streams import table
from textchat.core.evaluation.statistics import Interval
from textchat.core.evaluation.summary import Mean, PairSummary, Share, Summary, VariantSummary
from textchat.core.figures.reply_figures import count, dollars, seconds
from textchat.core.text.sanitize import plain_name

CLEAR = 0.05
"""The p value below which one of two is said to be better."""
FEWEST_DIFFERENT = 6
"""Prompts that must differ for any result of the sign test to be clear."""
MOST_PAIRS = 6
"""Pairs that are all told; of more, those that differ clearly."""
_LEGEND = "In brackets: 95 % intervals. Cost, time and tokens are means by prompt."

_Row = tuple[str, ...]


def summary_text(summary: Summary, width: int | None = None) -> str:
    """The summary in lines of at most `width` cells, where that is given and can be."""
    headings = ("MODEL", "PROMPTS", "PASSED", "CHECKS", "COST", "TIME", "TOKENS", "FAILED")
    parts = [_laid_out(headings, [_row(variant) for variant in summary.variants], width, right=(1,))]
    if tags := _tag_rows(summary.variants):
        parts.append(_laid_out(("TAG", "MODEL", "PROMPTS", "PASSED"), tags, width, right=(2,)))
    ends = [*_pair_sentences(summary.pairs), *([_LEGEND] if "(" in "".join(parts) else [])]
    if ends:
        parts.append("".join(f"{line}\n" for sentence in ends for line in _broken(sentence, width)))
    return "\n".join(parts)


# -- tables ----------------------------------------------------------------------------------------------------------


def _row(variant: VariantSummary) -> _Row:
    checks = f"{variant.checks_passed:,} of {variant.checks:,}" if variant.checks else ""
    return (
        plain_name(variant.name),
        f"{variant.prompts:,}",
        _share(variant.share, variant.prompts),
        checks,
        _mean(variant.cost_usd, dollars),
        _mean(variant.seconds, seconds),
        _mean(variant.output_tokens, lambda tokens: count(round(tokens))),
        f"{variant.failed:,}" if variant.failed else "",
    )


def _tag_rows(variants: Sequence[VariantSummary]) -> list[_Row]:
    tags = dict.fromkeys(tag for variant in variants for tag in variant.by_tag)
    return [
        (plain_name(tag, 60), plain_name(variant.name), f"{share.prompts:,}", _share(share, share.prompts))
        for tag in sorted(tags)
        for variant in variants
        if (share := variant.by_tag.get(tag)) is not None
    ]


def _share(share: Share | None, prompts: int) -> str:
    """The share that passed; where not all of the prompts have checks, with the number of those that do."""
    if share is None:
        return ""
    low, high = share.interval
    count = f" of {share.prompts:,}" if share.prompts != prompts else ""
    return f"{share.share:.0%}{count} ({100 * low:.0f}–{high:.0%})".replace("%", " %")


def _mean(mean: Mean | None, told: Callable[[float], str]) -> str:
    if mean is None:
        return ""
    value = f"{'~' if mean.is_estimate else ''}{told(mean.value)}"
    return value if mean.interval is None else f"{value} ({_span(mean.interval, told)})"


def _span(interval: Interval, told: Callable[[float], str]) -> str:
    """Both ends, the unit once: `1.00–1.50 s`, `$0.01–0.02`."""
    low, high = map(told, interval)
    if low.endswith(" s") and high.endswith(" s"):
        low = low.removesuffix(" s")
    return f"{low}–{high.removeprefix('$')}"


def _laid_out(headings: _Row, rows: Sequence[_Row], width: int | None, right: Sequence[int]) -> str:
    """A table without its empty columns, or where it is too wide, a block for each row."""
    from textchat.render.cells import width_of  # loaded by `table` as well

    full = [at for at in range(len(headings)) if any(row[at] for row in rows)]
    lines = table([[line[at] for at in full] for line in (headings, *rows)], [full.index(at) for at in right])
    if width is None or max(map(width_of, lines.splitlines())) <= width:
        return lines
    return "\n".join(_block([headings[at] for at in full], [row[at] for at in full]) for row in rows)


def _block(headings: Sequence[str], row: Sequence[str]) -> str:
    first, *others = zip(headings, row, strict=True)
    return f"{first[1]}\n" + table([("", heading.lower(), cell) for heading, cell in others if cell])


def _broken(sentence: str, width: int | None) -> list[str]:
    if width is None:
        return [sentence]
    from textchat.render.cells import wrap

    return [sentence[start:end] for start, end in wrap(sentence, width)]


# -- pairs -----------------------------------------------------------------------------------------------------------


def _pair_sentences(pairs: Sequence[PairSummary]) -> Iterator[str]:
    clear = [pair for pair in pairs if pair.adjusted_p < CLEAR]
    told = pairs if len(pairs) <= MOST_PAIRS else clear
    for pair in told:
        yield _pair_sentence(pair)
    if left := len(pairs) - len(told):
        yield f"{left} {'other pairs' if told else 'pairs'}: no clear difference."
    if len(pairs) > 1 and clear:
        yield f"p is adjusted for {len(pairs)} pairs (Holm)."


def _pair_sentence(pair: PairSummary) -> str:
    one, other = plain_name(pair.one), plain_name(pair.other)
    different = pair.wins + pair.losses
    if not different:
        return f"{one} and {other}: no difference in {_prompts(pair.prompts)}."
    if pair.adjusted_p < CLEAR:
        better, worse = (one, other) if pair.wins > pair.losses else (other, one)
        most, fewest = max(pair.wins, pair.losses), min(pair.wins, pair.losses)
        return f"{better} passes more often than {worse}: {_prompts(most)} to {fewest}, {_p(pair.adjusted_p)}."
    if different < FEWEST_DIFFERENT:
        return f"{one} and {other}: too few prompts differ to tell, {pair.wins} to {pair.losses}."
    return f"{one} and {other}: no clear difference, {_prompts(pair.wins)} to {pair.losses} ({_p(pair.adjusted_p)})."


def _prompts(number: int) -> str:
    return f"{number:,} prompt{'' if number == 1 else 's'}"


def _p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {value:.2g}"
