"""The providers that can be connected by name: public ones, those of this machine, and any other by its address."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textchat.core.configuration import Protocol, ProviderSettings
from textchat.core.errors import ChatError, ConfigurationError
from textchat.core.text.addresses import host_of, is_loopback

if TYPE_CHECKING:
    from textchat.providers.catalog import Catalog

OTHER = "Another server"
_HOSTED = (
    ("openai", "OpenAI"),
    ("anthropic", "Anthropic"),
    ("gemini", "Google Gemini"),
    ("openrouter", "OpenRouter"),
    ("groq", "Groq"),
    ("mistral", "Mistral"),
    ("deepseek", "DeepSeek"),
)
"""Built-in providers that need a key, and how they are called."""
_COMPATIBLE = (
    ("xai", "xAI", "https://api.x.ai/v1", "XAI_API_KEY"),
    ("together", "Together AI", "https://api.together.xyz/v1", "TOGETHER_API_KEY"),
    ("fireworks", "Fireworks AI", "https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY"),
    ("cerebras", "Cerebras", "https://api.cerebras.ai/v1", "CEREBRAS_API_KEY"),
    ("moonshot", "Moonshot AI", "https://api.moonshot.ai/v1", "MOONSHOT_API_KEY"),
    ("nvidia", "NVIDIA NIM", "https://integrate.api.nvidia.com/v1", "NVIDIA_API_KEY"),
    ("huggingface", "Hugging Face", "https://router.huggingface.co/v1", "HF_TOKEN"),
)
"""Public servers that speak OpenAI's chat completions, by the documentation of each."""
_LOCAL = (
    ("ollama", "Ollama"),
    ("lmstudio", "LM Studio"),
    ("llamacpp", "llama.cpp"),
    ("vllm", "vLLM"),
    ("litellm", "LiteLLM"),
)


_ONE_GPU = frozenset({"ollama", "lmstudio", "llamacpp"})
"""Servers that most run on one graphics card of their own: several replies at once share it, and all become slow."""


def may_take_turns(provider: str, address: str) -> bool:
    """Whether a server of this machine is one that may better give one reply at a time."""
    return provider in _ONE_GPU and is_loopback(host_of(address if "://" in address else f"http://{address}"))


@dataclass(frozen=True, slots=True)
class KnownProvider:
    """A provider that can be connected, with the settings it would have."""

    label: str
    settings: ProviderSettings
    """Without a name for one that the user is to name."""
    variable: str = ""
    """Where its key is usually kept."""
    has_key: bool = False
    """Whether a key is there."""
    is_local: bool = False

    @property
    def name(self) -> str:
        """Of the provider; empty where the user is to name it."""
        return self.settings.name


def known_providers(catalog: Catalog, environ: Mapping[str, str] = os.environ) -> tuple[KnownProvider, ...]:
    """All that can be connected: hosted ones, those of this machine, those of the settings, and any other."""
    return tuple(_all(catalog, environ))


def keyless_providers(catalog: Catalog, environ: Mapping[str, str] = os.environ) -> tuple[KnownProvider, ...]:
    """The well-known public providers that nothing is configured for, because no key is set."""
    configured = frozenset(catalog.names)
    return tuple(known for known in _hosted(catalog, environ) if known.name not in configured)


def _all(catalog: Catalog, environ: Mapping[str, str]) -> Iterator[KnownProvider]:
    listed = [*_hosted(catalog, environ), *_compatible(catalog, environ), *_on_this_machine(catalog, environ)]
    names = {known.name for known in listed}
    yield from listed
    for name in catalog.names:
        if name not in names and (known := _configured(name, name, catalog, environ)) is not None:
            yield known
    yield KnownProvider(OTHER, ProviderSettings("", Protocol.OPENAI))


def _hosted(catalog: Catalog, environ: Mapping[str, str]) -> Iterator[KnownProvider]:
    for name, label in _HOSTED:
        if (known := _configured(name, label, catalog, environ)) is not None:
            yield known


def _on_this_machine(catalog: Catalog, environ: Mapping[str, str]) -> Iterator[KnownProvider]:
    for name, label in _LOCAL:
        if (known := _configured(name, label, catalog, environ, is_local=True)) is not None:
            yield known


def _compatible(catalog: Catalog, environ: Mapping[str, str]) -> Iterator[KnownProvider]:
    for name, label, address, variable in _COMPATIBLE:
        settings = ProviderSettings(name, Protocol.OPENAI, address, api_key_env=variable)
        if name in catalog.names:
            settings = catalog.settings(name)
        yield KnownProvider(label, settings, variable, _is_set(variable, environ))


def _configured(
    name: str, label: str, catalog: Catalog, environ: Mapping[str, str], *, is_local: bool = False
) -> KnownProvider | None:
    """A provider as the settings have it; None for one that has no server of its own, or no usable address."""
    try:
        settings = catalog.effective(name)
    except (ChatError, ConfigurationError):
        return None
    if settings.protocol in (Protocol.DEMO, Protocol.REPLAY):
        return None
    variable = settings.api_key_env or ""
    return KnownProvider(label, settings, variable, _is_set(variable, environ), is_local)


def _is_set(variable: str, environ: Mapping[str, str]) -> bool:
    return bool(variable and environ.get(variable, "").strip())


def ready_providers(catalog: Catalog, environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The names of the configured providers that lack nothing that can be known without asking them."""
    ready: list[str] = []
    for name in catalog.names:
        known = None if catalog.is_only_found(name) else _configured(name, name, catalog, environ)
        if known is not None and (known.has_key or not known.variable):
            ready.append(name)
    return tuple(ready)
