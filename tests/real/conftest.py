"""One LiteLLM proxy for all tests here, and a home whose settings name it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flow.terminal import isolated_environment
from tests.real.litellm_proxy import LiteLLMProxy

SETTINGS = """
default_models = ["lite/short", "lite/other"]

[providers.lite]
protocol = "openai"
base_url = "{base_url}"
api_key_env = "LITE_KEY"
retries = 0
"""


@pytest.fixture(scope="session")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiteLLMProxy]:
    with LiteLLMProxy(tmp_path_factory.mktemp("litellm")) as proxy:
        yield proxy


@pytest.fixture
def environment(proxy: LiteLLMProxy, tmp_path: Path) -> dict[str, str]:
    """A home with nothing but the provider `lite`, which is the proxy, and its key."""
    config = tmp_path / "config.toml"
    config.write_text(SETTINGS.format(base_url=proxy.base_url))
    return isolated_environment(tmp_path / "home", TEXTCHAT_CONFIG=str(config), LITE_KEY=proxy.key)
