"""The demo provider: scripted models that speak the OpenAI protocol within this process."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote

from textchat.core.configuration import ProviderSettings
from textchat.core.parameters import Effort
from textchat.core.parts.part import Part
from textchat.providers.http.client import HttpProvider
from textchat.providers.protocols.chat.messages import ChatMessages
from textchat.providers.protocols.inline_files import encoded, media_type
from textchat.providers.protocols.openai import OpenAIProtocol

if TYPE_CHECKING:
    import httpx

SPEED_VARIABLE = "TEXTCHAT_DEMO_SPEED"
"""1 is the normal speed, 4 four times as fast, 0 without any pause."""


class DemoProtocol(OpenAIProtocol):
    """The OpenAI protocol without an address or a key."""

    default_url = "http://demo/v1"
    url_variable: ClassVar[str | None] = None
    key_variables: ClassVar[tuple[str, ...]] = ()
    needs_key = False

    def efforts(self, model: str) -> tuple[Effort, ...]:
        return tuple(Effort)

    def messages(self, model: str) -> ChatMessages:
        return replace(super().messages(model), data_url=_named_url)


class DemoProvider(HttpProvider):
    """Answers without a network; `speed` defaults to `TEXTCHAT_DEMO_SPEED`."""

    def __init__(
        self, settings: ProviderSettings, *, speed: float | None = None, environ: Mapping[str, str] = os.environ
    ) -> None:
        super().__init__(DemoProtocol(settings), environ=environ)
        self._speed = _speed(environ) if speed is None else speed

    def make_transport(self) -> httpx.AsyncBaseTransport:
        """Create the scripted server."""
        from textchat.providers.demo.server import DemoTransport

        return DemoTransport(self._speed)


def _named_url(part: Part) -> str:
    """A data URL with the name of the file, which the protocol has no place for in a picture."""
    return f"data:{media_type(part)};name={quote(part.name)};base64,{encoded(part)}"


def _speed(environ: Mapping[str, str]) -> float:
    try:
        return max(0.0, float(environ.get(SPEED_VARIABLE, "1")))
    except ValueError:
        return 1.0
