"""Fixtures for every folder: a scripted server, and an environment without the machine's own keys and proxies."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.servers.openai import OpenAIServer

_OURS = ("_API_KEY", "_BASE_URL", "_PROXY", "_proxy", "OLLAMA_HOST", "SSL_CERT_FILE", "SSL_CERT_DIR", "TEXTCHAT_")


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key, proxy or address of this machine reaches a test; demo models answer at once, nothing is downloaded."""
    for name in list(os.environ):
        if name.endswith(_OURS) or name.startswith(_OURS):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TEXTCHAT_DEMO_SPEED", "0")
    # What happens to listen on this machine is nobody's business here.
    monkeypatch.setattr("textchat.providers.discovery.looking.USUAL_PORTS", ())


@pytest.fixture
def openai_server() -> Iterator[OpenAIServer]:
    """An empty `OpenAIServer`, running."""
    with OpenAIServer() as server:
        yield server
