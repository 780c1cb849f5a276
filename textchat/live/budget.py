"""Estimates the costs of prompts before they are sent, and checks them against the ceilings in the settings."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from textchat.core.configuration import Settings
from textchat.core.conversation import Conversation, Message, Pane, Role, Source, Status, Usage
from textchat.core.errors import ConfigurationError
from textchat.core.figures.reply_figures import dollars
from textchat.core.parameters import Parameters
from textchat.live.metering import Metering
from textchat.providers.catalog import Catalog
from textchat.store.history import History

USUAL_ANSWER = 800
"""Tokens of an answer, where nothing is known of it: about 600 words. A lower `max_tokens` counts instead."""


@dataclass(frozen=True, slots=True)
class PlannedRequest:
    """One request that is about to be sent."""

    model: str
    """`PROVIDER/MODEL`."""
    parameters: Parameters
    input_tokens: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """The estimated cost of some requests together."""

    requests: int
    priced: int
    """Of these, those whose price is known."""
    cost_usd: float

    @property
    def is_whole(self) -> bool:
        return self.priced == self.requests


class Budget:
    """Checks requests against the ceilings; create it once per process. Without a ceiling it never waits or refuses."""

    def __init__(self, settings: Settings, catalog: Catalog, metering: Metering, history: History) -> None:
        self._settings = settings
        self._catalog = catalog
        self._metering = metering
        self._history = history
        self._running: dict[str, float] = {}

    @property
    def has_ceiling(self) -> bool:
        budget = self._settings.budget
        return budget.comparison_usd is not None or budget.day_usd is not None

    def estimate(self, requests: Iterable[PlannedRequest]) -> Estimate:
        """Estimate the cost by the prices that are loaded so far."""
        costs = [self._cost(request) for request in requests]
        known = [cost for cost in costs if cost is not None]
        return Estimate(len(costs), len(known), sum(known))

    def planned(self, conversation: Conversation, pane_ids: Iterable[str], text: str) -> list[PlannedRequest]:
        """The requests that a prompt to these panes would send; for an empty text, those without a new prompt."""
        return [
            PlannedRequest(pane.model, pane.parameters, estimated_input(self._metering, conversation, pane, text))
            for pane in map(conversation.pane, pane_ids)
        ]

    async def prompt_refusal(self, conversation: Conversation, pane_ids: Iterable[str], text: str) -> str:
        """As `refusal`, of the requests that `planned` gives once they can be counted. Raises StoreError."""
        if not self.has_ceiling:
            return ""
        await self._metering.loaded()
        return await self.refusal(self.planned(conversation, pane_ids, text))

    async def refusal(self, requests: Iterable[PlannedRequest]) -> str:
        """The reason, in one sentence, why these requests may not be sent; empty if they may. Raises StoreError.

        Requests without a known price count nothing.
        """
        if not self.has_ceiling:
            return ""
        await self._metering.loaded()
        cost, budget = self.estimate(requests).cost_usd, self._settings.budget
        if budget.comparison_usd is not None and cost > budget.comparison_usd:
            return (
                f"Not sent: this would cost about {dollars(cost)}, and the ceiling for one prompt is "
                f"{dollars(budget.comparison_usd)} (budget.comparison_usd in config.toml)."
            )
        if budget.day_usd is not None and cost:
            spent = await self._spent_today() + sum(self._running.values())
            if spent + cost > budget.day_usd:
                return (
                    f"Not sent: this would cost about {dollars(cost)} on top of today's {dollars(spent)}, and the "
                    f"ceiling for a day is {dollars(budget.day_usd)} (budget.day_usd in config.toml)."
                )
        return ""

    def began(self, reply_id: str, request: PlannedRequest) -> None:
        """Add a request that is being sent to the estimated costs, until its cost is in the journal."""
        if self._settings.budget.day_usd is not None:
            self._running[reply_id] = self._cost(request) or 0.0

    def recorded(self, reply_id: str) -> None:
        """Drop the estimate of a reply whose cost is in the journal now."""
        self._running.pop(reply_id, None)

    async def _spent_today(self) -> float:
        """US dollars spent since midnight, local time."""
        now = time.localtime()
        midnight = time.mktime((now.tm_year, now.tm_mon, now.tm_mday, 0, 0, 0, 0, 0, -1))
        return sum(stats.cost_usd or 0.0 for stats in await self._history.model_stats(midnight))

    def _cost(self, request: PlannedRequest) -> float | None:
        try:
            opened = self._catalog.open(request.model)
        except ConfigurationError:
            return None
        usage = Usage(request.input_tokens, min(USUAL_ANSWER, request.parameters.max_tokens or USUAL_ANSWER))
        price = self._settings.model(request.model).price
        return self._metering.cost_usd(opened.settings, opened.name, usage, price)


def request_tokens(metering: Metering, conversation: Conversation, pane: Pane, text: str) -> int:
    """Estimated tokens of a prompt in this pane, by the figures of its last answer if it has any.

    What a model thought is not sent again.
    """
    last = None if pane.leaf_id is None else conversation.messages[pane.leaf_id]
    usage = last.usage if last is not None and last.status is Status.COMPLETE else None
    if usage is None or Source.ESTIMATED in (usage.source, usage.input_source):
        return estimated_input(metering, conversation, pane, text)
    before = usage.input_tokens + usage.output_tokens - (usage.reasoning_tokens or 0)
    return before + (metering.estimate_input(pane.model, _prompt(text)) if text else 0)


def estimated_input(metering: Metering, conversation: Conversation, pane: Pane, text: str) -> int:
    """Estimated tokens of the whole branch of this pane with a prompt, if there is one."""
    branch = (*conversation.branch(pane.leaf_id), *_prompt(text))
    return metering.estimate_input(pane.model, branch, pane.parameters.system)


def _prompt(text: str) -> tuple[Message, ...]:
    return (Message("", None, Role.USER, text),) if text else ()
