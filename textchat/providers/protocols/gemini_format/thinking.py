"""Says how much a Gemini model is to think: by a level since Gemini 3, by a budget before.

Source: https://ai.google.dev/gemini-api/docs/thinking and /api/generate-content#ThinkingConfig.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from textchat.core.parameters import Effort
from textchat.core.provider import Request
from textchat.providers.capabilities.efforts import taken_effort
from textchat.providers.capabilities.gemini import Budgets, gemini_model

_BUDGETS = {Effort.MINIMAL: 512, Effort.LOW: 2048, Effort.MEDIUM: 8192, Effort.HIGH: 16_384}
_LEVELS = {Effort.MINIMAL: "MINIMAL", Effort.LOW: "LOW", Effort.MEDIUM: "MEDIUM"}


def said_thinking(request: Request, efforts: Sequence[Effort] | None) -> tuple[Mapping[str, Any] | None, str]:
    """The `thinkingConfig` of a request, and a sentence where the model gets another effort than was set.

    `efforts` are those that the model takes, None if that is unknown.
    """
    known = gemini_model(request.model)
    effort, note = taken_effort(request.model, request.parameters.effort, efforts)
    if effort is None:
        # A model that thinks shows its thoughts only when asked; there is nothing to read meanwhile.
        shows = known is not None and known.thinks and not known.draws
        return ({"includeThoughts": True} if shows else None), note
    if effort is Effort.OFF:
        return {"thinkingBudget": 0}, note
    if known is not None and (budgets := known.budgets) is not None:
        return {"includeThoughts": True, "thinkingBudget": _budget(effort, budgets)}, note
    return {"includeThoughts": True, "thinkingLevel": _LEVELS.get(effort, "HIGH")}, note


def _budget(effort: Effort, budgets: Budgets) -> int:
    return max(budgets.least, min(_BUDGETS.get(effort, budgets.most), budgets.most))
