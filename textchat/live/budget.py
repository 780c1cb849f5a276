"""Estimates the costs of prompts before they are sent, and reserves them within the ceilings in the settings."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from textchat.core.blind.masks import journal_name
from textchat.core.configuration import Settings
from textchat.core.context.sent import sent_of
from textchat.core.context.upcoming import Upcoming
from textchat.core.conversation import Conversation, Message, Pane, Role, Source, Status, Usage, new_id
from textchat.core.errors import ConfigurationError
from textchat.core.figures.reply_figures import dollars
from textchat.core.parameters import Parameters
from textchat.core.personas.examples import with_examples
from textchat.core.store_error import StoreError
from textchat.live.metering import UNPRICED, Metering
from textchat.live.settings.current_settings import CurrentSettings
from textchat.providers.catalog import Catalog
from textchat.store.history import History, RunningRequest

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
    input_tokens: int = 0
    """Of all requests together."""

    @property
    def is_whole(self) -> bool:
        return self.priced == self.requests


class Allowance:
    """What the ceilings say of one prompt: it is refused, or its requests are reserved by the ids of their replies."""

    def __init__(self, refusal: str = "", reserved: Mapping[str, str] | None = None) -> None:
        self.refusal = refusal
        """The reason in one sentence; empty if the requests may be sent."""
        self._reserved = dict(reserved or {})

    def take(self, pane_id: str) -> str:
        """The id that the reply of this pane must have; empty where nothing is reserved for it."""
        return self._reserved.pop(pane_id, "")

    @property
    def left(self) -> tuple[str, ...]:
        """The reservations that nobody took."""
        return tuple(self._reserved.values())


class Budget:
    """Checks requests against the ceilings; create it once per process. Without a ceiling it never waits or refuses.

    What is reserved, runs or has ended counts, in every textchat on the same store. `beside` is the budget of another
    store, of which all counts here too, and the other way round.
    """

    def __init__(
        self,
        current: CurrentSettings,
        catalog: Catalog,
        metering: Metering,
        history: History,
        *,
        beside: Budget | None = None,
    ) -> None:
        self._current = current
        self._catalog = catalog
        self._metering = metering
        self._history = history
        self._stores: list[History] = [] if beside is None else beside._stores
        self._stores.append(history)
        self._deciding: asyncio.Lock = asyncio.Lock() if beside is None else beside._deciding
        self._warned: set[str] = set() if beside is None else beside._warned
        """Models of whom it has been said that no ceiling holds for them."""

    @property
    def _settings(self) -> Settings:
        return self._current.now

    @property
    def has_ceiling(self) -> bool:
        return has_ceiling(self._settings)

    def estimate(self, requests: Iterable[PlannedRequest]) -> Estimate:
        """Estimate the cost by the prices that are loaded so far."""
        planned = tuple(requests)
        costs = [self._cost(request) for request in planned]
        known = [sum(cost) for cost in costs if cost is not None]
        return Estimate(len(costs), len(known), sum(known), sum(request.input_tokens for request in planned))

    def planned(self, upcoming: Upcoming) -> dict[str, PlannedRequest]:
        """The requests by pane, with their tokens."""
        conversation, metering = upcoming.conversation, self._metering
        return {
            pane.id: PlannedRequest(
                pane.model, pane.parameters, _estimated_input(metering, conversation, pane, upcoming.behind(pane.id))
            )
            for pane in map(conversation.pane, upcoming.pane_ids)
        }

    async def allow(self, upcoming: Upcoming) -> Allowance:
        """As `allow_requests`, of those that `planned` gives once they can be counted; they are reserved by pane."""
        if not self.has_ceiling:
            return Allowance()
        await self._metering.loaded()
        return await self.allow_requests(
            self.planned(upcoming), lambda model: journal_name(upcoming.conversation, model)
        )

    async def allow_requests(
        self, requests: Mapping[str, PlannedRequest], named: Callable[[str], str] = lambda model: model
    ) -> Allowance:
        """Reserve these requests of one prompt by their keys, or refuse them. Raises StoreError.

        Requests without a known price count nothing. `named` gives the name of a model in the journal.
        """
        if not self.has_ceiling:
            return Allowance()
        await self._metering.loaded()
        if refusal := self._refusal_of_one(self.estimate(requests.values()).cost_usd):
            return Allowance(refusal)
        running = {key: self._running(request) for key, request in requests.items()}
        running = {key: replace(request, model=named(request.model)) for key, request in running.items()}
        if refusal := await self._refusal_of_day(list(running.values())):
            return Allowance(refusal)
        if self._settings.budget.day_usd is None:
            return Allowance()
        return Allowance("", {key: request.message_id for key, request in running.items()})

    async def release(self, allowance: Allowance) -> None:
        """Give back what is reserved and was not taken."""
        if allowance.left:
            with suppress(StoreError):  # it counts until this program ends
                await self._history.requests.release(allowance.left)

    def warning(self, models: Iterable[str]) -> str:
        """One sentence, once, on those of the models whose price is unknown, so that no ceiling holds for them."""
        new = [model for model in dict.fromkeys(models) if model not in self._warned and self._is_unpriced(model)]
        self._warned.update(new)
        return unpriced_sentence(new) if new and self.has_ceiling else ""

    def _refusal_of_one(self, cost: float) -> str:
        ceiling = self._settings.budget.comparison_usd
        if ceiling is None or cost <= ceiling:
            return ""
        return (
            f"Not sent: this would cost about {dollars(cost)}, over the limit of {dollars(ceiling)} per prompt "
            "(budget.comparison_usd in config.toml)."
        )

    async def _refusal_of_day(self, requests: list[RunningRequest]) -> str:
        """Reserve the requests within the ceiling of the day, or say why not."""
        ceiling, cost = self._settings.budget.day_usd, sum(request.cost_usd for request in requests)
        if ceiling is None:
            return ""
        since = _midnight()
        async with self._deciding:  # for the stores besides; in each of them its own transaction does it
            others = [await store.requests.spent_since(since) for store in self._stores if store is not self._history]
            # What costs nothing is within any ceiling, also one that has been passed.
            spent = await self._history.requests.reserve(
                requests, since, ceiling - sum(others) if cost else float("inf")
            )
        if spent is None:
            return ""
        return (
            f"Not sent: this would cost about {dollars(cost)} on top of today's {dollars(spent + sum(others))}, "
            f"over the limit of {dollars(ceiling)} per day (budget.day_usd in config.toml)."
        )

    def _running(self, request: PlannedRequest) -> RunningRequest:
        cost = self._cost(request)
        return running_request(new_id(), time.time(), request, cost)

    def _is_unpriced(self, model: str) -> bool:
        return self._cost(PlannedRequest(model, Parameters(), 1)) is None and costs_money(self._catalog, model)

    def _cost(self, request: PlannedRequest) -> tuple[float, float] | None:
        try:
            opened = self._catalog.open(request.model)
        except ConfigurationError:
            return None
        price = self._settings.model(request.model).price
        return expected_cost(lambda usage: self._metering.cost_usd(opened.settings, opened.name, usage, price), request)


def costs_money(catalog: Catalog, model: str) -> bool:
    """Whether the model is one that may have a price: it can be asked, and not only on this machine."""
    try:
        return catalog.open(model).settings.protocol not in UNPRICED
    except ConfigurationError:
        return False


def has_ceiling(settings: Settings) -> bool:
    return settings.budget.comparison_usd is not None or settings.budget.day_usd is not None


def unpriced_sentence(models: Iterable[str]) -> str:
    """Say that no ceiling holds for these models."""
    names = tuple(models)
    prices = "its price is" if len(names) == 1 else "their prices are"
    return (
        f"[budget] does not cover {', '.join(names)}: {prices} unknown. "
        f'Set price in [models."{names[0]}"] (0 if it is free).'
    )


def expected_cost(cost_usd: Callable[[Usage], float | None], request: PlannedRequest) -> tuple[float, float] | None:
    """Estimated US dollars of a request and of the answer that is expected; None where the price is unknown."""
    asked = cost_usd(Usage(request.input_tokens, 0))
    whole = cost_usd(Usage(request.input_tokens, _expected_tokens(request.parameters)))
    return None if asked is None or whole is None else (asked, whole - asked)


def running_request(
    reply_id: str, created_at: float, request: PlannedRequest, cost: tuple[float, float] | None
) -> RunningRequest:
    """The request as the journal keeps it while it runs."""
    tokens = _expected_tokens(request.parameters)
    return RunningRequest(reply_id, request.model, created_at, request.input_tokens, tokens, *(cost or (None, None)))


def _expected_tokens(parameters: Parameters) -> int:
    return max(1, min(USUAL_ANSWER, parameters.max_tokens or USUAL_ANSWER))


def _midnight() -> float:
    """The last midnight, local time."""
    now = time.localtime()
    return time.mktime((now.tm_year, now.tm_mon, now.tm_mday, 0, 0, 0, 0, 0, -1))


def request_tokens(metering: Metering, conversation: Conversation, pane: Pane, behind: Sequence[Message] = ()) -> int:
    """Estimated tokens of a request of this pane with what goes behind its branch.

    By the figures of its last answer, if only prompts follow that, and then by no other model's: what a model thought
    is not sent again. Those of a summary or a merge are of another request; where old turns were dropped, the figures
    may be older than that.
    """
    usage, since = _last_reported(conversation, pane)
    if usage is None:
        return _estimated_input(metering, conversation, pane, behind)
    before = usage.input_tokens + usage.output_tokens - (usage.reasoning_tokens or 0)
    tokens = before + metering.estimate_input(pane.model, (*since, *behind))
    return tokens if pane.sent_from is None else min(tokens, _estimated_input(metering, conversation, pane, behind))


def _last_reported(conversation: Conversation, pane: Pane) -> tuple[Usage | None, tuple[Message, ...]]:
    """The figures of the answer at the end of a branch, and the prompts that follow it; None: they are estimates."""
    last = conversation.messages.get(pane.leaf_id or "")
    since: list[Message] = []
    while last is not None and last.role is Role.USER:
        since.insert(0, last)
        last = conversation.messages.get(last.parent_id or "")
    if last is None or last.status is not Status.COMPLETE or (since and last.model != pane.model):
        return None, ()
    if last.is_summary or last.merged is not None:
        return None, ()
    usage = last.usage
    is_estimate = usage is None or Source.ESTIMATED in (usage.source, usage.input_source)
    return None if is_estimate else usage, tuple(since)


def _estimated_input(metering: Metering, conversation: Conversation, pane: Pane, behind: Sequence[Message]) -> int:
    """Estimated tokens of what this pane sends of its branch, with what goes behind it."""
    sent = (*sent_of(conversation.branch(pane.leaf_id), pane.sent_from).messages, *behind)
    return metering.estimate_input(pane.model, with_examples(sent, pane.parameters), pane.parameters.system)
