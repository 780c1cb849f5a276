"""The words on what is sent of a branch, how full a window is, and what to do with a prompt that does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textchat.core.context.fitting import Share
from textchat.core.context.sent import Sent
from textchat.core.figures.reply_figures import count, dollars
from textchat.core.text.sanitize import plain_name

if TYPE_CHECKING:
    from textchat.live.budget import Estimate
    from textchat.live.context.context_edits import FullPane
    from textchat.live.context.summaries import SummaryPlan

LONGEST_NAME = 40
"""Cells of the name of a model in a sentence."""


def omission_of(sent: Sent) -> tuple[str | None, str]:
    """The first message that is sent as it is, and what is said above it of those before."""
    words = []
    if sent.summed_up:
        words.append(f"{_messages(sent.summed_up)} {_are(sent.summed_up)} sent as a summary")
    if sent.left_out:
        words.append(f"{_messages(sent.left_out)} {_are(sent.left_out)} not sent")
    return (sent.begins_at, f"▲ {' · '.join(words)}") if words else (None, "")


def share_forms(share: Share) -> Sequence[str]:
    """The share of a window, the longest form first: `12% of 128k`, `12%`."""
    percent = f"{share.of_window:.0%}"
    mark = "▲ " if share.is_marked else ""
    return f"{mark}{percent} of {count(share.window)}", f"{mark}{percent}"


def excess_line(pane: FullPane) -> str:
    """By how much a request does not fit: `gpt-4o: ~140k tokens, ~20k too many for 128k and a reply`."""
    over = pane.over
    number = f"{pane.number} " if pane.number else ""
    name = plain_name(over.model, LONGEST_NAME)
    tokens, excess = count(over.tokens, is_estimate=True), count(over.excess, is_estimate=True)
    return f"{number}{name}: {tokens} tokens, {excess} too many for {count(over.window)} and a reply"


def dropped_words(panes: Sequence[FullPane]) -> str:
    """What is dropped: `12 older messages are not sent`, by pane where the numbers differ."""
    least, most = min(pane.dropped for pane in panes), max(pane.dropped for pane in panes)
    return f"{_messages(most) if least == most else f'{least:,} to {_messages(most)}'} {_are(most)} not sent"


def summary_words(plans: Sequence[SummaryPlan], cost: Estimate | None) -> tuple[str, str]:
    """What is summed up, and by whom, with how many tokens and at what price."""
    what = _messages(max(plan.count for plan in plans))
    panes = sum(len(plan.pane_ids) for plan in plans)
    what += f" in {panes} panes" if panes > 1 else ""
    models = dict.fromkeys(plain_name(plan.model, LONGEST_NAME) for plan in plans)
    tokens = count(sum(plan.input_tokens for plan in plans), is_estimate=True)
    price = ""
    if cost is not None and cost.priced and cost.cost_usd:
        price = f", {'about' if cost.is_whole else 'at least'} {dollars(cost.cost_usd)}"
    return what, f"by {' and '.join(models)}, {tokens} tokens{price}"


def _messages(number: int) -> str:
    return "1 older message" if number == 1 else f"{number:,} older messages"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
