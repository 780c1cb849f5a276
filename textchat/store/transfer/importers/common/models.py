"""Names models by their provider, where a source keeps both."""

from __future__ import annotations

import re

from textchat.store.transfer.importers.values import model_name

_OURS = {
    "openai-chat": "openai",
    "openai-response": "openai",
    "azureopenai": "azure",
    "google": "gemini",
    "google-gla": "gemini",
    "googleai": "gemini",
    "vertexai": "gemini",
    "claude": "anthropic",
}
_NO_PROVIDER = {"custom", "agents", "assistants", "azureassistants", "gptplugins", "arena", "chatbox-ai", "imported"}
_PROVIDER = re.compile(r"[a-z][a-z0-9.]{1,30}(?:[-_][a-z0-9.]{1,30}){0,2}")
"""A name such as `openai` or `lm-studio`, but no id such as a UUID."""


def provider_model(provider: object, model: object) -> str | None:
    """`PROVIDER/MODEL` from a source's names for both; None without a model."""
    if not isinstance(model, str) or not model.strip("/ "):
        return None
    name = provider.strip().lower() if isinstance(provider, str) else ""
    name = _OURS.get(name, name)
    if name in _NO_PROVIDER or not _PROVIDER.fullmatch(name):
        return model_name(model)
    model = model.strip("/ ")
    return model if model.startswith(f"{name}/") else f"{name}/{model}"
