"""The LiteLLM proxy as a real server to talk to: installed once into an environment of its own, run on loopback."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

# Without prisma, which it imports in its error path, the proxy answers every refused key with status 500.
REQUIREMENTS = ("litellm[proxy]==1.106.2", "prisma==0.15.0")
CACHE = Path(__file__).parents[2] / ".cache"
INSTALL_S = 900.0
START_S = 120.0
STOP_S = 10.0

KEY = "sk-key-of-the-loopback-proxy-4711"
NOBODY = "http://127.0.0.1:9"
"""The discard port of this machine: what is sent there by mistake goes nowhere."""

SHORT = "Hello from a *mock*: `2 + 2 = 4`, ünïcödé and 你好 included."
OTHER = "The other model says:\n\n1. one\n2. two\n"
LONG = " ".join(f"{number}," for number in range(6_000))
"""Three characters a chunk: seconds for LiteLLM, which writes it to its end even when nobody reads any more."""
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


def installed() -> Path:
    """The Python that has LiteLLM; installs it first where that was not done before, which takes a minute or two."""
    key = hashlib.sha256("\n".join([*REQUIREMENTS, sys.version]).encode()).hexdigest()[:12]
    folder = CACHE / f"litellm-{key}"
    python, ready = folder / "bin" / "python", folder / "ready"
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"litellm-{key}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs at once: the second waits for the first one's work
        if not ready.exists():
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
            subprocess.run([python, "-m", "pip", "install", "-q", *REQUIREMENTS], check=True, timeout=INSTALL_S)
            ready.touch()
    return python


class LiteLLMProxy:
    """A running proxy with the models of `MOCKS`; use it as a context manager."""

    key = KEY

    def __init__(self, folder: Path, upstream: str) -> None:
        self._folder = folder
        self._upstream = upstream
        self._log = folder / "log"
        self._port = free_port()
        self.base_url = f"http://127.0.0.1:{self._port}/v1"
        self.gemini_url = f"http://127.0.0.1:{self._port}/v1beta"

    def __enter__(self) -> LiteLLMProxy:
        program = installed().with_name("litellm")
        config = self._folder / "config.yaml"
        config.write_text(json.dumps(_configuration(self._upstream)))  # JSON is YAML
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [program, "--config", config, "--host", "127.0.0.1", "--port", str(self._port)],
                cwd=self._folder,
                env=_environment(self._folder),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                raise AssertionError(f"The LiteLLM proxy did not start. Its log ends:\n{self.log[-4000:]}")
            time.sleep(0.1)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def _answers(self) -> bool:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"http://127.0.0.1:{self._port}/health/liveliness", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def _configuration(upstream: str) -> dict[str, Any]:
    parameters = MOCKS | {name: {"api_base": upstream} for name in UPSTREAM}
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


def _environment(folder: Path) -> dict[str, str]:
    """Everything LiteLLM would fetch at its start comes from its own package; all else outside is cut off."""
    local = ("MODEL_COST_MAP", "BLOG_POSTS", "ANTHROPIC_BETA_HEADERS", "POLICY_TEMPLATES", "AUTOROUTER_PRESETS")
    return {
        "HOME": str(folder),
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        **{f"LITELLM_LOCAL_{name}": "True" for name in local},
        **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), NOBODY),
        "NO_PROXY": "127.0.0.1,localhost",
    }


def free_port() -> int:
    """A port of the loopback interface that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
