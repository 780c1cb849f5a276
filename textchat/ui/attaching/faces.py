"""Says what a chip shows: its name, kind, size and tokens, and which models do not take it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textchat.core.figures.tokens import estimate_tokens
from textchat.core.parts.part import Part
from textchat.core.parts.size_words import size_words, token_words
from textchat.core.text.names import name_list
from textchat.ui.attaching.attached import Chip
from textchat.ui.attaching.chip_row import Face

WIDTH_OF_MODELS = 30
READING = "reading …"
RefusedBy = Callable[[Part], Sequence[str]]
"""The models, of those that would be asked, that are known not to take a part."""


def face_of(chip: Chip, refused_by: RefusedBy) -> Face:
    """The face of a chip."""
    if chip.text:
        if chip.tokens is None:
            chip.tokens = estimate_tokens(chip.text)
        return Face(chip.id, chip.name, (token_words(chip.tokens),))
    if not chip.parts:
        return Face(chip.id, chip.name, (READING,))
    tokens = () if chip.tokens is None else (token_words(chip.tokens),)
    models = list(dict.fromkeys(model for part in chip.parts for model in refused_by(part)))
    warning = f"not by {name_list(models, WIDTH_OF_MODELS)}" if models else ""
    return Face(chip.id, chip.name, (_what(chip.parts), size_words(chip.size), *tokens), warning)


def _what(parts: Sequence[Part]) -> str:
    """The kind of one file, or the number of several."""
    return f"{len(parts):,} files" if len(parts) > 1 else parts[0].kind.word
