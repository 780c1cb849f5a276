"""One LiteLLM proxy for all tests here, and a home whose settings name it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flow.terminal import isolated_environment
from tests.real.litellm_proxy import LiteLLMProxy
from tests.servers.openai import OpenAIServer

SETTINGS = """
default_models = ["lite/short", "lite/other"]

[providers.lite]
protocol = "openai"
base_url = "{proxy.base_url}"
api_key_env = "LITE_KEY"
retries = 0

[providers.lite-responses]
protocol = "openai-responses"
base_url = "{proxy.base_url}"
api_key_env = "LITE_KEY"
retries = 0

[providers.lite-gemini]
protocol = "gemini"
base_url = "{proxy.gemini_url}"
api_key_env = "LITE_KEY"
retries = 0
"""
OVERFLOW = "This model's maximum context length is 4096 tokens. However, your messages resulted in 9000 tokens."
STREAMED = "The words of a server behind the proxy."


@pytest.fixture(scope="session")
def upstream() -> Iterator[OpenAIServer]:
    """The server behind the proxy's `UPSTREAM`; it does not know the model `nobody`."""
    with OpenAIServer() as server:
        server.refuse("overflowing", 400, OVERFLOW, code="context_length_exceeded")
        server.say("streaming", *re.findall(r"\S+\s*", STREAMED), usage=None)
        yield server


@pytest.fixture(scope="session")
def proxy(tmp_path_factory: pytest.TempPathFactory, upstream: OpenAIServer) -> Iterator[LiteLLMProxy]:
    with LiteLLMProxy(tmp_path_factory.mktemp("litellm"), upstream.base_url) as proxy:
        yield proxy


@pytest.fixture
def environment(proxy: LiteLLMProxy, tmp_path: Path) -> dict[str, str]:
    """A home with nothing but the proxy, by two of its protocols, and its key."""
    config = tmp_path / "config.toml"
    config.write_text(SETTINGS.format(proxy=proxy))
    return isolated_environment(tmp_path / "home", TEXTCHAT_CONFIG=str(config), LITE_KEY=proxy.key)
