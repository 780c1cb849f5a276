"""The demo: scripted models that are asked like any other, over the OpenAI protocol, in this process."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textchat.core.configuration import ProviderSettings
from textchat.providers.base import HttpProvider
from textchat.providers.openai import OpenAIWire

if TYPE_CHECKING:
    import httpx

SPEED_VARIABLE = "TEXTCHAT_DEMO_SPEED"
"""1 is the usual speed, 4 four times as fast, 0 without any pause."""


@dataclass(frozen=True, slots=True)
class DemoModel:
    """How one scripted model behaves."""

    name: str
    first_token_s: float
    tokens_per_s: float
    is_careful: bool = False
    """It thinks first, and says more."""
    breaks_off: bool = False
    is_endless: bool = False
    is_busy: bool = False
    """It refuses every other request and asks for patience."""


MODELS: tuple[DemoModel, ...] = (
    DemoModel("fast", 0.15, 150),
    DemoModel("careful", 0.6, 45, is_careful=True),
    DemoModel("slow", 4, 6, is_careful=True),
    DemoModel("endless", 0.3, 60, is_endless=True),
    DemoModel("failing", 0.3, 60, breaks_off=True),
    DemoModel("busy", 0.3, 100, is_busy=True),
)


class DemoWire(OpenAIWire):
    """The OpenAI protocol without an address or a key from outside."""

    usual_url = "http://demo/v1"
    url_variable: ClassVar[str | None] = None
    key_variables: ClassVar[tuple[str, ...]] = ()
    needs_key = False


class DemoProvider(HttpProvider):
    """Answers without network; `speed` as in `TEXTCHAT_DEMO_SPEED`, which it is taken from by default."""

    def __init__(
        self, settings: ProviderSettings, *, speed: float | None = None, environ: Mapping[str, str] = os.environ
    ) -> None:
        super().__init__(DemoWire(settings), environ=environ)
        self._speed = _speed(environ) if speed is None else speed

    def make_transport(self) -> httpx.AsyncBaseTransport:
        from textchat.providers.demo_server import DemoTransport

        return DemoTransport(self._speed)


def _speed(environ: Mapping[str, str]) -> float:
    try:
        return max(0.0, float(environ.get(SPEED_VARIABLE, "1")))
    except ValueError:
        return 1.0
