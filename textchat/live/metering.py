"""Completes token counts and costs that a stream does not report: counted while it grows, priced at the end."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any

from textchat.core.configuration import Price, Protocol, ProviderSettings
from textchat.core.conversation import Message, Source, Usage
from textchat.core.events import StreamEvent
from textchat.core.figures.counting import TokenCounter
from textchat.core.figures.prices import PriceList
from textchat.core.reply import Reply
from textchat.providers.catalog import OpenedModel

UNPRICED = frozenset({Protocol.DEMO, Protocol.REPLAY, Protocol.OLLAMA})
"""Protocols whose models run here: their prices need not be looked up."""
SETTLE_S = 10.0
"""How long the end of a reply waits for figures that are on their way: a price list, a vocabulary, a long tail.

All of it is computed here: 0.3 s together on a machine that is idle, and a few seconds on one with ten times the work.
"""


class Metering:
    """The token counter and the price list; created once per process.

    Nothing is imported, loaded or counted before a reply is measured that needs it.
    """

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._counter = TokenCounter()
        self._prices = PriceList(environ)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._hurry = asyncio.Event()
        self._is_measuring = asyncio.Event()

    def measure(self, reply: Reply, opened: OpenedModel, branch: Sequence[Message], price: Price | None) -> ReplyMeter:
        """Start a meter for a reply to `branch`; the meter must be given each event and the end."""
        self._is_measuring.set()

        def count() -> asyncio.Task[None]:
            return self._begin(self._counter.count_input(reply, branch))

        is_priced = price is None and self._may_have_prices(opened.settings)
        pricing = self._begin(self._prices.load_in_thread()) if is_priced else None
        return ReplyMeter(reply, opened, price, self._counter, self._prices, count, pricing, self._hurry)

    async def load_prices(self, provider: ProviderSettings) -> None:
        """Load the price list if it may have this provider's models."""
        if self._may_have_prices(provider):
            await self._prices.load_in_thread()

    def learn(self, provider: ProviderSettings) -> None:
        """Load the price list in a thread, for the context windows of this provider's models."""
        if self._may_have_prices(provider):
            self._begin(self._prices.load_in_thread())

    def context_window(self, provider: ProviderSettings, model: str) -> int | None:
        """The context window in tokens, if the price list is loaded and knows it."""
        return self._prices.context_window(provider, model)

    def price(self, provider: ProviderSettings, model: str) -> Price | None:
        """The price of a model, if the price list is loaded and knows it."""
        return self._prices.price(provider, model) if self._may_have_prices(provider) else None

    async def until_measured(self) -> None:
        """Return once there has been a reply to measure."""
        await self._is_measuring.wait()

    async def load_vocabulary(self) -> None:
        """Load the vocabulary: it keeps the interpreter lock, so no reply should grow meanwhile."""
        await self._counter.loaded()

    async def loaded(self) -> None:
        """Wait until the price list and the vocabulary are loaded; returns at once if they are."""
        await asyncio.gather(self._prices.load_in_thread(), self._counter.loaded())

    def estimate_input(self, model: str, messages: Iterable[Message], system: str | None = None) -> int:
        """Estimate the tokens of a request to `model`, by the vocabulary if it is loaded."""
        return self._counter.estimate_input(model, messages, system)

    async def count_behind(self, model: str, messages: Iterable[Message], system: str | None = None) -> int:
        """As `estimate_input`, in the thread of the counter."""
        branch = tuple(messages)
        return await self._counter.in_thread(lambda: self._counter.estimate_input(model, branch, system))

    def cost_usd(self, provider: ProviderSettings, model: str, usage: Usage, price: Price | None) -> float | None:
        """Cost in US dollars by `price` or, if loaded, by the price list."""
        return self._prices.cost_usd(provider, model, usage, price)

    def saved_usd(self, provider: ProviderSettings, model: str, usage: Usage, price: Price | None) -> float | None:
        """US dollars that a cache saved of the cost of `usage`, by the same prices."""
        return self._prices.saved_usd(provider, model, usage, price)

    def hurry(self) -> None:
        """End every wait for figures, because the program is closing."""
        self._hurry.set()

    def _may_have_prices(self, provider: ProviderSettings) -> bool:
        return provider.protocol not in UNPRICED and self._prices.may_know(provider)

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._counter.close()

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


class ReplyMeter:
    """Counts and prices one reply; its end waits for what is needed of the count of the request and the price list."""

    def __init__(
        self,
        reply: Reply,
        opened: OpenedModel,
        price: Price | None,
        counter: TokenCounter,
        prices: PriceList,
        count_input: Callable[[], asyncio.Task[None]],
        pricing: asyncio.Task[None] | None,
        hurry: asyncio.Event,
    ) -> None:
        self._reply = reply
        self._opened = opened
        self._price = price
        self._prices = prices
        self._count_input = count_input
        self._input_count = count_input() if counter.encoder_at_hand is not None else None
        self._pricing = pricing
        self._hurry = hurry
        self._count = counter.follow(reply)
        reply.tally.price = self.cost_usd

    def took(self, reply: Reply, event: StreamEvent) -> None:
        """Count an event that the reply has taken in."""
        self._count.event(reply, event)

    def ended(self, reply: Reply) -> None:
        """Complete the figures at the end of the reply, as far as they are known at once."""
        self._count.ended(reply)
        self._set_cost()

    async def settled(self) -> None:
        """Complete the figures of the ended reply with those still being computed; waits `SETTLE_S` at most."""
        waits = {asyncio.create_task(self._settle()), asyncio.create_task(self._hurry.wait())}
        try:
            await asyncio.wait(waits, timeout=SETTLE_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()  # a machine with too much to do: the figures stay as they are
        self._set_cost()
        # It is asked no more, and would keep the reply with all its pieces until garbage is collected.
        self._reply.tally.price = None

    async def priced(self) -> None:
        """Wait for the price list, if this reply needs it."""
        if self._pricing is not None:
            await asyncio.wait({self._pricing})

    def cost_usd(self, usage: Usage) -> float | None:
        """The cost of so many tokens of this model, if its price is known by now."""
        return self._prices.cost_usd(self._opened.settings, self._opened.name, usage, self._price)

    async def _settle(self) -> None:
        await self.priced()
        if self._reply.usage.input_source is not Source.REPORTED:
            self._input_count = self._input_count or self._count_input()
            await asyncio.wait({self._input_count})
        if self._reply.usage.source is not Source.REPORTED or self._reply.uncounted_head:
            await self._count.settled()

    def _cost_sources(self, usage: Usage) -> set[Source]:
        """Who counted the tokens that cost something."""
        price = self._price
        is_input_free = price is not None and not (price.input or price.cached_input or price.cache_write)
        is_output_free = price is not None and not price.output
        sources = set() if is_output_free else {usage.source}
        return sources if is_input_free else {*sources, usage.input_source or usage.source}

    def _set_cost(self) -> None:
        """Set the cost, unless the server has said it: by estimate where tokens that cost were not reported."""
        reply = self._reply
        if reply.cost_source is Source.REPORTED or not reply.was_charged:
            return
        usage = reply.usage
        reply.tally.cost_usd = self.cost_usd(usage)
        if reply.cost_usd is not None:
            is_reported = self._cost_sources(usage) <= {Source.REPORTED}
            reply.tally.cost_source = Source.REPORTED if is_reported else Source.ESTIMATED
