"""What Google's models are known to take, by the version in their name.

Source: https://ai.google.dev/gemini-api/docs/thinking, /models and /image-generation, and
https://docs.cloud.google.com/vertex-ai/generative-ai/docs/thinking.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from textchat.core.parameters import Effort
from textchat.core.parts.part import MediaKind

_NAME = re.compile(
    r"gemini-(?P<major>\d{1,2})(?:\.(?P<minor>\d))?-(?P<line>pro|flash-lite|flash)(?P<rest>[\w.-]*)", re.I
)
_SPEAKS = re.compile(r"-tts\b", re.I)
_DRAWS = re.compile(r"-image\b", re.I)
_EVERYTHING = frozenset({MediaKind.PICTURE, MediaKind.DOCUMENT, MediaKind.SOUND})
_FROM_LOW = (Effort.LOW, Effort.MEDIUM, Effort.HIGH)


@dataclass(frozen=True, slots=True)
class Budgets:
    """The tokens that a model may be told to think with."""

    least: int
    most: int
    can_be_off: bool


@dataclass(frozen=True, slots=True)
class GeminiModel:
    """One of Google's models, as far as its name tells."""

    version: tuple[int, int]
    line: str
    """`pro`, `flash` or `flash-lite`."""
    speaks: bool = False
    """Whether it is made to read text aloud."""
    draws: bool = False
    """Whether it is made to draw pictures."""

    @property
    def thinks(self) -> bool:
        return self.version >= (2, 5) and not self.speaks and not (self.draws and self.version < (3, 0))

    @property
    def budgets(self) -> Budgets | None:
        """None for a model that knows levels in their place, or does not think."""
        if not self.thinks or self.version >= (3, 0):
            return None
        if self.line == "pro":
            return Budgets(128, 32_768, can_be_off=False)
        return Budgets(512 if self.line == "flash-lite" else 1, 24_576, can_be_off=True)

    @property
    def efforts(self) -> tuple[Effort, ...] | None:
        if not self.thinks:
            return ()
        if self.draws:
            return None
        if (budgets := self.budgets) is not None:
            return tuple(Effort) if budgets.can_be_off else tuple(Effort)[1:]
        if self.line == "pro":
            return _FROM_LOW if self.version >= (3, 1) else (Effort.LOW, Effort.HIGH)
        return _FROM_LOW if self.line == "flash" and self.version >= (3, 7) else (Effort.MINIMAL, *_FROM_LOW)

    @property
    def modalities(self) -> tuple[str, ...]:
        """What it must be told to answer with; none for a model that does so by itself."""
        if self.speaks:
            return ("AUDIO",)
        return ("TEXT", "IMAGE") if self.draws and self.version < (2, 5) else ()

    @property
    def kinds(self) -> frozenset[MediaKind] | None:
        if self.speaks:
            return frozenset()
        if self.draws:
            return frozenset({MediaKind.PICTURE}) if self.version < (3, 0) else None
        return _EVERYTHING


def gemini_model(model: str) -> GeminiModel | None:
    """The model of a name; None for a name that says no version."""
    found = _NAME.search(model)
    if found is None:
        return None
    version = (int(found["major"]), int(found["minor"] or 0))
    rest = found["rest"]
    return GeminiModel(version, found["line"].lower(), bool(_SPEAKS.search(rest)), bool(_DRAWS.search(rest)))
