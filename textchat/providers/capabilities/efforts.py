"""Tells by a model's name which efforts it takes, and which it gets for a wanted one.

Sources, as of November 2025: platform.openai.com/docs/guides/reasoning, docs.claude.com/en/docs/build-with-claude/
extended-thinking and /effort, ai.google.dev/gemini-api/docs/thinking, api-docs.deepseek.com/guides/thinking_mode,
docs.x.ai/docs/guides/reasoning, console.groq.com/docs/reasoning and docs.ollama.com/capabilities/thinking.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from textchat.core.parameters import Effort
from textchat.providers.capabilities.claude import claude_model
from textchat.providers.capabilities.gemini import gemini_model

Efforts = tuple[Effort, ...]

_OFF, _MINIMAL, _LOW, _MEDIUM, _HIGH, _MAX = Effort
NONE: Efforts = ()
"""Of a model that does not think, or whose thinking nothing changes."""
SWITCH: Efforts = (_OFF, _MEDIUM)
"""Of a model whose thinking is only switched off and on."""
USUAL: Efforts = (_LOW, _MEDIUM, _HIGH)

_KNOWN: tuple[tuple[str, Efforts], ...] = (
    # OpenAI. `none` came with 5.1, `xhigh` with 5.1-codex-max.
    (r"gpt-5[\w.]*-chat|gpt-5-search", NONE),
    (r"gpt-5-pro", (_HIGH,)),
    (r"gpt-5\.[2-9]-pro", (_MEDIUM, _HIGH, _MAX)),
    (r"gpt-5\.1-codex-max|gpt-5\.[23]-codex", (*USUAL, _MAX)),
    (r"gpt-5(\.1)?-codex", USUAL),
    (r"gpt-5\.1", (_OFF, *USUAL)),
    (r"gpt-5\.[2-9]", (_OFF, *USUAL, _MAX)),
    (r"gpt-5(?![\d.])", (_MINIMAL, *USUAL)),
    (r"gpt-oss", USUAL),
    (r"(^|/)o1-(mini|preview)", NONE),
    (r"(^|/)(o1|o3|o4-mini)(?=-|$)", USUAL),
    (r"gpt-(3|4)|chatgpt-4o|gpt-audio", NONE),
    # Anthropic and Google, where no version is in the name.
    (r"claude-(2|instant)", NONE),
    (r"gemma-?[123]", NONE),
    # DeepSeek's own: https://api-docs.deepseek.com/guides/thinking_mode
    (r"deepseek-(chat|reasoner|flash|v4)", (_OFF, _LOW, _HIGH, _MAX)),
    (r"deepseek-(r1|v3\.1|v3\.2)", SWITCH),
    (r"deepseek-(v2|v3|coder|vl)", NONE),
    (r"grok-3-mini", (_LOW, _HIGH)),
    (r"grok-", NONE),
    (r"qwen3[\w.-]*-(instruct|coder)|qwen3-coder|qwen-?[12](?![\d]*b)|qwen2\.5", NONE),
    (r"qwen3|glm-4\.[5-9]|glm-5", SWITCH),
    (r"llama|mixtral|codestral|pixtral|voxtral|mistral-nemo|phi-?[23]|command-r", NONE),
)
"""The first that matches counts."""


def known_efforts(model: str) -> tuple[Effort, ...] | None:
    """The efforts that a model takes, least first; empty where it takes none, None where its name does not tell."""
    if (of_maker := claude_model(model) or gemini_model(model)) is not None:
        return of_maker.efforts
    name = model.lower()
    return next((efforts for pattern, efforts in _KNOWN if re.search(pattern, name)), None)


def nearest_effort(wanted: Effort, known: Sequence[Effort] | None) -> Effort | None:
    """The effort of `known` that is nearest to the wanted one, the greater of two; None where it takes none.

    Off is off only for a model that can be silenced; nobody who asks for some thinking gets none.
    """
    if known is None or wanted in known:
        return wanted
    order = list(Effort)
    thinking = tuple(effort for effort in known if effort is not Effort.OFF) or known
    return min(
        thinking,
        key=lambda effort: (abs(order.index(effort) - order.index(wanted)), -order.index(effort)),
        default=None,
    )


class TakenEffort(NamedTuple):
    """What a model gets of a wanted effort."""

    effort: Effort | None
    """None: nothing is said to it."""
    note: str = ""
    """A sentence, where it is not what was wanted."""


def taken_effort(model: str, wanted: Effort | None, known: Sequence[Effort] | None) -> TakenEffort:
    """The effort for `model`; `known` are those it takes, None if that is unknown."""
    if wanted is None:
        return TakenEffort(None)
    nearest = nearest_effort(wanted, known)
    if nearest is None:
        note = "" if wanted is Effort.OFF else f"{model} takes no effort, so it was left out."
        return TakenEffort(None, note)
    if nearest is wanted:
        return TakenEffort(nearest)
    return TakenEffort(nearest, f"{model} takes no effort “{wanted.value}”, so it got “{nearest.value}”.")
