"""Figures that come after the end: a price list and a vocabulary that load late, long tails; stored and shown."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.servers.openai import Chunk, Finish, OpenAIServer
from tests.servers.waiting import wait_until
from textchat.core.configuration import ModelSettings, Price, Protocol, ProviderSettings, Settings
from textchat.core.conversation import Conversation, Message, Pane, Role, Source, Status, Usage, new_id
from textchat.core.events import TextDelta, UsageReport
from textchat.core.figures.counting import Encoder, TokenCounter
from textchat.core.figures.prices import PriceList
from textchat.core.reply import Reply
from textchat.live import metering as metering_module
from textchat.live.conversation import LiveConversation
from textchat.live.library import open_model
from textchat.live.metering import Metering
from textchat.live.running_reply import ReplyServices
from textchat.live.settings.current_settings import CurrentSettings
from textchat.providers.catalog import Catalog
from textchat.store.history import History


class Words:
    """A vocabulary in which every word is a token."""

    def count(self, text: str, measured_as: str = "") -> float:
        return len(text.split())


class LatePrices(PriceList):
    """A dollar for each token, once the gate is open."""

    gate = threading.Event()

    def may_know(self, provider: ProviderSettings) -> bool:
        return True

    def load(self) -> None:
        assert self.gate.wait(20)
        self.has_loaded = True

    async def load_in_thread(self) -> None:
        if not hasattr(self, "has_loaded"):
            await asyncio.to_thread(self.load)

    def cost_usd(
        self, provider: ProviderSettings, model: str, usage: Usage, price: Price | None = None
    ) -> float | None:
        return float(usage.input_tokens + usage.output_tokens) if hasattr(self, "has_loaded") else None


@pytest.fixture
async def prices(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[threading.Event]:
    """The gate of a price list that loads late; the loopback server stands for a host it knows.

    Asynchronous, so that it ends before the loop does, which waits for the thread that waits for the gate.
    """
    LatePrices.gate = threading.Event()
    monkeypatch.setattr(metering_module, "PriceList", LatePrices)
    yield LatePrices.gate
    LatePrices.gate.set()


@pytest.fixture
async def vocabulary(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[threading.Event]:
    """The gate of a vocabulary that loads late; asynchronous for the same reason."""
    gate = threading.Event()

    def load() -> Encoder:
        assert gate.wait(20)
        return Words()

    monkeypatch.setattr(metering_module, "TokenCounter", lambda: TokenCounter(load=load))
    yield gate
    gate.set()


def settings_for(server: OpenAIServer, models: dict[str, ModelSettings] | None = None) -> Settings:
    provider = ProviderSettings("local", Protocol.OPENAI, base_url=server.base_url, retries=0)
    return Settings(providers={"local": provider}, models=models or {})


class Watcher:
    """Looks at the conversation whenever it is told to."""

    def __init__(self) -> None:
        self.live: LiveConversation | None = None
        self.costs: list[float | None] = []

    def reply_changed(self, reply: Reply) -> None:
        pass

    def reply_ended(self, reply: Reply, message: Message) -> None:
        self.costs.append(message.cost_usd)

    def conversation_changed(self) -> None:
        if self.live is not None and self.costs:
            answers = [each for each in self.live.conversation.messages.values() if each.model]
            self.costs.append(answers[-1].cost_usd)

    def problem(self, sentence: str) -> None:
        raise AssertionError(sentence)


@pytest.fixture
def metering(prices: object) -> Metering:
    return Metering({})


@pytest.fixture
async def live(openai_server: OpenAIServer, metering: Metering, tmp_path: Path) -> AsyncIterator[LiveConversation]:
    settings = settings_for(openai_server)
    catalog, history, watcher = Catalog(settings), History.open(tmp_path / "textchat.db"), Watcher()
    conversation = Conversation(new_id(), created_at=1.0, panes=(Pane("p", "local/m"),))
    services = ReplyServices(catalog=catalog, current=CurrentSettings(settings), metering=metering)
    running = LiveConversation(conversation, history, services, watcher=watcher)
    watcher.live = running
    yield running
    metering.hurry()
    await running.aclose()
    metering.close()
    await catalog.aclose()
    await history.aclose()


async def test_a_cost_known_after_the_end_is_shown_and_stored(
    openai_server: OpenAIServer, prices: threading.Event, live: LiveConversation, tmp_path: Path
) -> None:
    openai_server.script("m", "answer", Finish(usage=(30, 12)))
    watcher = live.watcher
    assert isinstance(watcher, Watcher)
    await live.send("question", ["p"])
    await wait_until(lambda: bool(watcher.costs), "the reply ends")
    assert watcher.costs[0] is None, "the price list has not been loaded yet, and the end did not wait for it"
    prices.set()
    await wait_until(lambda: not live.is_busy, "everything is stored")
    assert watcher.costs[-1] == 42.0
    other = History.open(tmp_path / "textchat.db")
    stored = await other.load(live.conversation.id)
    stats = await other.requests.model_stats()
    await other.aclose()
    assert stored is not None
    assert [message.cost_usd for message in stored.messages.values() if message.model] == [42.0]
    assert [each.cost_usd for each in stats] == [42.0], "the journal has it too, once"


async def test_a_message_that_is_deleted_meanwhile_stays_deleted(
    openai_server: OpenAIServer, prices: threading.Event, live: LiveConversation
) -> None:
    openai_server.script("m", "answer", Finish(usage=(30, 12)))
    watcher = live.watcher
    assert isinstance(watcher, Watcher)
    await live.send("question", ["p"])
    await wait_until(lambda: bool(watcher.costs), "the reply ends")
    answer = next(each for each in live.conversation.messages.values() if each.model)
    watcher.live = None
    await live.delete_message(answer.id)
    prices.set()
    await wait_until(lambda: not live.is_busy, "everything is stored")
    assert answer.id not in live.conversation.messages
    stored = await live.history.load(live.conversation.id)
    assert stored is not None and answer.id not in stored.messages, "late figures do not write it again"


async def test_the_end_of_the_program_waits_for_no_price(
    openai_server: OpenAIServer, live: LiveConversation, metering: Metering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metering_module, "SETTLE_S", 1000.0)
    openai_server.script("m", "answer", Finish(usage=(30, 12)))
    await live.send("question", ["p"])
    watcher = live.watcher
    assert isinstance(watcher, Watcher)
    await wait_until(lambda: bool(watcher.costs), "the reply ends")
    metering.hurry()
    async with asyncio.timeout(10):
        await live.aclose()


async def test_the_library_ends_with_the_cost(openai_server: OpenAIServer, prices: threading.Event) -> None:
    openai_server.script("m", "answer", Finish(usage=(30, 12)))
    async with open_model("local/m", settings=settings_for(openai_server)) as model:
        ended: list[float | None] = []
        answer = model.ask("question", on_end=lambda reply: ended.append(reply.cost_usd))
        await wait_until(lambda: answer.reply.is_ended, "the stream is over")
        assert ended == []
        prices.set()
        assert (await answer).cost_usd == 42.0
        assert ended == [42.0]


async def test_a_price_list_that_never_comes_is_not_waited_for(
    openai_server: OpenAIServer, prices: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metering_module, "SETTLE_S", 0.01)
    openai_server.script("m", "answer", Finish(usage=(30, 12)))
    async with open_model("local/m", settings=settings_for(openai_server)) as model:
        reply = await model.ask("question")
        assert (reply.status, reply.cost_usd) == (Status.COMPLETE, None)


async def test_a_short_answer_is_counted_by_a_vocabulary_that_comes_late(
    openai_server: OpenAIServer, vocabulary: threading.Event
) -> None:
    openai_server.script("gpt-4o", "one two three", Finish(usage=None))
    models = {"local/gpt-4o": ModelSettings(price=Price(1_000_000.0, 2_000_000.0))}
    async with open_model("local/gpt-4o", settings=settings_for(openai_server, models)) as model:
        answer = model.ask("a b c d")
        await wait_until(lambda: answer.reply.is_ended, "the stream is over")
        assert answer.reply.usage.source is Source.ESTIMATED
        vocabulary.set()
        usage = (await answer).usage
        assert (usage.output_tokens, usage.source, usage.input_source) == (3, Source.COUNTED, Source.COUNTED)
        assert answer.reply.cost_usd == usage.input_tokens + 2 * 3
        assert answer.reply.cost_source is Source.ESTIMATED, "the server did not say so"


async def test_what_was_refused_costs_nothing_that_is_known(
    openai_server: OpenAIServer, vocabulary: threading.Event
) -> None:
    vocabulary.set()
    openai_server.refuse("gpt-4o", 401)
    models = {"local/gpt-4o": ModelSettings(price=Price(1_000_000.0, 2_000_000.0))}
    async with open_model("local/gpt-4o", settings=settings_for(openai_server, models)) as model:
        reply = await model.ask("a b c d")
    assert reply.status is Status.FAILED
    assert (reply.usage.output_tokens, reply.cost_usd) == (0, None)


async def test_what_a_model_thinks_unseen_is_in_no_count(
    openai_server: OpenAIServer, vocabulary: threading.Event
) -> None:
    vocabulary.set()
    openai_server.script("gpt-5.2", "one two three", Finish(usage=None))
    models = {"local/gpt-5.2": ModelSettings(price=Price(1_000_000.0, 2_000_000.0))}
    async with open_model("local/gpt-5.2", settings=settings_for(openai_server, models)) as model:
        reply = await model.ask("a b c d")
    usage = reply.usage
    assert (usage.output_tokens, usage.source, usage.input_source) == (3, Source.ESTIMATED, Source.COUNTED)
    assert (reply.cost_usd, reply.cost_source) == (usage.input_tokens + 2 * 3, Source.ESTIMATED)


async def test_a_long_tail_is_counted_before_the_end_is_told(
    openai_server: OpenAIServer, vocabulary: threading.Event
) -> None:
    vocabulary.set()
    openai_server.script("gpt-4o", "word " * 20_000, Finish(usage=None))
    async with open_model("local/gpt-4o", settings=settings_for(openai_server)) as model:
        reply = await model.ask("go")
        assert (reply.usage.output_tokens, reply.usage.source) == (20_000, Source.COUNTED)


def test_each_figure_knows_its_source() -> None:
    reply = Reply(conversation_id="c", parent_id=None, model="local/m", input_tokens=9)
    reply.feed(TextDelta("one two"))
    assert (reply.usage.source, reply.usage.input_source) == (Source.ESTIMATED, Source.ESTIMATED)
    reply.tally.counted_tokens = 2
    assert (reply.usage.source, reply.usage.input_source) == (Source.COUNTED, Source.ESTIMATED)
    reply.feed(UsageReport(output_tokens=3))
    usage = reply.usage
    assert (usage.output_tokens, usage.source) == (3, Source.REPORTED)
    assert (usage.input_tokens, usage.input_source) == (9, Source.ESTIMATED)
    reply.feed(UsageReport(input_tokens=11))
    usage = reply.usage
    assert (usage.input_tokens, usage.output_tokens) == (11, 3)
    assert usage.source is usage.input_source is Source.REPORTED


async def test_a_cost_from_a_request_that_is_only_guessed_is_an_estimate(
    openai_server: OpenAIServer, tmp_path: Path
) -> None:
    chunk = {"choices": [], "usage": {"completion_tokens": 5}}
    openai_server.script("m", "answer", Chunk(chunk), Finish(usage=None))
    models = {"local/m": ModelSettings(price=Price(1.0, 1.0))}
    async with open_model("local/m", settings=settings_for(openai_server, models)) as model:
        reply = await model.ask([Message("1", None, Role.USER, "question")])
    assert (reply.usage.source, reply.usage.input_source) == (Source.REPORTED, Source.ESTIMATED)
    assert reply.cost_usd == pytest.approx((reply.usage.input_tokens + 5) / 1e6)
    assert reply.cost_source is Source.ESTIMATED


async def test_tokens_that_cost_nothing_make_no_cost_an_estimate(openai_server: OpenAIServer) -> None:
    openai_server.script("m", "answer", Chunk({"choices": [], "usage": {"prompt_tokens": 7}}), Finish(usage=None))
    models = {"local/m": ModelSettings(price=Price(1_000_000.0, 0.0))}
    async with open_model("local/m", settings=settings_for(openai_server, models)) as model:
        reply = await model.ask("question")
    assert reply.usage.source is Source.ESTIMATED
    assert (reply.cost_usd, reply.cost_source) == (7.0, Source.REPORTED)
