"""What was sent costs, reported or by estimate, however it ended; what never left costs nothing and has no tokens."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.core.scripted import ScriptedProvider, Step
from tests.live.bench import Bench, ids
from tests.servers.openai import Finish, OpenAIServer
from tests.servers.waiting import Gate, wait_until
from textchat.core.configuration import BudgetSettings, ModelSettings, Price, Protocol, ProviderSettings, Settings
from textchat.core.context.upcoming import Upcoming
from textchat.core.conversation import Message, Pane, Role, Source, Status
from textchat.core.errors import BadRequestError, ChatError, NetworkError, RateLimitError, ServerError
from textchat.core.events import RequestWritten, TextDelta
from textchat.core.parameters import Parameters
from textchat.core.parts.draft import Draft
from textchat.core.reply import Phase
from textchat.core.waiting.scheduling import Slots
from textchat.live.budget import Budget
from textchat.live.conversation import LiveConversation
from textchat.live.library import PendingReply, open_services
from textchat.live.metering import Metering
from textchat.live.replies import new_reply
from textchat.live.running_reply import ReplyServices
from textchat.live.settings.current_settings import CurrentSettings
from textchat.providers.catalog import Catalog, OpenedModel
from textchat.store.history import History

A_DOLLAR_A_TOKEN = Price(1_000_000.0, 1_000_000.0)
SENT = RequestWritten(0.0)


class ScriptedCatalog(Catalog):
    """Every model is answered by one script."""

    def __init__(self, settings: Settings, provider: ScriptedProvider, retries: int) -> None:
        super().__init__(settings)
        self._scripted = provider
        self._retries = retries
        self._only_slot = Slots(1)

    def open(self, model: str) -> OpenedModel:
        settings = ProviderSettings("local", Protocol.OPENAI, retries=self._retries)
        return OpenedModel(self._scripted, "gpt-4o", settings, self._only_slot)


@pytest.fixture
async def history(tmp_path: Path) -> AsyncIterator[History]:
    history = History.open(tmp_path / "textchat.db")
    yield history
    await history.aclose()


@pytest.fixture
async def metering() -> AsyncIterator[Metering]:
    metering = Metering({})
    yield metering
    metering.hurry()
    metering.close()


def asked(
    provider: ScriptedProvider, history: History, metering: Metering, retries: int = 0
) -> tuple[PendingReply, ReplyServices]:
    settings = Settings(models={"local/gpt-4o": ModelSettings(price=A_DOLLAR_A_TOKEN)})
    services = ReplyServices(
        catalog=ScriptedCatalog(settings, provider, retries),
        current=CurrentSettings(settings),
        metering=metering,
        journal=history.requests,
    )
    return another(services), services


def another(services: ReplyServices) -> PendingReply:
    branch = (Message("q", None, Role.USER, "one two three four"),)
    return PendingReply(new_reply("", Pane("", "local/gpt-4o"), branch), branch, services)


@pytest.mark.parametrize(
    ("script", "charged", "output_tokens"),
    [
        ((SENT, ServerError("broke", status=500)), True, 0),
        ((SENT, NetworkError("cut")), True, 0),
        ((SENT, TextDelta("one two"), NetworkError("cut")), True, 2),
        ((SENT, TextDelta("one two"), BadRequestError("too long", status=400)), True, 2),
        ((SENT, BadRequestError("refused", status=400)), False, 0),
        ((NetworkError("refused by the connection"),), False, 0),
        ((SENT, TextDelta("one two")), True, 2),
    ],
    ids=["500", "cut before", "cut in", "error in", "400", "connection", "complete"],
)
async def test_how_a_reply_ended_decides_what_it_cost(
    script: tuple[Step, ...], charged: bool, output_tokens: int, history: History, metering: Metering
) -> None:
    pending, _ = asked(ScriptedProvider(script), history, metering)
    message = (await pending).freeze()
    (stats,) = await history.requests.model_stats()
    if not charged:
        assert (message.usage, message.cost_usd, message.cost_source) == (None, None, None)
        assert (stats.charged, stats.input_tokens, stats.cost_usd) == (0, 0, None)
        return
    assert message.usage is not None and message.usage.output_tokens == output_tokens
    assert message.cost_usd == message.usage.input_tokens + output_tokens > 4
    assert message.cost_source is Source.ESTIMATED
    assert (stats.charged, stats.cost_usd, stats.estimated_costs) == (1, message.cost_usd, 1)
    assert await history.requests.spent_since(0.0) == message.cost_usd, "and nothing runs any more"


async def test_a_reply_cancelled_before_its_first_token_costs_its_request(history: History, metering: Metering) -> None:
    gate = Gate()
    pending, services = asked(ScriptedProvider((SENT, gate)), history, metering)
    await gate.until_reached()
    waiting = another(services)
    await wait_until(lambda: waiting.reply.place == 1, "the second waits in the queue")
    waiting.cancel()
    pending.cancel()
    await waiting.until_ended()
    await pending.until_ended()
    cancelled, never_left = pending.reply.freeze(), waiting.reply.freeze()
    assert cancelled.status is never_left.status is Status.CANCELLED
    assert cancelled.usage is not None and cancelled.cost_usd == cancelled.usage.input_tokens > 4
    assert (never_left.usage, never_left.cost_usd) == (None, None)
    (stats,) = await history.requests.model_stats()
    assert (stats.requests, stats.charged, stats.cost_usd) == (2, 1, cancelled.cost_usd)


@pytest.mark.parametrize(
    ("error", "charged"), [(RateLimitError("slow", status=429), False), (ServerError("", status=503), True)]
)
async def test_a_reply_cancelled_between_two_tries_costs_what_the_last_was_charged(
    error: ChatError, charged: bool, history: History, metering: Metering
) -> None:
    pending, _ = asked(ScriptedProvider((SENT, error)), history, metering, retries=1)
    await wait_until(lambda: pending.reply.phase is Phase.RETRYING, "it pauses before the next try")
    pending.cancel()
    await pending.until_ended()
    message = pending.reply.freeze()
    assert (message.usage is not None, message.cost_usd is not None) == (charged, charged)


async def test_a_request_that_runs_is_in_the_journal_of_others(
    history: History, metering: Metering, tmp_path: Path
) -> None:
    gate = Gate()
    pending, _ = asked(ScriptedProvider((SENT, gate)), history, metering)
    await gate.until_reached()
    other = History.open(tmp_path / "textchat.db")
    async with asyncio.timeout(20):
        while not (spent := await other.requests.spent_since(0.0)):
            await asyncio.sleep(0)
    assert spent > 800, "an answer of 800 tokens is expected"
    pending.cancel()
    await pending.until_ended()
    assert await other.requests.spent_since(0.0) == pending.reply.cost_usd
    await other.aclose()


async def test_a_cost_that_was_reported_is_no_estimate(openai_server: OpenAIServer) -> None:
    openai_server.script("m", "answer", Finish(usage=(30, 12)))
    provider = ProviderSettings("local", Protocol.OPENAI, base_url=openai_server.base_url, retries=0)
    settings = Settings(providers={"local": provider}, models={"local/m": ModelSettings(price=A_DOLLAR_A_TOKEN)})
    async with open_services(settings) as services:
        branch = (Message("q", None, Role.USER, "question"),)
        reply = await PendingReply(new_reply("", Pane("", "local/m"), branch), branch, services)
    assert (reply.cost_usd, reply.cost_source) == (42.0, Source.REPORTED)


async def test_a_refused_connection_and_a_missing_key_cost_nothing(history: History, metering: Metering) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
        providers = {
            "gone": ProviderSettings("gone", Protocol.OPENAI, base_url=address, retries=0),
            "openai": ProviderSettings("openai", Protocol.OPENAI, retries=0),
        }
        models = {name: ModelSettings(price=A_DOLLAR_A_TOKEN) for name in ("gone/m", "openai/m")}
        settings = Settings(providers=providers, models=models)
        services = ReplyServices(
            catalog=Catalog(settings, environ={}),
            current=CurrentSettings(settings),
            metering=metering,
            journal=history.requests,
        )
        for name in models:
            branch = (Message("q", None, Role.USER, "question"),)
            reply = await PendingReply(new_reply("", Pane("", name), branch), branch, services)
            assert reply.status is Status.FAILED and reply.cost_usd is None and reply.freeze().usage is None
        await services.catalog.aclose()
    assert [(each.requests, each.charged) for each in await history.requests.model_stats()] == [(1, 0), (1, 0)]


# -- ceilings ----------------------------------------------------------------------------------------------------------


@pytest.fixture
async def bench(server: OpenAIServer, tmp_path: Path) -> AsyncIterator[Bench]:
    """A day is worth two requests of a dollar."""
    bench = Bench(server, tmp_path / "data" / "textchat.db", BudgetSettings(day_usd=2.0))
    yield bench
    await bench.aclose()


async def test_a_day_sees_the_replies_of_a_server_that_reports_nothing(bench: Bench) -> None:
    """Lost otherwise: money without end, for such a ceiling never fires."""
    bench.server.script("a", "word " * 90, Finish(usage=None))
    live = bench.open("a")
    for number in (1, 2):
        assert await live.send("go", ids(live)) is (number <= 2)
        await bench.ended(number)
        await bench.idle(live)
    assert not await live.send("go", ids(live))
    assert "on top of today's $1.8" in bench.watcher.problems[0]


async def test_another_program_on_the_same_store_sees_what_runs_here(bench: Bench) -> None:
    gate = Gate()
    for model in "ab":
        bench.server.script(model, "begun", gate)
    live = bench.open("a", "b")
    assert await live.send("one", ids(live))
    await gate.until_reached(2)
    assert bench.history.path is not None
    elsewhere = History.open(bench.history.path)
    budget = Budget(bench.current, bench.catalog, bench.metering, elsewhere)
    allowance = await budget.allow(Upcoming(live.conversation, tuple(ids(live)[:1]), prompt=Draft("two")))
    assert "on top of today's $2.00" in allowance.refusal
    await elsewhere.aclose()
    gate.open()
    await bench.ended(2)
    await bench.idle(live)


async def test_two_prompts_at_once_do_not_both_pass_for_one(bench: Bench) -> None:
    gate = Gate()
    for model in "ab":
        bench.server.script(model, "begun", gate)
    one, other = bench.open("a", "b"), bench.open("b", "a")
    sent = await asyncio.gather(one.send("one", ids(one)), other.send("two", ids(other)))
    assert sorted(sent) == [False, True] and len(bench.watcher.problems) == 1
    gate.open()
    await bench.ended(2)
    await bench.idle(one)
    await bench.idle(other)


async def test_a_private_reply_counts_like_any_other(bench: Bench) -> None:
    """Lost otherwise: money; the journal of the private ones is in memory, where the day did not look."""
    bench.server.say("a", "dear", usage=(0, 150))
    memory = History.in_memory()
    beside = Budget(bench.current, bench.catalog, bench.metering, memory, beside=bench.budget)
    open_one = bench.open("a")
    services = ReplyServices(catalog=bench.catalog, current=bench.current, metering=bench.metering, budget=beside)
    private = LiveConversation(open_one.conversation, memory, services, watcher=bench.watcher, is_private=True)
    assert await private.send("one", ids(private))
    await bench.ended(1)
    await bench.idle(private)
    assert not await open_one.send("two", ids(open_one)), "$1.50 and another dollar"
    assert not await private.send("two", ids(private))
    assert await bench.history.requests.spent_since(0.0) == 0.0, "nothing of it is on the disk"
    await memory.aclose()


async def test_what_is_not_asked_after_all_gives_its_room_back(bench: Bench) -> None:
    bench.server.say("b", "answer", usage=(0, 1))
    live = bench.open("a", "b", "c")
    first, second, third = ids(live)
    sending = asyncio.create_task(live.send("for a and b", [first, second]))
    await asyncio.sleep(0)
    await live.close_pane(first)
    assert await sending
    await bench.ended(1)
    await bench.idle(live)
    assert await bench.history.requests.spent_since(0.0) == pytest.approx(0.01)
    assert await live.send("for c", [third])


async def test_a_model_without_a_price_is_named_once(bench: Bench) -> None:
    bench.server.say("d", "free?")
    live = bench.open("d")
    for number in (1, 2):
        assert await live.send("go", ids(live))
        await bench.ended(number)
        await bench.idle(live)
    (sentence,) = bench.watcher.problems
    assert sentence.startswith("[budget] does not cover local/d: its price is unknown.")
    assert bench.budget.warning(["local/d", "demo/fast", "nowhere/x"]) == ""


@pytest.mark.parametrize("streams", [True, False])
async def test_a_real_request_cancelled_before_its_first_token_costs_its_input(
    openai_server: OpenAIServer, history: History, streams: bool
) -> None:
    gate = Gate()
    openai_server.script("m", gate, "never read")
    provider = ProviderSettings("local", Protocol.OPENAI, base_url=openai_server.base_url, retries=0)
    settings = Settings(providers={"local": provider}, models={"local/m": ModelSettings(price=A_DOLLAR_A_TOKEN)})
    async with open_services(settings) as services:
        branch = (Message("q", None, Role.USER, "question"),)
        reply = new_reply("", Pane("", "local/m", Parameters(stream=streams)), branch)
        pending = PendingReply(reply, branch, replace(services, journal=history.requests))
        await gate.until_reached()
        await wait_until(lambda: reply.was_sent, "it is known that the request was written")
        pending.cancel()
        await pending.until_ended()
    gate.open()
    assert reply.cost_usd == reply.usage.input_tokens > 4 and reply.cost_source is Source.ESTIMATED
