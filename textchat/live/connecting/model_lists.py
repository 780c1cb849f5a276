"""The lists of models: each provider is asked once, whoever wants to know meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from textchat.core.configuration import ProviderSettings
from textchat.core.errors import AuthenticationError, ChatError, ConfigurationError
from textchat.core.provider import Listing
from textchat.providers.catalog import Catalog


@dataclass(frozen=True, slots=True)
class KnownModels:
    """Models by name, as far as the providers have answered, and why the first of those that failed did."""

    names: tuple[str, ...]
    problem: str = ""


@dataclass(eq=False)
class _Round:
    """One question to all providers, and what they have said so far."""

    said: list[Listing] = field(default_factory=list)
    more: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when something more was said, or all has been; then another one takes its place."""
    task: asyncio.Task[None] | None = None
    ended_at: float | None = None

    def tell(self, listings: Sequence[Listing] = ()) -> None:
        self.said += listings
        told, self.more = self.more, asyncio.Event()
        told.set()


async def _no_prices(provider: ProviderSettings) -> None:
    """No-op."""


class ModelLists:
    """Asks the providers of a catalog for their models. Failures that are foreseen are listings with a `problem`."""

    def __init__(
        self,
        catalog: Catalog,
        look: Callable[[], Awaitable[None]] | None = None,
        load_prices: Callable[[ProviderSettings], Awaitable[None]] = _no_prices,
    ) -> None:
        """`look` looks for servers of this machine; `load_prices` is awaited beside the list of a provider."""
        self._catalog = catalog
        self._look = look
        self._load_prices = load_prices
        self._round: _Round | None = None
        self._running: set[asyncio.Task[None]] = set()
        self.windows: dict[str, int] = {}
        """Context windows that were listed, in tokens, by model."""

    async def all(self, good_for_s: float = 0.0) -> AsyncGenerator[Listing, None]:
        """What each provider says, as it comes; what is being asked, or was said so short ago, is not asked again."""
        round_, at = self._current(good_for_s), 0
        while at < len(round_.said) or round_.ended_at is None:
            if at < len(round_.said):
                at += 1
                yield round_.said[at - 1]
            else:
                await round_.more.wait()
        if round_.task is not None:
            await asyncio.shield(round_.task)  # raises what nobody has foreseen

    def forget(self) -> None:
        """Ask again, whoever wants to know next: the settings have changed."""
        self._round = None

    def _current(self, good_for_s: float) -> _Round:
        last = self._round
        if last is not None and (last.ended_at is None or time.monotonic() < last.ended_at + good_for_s):
            return last
        self._round = round_ = _Round()
        round_.task = asyncio.create_task(self._ask(round_))
        self._running.add(round_.task)
        round_.task.add_done_callback(self._running.discard)
        return round_

    async def _ask(self, round_: _Round) -> None:
        names = self._catalog.names
        asked = [asyncio.create_task(self._listings(name)) for name in names]
        asked.append(asyncio.create_task(self._newly_found(names)))
        try:
            for listings in asyncio.as_completed(asked):
                round_.tell(await listings)
        finally:
            for task in asked:
                task.cancel()
            round_.ended_at = time.monotonic()
            round_.tell()

    async def _newly_found(self, known: Sequence[str]) -> Sequence[Listing]:
        if self._look is not None:
            await self._look()
        return await self._listings(*(name for name in self._catalog.names if name not in known))

    async def _listings(self, *names: str) -> Sequence[Listing]:
        listings = await asyncio.gather(*map(self.of, names))
        # A server that was found once and is gone is no problem of anybody's; that it asks for a key is one.
        return [
            each
            for each in listings
            if each.is_key_problem or not (each.problem and self._catalog.is_only_found(each.provider))
        ]

    async def of(self, provider: str) -> Listing:
        """Ask one provider."""
        try:
            # The prices stand beside the models, and are read while the provider is asked.
            loading = self._load_prices(self._catalog.settings(provider))
            listed, _ = await asyncio.gather(self._catalog.list_models(provider), loading)
        except (ChatError, ConfigurationError) as error:
            return Listing(provider, problem=str(error), is_key_problem=isinstance(error, AuthenticationError))
        self.windows |= {f"{provider}/{model.id}": model.context_window for model in listed if model.context_window}
        return Listing(provider, tuple(listed))

    async def aclose(self) -> None:
        """Ask no more."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
