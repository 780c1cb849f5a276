"""The LiteLLM proxy as a real server to talk to: installed once into an environment of its own, run on loopback."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from tests.real.server_program import ServerProgram, environment_with

# Without prisma, which it imports in its error path, the proxy answers every refused key with status 500.
REQUIREMENTS = ("litellm[proxy]==1.106.2", "prisma==0.15.0")
INSTALL_S = 900.0

KEY = "sk-key-of-the-loopback-proxy-4711"
NOBODY = "http://127.0.0.1:9"
"""The discard port of this machine: what is sent there by mistake goes nowhere."""

SHORT = "Hello from a *mock*: `2 + 2 = 4`, ünïcödé and 你好 included."
OTHER = "The other model says:\n\n1. one\n2. two\n"
LONG = " ".join(f"{number}," for number in range(2_500))
"""Three characters a chunk: a second or two for LiteLLM, which writes it to its end even when nobody reads any more."""
MOCKS: dict[str, dict[str, Any]] = {
    "short": {"mock_response": SHORT},
    "other": {"mock_response": OTHER},
    "long": {"mock_response": LONG},
    "silent": {"mock_response": SHORT, "mock_delay": 3600},
    "rate-limited": {"mock_response": "litellm.RateLimitError"},
    "too-long": {"mock_response": "litellm.ContextWindowExceededError"},
    "filtered": {"mock_response": "Exception: content_filter_policy"},
    "broken": {"mock_response": "litellm.InternalServerError"},
    "unreachable": {},
}
UPSTREAM = ("nobody", "overflowing", "streaming")
"""Models that the proxy asks a scripted server for, instead of answering by itself."""
BRIDGED = {"bridged": "streaming", "bridged-overflowing": "overflowing"}
"""The same under the name of a provider without a Responses API: the proxy makes its answers of chat completions."""


def installed() -> Path:
    """The Python that has LiteLLM, installed if need be, which takes a minute or two."""
    return environment_with("litellm", REQUIREMENTS, INSTALL_S)


class LiteLLMProxy(ServerProgram):
    """A running proxy with the models of `MOCKS`."""

    key = KEY
    health = "/health/liveliness"
    start_s = 120.0

    def __init__(self, folder: Path, upstream: str) -> None:
        super().__init__(folder)
        self._upstream = upstream
        self.base_url = f"http://127.0.0.1:{self.port}/v1"
        self.gemini_url = f"http://127.0.0.1:{self.port}/v1beta"

    def command(self) -> list[str | Path]:
        config = self.folder / "config.yaml"
        config.write_text(json.dumps(_configuration(self._upstream)))  # JSON is YAML
        program = installed().with_name("litellm")
        return [program, "--config", config, "--host", "127.0.0.1", "--port", str(self.port)]

    def environ(self) -> dict[str, str]:
        """Everything LiteLLM would fetch at its start comes from its own package; all else outside is cut off."""
        local = ("MODEL_COST_MAP", "BLOG_POSTS", "ANTHROPIC_BETA_HEADERS", "POLICY_TEMPLATES", "AUTOROUTER_PRESETS")
        return {
            "HOME": str(self.folder),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            **{f"LITELLM_LOCAL_{name}": "True" for name in local},
            **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), NOBODY),
            "NO_PROXY": "127.0.0.1,localhost",
        }


def _configuration(upstream: str) -> dict[str, Any]:
    parameters = MOCKS | {name: {"api_base": upstream} for name in UPSTREAM}
    parameters |= {name: {"api_base": upstream, "model": f"deepseek/{behind}"} for name, behind in BRIDGED.items()}
    models = [
        {
            "model_name": name,
            "litellm_params": {"model": f"openai/{name}", "api_base": f"{NOBODY}/v1", "api_key": "none", **more},
        }
        for name, more in parameters.items()
    ]
    return {
        "model_list": models,
        "general_settings": {"master_key": KEY},
        "litellm_settings": {"telemetry": False, "num_retries": 0},
        "router_settings": {"num_retries": 0, "disable_cooldowns": True},
    }


if __name__ == "__main__":
    print(installed())
