"""Opens models of the built-in and configured providers by name, creating each provider on first use."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from textchat.core.configuration import Protocol, ProviderSettings, Settings, openai_protocol
from textchat.core.errors import ConfigurationError
from textchat.core.provider import ModelInfo, Provider
from textchat.core.waiting.rounds import Rounds
from textchat.core.waiting.scheduling import Slots
from textchat.providers.http.network_thread import NetworkThread
from textchat.providers.protocols.by_name import chat_protocol

if TYPE_CHECKING:
    import httpx

    from textchat.providers.discovery.looking import FoundServer
    from textchat.providers.http.keys import TypedKey

_DEFINITIONS: tuple[tuple[ProviderSettings, tuple[str, ...]], ...] = (
    (ProviderSettings("demo", Protocol.DEMO), ()),
    (ProviderSettings("openai", Protocol.OPENAI_RESPONSES), ("OPENAI_API_KEY", "OPENAI_BASE_URL")),
    (ProviderSettings("anthropic", Protocol.ANTHROPIC), ("ANTHROPIC_API_KEY",)),
    (ProviderSettings("gemini", Protocol.GEMINI), ("GEMINI_API_KEY", "GOOGLE_API_KEY")),
    (ProviderSettings("openrouter", Protocol.OPENAI, "https://openrouter.ai/api/v1"), ("OPENROUTER_API_KEY",)),
    (ProviderSettings("groq", Protocol.OPENAI, "https://api.groq.com/openai/v1"), ("GROQ_API_KEY",)),
    (ProviderSettings("mistral", Protocol.OPENAI, "https://api.mistral.ai/v1"), ("MISTRAL_API_KEY",)),
    (ProviderSettings("deepseek", Protocol.OPENAI, "https://api.deepseek.com/v1"), ("DEEPSEEK_API_KEY",)),
    (ProviderSettings("ollama", Protocol.OLLAMA), ("OLLAMA_HOST",)),
)
"""Built-in providers, each with the environment variables of which any one marks it as configured."""

DEFINITIONS: Mapping[str, ProviderSettings] = {settings.name: settings for settings, _ in _DEFINITIONS}
"""The built-in providers by name; each can be used by name even where no variable marks it as configured."""


def definition_of(name: str) -> ProviderSettings | None:
    """The built-in provider of this name, or the usual server of this machine that is called so."""
    if name in DEFINITIONS:
        return DEFINITIONS[name]
    from textchat.providers.discovery.usual_servers import LOCAL_DEFINITIONS  # who configures all needs it never

    return LOCAL_DEFINITIONS.get(name)


def builtin_providers(environ: Mapping[str, str] = os.environ) -> dict[str, ProviderSettings]:
    """The built-in providers configured in this environment: the demo, and each that has a variable set."""
    return {
        settings.name: _in_environment(settings, environ)
        for settings, variables in _DEFINITIONS
        if not variables or any(environ.get(variable, "").strip() for variable in variables)
    }


def _in_environment(settings: ProviderSettings, environ: Mapping[str, str]) -> ProviderSettings:
    """A built-in provider; OpenAI's is asked in the older protocol where the environment moves it to another server."""
    if settings.protocol is not Protocol.OPENAI_RESPONSES:
        return settings
    return replace(settings, protocol=openai_protocol(environ.get("OPENAI_BASE_URL", "").strip()))


class OpenedModel(NamedTuple):
    """A model with its provider, ready to be asked."""

    provider: Provider
    name: str
    """As its server knows it, without the provider."""
    settings: ProviderSettings
    slots: Slots
    """Shared by all models of the provider."""


class Catalog:
    """The providers of `settings` and the built-in ones, each created once.

    `transport` replaces the network of all but the demo, `environ` the environment: for tests. Making a catalog, a
    provider or opening a model costs nothing: httpx is imported with the first request, which also starts the one
    thread that all requests and responses go through. With a `transport` all stays on the caller's loop.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._go_by(settings, environ)
        self._transport = transport
        self._environ = environ
        self._thread = NetworkThread()
        self.rounds = Rounds()
        """Of the one who reads the answers, if it makes any."""
        self._providers: dict[str, Provider] = {}
        self._retired: list[Provider] = []
        """Those whose settings have changed: replies of theirs may still run."""
        self._slots: dict[str, Slots] = {}

    _found: Mapping[str, ProviderSettings] = MappingProxyType({})
    """Servers of this machine that answered at some time, by name."""
    _answering: frozenset[str] = frozenset()
    """The names of those that did so when they were looked for last."""

    def _go_by(self, settings: Settings, environ: Mapping[str, str]) -> None:
        self._configured = {**builtin_providers(environ), **settings.providers}
        self._file = settings.path or "config.toml"

    def adopt(self, settings: Settings) -> None:
        """Go by these settings from now on; replies that run end as they began."""
        before = {**self._found, **self._configured}
        self._go_by(settings, self._environ)
        for name, slots in self._slots.items():
            if name in self._configured:
                slots.change_limit(self._configured[name].max_concurrent)
        now = {**self._found, **self._configured}
        self._retire([name for name in self._providers if now.get(name) != before.get(name)])

    def _retire(self, names: Iterable[str]) -> None:
        """Make these providers anew when they are used next."""
        self._retired += [self._providers.pop(name) for name in names if name in self._providers]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the configured providers, the built-in ones first, then those of servers that were found."""
        return tuple(dict.fromkeys((*self._configured, *(name for name in self._found if name in self._answering))))

    def is_only_found(self, name: str) -> bool:
        """Whether a provider is known only because its server answered: no file says anything of it."""
        return name in self._found and name not in self._configured

    def found_settings(self, name: str) -> ProviderSettings:
        """The settings of a provider for which `is_only_found`."""
        return self._found[name]

    async def look_for_servers(self) -> tuple[FoundServer, ...]:
        """Look which servers of this machine answer that no provider is configured for; they can be used by name."""
        if self._transport is not None:
            return ()
        from textchat.providers.discovery.looking import local_ports, look

        taken: list[ProviderSettings] = []
        for name in self._configured:
            with suppress(ConfigurationError):
                taken.append(self.effective(name))
        found = await self._thread.run(look(local_ports(taken), tuple(self._configured)))
        # One that is gone stays known: a conversation may be open with it.
        before = {name: self.settings(name) for name in self._providers}
        self._found = {**self._found, **{server.name: server.settings for server in found}}
        self._retire(name for name, settings in before.items() if self.settings(name) != settings)
        self._answering = frozenset(server.name for server in found)
        return found

    async def try_out(self, settings: ProviderSettings, key: TypedKey | None = None) -> list[ModelInfo]:
        """List the models of a provider that nothing is configured for yet; raises as `list_models`."""
        from textchat.providers.http.client import HttpProvider

        provider = HttpProvider(
            chat_protocol(settings), transport=self._transport, environ=self._environ, rounds=self.rounds, key=key
        )

        async def listed() -> list[ModelInfo]:
            try:
                return await provider.list_models()
            finally:
                await provider.aclose()

        return await (listed() if self._transport is not None else self._thread.run(listed()))

    def settings(self, name: str) -> ProviderSettings:
        """The settings of a provider; raises ConfigurationError if it is neither configured nor built in."""
        configured = self._configured.get(name) or self._found.get(name)
        builtin = definition_of(name)
        if configured is None:
            if builtin is None:
                known = ", ".join(self._configured)
                raise ConfigurationError(
                    f"No provider {name!r}. Add [providers.{name}] to {self._file}, or use one of these: {known}."
                )
            return _in_environment(builtin, self._environ)
        if builtin is not None and not configured.base_url and configured.protocol is builtin.protocol:
            # [providers.openrouter] without an address means OpenRouter's, not that of its protocol.
            return replace(configured, base_url=builtin.base_url)
        return configured

    def effective(self, name: str) -> ProviderSettings:
        """The settings of a provider, completed from the environment; raises ConfigurationError."""
        from textchat.providers.http.client import HttpProvider
        from textchat.providers.http.threaded_provider import ThreadedProvider

        settings, provider = self.settings(name), self.provider(name)
        if isinstance(provider, ThreadedProvider):
            provider = provider.provider
        if isinstance(provider, HttpProvider) and settings.protocol is not Protocol.DEMO:
            return provider.effective
        return settings

    def provider(self, name: str) -> Provider:
        """The provider with this name; raises ConfigurationError if it is unknown or has no usable address."""
        if name not in self._providers:
            self._providers[name] = self._make(self.settings(name))
        return self._providers[name]

    def open(self, model: str) -> OpenedModel:
        """Open `PROVIDER/MODEL`, where MODEL may contain slashes; raises ConfigurationError if it cannot."""
        name, slash, rest = model.partition("/")
        if not slash or not name or not rest:
            raise ConfigurationError(f"{model!r} is not a model name. Write PROVIDER/MODEL, such as demo/fast.")
        settings = self.settings(name)
        slots = self._slots.setdefault(name, Slots(settings.max_concurrent))
        return OpenedModel(self.provider(name), rest, settings, slots)

    async def load_early(self, model: str) -> None:
        """Load what the first request to a model waits for, but its key, for which the user may be asked.

        Raises a ChatError, or ConfigurationError.
        """
        from textchat.providers.http.client import HttpProvider
        from textchat.providers.http.threaded_provider import ThreadedProvider

        provider = self.open(model).provider
        if isinstance(provider, ThreadedProvider) and isinstance(provider.provider, HttpProvider):
            await self._thread.run(provider.provider.load_early())

    async def list_models(self, name: str) -> list[ModelInfo]:
        """List the models of a provider; raises a ChatError, or ConfigurationError for an unknown provider."""
        return await self.provider(name).list_models()

    async def aclose(self) -> None:
        """Close all connections; the catalog can be used again afterwards."""
        providers = (*self._retired, *self._providers.values())
        self._retired, self._providers = [], {}
        for provider in providers:
            await provider.aclose()
        await self._thread.aclose()

    def _make(self, settings: ProviderSettings) -> Provider:
        from textchat.providers.http.threaded_provider import ThreadedProvider

        provider = self._on_this_loop(settings)
        return provider if self._transport is not None else ThreadedProvider(provider, self._thread, self.rounds)

    def _on_this_loop(self, settings: ProviderSettings) -> Provider:
        from textchat.providers.http.client import HttpProvider

        match settings.protocol:
            case Protocol.DEMO:
                from textchat.providers.demo.provider import DemoProvider

                return DemoProvider(settings, environ=self._environ)
            case Protocol.REPLAY:
                from textchat.providers.replay import ReplayProvider

                return ReplayProvider(settings)
        protocol = chat_protocol(settings)
        return HttpProvider(protocol, transport=self._transport, environ=self._environ, rounds=self.rounds)
