"""Computes the cost of a reply: by a price in the settings, else by genai-prices for the hosts it knows.

A price belongs to a host, not to a model's name: `gpt-4o` behind a company's gateway or on this machine costs
something else or nothing, so no figure is given there rather than a wrong one.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from textchat.core.configuration import Price, Protocol, ProviderSettings
from textchat.core.conversation import Usage

if TYPE_CHECKING:
    from genai_prices.data_snapshot import DataSnapshot
    from genai_prices.types import ModelInfo, Provider

USUAL_ADDRESSES: Mapping[Protocol, tuple[str, str]] = {
    Protocol.OPENAI: ("OPENAI_BASE_URL", "https://api.openai.com/v1"),
    Protocol.OPENAI_RESPONSES: ("OPENAI_BASE_URL", "https://api.openai.com/v1"),
    Protocol.ANTHROPIC: ("ANTHROPIC_BASE_URL", "https://api.anthropic.com"),
    Protocol.GEMINI: ("GOOGLE_GEMINI_BASE_URL", "https://generativelanguage.googleapis.com/v1beta"),
}
"""Where a provider without `base_url` is asked: the variable that moves it, and the public address."""

LOOPBACK = frozenset({None, "localhost", "127.0.0.1", "::1"})


class PriceList:
    """Prices and context windows; before `load`, only those of the settings."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ
        self._snapshot: DataSnapshot | None = None
        self._found: dict[tuple[str, str], tuple[Provider, ModelInfo] | None] = {}
        """By address and model: to look through the list takes a millisecond, and a running reply is priced often."""

    def load(self) -> None:
        """Import genai-prices and its data: 0.2 seconds, so not on the interface's thread. No network is used."""
        try:
            from genai_prices.data_snapshot import get_snapshot
        except ImportError:
            return  # no prices is better than no program
        self._snapshot = get_snapshot()

    async def load_in_thread(self) -> None:
        if self._snapshot is None:
            await asyncio.to_thread(self.load)

    def may_know(self, provider: ProviderSettings) -> bool:
        """Whether the list may have prices of this provider: never for a server on this machine."""
        try:
            return urlsplit(self._address(provider)).hostname not in LOOPBACK
        except ValueError:  # no address at all: `http://[`
            return False

    def cost_usd(
        self, provider: ProviderSettings, model: str, usage: Usage, price: Price | None = None
    ) -> float | None:
        """US dollars for one reply of `model` (without `PROVIDER/`); None where no price is known.

        `price` is that of the settings, and goes first.
        """
        if price is not None:
            return _cost_by(price, usage)
        known = self._find(provider, model)
        if known is None:
            return None
        from genai_prices import Usage as PricedUsage

        cached, written = _cached_and_written(usage)
        priced = PricedUsage(
            input_tokens=usage.input_tokens,
            cache_read_tokens=cached or None,
            cache_write_tokens=written or None,
            output_tokens=usage.output_tokens,
        )
        try:
            return float(known[1].calc_price(priced, known[0]).total_price)
        except (LookupError, ValueError):
            return None  # listed, but not for what was used

    def saved_usd(
        self, provider: ProviderSettings, model: str, usage: Usage, price: Price | None = None
    ) -> float | None:
        """US dollars that a cache saved: below 0 where it cost more to write than was saved by reading.

        None where nothing was read or written, or no price is known.
        """
        if not any(_cached_and_written(usage)):
            return None
        fresh = replace(usage, cached_tokens=None, cache_write_tokens=None)
        without = self.cost_usd(provider, model, fresh, price)
        paid = self.cost_usd(provider, model, usage, price)
        return None if without is None or paid is None else without - paid

    def price(self, provider: ProviderSettings, model: str) -> Price | None:
        """The price of `model` (without `PROVIDER/`) for a short request; None if unknown."""
        known = self._find(provider, model)
        if known is None:
            return None
        prices = known[1].get_prices(datetime.now(tz=UTC))
        of_input, of_output = _base(prices.__dict__.get("input_mtok")), _base(prices.__dict__.get("output_mtok"))
        return None if of_input is None or of_output is None else Price(of_input, of_output)

    def context_window(self, provider: ProviderSettings, model: str) -> int | None:
        """The context window in tokens; None if unknown."""
        known = self._find(provider, model)
        return known[1].context_window if known else None

    def _find(self, provider: ProviderSettings, model: str) -> tuple[Provider, ModelInfo] | None:
        address = self._address(provider)
        if self._snapshot is None or not address:
            return None
        if (address, model) not in self._found:
            self._found[address, model] = _find_in(self._snapshot, address, model)
        return self._found[address, model]

    def _address(self, provider: ProviderSettings) -> str:
        variable, usual = USUAL_ADDRESSES.get(provider.protocol, ("", ""))
        return provider.base_url or self._environ.get(variable, "").strip() or usual


def _base(price: object) -> float | None:
    """The price per million tokens as a number; of a price in tiers, the first."""
    price = getattr(price, "base", price)
    return float(price) if isinstance(price, Decimal | float | int) else None


def _find_in(snapshot: DataSnapshot, address: str, model: str) -> tuple[Provider, ModelInfo] | None:
    try:
        host = snapshot.find_provider(None, None, address)
        if not _covers_host(host.api_pattern, address):
            return None
        return snapshot.find_provider_model(model.removeprefix("models/"), host, None, None)
    except LookupError:
        return None


def _cost_by(price: Price, usage: Usage) -> float:
    cached, written = _cached_and_written(usage)
    of_cached = price.input if price.cached_input is None else price.cached_input
    of_written = price.input if price.cache_write is None else price.cache_write
    fresh = usage.input_tokens - cached - written
    cost = fresh * price.input + cached * of_cached + written * of_written + usage.output_tokens * price.output
    return cost / 1_000_000


def _cached_and_written(usage: Usage) -> tuple[int, int]:
    """Of the input tokens, those that came from the cache and those that were written to it: never more than all."""
    cached = min(usage.cached_tokens or 0, usage.input_tokens)
    return cached, min(usage.cache_write_tokens or 0, usage.input_tokens - cached)


def _covers_host(pattern: str, address: str) -> bool:
    """Whether a price list's pattern matches this very host, not one whose name only begins like it."""
    match = re.match(pattern, address)
    if match is None:
        return False
    parts = urlsplit(address)
    return match[0].endswith(".") or match.end() >= len(f"{parts.scheme}://{parts.netloc}")
