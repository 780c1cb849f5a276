"""Writes the settings of a provider as its table in `preferences.toml`; a key is no part of them."""

from __future__ import annotations

from typing import Any

from textchat.core.configuration import ProviderSettings


def provider_table(settings: ProviderSettings) -> dict[str, Any]:
    """What says where a server is, how it is spoken to and where its key is; None for what is not to be there."""
    command = settings.api_key_command
    return {
        "protocol": settings.protocol.value,
        "base_url": settings.base_url or None,
        "api_key_env": settings.api_key_env,
        "api_key_command": list(command) if isinstance(command, tuple) else command,
        "api_key_keyring": settings.api_key_keyring or None,
        "models": list(settings.models) or None,
    }
