"""Formats what judges said of models: a table of every two, sentences on the judges, or JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from textchat.commands.evaluating.json_figures import bounds, rounded
from textchat.commands.evaluating.summary_text import CLEAR, broken, laid_out, p_words, percent
from textchat.core.evaluation.verdicts import Agreement, JudgedSummary, PairVerdicts, Sway
from textchat.core.text.sanitize import plain_name

_HEADINGS = ("MODEL", "AGAINST", "JUDGE", "CRITERION", "WON", "TIED", "LOST", "SCORE")


@dataclass(frozen=True, slots=True)
class Judged:
    """What judges said, and what is to be known about it."""

    summary: JudgedSummary
    notes: Sequence[str] = ()
    """Sentences."""


def judged_text(judged: Judged, width: int | None = None) -> str:
    """The lines of a terminal, of at most `width` cells where that can be; empty where no judge said anything."""
    summary = judged.summary
    parts = []
    if summary.pairs:
        parts.append(laid_out(_HEADINGS, [_row(pair) for pair in summary.pairs], width, right=(4, 5, 6)))
    sentences = [*_sentences(summary), *judged.notes]
    if sentences:
        parts.append("".join(f"{line}\n" for sentence in sentences for line in broken(sentence, width)))
    return "\n".join(parts)


def _row(pair: PairVerdicts) -> tuple[str, ...]:
    one, other = pair.names
    figures = f"{pair.wins:,}", f"{pair.ties:,}", f"{pair.losses:,}", percent(pair.share, pair.interval)
    return (plain_name(one), plain_name(other), plain_name(pair.judge), plain_name(pair.criterion, 60), *figures)


def _sentences(summary: JudgedSummary) -> Iterator[str]:
    for pair in summary.pairs:
        if pair.adjusted_p < CLEAR:
            yield _better(pair)
    if summary.pairs and not any(pair.adjusted_p < CLEAR for pair in summary.pairs):
        yield "No clear difference by any judge."
    elif len(summary.pairs) > 1:
        yield f"p is adjusted for {len(summary.pairs)} comparisons (Holm)."
    yield from map(_sway, summary.sways)
    yield from map(_agreement, summary.agreements)


def _better(pair: PairVerdicts) -> str:
    one, other = map(plain_name, pair.names)
    better, worse = (one, other) if pair.wins > pair.losses else (other, one)
    most, fewest = max(pair.wins, pair.losses), min(pair.wins, pair.losses)
    by = f"By {plain_name(pair.judge)} ({plain_name(pair.criterion, 60)})"
    return f"{by}, {better} is better than {worse}: {most:,} prompts to {fewest:,}, {p_words(pair.adjusted_p)}."


def _sway(sway: Sway) -> str:
    name = plain_name(sway.judge)
    return (
        f"{name}: the order of the replies changed {sway.swayed:,} of {sway.verdicts:,} verdicts (they count as ties)."
    )


def _agreement(agreement: Agreement) -> str:
    one, other = map(plain_name, agreement.names)
    return f"{one} and {other} agree in {agreement_words(agreement)}."


def agreement_words(agreement: Agreement) -> str:
    """Such as `41 of 50 (82 %, 69–90 %); by chance, in 50 % (kappa 0.64)`."""
    share = percent(agreement.share, agreement.interval).replace(" (", ", ").removesuffix(")")
    kappa = "" if agreement.kappa is None else f" (kappa {agreement.kappa:.2f})"
    chance = f"{agreement.by_chance:.0%}".replace("%", " %")
    return f"{agreement.same:,} of {agreement.verdicts:,} ({share}); by chance, in {chance}{kappa}"


# -- JSON ------------------------------------------------------------------------------------------------------------


def judged_object(summary: JudgedSummary) -> dict[str, Any]:
    """What the summary of `--json` has of judges."""
    return {
        "judged": [_pair_object(pair) for pair in summary.pairs],
        "judges": [
            {"judge": sway.judge, "verdicts": sway.verdicts, "changed_by_order": sway.swayed} for sway in summary.sways
        ],
        "agreement": [{"judges": list(each.names), **agreement_object(each)} for each in summary.agreements],
    }


def _pair_object(pair: PairVerdicts) -> dict[str, Any]:
    return {
        "names": list(pair.names),
        "judge": pair.judge,
        "criterion": pair.criterion,
        "prompts": pair.prompts,
        "wins": pair.wins,
        "ties": pair.ties,
        "losses": pair.losses,
        "score": rounded(pair.share),
        **bounds(pair.interval),
        "p": rounded(pair.p),
        "adjusted_p": rounded(pair.adjusted_p),
    }


def agreement_object(agreement: Agreement) -> dict[str, Any]:
    return {
        "same": agreement.same,
        "of": agreement.verdicts,
        "share": rounded(agreement.share),
        **bounds(agreement.interval),
        "by_chance": rounded(agreement.by_chance),
        "kappa": rounded(agreement.kappa),
    }
