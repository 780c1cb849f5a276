"""Plans a sweep in a conversation: which panes it opens, what they ask, and what that costs about."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from textchat.core.errors import ConfigurationError
from textchat.core.figures.reply_figures import dollars
from textchat.core.parts.draft import Draft
from textchat.core.sweeps.panes import last_prompt, open_variants
from textchat.core.sweeps.sweep import Variant
from textchat.core.turns import MOST_PANES
from textchat.live.budget import Estimate
from textchat.live.conversation import LiveConversation
from textchat.live.settings.current_settings import CurrentSettings
from textchat.live.sweeps.reading import SweepReader


@dataclass(frozen=True)
class SweepPlan:
    """A sweep that can be run."""

    variants: tuple[Variant, ...]
    asks_again: bool
    """The last prompt is asked again: nothing is typed."""
    estimate: Estimate | None

    @property
    def told(self) -> str:
        """Such as `9 replies, about $0.04`."""
        many = len(self.variants)
        replies = f"{many} {'reply' if many == 1 else 'replies'}"
        if self.estimate is None or not self.estimate.priced:
            return replies
        return f"{replies}, {'about' if self.estimate.is_whole else 'at least'} {dollars(self.estimate.cost_usd)}"


@dataclass(frozen=True)
class SweepPlanner:
    """Plans sweeps of the model of one pane."""

    live: LiveConversation
    pane_id: str
    current: CurrentSettings
    reader: SweepReader

    async def plan(self, axes: Sequence[str], repeats: int, draft: Draft) -> SweepPlan:
        """The sweep over the axes, as they are typed, with a draft; without one it asks the last prompt again.

        Raises ConfigurationError with a sentence for what cannot be run.
        """
        conversation = self.live.conversation
        if self.pane_id not in {pane.id for pane in conversation.panes}:
            raise ConfigurationError("This pane is closed. Choose another.")
        if self.live.replies or len(self.live.queue):
            raise ConfigurationError("Replies are running. Wait for them, or press Esc in each pane first.")
        asks_again = draft.is_empty
        if asks_again and last_prompt(conversation, self.pane_id) is None:
            raise ConfigurationError("No prompt yet. Type one in the input bar first.")
        sweep = await asyncio.to_thread(self.reader.read, axes, repeats)
        if sweep.combinations > MOST_PANES:
            raise ConfigurationError(
                f"{sweep.combinations:,} replies, and no more than {MOST_PANES} panes fit. Take fewer values."
            )
        if sweep.combinations < 2:
            raise ConfigurationError("Type two values or more, or set repeats.")
        model = conversation.pane(self.pane_id).model
        variants = tuple(sweep.variants(lambda _: (model,)))
        form = open_variants(
            conversation,
            self.pane_id,
            variants,
            lambda name: self.current.now.model(name).parameters,
            asks_again=asks_again,
        )
        plan = SweepPlan(variants, asks_again, await self.live.estimate_in(form, draft.text, draft.parts))
        ceiling = self.current.now.budget.comparison_usd
        if ceiling is not None and plan.estimate is not None and plan.estimate.cost_usd > ceiling:
            raise ConfigurationError(
                f"{plan.told}: over the limit of {dollars(ceiling)} per prompt. Take fewer values."
            )
        return plan
