"""A home whose one provider, `local`, is a scripted server."""

from __future__ import annotations

from pathlib import Path

from tests.flow.terminal import isolated_environment
from tests.servers.openai import OpenAIServer
from textchat.config import paths


def local_environment(folder: Path, server: OpenAIServer, more: str = "") -> dict[str, str]:
    """An environment below `folder` whose config.toml knows `server`; `more` follows in the file."""
    environ = isolated_environment(folder, LOCAL_KEY="sk-secret-of-the-test")
    config = paths.config_file(environ)
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(
        f'[providers.local]\nprotocol = "openai"\nbase_url = "{server.base_url}"\napi_key_env = "LOCAL_KEY"\n'
        f"retries = 0\n{more}"
    )
    return environ
