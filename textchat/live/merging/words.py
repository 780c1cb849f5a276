"""The words on a merge before it is sent: its tokens, its price, and what is left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textchat.core.figures.reply_figures import count, dollars
from textchat.core.merging.merged import MergeWay
from textchat.live.budget import Estimate
from textchat.live.merging.planning import MergePlan

WAYS = {
    MergeWay.FUSE: ("Fuse", "one reply with the best of each"),
    MergeWay.CHECKLIST: ("Checklist", "tick the points that go in"),
    MergeWay.TABLE: ("Table", "where they agree and differ"),
    MergeWay.OWN: ("Your own", "type what to make of them"),
}
"""What each way is called, and what it makes."""


def cost_words(plans: Sequence[MergePlan], cost: Estimate | None, *, by: str = "") -> str:
    """`About $0.012 with MODEL, ~1.2k tokens`, and behind it what is not sent; the plans are one after the other."""
    tokens = count(sum(plan.input_tokens for plan in plans), is_estimate=True)
    price = ""
    if cost is not None and cost.priced and cost.cost_usd:
        price = f"{'About' if cost.is_whole else 'At least'} {dollars(cost.cost_usd)} {f'with {by}, ' if by else '· '}"
    return " ".join(
        (f"{price}{tokens} tokens{'' if len(plans) == 1 else f' in {len(plans)} requests'}.", *_notes(plans))
    )


def _notes(plans: Sequence[MergePlan]) -> Iterator[str]:
    yield from dict.fromkeys(note for plan in plans for note in plan.request.notes)
