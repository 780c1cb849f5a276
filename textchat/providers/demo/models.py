"""The scripted models of the demo, and how each behaves."""

from __future__ import annotations

from dataclasses import dataclass


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
