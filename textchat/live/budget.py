"""What a prompt will cost, about, before it is sent; and the ceilings that the settings may put on it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from textchat.core.configuration import Settings
from textchat.core.conversation import Usage
from textchat.core.errors import ConfigurationError
from textchat.core.figures.reply_figures import dollars
from textchat.core.parameters import Parameters
from textchat.live.figures import Figures
from textchat.providers.catalog import Catalog
from textchat.store.history import History

USUAL_ANSWER = 800
"""Tokens of an answer, where nothing is known of it: about 600 words. A lower `max_tokens` counts instead."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that is about to be sent."""

    model: str
    """`PROVIDER/MODEL`."""
    parameters: Parameters
    input_tokens: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """What some requests will cost together."""

    requests: int
    priced: int
    """Of these, those whose price is known."""
    cost_usd: float

    @property
    def is_whole(self) -> bool:
        return self.priced == self.requests


class Budget:
    """One for a program. Without a ceiling in the settings nothing is ever refused, and nothing waited for."""

    def __init__(self, settings: Settings, catalog: Catalog, figures: Figures, history: History) -> None:
        self._settings = settings
        self._catalog = catalog
        self._figures = figures
        self._history = history
        self._running: dict[str, float] = {}

    @property
    def has_ceiling(self) -> bool:
        budget = self._settings.budget
        return budget.comparison_usd is not None or budget.day_usd is not None

    def estimate(self, asked: Iterable[Asked]) -> Estimate:
        """From the prices that are known by now."""
        costs = [self._cost(each) for each in asked]
        known = [cost for cost in costs if cost is not None]
        return Estimate(len(costs), len(known), sum(known))

    async def refusal(self, asked: Iterable[Asked]) -> str:
        """Why these may not be sent, in one sentence; empty where they may. Raises StoreError.

        Requests without a known price count nothing.
        """
        if not self.has_ceiling:
            return ""
        await self._figures.prices_loaded()
        cost, budget = self.estimate(asked).cost_usd, self._settings.budget
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

    def began(self, reply_id: str, asked: Asked) -> None:
        """A request has left: until it is in the journal it counts as estimated."""
        if self._settings.budget.day_usd is not None:
            self._running[reply_id] = self._cost(asked) or 0.0

    def recorded(self, reply_id: str) -> None:
        """What it cost in the end is in the journal."""
        self._running.pop(reply_id, None)

    async def _spent_today(self) -> float:
        """US dollars since midnight where the user is."""
        now = time.localtime()
        midnight = time.mktime((now.tm_year, now.tm_mon, now.tm_mday, 0, 0, 0, 0, 0, -1))
        return sum(stats.cost_usd or 0.0 for stats in await self._history.model_stats(midnight))

    def _cost(self, asked: Asked) -> float | None:
        try:
            opened = self._catalog.open(asked.model)
        except ConfigurationError:
            return None
        usage = Usage(asked.input_tokens, min(USUAL_ANSWER, asked.parameters.max_tokens or USUAL_ANSWER))
        price = self._settings.model(asked.model).price
        return self._figures.cost_usd(opened.settings, opened.name, usage, price)
