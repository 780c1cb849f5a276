"""Says how much a Claude model is to think, and what it then does not take.

Source: https://platform.claude.com/docs/en/build-with-claude/thinking, /extended-thinking, /adaptive-thinking, /effort.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from textchat.core.parameters import Effort, Parameters
from textchat.core.provider import Request
from textchat.core.text import json_fields as fields
from textchat.providers.capabilities.claude import ClaudeModel, ThinkingForm, claude_model
from textchat.providers.capabilities.efforts import taken_effort

LEAST_BUDGET = 1024
_BUDGETS = {
    Effort.MINIMAL: LEAST_BUDGET,
    Effort.LOW: 4096,
    Effort.MEDIUM: 10_000,
    Effort.HIGH: 20_000,
    Effort.MAX: 32_000,  # above it a connection may be cut before the answer
}
_LEAST_ANSWER = 8192
"""Tokens that are left for the answer beside a budget, where the model's own limit holds both."""
_EFFORTS = {Effort.MINIMAL: "low", Effort.LOW: "low", Effort.MEDIUM: "medium", Effort.HIGH: "high", Effort.MAX: "max"}
_ROOM = {"low": 4096, "medium": 8192, "high": 16_384, "xhigh": 32_768, "max": 47_616}
"""Tokens for the thoughts by effort, which no budget limits: at most 64,000 with those of the answer."""
_USUAL_ROOM = _ROOM["high"]


@dataclass(frozen=True, slots=True)
class SaidThinking:
    """The fields of a request that say how much to think."""

    thinking: Mapping[str, Any] | None = None
    effort: str | None = None
    """The one of `output_config`."""
    is_on: bool = False
    """Whether the model may think, so that it takes its earlier thoughts back."""
    notes: tuple[str, ...] = field(default=())


def said_thinking(request: Request, efforts: Sequence[Effort] | None, *, continues: bool) -> SaidThinking:
    """How `request` says its effort, one of those that its model takes; None: nobody knows which.

    A request that ends with the beginning of the answer `continues` it without thinking.
    """
    parameters = request.parameters
    known = claude_model(request.model)
    if "thinking" in parameters.extra:
        kind = fields.text(parameters.extra["thinking"], "type")
        return SaidThinking(is_on=kind in ("enabled", "adaptive"))
    effort, note = taken_effort(request.model, parameters.effort, efforts)
    notes = (note,) if note else ()
    if continues and not (known is not None and known.thinks_unasked):
        return SaidThinking(notes=notes)
    if known is None:
        said = _unknown(request.model, effort, parameters.max_tokens)
        return replace(said, notes=notes + said.notes)
    match known.thinking:
        case ThinkingForm.NONE:
            return SaidThinking(notes=notes)
        case ThinkingForm.BUDGET:
            return _by_budget(request.model, effort, parameters.max_tokens, known.most_output - _LEAST_ANSWER)
        case ThinkingForm.ADAPTIVE:
            return _adaptive(known, effort, notes)


def room(body: Mapping[str, Any]) -> int:
    """The tokens that the thoughts take of the limit of a request."""
    thinking = body.get("thinking")
    if budget := fields.count(thinking, "budget_tokens"):
        return budget
    if fields.text(thinking, "type") != ThinkingForm.ADAPTIVE:
        return 0
    return _ROOM.get(fields.text(body.get("output_config"), "effort"), _USUAL_ROOM)


def said_sampling(model: str, parameters: Parameters, said: SaidThinking) -> tuple[dict[str, float], str]:
    """The temperature and top_p that `model` takes, and a sentence where it takes less than was set."""
    known = claude_model(model)
    values = {"temperature": parameters.temperature, "top_p": parameters.top_p}
    given = {name: value for name, value in values.items() if value is not None}
    takes_any = known is None or known.takes_sampling
    is_free = takes_any and (said.thinking is None or not said.is_on)
    kept = {name: value for name, value in given.items() if is_free or _is_harmless(name, value, takes_any)}
    missing = sorted(given.keys() - kept.keys())
    if not missing:
        return kept, ""
    names, were = " and no ".join(missing), "it was" if len(missing) == 1 else "they were"
    return kept, f"{model} takes no {names}{' while it thinks' if takes_any else ''}, so {were} left out."


def _is_harmless(name: str, value: float, takes_any: bool) -> bool:
    """Whether a value says what is so anyway, or is one of those that are taken beside thinking."""
    return value == 1 if name == "temperature" else takes_any and value >= 0.95


def _unknown(model: str, effort: Effort | None, max_tokens: int | None) -> SaidThinking:
    """For a name that says no version: servers of other models know budgets."""
    if effort is Effort.OFF:
        return SaidThinking({"type": "disabled"})
    if effort is not None and "claude" in model.lower():
        return SaidThinking({"type": ThinkingForm.ADAPTIVE.value}, _EFFORTS[effort], is_on=True)
    return _by_budget(model, effort, max_tokens)


def _by_budget(
    model: str, effort: Effort | None, max_tokens: int | None, most: int = _BUDGETS[Effort.MAX]
) -> SaidThinking:
    if effort is None or effort is Effort.OFF:
        return SaidThinking()
    # The limit of the request holds both; half of it is left for the answer.
    budget = min(_BUDGETS[effort], most if max_tokens is None else max_tokens // 2)
    if budget < LEAST_BUDGET:
        least = f"{2 * LEAST_BUDGET:,}"
        return SaidThinking(notes=(f"{model} did not think: that takes a max_tokens of {least} or more.",))
    return SaidThinking({"type": ThinkingForm.BUDGET.value, "budget_tokens": budget}, is_on=True)


def _adaptive(known: ClaudeModel, effort: Effort | None, notes: tuple[str, ...]) -> SaidThinking:
    if effort is Effort.OFF:
        return SaidThinking({"type": known.off} if known.off else None, notes=notes)
    if effort is None and not known.thinks_unasked:
        return SaidThinking(notes=notes)
    thinking = {"type": ThinkingForm.ADAPTIVE.value}
    if known.version >= (4, 7):
        thinking["display"] = "summarized"  # else it thinks in silence
    return SaidThinking(thinking, None if effort is None else _EFFORTS[effort], is_on=True, notes=notes)
