"""Which providers there are, and how a model is found by its name."""

from __future__ import annotations

import pytest

from textchat.core.configuration import Protocol, ProviderSettings, Settings
from textchat.core.errors import ConfigurationError
from textchat.providers.catalog import DEFINITIONS, Catalog, builtin_providers

LOCAL = ProviderSettings("local", Protocol.OPENAI, "http://127.0.0.1:8080/v1", max_concurrent=1)


def catalog(*providers: ProviderSettings, **environ: str) -> Catalog:
    return Catalog(Settings(providers={made.name: made for made in providers}), environ=environ)


def test_what_counts_as_configured_without_a_word_of_configuration() -> None:
    assert set(builtin_providers({})) == {"demo"}
    assert set(builtin_providers({"OPENAI_API_KEY": "k", "GOOGLE_API_KEY": "k"})) == {"demo", "openai", "gemini"}
    assert set(builtin_providers({"OPENAI_API_KEY": " ", "OLLAMA_HOST": "gpu:11434"})) == {"demo", "ollama"}
    assert set(builtin_providers({"GEMINI_API_KEY": "k", "ANTHROPIC_API_KEY": "k", "OPENROUTER_API_KEY": "k"})) == {
        "demo",
        "gemini",
        "anthropic",
        "openrouter",
    }


def test_a_name_is_a_provider_and_the_rest() -> None:
    opened = catalog(LOCAL).open("local/meta/llama3:8b")
    assert (opened.provider.name, opened.name, opened.settings) == ("local", "meta/llama3:8b", LOCAL)


@pytest.mark.parametrize("name", ["", "local", "local/", "/llama3", "/"])
def test_what_names_no_model_is_said_so(name: str) -> None:
    with pytest.raises(ConfigurationError, match="PROVIDER/MODEL"):
        catalog(LOCAL).open(name)


def test_an_unknown_provider_is_told_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match=r"'lokal'.*\[providers.lokal\].*demo, local"):
        catalog(LOCAL).open("lokal/llama3")


def test_models_of_one_provider_share_it_and_its_places() -> None:
    made = catalog(LOCAL)
    first, second, other = made.open("local/a"), made.open("local/b"), made.open("demo/fast")
    assert first.provider is second.provider
    assert first.slots is second.slots
    assert first.slots.limit == 1
    assert other.slots is not first.slots


@pytest.mark.parametrize("name", DEFINITIONS)
def test_what_is_built_in_is_there_when_it_is_asked_for(name: str) -> None:
    made = catalog()
    assert made.open(f"{name}/x").provider.name == name
    assert made.names == ("demo",)


def test_a_table_of_the_same_name_keeps_the_address_it_does_not_give() -> None:
    mine = ProviderSettings("openrouter", Protocol.OPENAI, api_key_command="pass openrouter", retries=5)
    opened = catalog(mine).open("openrouter/a/b")
    assert (opened.settings.base_url, opened.settings.retries) == ("https://openrouter.ai/api/v1", 5)
    elsewhere = ProviderSettings("openrouter", Protocol.OPENAI, "http://127.0.0.1/v1")
    assert catalog(elsewhere).open("openrouter/a/b").settings is elsewhere


def test_every_protocol_can_be_opened() -> None:
    made = catalog(*(ProviderSettings(str(protocol), protocol, "http://127.0.0.1") for protocol in Protocol))
    assert {made.provider(str(protocol)).name for protocol in Protocol} == {str(protocol) for protocol in Protocol}


async def test_it_can_be_used_again_after_it_was_closed() -> None:
    made = catalog(TEXTCHAT_DEMO_SPEED="0")
    assert {model.id for model in await made.list_models("demo")} >= {"fast", "careful"}
    await made.aclose()
    assert {model.id for model in await made.list_models("demo")} >= {"fast", "careful"}
    await made.aclose()


@pytest.mark.parametrize(
    ("environ", "protocol"),
    [
        ({}, Protocol.OPENAI_RESPONSES),
        ({"OPENAI_API_KEY": "k"}, Protocol.OPENAI_RESPONSES),
        ({"OPENAI_BASE_URL": "https://eu.api.openai.com/v1"}, Protocol.OPENAI_RESPONSES),
        ({"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://127.0.0.1:4000/v1"}, Protocol.OPENAI),
        ({"OPENAI_BASE_URL": "https://api.openai.com.example/v1"}, Protocol.OPENAI),
        ({"OPENAI_BASE_URL": "http://["}, Protocol.OPENAI),
    ],
)
def test_openai_itself_is_asked_by_its_newer_protocol(environ: dict[str, str], protocol: Protocol) -> None:
    assert catalog(**environ).settings("openai").protocol is protocol
    named = ProviderSettings("openai", Protocol.OPENAI, retries=7)
    assert catalog(named, **environ).settings("openai").protocol is Protocol.OPENAI
