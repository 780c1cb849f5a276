"""The wire format that a provider's settings name; each is imported only when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from textchat.core.configuration import Protocol, ProviderSettings
from textchat.core.errors import ConfigurationError

if TYPE_CHECKING:
    from textchat.providers.protocol import Wire


def wire_of(settings: ProviderSettings) -> Wire:
    """The protocol that `settings` name, imported only now; raises ConfigurationError for one without HTTP."""
    match settings.protocol:
        case Protocol.OPENAI | Protocol.DEMO:
            from textchat.providers.protocols.openai import OpenAIWire

            return OpenAIWire(settings)
        case Protocol.ANTHROPIC:
            from textchat.providers.protocols.anthropic import AnthropicWire

            return AnthropicWire(settings)
        case Protocol.GEMINI:
            from textchat.providers.protocols.gemini import GeminiWire

            return GeminiWire(settings)
        case Protocol.OLLAMA:
            from textchat.providers.protocols.ollama import OllamaWire

            return OllamaWire(settings)
        case Protocol.REPLAY:
            raise ConfigurationError("A recording names the protocol it was made with; it cannot be replay itself.")
        case _:
            assert_never(settings.protocol)
