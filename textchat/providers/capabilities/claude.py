"""What Anthropic's models are known to take, by the version in their name.

Source: https://platform.claude.com/docs/en/build-with-claude/thinking, /effort, /prompt-caching, /structured-outputs,
/pdf-support, and the pages of the models under /docs/en/models/overview.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from textchat.core.parameters import Effort
from textchat.core.parts.part import MediaKind

_NUMBER = r"(?P<major>\d{1,2})(?:[-.](?P<minor>\d)(?!\d))?(?!\d)"
_FAMILY = "(?P<family>opus|sonnet|haiku|fable|mythos)"
_NAMES = (
    re.compile(rf"claude-{_FAMILY}-{_NUMBER}", re.IGNORECASE),
    re.compile(rf"claude-{_NUMBER}(?:-{_FAMILY})?", re.IGNORECASE),
)
"""`claude-opus-4-5-20251101` and, before Claude 4 and with some gateways, `claude-3.7-sonnet`; a date is no version."""
_PREVIEW = re.compile(r"claude-mythos-preview", re.IGNORECASE)
_ALWAYS_THINK = ("fable", "mythos")

_LOW_TO_MAX = (Effort.LOW, Effort.MEDIUM, Effort.HIGH, Effort.MAX)


class ThinkingForm(StrEnum):
    """How a model is told how much to think."""

    NONE = "none"
    """It does not think."""
    BUDGET = "enabled"
    """By a number of tokens."""
    ADAPTIVE = "adaptive"
    """By an effort; it decides itself when to think."""


@dataclass(frozen=True, slots=True)
class ClaudeModel:
    """One of Anthropic's models, as far as its name tells."""

    family: str
    version: tuple[int, int]

    @property
    def thinking(self) -> ThinkingForm:
        if self.version < (3, 7):
            return ThinkingForm.NONE
        return ThinkingForm.BUDGET if self.version <= (4, 5) else ThinkingForm.ADAPTIVE

    @property
    def thinks_unasked(self) -> bool:
        """Whether it thinks where a request does not say."""
        return self.version >= (5, 0) or self.family in _ALWAYS_THINK

    @property
    def off(self) -> str | None:
        """The type of thinking that turns it off: empty where it is off unless asked for; None: it always thinks."""
        if not self.thinks_unasked:
            return ""
        if self.family in _ALWAYS_THINK or (self.family == "opus" and self.version >= (5, 5)):
            return None
        return "between_tools" if self.family == "sonnet" and self.version >= (5, 5) else "disabled"

    @property
    def efforts(self) -> tuple[Effort, ...]:
        match self.thinking:
            case ThinkingForm.NONE:
                return ()
            case ThinkingForm.BUDGET:
                return tuple(Effort)
            case ThinkingForm.ADAPTIVE:
                return _LOW_TO_MAX if self.off is None else (Effort.OFF, *_LOW_TO_MAX)

    @property
    def most_output(self) -> int:
        """The highest limit of output tokens that it takes, thoughts included; newer ones may take more."""
        if self.version < (3, 7):
            return 4096 if self.version < (3, 5) else 8192
        return 32_000 if self.family == "opus" and self.version < (4, 5) else 64_000

    @property
    def takes_sampling(self) -> bool:
        """Whether a temperature or a top_p is taken at all."""
        return self.version < (4, 7)

    @property
    def takes_format(self) -> bool:
        """Whether it answers by a JSON Schema in `output_config.format`."""
        return self.version >= (4, 5)

    @property
    def cites_documents(self) -> bool:
        return self.version >= (3, 5)

    @property
    def kinds(self) -> frozenset[MediaKind]:
        if self.version < (3, 0):
            return frozenset()
        pictures = frozenset({MediaKind.PICTURE})
        return pictures if self.version < (3, 5) else pictures | {MediaKind.DOCUMENT}

    @property
    def least_cached(self) -> int:
        """Tokens of the shortest beginning of a request that is kept in the cache."""
        if self.version >= (5, 0):
            return USUAL_LEAST_CACHED if self.family == "sonnet" and self.version < (5, 5) else 512
        if self.version == (4, 7) or (self.family == "haiku" and self.version < (4, 5)):
            return 2048
        is_large = self.family == "opus" and self.version in ((4, 5), (4, 6))
        return 4096 if is_large or (self.family == "haiku" and self.version == (4, 5)) else USUAL_LEAST_CACHED


USUAL_LEAST_CACHED = 1024


def claude_model(model: str) -> ClaudeModel | None:
    """The model of a name; None for a name that says no version."""
    if _PREVIEW.search(model):
        return ClaudeModel("mythos", (4, 7))
    for names in _NAMES:
        if found := names.search(model):
            family = (found["family"] or "").lower()
            return ClaudeModel(family, (int(found["major"]), int(found["minor"] or 0)))
    return None
