"""The words on a prompt that does not fit: by how much, and what each way out would do."""

from __future__ import annotations

from collections.abc import Sequence

from textchat.core.context.older_messages import are, messages_word
from textchat.core.figures.reply_figures import count, dollars
from textchat.core.text.sanitize import plain_name
from textchat.live.budget import Estimate
from textchat.live.context.full_requests import FullPane
from textchat.live.context.summaries import SummaryPlan

LONGEST_NAME = 40
"""Characters of the name of a model in a sentence."""


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
    return f"{messages_word(most) if least == most else f'{least:,} to {messages_word(most)}'} {are(most)} not sent"


def summary_words(plans: Sequence[SummaryPlan], cost: Estimate | None) -> tuple[str, str]:
    """What is summed up, and by whom, with how many tokens and at what price."""
    what = messages_word(max(plan.count for plan in plans))
    panes = sum(len(plan.pane_ids) for plan in plans)
    what += f" in {panes} panes" if panes > 1 else ""
    models = dict.fromkeys(plain_name(plan.shown_model, LONGEST_NAME) for plan in plans)
    tokens = count(sum(plan.input_tokens for plan in plans), is_estimate=True)
    price = ""
    if cost is not None and cost.priced and cost.cost_usd:
        price = f", {'about' if cost.is_whole else 'at least'} {dollars(cost.cost_usd)}"
    return what, f"by {' and '.join(models)}, {tokens} tokens{price}"
