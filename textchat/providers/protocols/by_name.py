"""Creates protocols by the name in a provider's settings; each is imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from textchat.core.configuration import Protocol, ProviderSettings
from textchat.core.errors import ConfigurationError

if TYPE_CHECKING:
    from textchat.providers.protocol import ChatProtocol


def chat_protocol(settings: ProviderSettings) -> ChatProtocol:
    """The protocol named in `settings`; raises ConfigurationError for one without HTTP."""
    match settings.protocol:
        case Protocol.OPENAI | Protocol.DEMO:
            from textchat.providers.protocols.openai import OpenAIProtocol

            return OpenAIProtocol(settings)
        case Protocol.OPENAI_RESPONSES:
            from textchat.providers.protocols.responses.protocol import ResponsesProtocol

            return ResponsesProtocol(settings)
        case Protocol.ANTHROPIC:
            from textchat.providers.protocols.anthropic import AnthropicProtocol

            return AnthropicProtocol(settings)
        case Protocol.GEMINI:
            from textchat.providers.protocols.gemini import GeminiProtocol

            return GeminiProtocol(settings)
        case Protocol.OLLAMA:
            from textchat.providers.protocols.ollama import OllamaProtocol

            return OllamaProtocol(settings)
        case Protocol.REPLAY:
            raise ConfigurationError("A recording names the protocol it was made with; it cannot be replay itself.")
        case _:
            assert_never(settings.protocol)
