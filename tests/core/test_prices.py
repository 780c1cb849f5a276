"""A cost is right or there is none."""

from __future__ import annotations

import subprocess
import sys

import pytest

from textchat.core.configuration import Price, Protocol, ProviderSettings
from textchat.core.conversation import Usage
from textchat.core.figures.prices import USUAL_ADDRESSES, PriceList
from textchat.providers.protocols.by_name import chat_protocol

OPENAI = ProviderSettings("openai", Protocol.OPENAI)
MILLION = Usage(1_000_000, 1_000_000)


@pytest.fixture(scope="module")
def prices() -> PriceList:
    loaded = PriceList({})
    loaded.load()
    return loaded


@pytest.mark.parametrize(
    ("settings", "model"),
    [
        (OPENAI, "gpt-4o"),
        (OPENAI, "gpt-4o-mini-2024-07-18"),
        (ProviderSettings("mine", Protocol.OPENAI, "https://api.openai.com/v1"), "gpt-4o"),
        (ProviderSettings("anthropic", Protocol.ANTHROPIC), "claude-sonnet-4-5"),
        (ProviderSettings("gemini", Protocol.GEMINI), "gemini-2.5-flash"),
        (ProviderSettings("gemini", Protocol.GEMINI), "models/gemini-2.5-flash"),
        (ProviderSettings("groq", Protocol.OPENAI, "https://api.groq.com/openai/v1"), "llama-3.3-70b-versatile"),
        (ProviderSettings("mistral", Protocol.OPENAI, "https://api.mistral.ai/v1"), "mistral-large-latest"),
        (ProviderSettings("deepseek", Protocol.OPENAI, "https://api.deepseek.com/v1"), "deepseek-chat"),
        (ProviderSettings("openrouter", Protocol.OPENAI, "https://openrouter.ai/api/v1"), "openai/gpt-4o"),
    ],
)
def test_known_models_of_known_hosts_have_a_price(prices: PriceList, settings: ProviderSettings, model: str) -> None:
    cost = prices.cost_usd(settings, model, MILLION)
    assert cost is not None and 0.01 < cost < 1000
    assert prices.cost_usd(settings, model, Usage(0, 0)) == 0


@pytest.mark.parametrize(
    ("settings", "model"),
    [
        (OPENAI, "no-such-model"),
        (ProviderSettings("openai", Protocol.OPENAI, "http://127.0.0.1:8080/v1"), "gpt-4o"),
        (ProviderSettings("openai", Protocol.OPENAI, "http://192.168.1.9/v1"), "gpt-4o"),
        (ProviderSettings("openai", Protocol.OPENAI, "https://llm.company.example/v1"), "gpt-4o"),
        (ProviderSettings("openai", Protocol.OPENAI, "https://api.openai.com.company.example/v1"), "gpt-4o"),
        (ProviderSettings("openai", Protocol.OPENAI, "no address"), "gpt-4o"),
        (ProviderSettings("ollama", Protocol.OLLAMA), "gpt-4o"),
        (ProviderSettings("demo", Protocol.DEMO), "gpt-4o"),
        (ProviderSettings("demo", Protocol.REPLAY), "gpt-4o"),
    ],
)
def test_elsewhere_there_is_none(prices: PriceList, settings: ProviderSettings, model: str) -> None:
    assert prices.cost_usd(settings, model, MILLION) is None
    assert prices.context_window(settings, model) is None


def test_an_address_moved_by_the_environment_is_another_host() -> None:
    moved = PriceList({"OPENAI_BASE_URL": "http://127.0.0.1:8080/v1"})
    moved.load()
    assert moved.cost_usd(OPENAI, "gpt-4o", MILLION) is None


def test_what_the_settings_say_goes_first_and_needs_no_list() -> None:
    local = ProviderSettings("local", Protocol.OPENAI, "http://127.0.0.1:8080/v1")
    assert PriceList({}).cost_usd(local, "llama3", Usage(2_000_000, 500_000), Price(1.5, 4.0)) == 5.0
    assert PriceList({}).cost_usd(OPENAI, "gpt-4o", MILLION) is None, "not loaded yet"


def test_input_from_the_cache_costs_less(prices: PriceList) -> None:
    full = prices.cost_usd(OPENAI, "gpt-4o", Usage(1000, 10))
    cached = prices.cost_usd(OPENAI, "gpt-4o", Usage(1000, 10, cached_tokens=900))
    too_many = prices.cost_usd(OPENAI, "gpt-4o", Usage(1000, 10, cached_tokens=9000))
    assert full is not None and cached is not None and too_many is not None
    assert too_many < cached < full


def test_input_that_is_cached_and_written_has_its_own_price() -> None:
    local = ProviderSettings("local", Protocol.ANTHROPIC, "http://127.0.0.1:8080")
    usage = Usage(1_000_000, 100_000, cached_tokens=500_000, cache_write_tokens=200_000)
    full = Price(2.0, 10.0, cached_input=0.2, cache_write=2.5)
    assert PriceList({}).cost_usd(local, "m", usage, full) == pytest.approx(0.3 * 2 + 0.5 * 0.2 + 0.2 * 2.5 + 0.1 * 10)
    assert PriceList({}).cost_usd(local, "m", usage, Price(2.0, 10.0)) == pytest.approx(2 + 1)
    free = Price(2.0, 10.0, cached_input=0.0)
    assert PriceList({}).cost_usd(local, "m", usage, free) == pytest.approx(0.5 * 2 + 1)
    too_many = Usage(1_000_000, 0, cached_tokens=900_000, cache_write_tokens=900_000)
    assert PriceList({}).cost_usd(local, "m", too_many, full) == pytest.approx(0.9 * 0.2 + 0.1 * 2.5)


def test_what_is_written_to_the_cache_costs_more_where_the_list_says_so(prices: PriceList) -> None:
    anthropic = ProviderSettings("anthropic", Protocol.ANTHROPIC)
    full = prices.cost_usd(anthropic, "claude-sonnet-4-5", Usage(10_000, 10))
    written = prices.cost_usd(anthropic, "claude-sonnet-4-5", Usage(10_000, 10, cache_write_tokens=1000))
    assert full is not None and written is not None
    assert written - full == pytest.approx(1000 * 0.75 / 1_000_000), "3.75 in place of 3 dollars"
    assert prices.cost_usd(OPENAI, "gpt-4o", Usage(1000, 10, cache_write_tokens=500)) is not None


def test_a_cache_saves_or_costs_more(prices: PriceList) -> None:
    anthropic = ProviderSettings("anthropic", Protocol.ANTHROPIC)
    local = ProviderSettings("local", Protocol.OPENAI, "http://127.0.0.1:8080/v1")
    full = Price(2.0, 10.0, cached_input=0.2, cache_write=2.5)
    read, written = Usage(10_000, 9, cached_tokens=8_000), Usage(10_000, 9, cache_write_tokens=8_000)
    for usage, by_list, by_settings in ((read, 8 * 0.0027, 8 * 0.0018), (written, 8 * -0.00075, 8 * -0.0005)):
        assert prices.saved_usd(anthropic, "claude-sonnet-4-5", usage) == pytest.approx(by_list)
        assert prices.saved_usd(local, "m", usage, full) == pytest.approx(by_settings)
        assert prices.saved_usd(local, "m", usage, Price(2.0, 10.0)) == 0
        assert prices.saved_usd(local, "m", usage) is None, "nobody knows the price"
    assert prices.saved_usd(local, "m", Usage(10_000, 9), full) is None, "nothing to do with a cache"


def test_windows_are_known(prices: PriceList) -> None:
    assert prices.context_window(OPENAI, "gpt-4o") == 128_000


async def test_loading_leaves_the_loop_free() -> None:
    loaded = PriceList({})
    await loaded.load_in_thread()
    await loaded.load_in_thread()
    assert loaded.cost_usd(OPENAI, "gpt-4o", MILLION) is not None


def test_importing_this_module_imports_no_price_list() -> None:
    program = "import sys, textchat.core.figures.prices; sys.exit('genai_prices' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0


@pytest.mark.parametrize("protocol", USUAL_ADDRESSES)
def test_the_usual_addresses_are_those_of_the_protocols(protocol: Protocol) -> None:
    wire = chat_protocol(ProviderSettings("x", protocol))
    assert USUAL_ADDRESSES[protocol] == (wire.url_variable, wire.default_url)
